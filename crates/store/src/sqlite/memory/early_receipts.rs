//! Early reports: those that came before the vendor's own answer was on record.
//!
//! All of it is used under the lock of the live state, and anyone who knows where a vendor reports can send
//! thousands at once. Every function therefore does work that is bounded by the few reports it handles, and the reports
//! to one provider take no room from another's.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use countersign_core::receipt::Receipt;
use countersign_core::time::Timestamp;

/// The time for which a report waits for the answer of its own vendor.
const WAITS: Duration = Duration::from_secs(30);

/// The maximum number of waiting reports to one provider; its oldest gives way.
const MOST_WAIT: usize = 4096;

/// The maximum number of waiting reports about one message: its record has room for as many.
const MOST_OF_ONE: usize = 16;

/// The waiting reports of each provider.
#[derive(Debug, Default)]
pub(crate) struct EarlyReceipts(HashMap<String, Share>);

/// The waiting reports of one provider, by the vendor's id for their message.
#[derive(Debug, Default)]
struct Share {
    waiting: HashMap<String, Vec<EarlyReceipt>>,
    /// The arrival time and the vendor's id of each report, oldest first. Some of these reports were taken
    /// already.
    order: VecDeque<(Timestamp, String)>,
}

#[derive(Debug)]
struct EarlyReceipt {
    receipt: Receipt,
    since: Timestamp,
}

impl EarlyReceipts {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Keeps a report, if it names the vendor's message that it waits for.
    pub(crate) fn keep(&mut self, provider: &str, receipt: Receipt, now: Timestamp) {
        if let Some(id) = receipt.provider_message_id.clone() {
            let share = self.0.entry(provider.to_owned()).or_default();
            share.keep(id, receipt, now);
        }
    }

    /// Takes the reports that wait for the vendor's message with this id.
    pub(crate) fn take(
        &mut self,
        provider: &str,
        provider_message_id: &str,
    ) -> Vec<(Receipt, Timestamp)> {
        let Some(share) = self.0.get_mut(provider) else {
            return Vec::new();
        };
        let taken = share.waiting.remove(provider_message_id);
        if share.waiting.is_empty() {
            self.0.remove(provider);
        }
        let taken = taken.unwrap_or_default().into_iter();
        taken.map(|early| (early.receipt, early.since)).collect()
    }
}

impl Share {
    fn keep(&mut self, id: String, receipt: Receipt, now: Timestamp) {
        self.forget(now);
        let waiting = self.waiting.entry(id.clone()).or_default();
        if waiting.len() < MOST_OF_ONE {
            self.order.push_back((now, id));
            waiting.push(EarlyReceipt {
                receipt,
                since: now,
            });
        }
    }

    /// Drops the reports that have waited too long, and the oldest one if there are too many.
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
        // The stale entry of the first report in the order must not drop the second one.
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
        early.keep("b", about("1"), at(0));
        for n in 0..10_000 {
            early.keep("a", about(&n.to_string()), at(0));
        }
        let share = &early.0["a"];
        assert!(share.waiting.len() <= MOST_WAIT && share.order.len() <= MOST_WAIT);
        assert_eq!(early.take("a", "9999").len(), 1);
        assert_eq!(early.take("a", "0").len(), 0);
        for _ in 0..10_000 {
            early.keep("a", about("same"), at(0));
        }
        assert_eq!(early.take("a", "same").len(), MOST_OF_ONE);
        assert_eq!(early.take("b", "1").len(), 1, "another provider's report");
    }
}
