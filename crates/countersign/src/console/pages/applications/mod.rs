//! `/console/applications`: the applications, and what each of them may.

pub(in crate::console) mod create;
pub(in crate::console) mod edit;
mod form;
pub(in crate::console) mod limits;
pub(in crate::console) mod maximum;
pub(in crate::console) mod secret;
mod sending;
mod snippets;
pub(in crate::console) mod state;

use countersign_core::application::AppId;
use countersign_core::ports::setup::{ApplicationRecord, Versioned};

use super::refused::Why;
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::listing::{Cell, Listing, Table};
use crate::console::pill::{self, Pill};
use crate::console::shell::Area;
use crate::operator::Permission;

pub(in crate::console) const PATH: &str = "/console/applications";

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadSetup, list).of_applications()
}

/// The address of the page of an application.
fn address(id: &str) -> String {
    format!("{PATH}/{id}")
}

/// The application that the address names.
fn held(visit: &Visit) -> Result<Versioned<ApplicationRecord>, Why> {
    let id = AppId::parse(visit.part("id")).map_err(|_| Why::NotFound)?;
    let setup = visit.state.setup();
    let held = setup.applications.get(&id);
    let held = held.filter(|_| visit.apps().include(&id));
    held.cloned().ok_or(Why::NotFound)
}

async fn list(visit: Visit) -> Answer {
    let words = &visit.words().applications;
    let setup = visit.state.setup();
    let seen = setup.applications.values();
    let seen = seen.filter(|record| visit.apps().include(&record.application.id));
    let rows = seen.map(|record| {
        let app = &record.application;
        let origins: Vec<_> = app.origins.iter().map(|origin| origin.as_str()).collect();
        let origins = match origins.is_empty() {
            true => words.no_origin.to_owned(),
            false => origins.join(" "),
        };
        let pill = match record.is_disabled {
            true => Pill::new("quiet", pill::BAR, words.disabled),
            false => Pill::new("ok", pill::TICK, words.enabled),
        };
        vec![
            Cell::Link(address(app.id.as_str()), app.name.as_str().to_owned()),
            Cell::Id(app.id.as_str().to_owned()),
            Cell::Pill(pill),
            Cell::from(sending::chosen(visit.words(), &app.languages.choice)).less(),
            Cell::from(origins).less(),
        ]
    });
    let add = visit.may_everywhere(Permission::ManageSetup).then(|| {
        let name = visit.words().application.add;
        (create::PATH.to_owned(), name.to_owned())
    });
    Ok(Listing {
        shell: visit.shell(Area::Applications),
        title: words.title,
        lead: words.lead,
        state: Vec::new(),
        tables: vec![Table {
            caption: words.caption,
            columns: vec![
                words.name,
                words.id,
                words.state,
                words.language,
                words.origins,
            ],
            rows: rows.collect(),
            empty: words.none,
        }],
        links: add.into_iter().collect(),
        note: String::new(),
        more: None,
    }
    .found())
}
