//! `/console/settings`: the keys of the deployment, and its nodes.

use countersign_api::SigningKeyState;
use countersign_core::ports::setup::AccessKey;

use super::staff;
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
    let setup = visit.state.setup();
    let access = setup.access_keys.values().map(|key| {
        let AccessKey { id, created_at, .. } = &**key;
        vec![Cell::Id(id.clone()), visit.moment(*created_at).shown.into()]
    });
    let signing = visit.state.manage.signing_keys().into_iter();
    let signing = signing.map(|key| {
        let state = match key.state {
            SigningKeyState::Next => words.next,
            SigningKeyState::Signing => words.signs,
            SigningKeyState::Retiring => words.retiring,
        };
        vec![Cell::Id(key.kid), state.into()]
    });
    let tables = vec![
        Table {
            caption: words.access_keys,
            columns: vec![words.id, words.created],
            rows: access.collect(),
            empty: words.no_access_key,
        },
        Table {
            caption: words.signing_keys,
            columns: vec![words.id, words.state],
            rows: signing.collect(),
            empty: words.no_signing_key,
        },
    ];
    Ok(Listing {
        shell: visit.shell(Area::Settings),
        title: words.title,
        lead: words.lead,
        state: vec![(words.staff, words.staff_about.to_owned())],
        tables,
        links: Vec::new(),
        note: String::new(),
        more: Some((staff::PATH.to_owned(), words.staff)),
    }
    .found())
}
