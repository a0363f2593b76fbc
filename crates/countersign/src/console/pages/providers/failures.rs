//! The last failures of a vendor account, for its page: also those that another provider made good.

use countersign_core::message::Timeline;
use countersign_core::message_filter::MessageFilter;
use countersign_core::ports::records::{MessageSearch, TimelineQuery};
use countersign_core::send::attempt::Attempt;
use countersign_core::send::outcome::Outcome;

use crate::console::entry::Visit;
use crate::console::listing::{Cell, Table};
use crate::console::pages::message;
use crate::console::pages::refused::Why;
use crate::console::range::Last;
use crate::console::words::outcomes;
use crate::operator::Permission;

/// The most failures that are shown.
const MOST: u16 = 20;

/// The messages of the last week at which the account failed, newest first.
pub(super) async fn table(visit: &Visit, provider: &str) -> Result<Table, Why> {
    let search = MessageSearch {
        among: TimelineQuery {
            limit: MOST,
            ..TimelineQuery::default()
        },
        decided_from: Some(visit.now.before(Last::Week.length())),
        filter: MessageFilter {
            within: visit.apps().clone(),
            failed_at: Some(provider.to_owned()),
            ..MessageFilter::default()
        },
        looks_at: 0,
    };
    let found = visit.state.manage.search_messages(search).await?.timelines;
    let rows = found.iter().filter_map(|found| {
        let mut attempts = found.attempts.iter().rev();
        let failed = attempts
            .find(|attempt| attempt.provider.as_deref() == Some(provider) && attempt.is_failure());
        Some(row(visit, found, failed?))
    });
    let words = &visit.words().providers;
    let mut columns = vec![words.errors_when, words.errors_what, words.errors_mend];
    if visit.may(Permission::ReadVendorAnswers) {
        columns.push(words.errors_code);
    }
    Ok(Table {
        caption: words.errors_caption,
        columns,
        rows: rows.collect(),
        empty: words.errors_none,
    })
}

fn row(visit: &Visit, timeline: &Timeline, failed: &Attempt) -> Vec<Cell> {
    let (language, outcome) = (visit.language, &failed.outcome);
    let code = match outcome {
        Outcome::NotAccepted(why) => why.vendor_code.clone(),
        Outcome::Unknown { cause } => Some(cause.clone()),
        Outcome::Accepted { .. } => None,
    };
    let time = visit.moment(timeline.decided_at).shown;
    let mut cells = vec![
        Cell::Link(message::address(timeline.id), time),
        outcomes::meaning(language, outcome)
            .unwrap_or_default()
            .into(),
        Cell::from(outcomes::mend(language, outcome).unwrap_or_default()).less(),
    ];
    if visit.may(Permission::ReadVendorAnswers) {
        cells.push(code.unwrap_or_default().into());
    }
    cells
}
