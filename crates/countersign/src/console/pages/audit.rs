//! `/console/audit`: who did what, newest first.

use std::sync::Arc;

use countersign_api::AuditActDto;
use countersign_core::time::Timestamp;

use super::refused::Why;
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::listing::{Cell, Listing, Table};
use crate::console::pill::{self, Pill};
use crate::console::shell::Area;
use crate::console::words::acts;
use crate::manage::ActQuery;
use crate::operator::Permission;

pub(in crate::console) const PATH: &str = "/console/audit";

/// The most acts on one page.
const MOST: usize = 50;

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadAudit, list).of_applications()
}

async fn list(visit: Visit) -> Answer {
    let words = &visit.words().audit;
    let before = match visit.asked("before") {
        "" => None,
        before => Some(before.parse().map_err(|_| Why::NotFound)?),
    };
    let query = ActQuery {
        before,
        within: visit.apps().clone(),
        by: Some(Arc::clone(&visit.session.person.name)),
        limit: MOST,
        ..ActQuery::default()
    };
    let acts = visit.state.manage.acts(query).await?;
    let last = acts.last().filter(|act| act.seq > 1);
    let more = last.map(|act| (format!("{PATH}?before={}", act.seq), words.older));
    Ok(Listing {
        shell: visit.shell(Area::Audit),
        title: words.title,
        lead: words.lead,
        state: Vec::new(),
        tables: vec![Table {
            caption: words.caption,
            columns: vec![
                words.number,
                words.time,
                words.act,
                words.target,
                words.result,
                words.who,
                words.door,
            ],
            rows: acts.iter().map(|act| row(&visit, act)).collect(),
            empty: words.none,
        }],
        links: Vec::new(),
        note: String::new(),
        more,
    }
    .found())
}

fn row(visit: &Visit, act: &AuditActDto) -> Vec<Cell> {
    let words = &visit.words().audit;
    let at = Timestamp::parse(&act.at);
    let at = at.map_or_else(|| act.at.clone(), |at| visit.moment(at).shown);
    let who = act.who.id.as_ref().unwrap_or(&act.who.kind);
    let pill = match act.result.as_str() {
        "done" => Pill::new("ok", pill::TICK, words.done),
        "refused" => Pill::new("warn", pill::TRIANGLE, words.refused),
        _ => Pill::new("bad", pill::CROSS, words.failed),
    };
    vec![
        act.seq.to_string().into(),
        at.into(),
        acts::act(visit.language, &act.act).into(),
        Cell::Id(act.target.name.clone()),
        Cell::Pill(pill),
        who.as_str().into(),
        acts::door(visit.language, &act.door).into(),
    ]
}
