//! The time within which a provider usually reports, for a message whose report is awaited.

use std::time::Duration;

use countersign_core::message::Timeline;
use countersign_core::message_filter::{MessageFilter, OutcomeFilter};
use countersign_core::ports::records::{MessageSearch, TimelineQuery};

use crate::console::entry::Visit;
use crate::console::headline::Headline;
use crate::console::pages::refused::Why;
use crate::console::words::sentences;

/// The most messages that are looked at.
const NEWEST: u32 = 300;

/// The most reports by which the time is told, and the fewest.
const MOST: u16 = 50;
const FEWEST: usize = 5;

/// The sentence about it; `None` where no report is awaited, or few came lately.
pub(super) async fn usually(visit: &Visit, timeline: &Timeline) -> Result<Option<String>, Why> {
    let Headline::NoReceipt { provider, .. } = Headline::of(timeline, visit.now) else {
        return Ok(None);
    };
    let search = MessageSearch {
        among: TimelineQuery {
            limit: MOST,
            ..TimelineQuery::default()
        },
        decided_from: None,
        filter: MessageFilter {
            within: visit.apps().clone(),
            provider: Some(provider),
            outcome: Some(OutcomeFilter::Delivered),
            ..MessageFilter::default()
        },
        looks_at: NEWEST,
    };
    let found = visit.state.manage.search_messages(search).await?.timelines;
    let mut times: Vec<_> = found.iter().filter_map(reported_after).collect();
    times.sort_unstable();
    // Nine of ten came within this time.
    let within = times.get(times.len() * 9 / 10);
    let within = within.filter(|_| times.len() >= FEWEST);
    Ok(within.map(|within| sentences::usually_reports(visit.language, *within)))
}

/// The time from the end of the last attempt to the first report.
fn reported_after(timeline: &Timeline) -> Option<Duration> {
    let taken = timeline.attempts.iter().map(|attempt| attempt.ended_at);
    let report = timeline.receipts.iter().map(|report| report.at).min()?;
    Some(taken.max()?.until(report))
}
