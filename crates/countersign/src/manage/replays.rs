//! Draft rules, tried on the record.

use std::time::Duration;

use countersign_core::guard::replay::{PastSend, Replayed, replay};
use countersign_core::message::Timeline;
use countersign_core::ports::records::TimelineQuery;
use countersign_core::price::PriceTable;
use countersign_core::send::attempt::{self, Attempt};
use countersign_core::send::outcome::Outcome;
use countersign_core::time::Timestamp;

use super::{Manage, ManageError, Rule};
use crate::config::settings::Draft;

/// The messages of a time that were replayed.
#[derive(Debug)]
pub struct ReplayedHistory {
    /// The start of that time.
    pub from: Timestamp,
    /// Its end.
    pub to: Timestamp,
    /// Whether all messages of that time were replayed.
    pub is_whole: bool,
    /// What the rules would have done.
    pub replayed: Replayed,
}

/// The largest number of messages that are replayed: the newest ones.
const MOST: usize = 200_000;

/// The number of messages that are read at once.
const PAGE: u16 = 1_000;

const DAY: Duration = Duration::from_secs(24 * 3_600);
const LONGEST: u64 = 365;

impl Manage {
    /// Tries a draft of rules, in TOML, on the messages of so many days. Nothing is changed.
    ///
    /// # Errors
    /// [`ManageError::Fields`] for a draft that cannot be read, or days out of bounds; [`ManageError::Unavailable`].
    pub async fn replay(&self, rules: &str, days: u64) -> Result<ReplayedHistory, ManageError> {
        if !(1..=LONGEST).contains(&days) {
            return Err(ManageError::rule("days", Rule::Between(1, LONGEST)));
        }
        let life = self.parts.messenger.guard().settings().life;
        let draft = Draft::parse(rules, self.parts.limits.home(), life)
            .map_err(|why| ManageError::field("rules", format!("{why:#}")))?;
        let to = self.parts.clock.now();
        let from = to.before(DAY * u32::try_from(days).unwrap_or(u32::MAX));
        let (history, is_whole) = self.history(from, to).await?;
        let from = match (is_whole, history.first()) {
            (false, Some(oldest)) => oldest.at,
            _ => from,
        };
        let replaying = move || replay(&history, &draft.limits, draft.guard);
        let replayed = tokio::task::spawn_blocking(replaying).await;
        let replayed = replayed.map_err(|_| ManageError::Internal)?;
        Ok(ReplayedHistory {
            from,
            to,
            is_whole,
            replayed: replayed.map_err(|why| ManageError::field("rules", why))?,
        })
    }

    /// Returns the sends from `from` to `to`, oldest first, and whether these are all.
    async fn history(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<(Vec<PastSend>, bool), ManageError> {
        let mut query = TimelineQuery {
            decided_before: Some(to),
            limit: PAGE,
            ..TimelineQuery::default()
        };
        let (mut found, prices) = (Vec::new(), self.parts.messenger.prices());
        let is_whole = loop {
            let page = self.parts.records.timelines(query.clone()).await?;
            let last = page.last().map(|last| (last.id, last.decided_at));
            let of_time = page.into_iter().filter(|of| of.decided_at >= from);
            found.extend(of_time.filter_map(|message| past_send(message, &prices)));
            match last {
                Some((id, at)) if at >= from => query.before = Some(id),
                _ => break true,
            }
            if found.len() >= MOST {
                break false;
            }
        };
        found.reverse();
        Ok((found, is_whole))
    }
}

/// Returns a message as a replay sees it, at the prices of the providers that may have sent it; `None` for one that was certainly
/// not sent.
fn past_send(message: Timeline, prices: &PriceTable) -> Option<PastSend> {
    let outcome = attempt::outcome(&message.attempts);
    outcome
        .is_none_or(Outcome::may_have_been_sent)
        .then(|| PastSend {
            price: prices.paid(paid(&message.attempts), message.phone.country()),
            verified_at: message
                .checks
                .iter()
                .find(|check| check.right)
                .map(|check| check.at),
            app: message.app,
            channel: message.channel,
            phone: message.phone,
            at: message.decided_at,
        })
}

/// Returns the providers that may have sent a message.
fn paid(attempts: &[Attempt]) -> impl Iterator<Item = &str> {
    let sent = attempts
        .iter()
        .filter(|attempt| attempt.outcome.may_have_been_sent());
    sent.filter_map(|attempt| attempt.provider.as_deref())
}
