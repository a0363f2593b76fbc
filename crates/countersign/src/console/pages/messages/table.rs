//! `/console/messages.csv`: the messages of a search as a table, numbers masked. Its columns have the names of the management
//! endpoints, in no language.

use countersign_core::csv;
use countersign_core::message::Timeline;
use countersign_core::receipt::Delivery;
use countersign_core::send::attempt;
use countersign_core::send::outcome::Outcome;

use super::search::Search;
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::pages::refused::Why;
use crate::http::page;
use crate::operator::Permission;

pub(super) const PATH: &str = "/console/messages.csv";

/// The most searches for one table. Each looks at a bounded number of messages.
const SEARCHES: usize = 10;

/// The most rows that a search finds: 10,000 in a table.
const AT_ONCE: u16 = 1_000;

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadMessages, write).of_applications()
}

async fn write(visit: Visit) -> Answer {
    let mut search = Search::read(&visit).map_err(|_| Why::NotFound)?;
    let phone = visit.sessions.number(&visit.session, &search.number);
    if phone.is_none() && !search.number.is_empty() {
        return Err(Why::NotFound);
    }
    let mut table = String::new();
    csv::line(&mut table, COLUMNS);
    let mut last = None;
    for _ in 0..SEARCHES {
        let asked = search.asked(&visit, phone.clone(), AT_ONCE)?;
        let found = visit.state.manage.search_messages(asked).await?;
        for timeline in &found.timelines {
            csv::line(&mut table, row(timeline));
        }
        let is_full = found.timelines.len() == usize::from(AT_ONCE);
        let full_to = found.timelines.last().filter(|_| is_full);
        let full_to = full_to.map(|last| (last.id, last.decided_at));
        let searched_to = found.searched_to;
        let searched_to = searched_to.map(|last| (last.message, last.decided_at));
        last = searched_to.or(full_to);
        match last {
            Some((message, _)) => search = search.before(message),
            None => break,
        }
    }
    if let Some((_, decided_at)) = last {
        csv::line(&mut table, ["searchedTo", &decided_at.to_string()]);
    }
    Ok(page::table("messages.csv", table))
}

const COLUMNS: [&str; 10] = [
    "decidedAt",
    "messageId",
    "requestId",
    "appId",
    "channel",
    "to",
    "provider",
    "outcome",
    "delivery",
    "verified",
];

fn row(timeline: &Timeline) -> [String; 10] {
    let decisive = attempt::decisive(&timeline.attempts);
    let attempt = decisive.and_then(|place| timeline.attempts.get(place));
    let outcome = match attempt.map(|attempt| &attempt.outcome) {
        None => "pending",
        Some(Outcome::Accepted { .. }) => "accepted",
        Some(Outcome::Unknown { .. }) => "unknown",
        Some(Outcome::NotAccepted(why)) => why.kind.as_str(),
    };
    let reports = timeline.receipts.iter().map(|report| report.status);
    let delivery = Delivery::of(reports).map_or("", Delivery::as_str);
    let provider = attempt.and_then(|attempt| attempt.provider.clone());
    // A leading plus sign would begin a formula.
    let number = timeline.phone.masked();
    [
        timeline.decided_at.to_string(),
        timeline.id.to_string(),
        timeline.request_id.to_string(),
        timeline.app.as_str().to_owned(),
        timeline.channel.as_str().to_owned(),
        number.trim_start_matches('+').to_owned(),
        provider.unwrap_or_default(),
        outcome.to_owned(),
        delivery.to_owned(),
        timeline.is_verified().to_string(),
    ]
}
