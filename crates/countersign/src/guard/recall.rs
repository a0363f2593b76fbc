//! Tells the guard the record of the last day, from its end.

use std::sync::Arc;

use countersign_core::guard::{Guard, WINDOW};
use countersign_core::message::Timeline;
use countersign_core::ports::StoreError;
use countersign_core::ports::records::{Records, TimelineQuery};
use countersign_core::send::attempt;
use countersign_core::send::outcome::Outcome;
use countersign_core::time::Timestamp;
use tokio::time::Instant;

/// The number of messages that are read at once.
const PAGE: u16 = 500;

/// How many times as long as a page took the next one waits, so that callers who come right after a start hardly notice.
const REST: u32 = 9;

/// The largest number of messages that a start tells: by far more than the newest 50 of each range, which are judged.
const MOST: usize = 200_000;

/// Tells `guard` the messages of the day before `start`, the newest first. What happens from `start` on the guard hears
/// from the service itself.
pub(crate) async fn recall(records: Arc<dyn Records>, guard: Arc<Guard>, start: Timestamp) {
    match tell(&*records, &guard, start).await {
        Ok(messages) => tracing::debug!(messages, "the guard knows the record of the last day"),
        Err(error) => tracing::error!(%error, "the guard does not know the whole last day"),
    }
}

async fn tell(records: &dyn Records, guard: &Guard, start: Timestamp) -> Result<usize, StoreError> {
    let oldest = start.before(WINDOW);
    let mut query = TimelineQuery {
        decided_before: Some(start),
        limit: PAGE,
        ..TimelineQuery::default()
    };
    let mut told = 0;
    while told < MOST {
        let began = Instant::now();
        let page = records.timelines(query.clone()).await?;
        for message in page
            .iter()
            .take_while(|message| message.decided_at >= oldest)
        {
            count(guard, message, start);
            told += 1;
        }
        match page.last() {
            Some(last) if last.decided_at >= oldest => query.before = Some(last.id),
            _ => break,
        }
        tokio::time::sleep(began.elapsed() * REST).await;
    }
    Ok(told)
}

fn count(guard: &Guard, message: &Timeline, start: Timestamp) {
    if !attempt::outcome(&message.attempts).is_none_or(Outcome::may_have_been_sent) {
        return;
    }
    let made_at = message.id.made_at();
    guard.sent(&message.app, &message.phone, made_at);
    let mut checks = message.checks.iter();
    if checks.any(|check| check.right && check.at < start) {
        guard.verified(&message.app, &message.phone, made_at);
    }
}
