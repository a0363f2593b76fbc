//! `/console/settings`: what holds for the deployment, and the ways to its keys, its people and its test numbers.

pub(in crate::console) mod erasure;
pub(in crate::console) mod signing_keys;
pub(in crate::console) mod test_numbers;

use super::{access_keys, staff};
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::listing::Listing;
use crate::console::shell::Area;
use crate::console::words::deployment;
use crate::operator::Permission;

pub(in crate::console) const PATH: &str = "/console/settings";

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadKeys, list)
}

async fn list(visit: Visit) -> Answer {
    let (words, of) = (&visit.words().settings, &visit.words().deployment);
    let retention = visit.state.manage.retention();
    let kept = deployment::kept(visit.language, retention);
    let mut links = vec![
        (access_keys::PATH, words.access_keys),
        (signing_keys::PATH, words.signing_keys),
        (test_numbers::PATH, of.test_numbers),
    ];
    if visit.may(Permission::EraseNumbers) {
        links.push((erasure::PATH, of.erase));
    }
    let links = links.into_iter();
    Ok(Listing {
        shell: visit.shell(Area::Settings),
        title: words.title,
        lead: words.lead,
        state: vec![
            (words.staff, words.staff_about.to_owned()),
            (of.sign_in, of.sign_in_about.to_owned()),
            (of.retention, kept),
        ],
        tables: Vec::new(),
        links: links
            .map(|(address, name)| (address.to_owned(), name.to_owned()))
            .collect(),
        note: String::new(),
        more: Some((staff::PATH.to_owned(), words.staff)),
    }
    .found())
}
