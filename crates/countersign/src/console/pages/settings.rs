//! `/console/settings`: the signing keys of the deployment, and the ways to its access keys and its people.

use countersign_api::SigningKeyState;

use super::{access_keys, staff};
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::listing::{Cell, Listing, Table};
use crate::console::shell::Area;
use crate::operator::Permission;

pub(in crate::console) const PATH: &str = "/console/settings";

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadKeys, list)
}

async fn list(visit: Visit) -> Answer {
    let words = &visit.words().settings;
    let signing = visit.state.manage.signing_keys().into_iter();
    let signing = signing.map(|key| {
        let state = match key.state {
            SigningKeyState::Next => words.next,
            SigningKeyState::Signing => words.signs,
            SigningKeyState::Retiring => words.retiring,
        };
        vec![Cell::Id(key.kid), state.into()]
    });
    let signing = Table {
        caption: words.signing_keys,
        columns: vec![words.id, words.state],
        rows: signing.collect(),
        empty: words.no_signing_key,
    };
    Ok(Listing {
        shell: visit.shell(Area::Settings),
        title: words.title,
        lead: words.lead,
        state: vec![(words.staff, words.staff_about.to_owned())],
        tables: vec![signing],
        links: vec![(access_keys::PATH.to_owned(), words.access_keys.to_owned())],
        note: String::new(),
        more: Some((staff::PATH.to_owned(), words.staff)),
    }
    .found())
}
