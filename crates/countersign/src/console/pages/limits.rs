//! `/console/limits`: every limit that a send is judged by, as it holds now.

use countersign_core::limit::{Bound, Mode};

use crate::console::entry::{Answer, Entry, Visit};
use crate::console::listing::{Cell, Listing, Table};
use crate::console::pill::{self, Pill};
use crate::console::shell::Area;
use crate::console::words::sentences;
use crate::operator::Permission;

pub(in crate::console) const PATH: &str = "/console/limits";

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadService, list)
}

async fn list(visit: Visit) -> Answer {
    let words = &visit.words().limits;
    let setup = visit.state.setup();
    let rows = visit
        .state
        .manage
        .limits()
        .limits()
        .iter()
        .map(|(limit, _)| {
            let change = setup.limits.get(&limit.name);
            let limit = change.map_or_else(|| limit.clone(), |change| change.change.applied(limit));
            let parts: Vec<_> = limit.by.iter().map(|part| part.as_str()).collect();
            let counted = match parts.is_empty() {
                true => words.everything.to_owned(),
                false => parts.join(", "),
            };
            let max = match &limit.bound {
                Bound::Max(max) => max.to_string(),
                Bound::Waits(waits) => sentences::waits(visit.language, waits),
            };
            let pill = match limit.mode {
                Mode::Enforce => Pill::new("ok", pill::TICK, words.enforce),
                Mode::Challenge => Pill::new("quiet", pill::QUESTION, words.challenge),
                Mode::Monitor => Pill::new("quiet", pill::BAR, words.monitor),
            };
            let window = sentences::length(visit.language, limit.window);
            vec![
                Cell::Id(limit.name),
                counted.into(),
                max.into(),
                window.into(),
                Cell::Pill(pill),
            ]
        });
    Ok(Listing {
        shell: visit.shell(Area::Limits),
        title: words.title,
        lead: words.lead,
        state: Vec::new(),
        tables: vec![Table {
            caption: words.caption,
            columns: vec![
                words.name,
                words.counted,
                words.max,
                words.window,
                words.mode,
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
