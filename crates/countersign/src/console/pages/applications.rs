//! `/console/applications`: the applications, and what each of them may.

use crate::console::entry::{Answer, Entry, Visit};
use crate::console::listing::{Cell, Listing, Table};
use crate::console::pill::{self, Pill};
use crate::console::shell::Area;
use crate::operator::Permission;

pub(in crate::console) const PATH: &str = "/console/applications";

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadSetup, list)
}

async fn list(visit: Visit) -> Answer {
    let words = &visit.words().applications;
    let setup = visit.state.setup();
    let rows = setup.applications.values().map(|record| {
        let app = &record.application;
        let origins: Vec<_> = app.origins.iter().map(|origin| origin.as_str()).collect();
        let pill = match record.is_disabled {
            true => Pill::new("quiet", pill::BAR, words.disabled),
            false => Pill::new("ok", pill::TICK, words.enabled),
        };
        vec![
            Cell::Id(app.id.as_str().to_owned()),
            app.name.as_str().into(),
            Cell::Pill(pill),
            app.languages.choice.as_str().into(),
            origins.join(" ").into(),
        ]
    });
    Ok(Listing {
        shell: visit.shell(Area::Applications),
        title: words.title,
        lead: words.lead,
        state: Vec::new(),
        tables: vec![Table {
            caption: words.caption,
            columns: vec![
                words.id,
                words.name,
                words.state,
                words.language,
                words.origins,
            ],
            rows: rows.collect(),
            empty: words.none,
        }],
        links: Vec::new(),
        note: String::new(),
        more: None,
    }
    .found())
}
