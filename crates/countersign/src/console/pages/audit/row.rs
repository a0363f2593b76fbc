//! An act on the page of the audit log.

use std::collections::BTreeSet;

use countersign_api::{AuditActDto, Json};
use countersign_core::time::Timestamp;

use crate::console::entry::Visit;
use crate::console::pill::{self, Pill};
use crate::console::when::Moment;
use crate::console::words::{acts, record};

/// The most characters of a value.
const MOST: usize = 300;

/// An act.
pub(super) struct Row {
    pub(super) seq: u64,
    pub(super) at: Moment,
    pub(super) act: String,
    pub(super) target: String,
    pub(super) pill: Pill,
    pub(super) who: String,
    pub(super) door: String,
    pub(super) from: String,
    pub(super) request: String,
    pub(super) hash: String,
    pub(super) changes: Vec<Change>,
}

/// A part of the thing that the act changed.
pub(super) struct Change {
    pub(super) name: String,
    pub(super) before: String,
    pub(super) after: String,
}

impl Row {
    pub(super) fn of(visit: &Visit, act: &AuditActDto) -> Self {
        let words = &visit.words().audit;
        let at = Timestamp::parse(&act.at);
        let who = match &act.who.id {
            Some(id) => id.clone(),
            None => record::actor(visit.language, &act.who.kind).to_owned(),
        };
        Self {
            seq: act.seq,
            at: visit.moment(at.unwrap_or_default()),
            act: acts::act(visit.language, &act.act).to_owned(),
            target: act.target.name.clone(),
            pill: match act.result.as_str() {
                "done" => Pill::new("ok", pill::TICK, words.done),
                "refused" => Pill::new("warn", pill::TRIANGLE, words.refused),
                _ => Pill::new("bad", pill::CROSS, words.failed),
            },
            who,
            door: acts::door(visit.language, &act.door).to_owned(),
            from: act.from.clone().unwrap_or_default(),
            request: act.request.clone().unwrap_or_default(),
            hash: act.hash.clone(),
            changes: changes(act),
        }
    }
}

/// The parts that the act has, before and after.
fn changes(act: &AuditActDto) -> Vec<Change> {
    let parts = [&act.before, &act.after].into_iter().flatten();
    let names: BTreeSet<_> = parts.flat_map(|part| part.keys()).collect();
    let names = names.into_iter();
    let changes = names.map(|name| {
        let value = |part: &Option<std::collections::BTreeMap<String, Json>>| {
            let value = part.as_ref().and_then(|part| part.get(name));
            value.map(shown).unwrap_or_default()
        };
        Change {
            name: name.clone(),
            before: value(&act.before),
            after: value(&act.after),
        }
    });
    changes.collect()
}

fn shown(value: &Json) -> String {
    let text = match value {
        Json::Text(text) => text.clone(),
        value => serde_json::to_string(value).unwrap_or_default(),
    };
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
