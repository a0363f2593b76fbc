//! Reports that came before what they are about: a vendor may report before its own answer is on record.
//!
//! All of it is used under the lock of the live state, and whoever knows where a vendor reports can send thousands
//! at once. So nothing here looks at more than it takes.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use countersign_core::receipt::Receipt;
use countersign_core::time::Timestamp;

/// How long a report waits for the answer of its own vendor.
const WAITS: Duration = Duration::from_secs(30);

/// How many reports wait at most; the oldest gives way.
const MOST_WAIT: usize = 4096;

/// How many of them may name one message: as many as its record has room for.
const MOST_OF_ONE: usize = 16;

/// Reports that wait, by the vendor's id for their message.
#[derive(Debug, Default)]
pub(crate) struct EarlyReceipts {
    waiting: HashMap<String, Vec<EarlyReceipt>>,
    /// Since when, and whose; among them some that were taken.
    order: VecDeque<(Timestamp, String)>,
}

#[derive(Debug)]
struct EarlyReceipt {
    provider: String,
    receipt: Receipt,
    since: Timestamp,
}

impl EarlyReceipts {
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Lets a report wait, if it says what for.
    pub(crate) fn keep(&mut self, provider: &str, receipt: Receipt, now: Timestamp) {
        self.forget(now);
        let Some(id) = receipt.provider_message_id.clone() else {
            return;
        };
        let waiting = self.waiting.entry(id.clone()).or_default();
        if waiting.len() < MOST_OF_ONE {
            self.order.push_back((now, id));
            waiting.push(EarlyReceipt {
                provider: provider.to_owned(),
                receipt,
                since: now,
            });
        }
    }

    /// The reports that wait for the vendor's message of that id.
    pub(crate) fn take(
        &mut self,
        provider: &str,
        provider_message_id: &str,
    ) -> Vec<(Receipt, Timestamp)> {
        let Some(all) = self.waiting.remove(provider_message_id) else {
            return Vec::new();
        };
        let (taken, left): (Vec<_>, Vec<_>) = all
            .into_iter()
            .partition(|early| early.provider == provider);
        if !left.is_empty() {
            self.waiting.insert(provider_message_id.to_owned(), left);
        }
        let taken = taken.into_iter();
        taken.map(|early| (early.receipt, early.since)).collect()
    }

    /// Lets go of those that have waited for too long, and of one where there are too many.
    fn forget(&mut self, now: Timestamp) {
        while let Some((since, _)) = self.order.front()
            && (since.after(WAITS) <= now || self.order.len() >= MOST_WAIT)
        {
            let Some((since, id)) = self.order.pop_front() else {
                return;
            };
            let Some(waiting) = self.waiting.get_mut(&id) else {
                continue; // taken
            };
            if let Some(place) = waiting.iter().position(|early| early.since == since) {
                waiting.remove(place);
            }
            if waiting.is_empty() {
                self.waiting.remove(&id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use countersign_core::phone::PhoneNumber;
    use countersign_core::receipt::Delivery;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    fn about(id: &str) -> Receipt {
        Receipt {
            provider_message_id: (!id.is_empty()).then(|| id.to_owned()),
            message: None,
            phone: PhoneNumber::parse("13800138000", None).unwrap(),
            status: Delivery::Delivered,
            vendor_code: None,
        }
    }

    #[test]
    fn each_early_report_is_taken_once_by_its_own_provider() {
        let mut early = EarlyReceipts::default();
        for provider in ["a", "b", "a"] {
            early.keep(provider, about("1"), at(1));
        }
        early.keep("a", about(""), at(1));
        assert!(early.take("a", "2").is_empty() && early.take("c", "1").is_empty());
        assert_eq!(early.take("a", "1").len(), 2);
        assert_eq!(early.take("a", "1").len(), 0);
        assert_eq!(early.take("b", "1"), [(about("1"), at(1))]);
        assert!(early.is_empty());
    }

    #[test]
    fn an_early_report_waits_for_half_a_minute_at_most() {
        let mut early = EarlyReceipts::default();
        early.keep("a", about("1"), at(0));
        assert_eq!(early.take("a", "1").len(), 1);
        // Its place in the order is of the one before, and takes nothing with it.
        early.keep("a", about("1"), at(10));
        early.keep("a", about("2"), at(30));
        assert_eq!(early.take("a", "1").len(), 1);
        early.keep("a", about("3"), at(60));
        assert_eq!(early.take("a", "2").len(), 0);
        assert_eq!(early.take("a", "3").len(), 1);
    }

    #[test]
    fn a_flood_of_reports_is_bounded_and_the_newest_wait() {
        let mut early = EarlyReceipts::default();
        for n in 0..10_000 {
            early.keep("a", about(&n.to_string()), at(0));
        }
        assert!(early.waiting.len() <= MOST_WAIT && early.order.len() <= MOST_WAIT);
        assert_eq!(early.take("a", "9999").len(), 1);
        assert_eq!(early.take("a", "0").len(), 0);
        for _ in 0..10_000 {
            early.keep("a", about("same"), at(0));
        }
        assert_eq!(early.take("a", "same").len(), MOST_OF_ONE);
    }
}
