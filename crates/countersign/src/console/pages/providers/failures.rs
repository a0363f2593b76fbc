//! The last failures of a vendor account, for its page.

use countersign_core::message::Timeline;
use countersign_core::message_filter::{MessageFilter, OutcomeFilter};
use countersign_core::ports::records::{MessageSearch, TimelineQuery};
use countersign_core::send::attempt;
use countersign_core::send::outcome::Outcome;

use crate::console::entry::Visit;
use crate::console::listing::{Cell, Table};
use crate::console::pages::message;
use crate::console::pages::refused::Why;
use crate::console::range::Last;
use crate::operator::Permission;

/// The most failures that are shown.
const MOST: u16 = 20;

/// The messages of the last week that the account refused, or may have lost, newest first.
pub(super) async fn table(visit: &Visit, provider: &str) -> Result<Table, Why> {
    let mut found = Vec::new();
    for outcome in [OutcomeFilter::NotSent, OutcomeFilter::Unknown] {
        let search = MessageSearch {
            among: TimelineQuery {
                limit: MOST,
                ..TimelineQuery::default()
            },
            decided_from: Some(visit.now.before(Last::Week.length())),
            filter: MessageFilter {
                within: visit.apps().clone(),
                provider: Some(provider.to_owned()),
                outcome: Some(outcome),
                ..MessageFilter::default()
            },
            looks_at: 0,
        };
        let searched = visit.state.manage.search_messages(search).await?;
        found.extend(searched.timelines);
    }
    found.sort_by_key(|timeline| std::cmp::Reverse(timeline.decided_at));
    found.truncate(MOST.into());
    let words = &visit.words().providers;
    let mut columns = vec![words.errors_when, words.errors_what];
    if visit.may(Permission::ReadVendorAnswers) {
        columns.push(words.errors_code);
    }
    Ok(Table {
        caption: words.errors_caption,
        columns,
        rows: found.iter().map(|found| row(visit, found)).collect(),
        empty: words.errors_none,
    })
}

fn row(visit: &Visit, timeline: &Timeline) -> Vec<Cell> {
    let decisive = attempt::decisive(&timeline.attempts);
    let attempt = decisive.and_then(|place| timeline.attempts.get(place));
    let (what, code) = match attempt.map(|attempt| &attempt.outcome) {
        Some(Outcome::NotAccepted(why)) => (why.kind.as_str(), why.vendor_code.clone()),
        Some(Outcome::Unknown { cause }) => (visit.words().terms.unknown, Some(cause.clone())),
        _ => ("", None),
    };
    let time = visit.moment(timeline.decided_at).shown;
    let mut cells = vec![Cell::Link(message::address(timeline.id), time), what.into()];
    if visit.may(Permission::ReadVendorAnswers) {
        cells.push(code.unwrap_or_default().into());
    }
    cells
}
