//! `/console/applications/{id}/limits`: the maxima that hold for one application.

use countersign_core::limit::{Bound, SendLimit};

use super::{address, held, maximum};
use crate::console::entry::{Entry, Visit};
use crate::console::listing::{Cell, Table};
use crate::console::pages::limits::{counted, in_force};
use crate::console::pages::refused::Why;
use crate::console::shell::Area;
use crate::console::table_page::TablePage;
use crate::console::words::sentences;
use crate::operator::Permission;

const PATH: &str = "/console/applications/{id}/limits";

/// The address of the page of the application `id`.
pub(super) fn page(id: &str) -> String {
    format!("{}/limits", address(id))
}

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadSetup, async |visit: Visit| {
        Ok(limits_page(&visit)?.found())
    })
}

fn limits_page(visit: &Visit) -> Result<TablePage, Why> {
    let (words, of) = (&visit.words().sending, &visit.words().limits);
    let (held, setup) = (held(visit)?, visit.state.setup());
    let app = &held.application;
    let row = |limit: SendLimit| {
        let Bound::Max(max) = limit.bound else {
            return None; // A limit with waits has no maximum, of any application.
        };
        let own = maximum::own(&limit, &app.id);
        let own = own.map(|own| limit.counts.told(own.max));
        let address = maximum::address(app.id.as_str(), &limit.name);
        Some(vec![
            Cell::Link(address, limit.name.clone()),
            counted(&limit, of).into(),
            sentences::length(visit.language, limit.window).into(),
            limit.counts.told(max).into(),
            own.unwrap_or_else(|| words.none.to_owned()).into(),
        ])
    };
    let limits = visit.state.manage.limits().limits().iter();
    let limits = limits.filter_map(|(limit, _)| row(in_force(&setup, limit)));
    Ok(TablePage {
        shell: visit.shell(Area::Applications),
        title: words.limits,
        back: (address(app.id.as_str()), words.back),
        lead: vec![words.limits_lead.to_owned()],
        facts: vec![(
            visit.words().applications.name,
            app.name.as_str().to_owned(),
        )],
        tables: vec![Table {
            caption: words.limits_caption,
            columns: vec![of.name, of.counted, of.window, of.max, words.own_max],
            rows: limits.collect(),
            empty: of.none,
        }],
        form: None,
        begins_with_form: false,
    })
}
