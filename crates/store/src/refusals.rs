//! The embedded record of refused sends: a ring in memory.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use countersign_core::ports::StoreError;
use countersign_core::ports::erasure::{Erased, Eraser, Erasure};
use countersign_core::ports::refusals::{FoundRefusals, KEPT, RefusalQuery, Refusals, RefusedSend};

/// The newest refused sends of one process.
///
/// Numbers are held in memory alone, as long as the process lives. Recording moves a value into a ring under a lock
/// that is held for a moment; a reader holds it while it looks through the ring.
#[derive(Default)]
pub struct RecentRefusals {
    ring: Mutex<Ring>,
}

#[derive(Default)]
struct Ring {
    /// The newest refused sends, oldest first, at most [`KEPT`].
    newest: VecDeque<RefusedSend>,
    dropped: u64,
}

impl std::fmt::Debug for RecentRefusals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecentRefusals").finish_non_exhaustive()
    }
}

#[async_trait]
impl Refusals for RecentRefusals {
    fn record(&self, refused: RefusedSend) {
        let replaced = self
            .ring
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(refused);
        drop(replaced); // outside the lock
    }

    async fn find(&self, query: RefusalQuery) -> Result<FoundRefusals, StoreError> {
        let ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        let found = ring
            .newest
            .iter()
            .rev()
            .filter(|refused| query.matches(refused));
        Ok(FoundRefusals {
            refusals: found.take(query.limit).cloned().collect(),
            dropped: ring.dropped,
        })
    }
}

#[async_trait]
impl Eraser for RecentRefusals {
    async fn erase(&self, erasure: &Erasure) -> Result<Erased, StoreError> {
        let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        let before = ring.newest.len();
        ring.newest.retain(|refused| refused.phone != erasure.phone);
        Ok(Erased {
            refusals: (before - ring.newest.len()) as u64,
            ..Erased::default()
        })
    }
}

impl Ring {
    /// Adds `refused` as the newest, and returns the oldest one, if it is dropped for that.
    fn push(&mut self, refused: RefusedSend) -> Option<RefusedSend> {
        let oldest = if self.newest.len() >= KEPT {
            self.dropped += 1;
            self.newest.pop_front()
        } else {
            None
        };
        self.newest.push_back(refused);
        oldest
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use countersign_core::application::AppId;
    use countersign_core::channel::Channel;
    use countersign_core::id::RequestId;
    use countersign_core::limit::{Counts, LimitKind, Mode, Refusal};
    use countersign_core::phone::PhoneNumber;
    use countersign_core::time::Timestamp;

    use super::*;

    /// A send to one of three numbers that the minute refused.
    fn refused(n: usize) -> RefusedSend {
        let at = Timestamp::from_millis(i64::try_from(n).unwrap());
        RefusedSend {
            request_id: RequestId::from_bytes((n as u128).to_be_bytes()),
            app: AppId::parse("app").unwrap(),
            channel: Channel::Login,
            phone: PhoneNumber::parse(&format!("1380013800{}", n % 3), None).unwrap(),
            caller: None,
            refusal: Refusal {
                mode: Mode::Enforce,
                limit: "minute".into(),
                kind: LimitKind::Minute,
                counts: Counts::Messages,
                count: 1,
                max: 1,
                window: Duration::from_secs(60),
                at,
                until: Some(at.after(Duration::from_secs(60))),
            },
        }
    }

    async fn find(record: &RecentRefusals, query: RefusalQuery) -> (Vec<RefusedSend>, u64) {
        let found = record.find(query).await.unwrap();
        (found.refusals, found.dropped)
    }

    #[tokio::test]
    async fn the_record_keeps_the_newest_refusals_and_counts_the_others() {
        let record = RecentRefusals::default();
        (0..KEPT).for_each(|n| record.record(refused(n)));
        let all = || RefusalQuery {
            limit: usize::MAX,
            ..RefusalQuery::default()
        };
        let (kept, dropped) = find(&record, all()).await;
        assert_eq!((kept.len(), dropped), (KEPT, 0));
        (KEPT..KEPT + 7).for_each(|n| record.record(refused(n)));
        let (kept, dropped) = find(&record, all()).await;
        assert_eq!((kept.len(), dropped), (KEPT, 7));
        assert_eq!(kept.first(), Some(&refused(KEPT + 6)));
        assert_eq!(kept.last(), Some(&refused(7)));
    }

    #[tokio::test]
    async fn a_query_finds_the_newest_refusals_of_a_number_or_the_one_of_a_request() {
        let record = RecentRefusals::default();
        (0..9).for_each(|n| record.record(refused(n)));
        let of_number = RefusalQuery {
            phone: Some(refused(1).phone),
            limit: 2,
            ..RefusalQuery::default()
        };
        assert_eq!(find(&record, of_number).await.0, [refused(7), refused(4)]);
        let of_request = RefusalQuery {
            request: Some(refused(5).request_id),
            limit: 50,
            ..RefusalQuery::default()
        };
        assert_eq!(find(&record, of_request).await.0, [refused(5)]);
    }
}
