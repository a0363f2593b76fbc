//! Settlements. Memory follows a provider's answer at once; the log follows later, in the same order.

use countersign_core::ports::StoreError;
use countersign_core::send::settle::{GiveBack, Settlement, Settling};
use countersign_core::time::Timestamp;

use crate::hit::Touched;
use crate::sqlite::log::attempt::SettlementRow;
use crate::sqlite::log::record::Record;
use crate::sqlite::memory::Live;
use crate::sqlite::writer::queue::Durable;
use crate::sqlite::{SqliteStore, writer};

impl SqliteStore {
    /// Applies an outcome, and queues its record. The caller waits only for the record of a message that was
    /// certainly not sent, since a start takes a message without a record as sent.
    pub(super) fn take_outcome(
        &self,
        settlement: Settlement,
    ) -> Result<(GiveBack, Option<Durable>), StoreError> {
        let mut live = self.live.lock().map_err(|_| writer::stopped())?;
        let now = self.clock.now();
        let Some(message) = live.pending(settlement.message) else {
            return Ok((GiveBack::No, None)); // settled before
        };
        let row = match settlement.judge(message.decided_at, now) {
            Settling::Overdue => {
                live.sent(message.message, now);
                message.as_unknown()
            }
            Settling::Sent => {
                live.cost(message.message, settlement.cost);
                live.sent(message.message, now);
                SettlementRow::without_give_back(message.seq, settlement.attempts)
                    .costing(settlement.cost)
            }
            Settling::NotSent => {
                let row = self.take_failure(settlement, message.seq, &mut live, now);
                let give_back = row.give_back;
                let durable = self.queue.push(Record::Settlement(row))?;
                return Ok((give_back, Some(durable)));
            }
        };
        self.queue.settle(row)?;
        Ok((GiveBack::No, None))
    }

    /// Applies a definite failure: the code becomes void, and the minute is given back where the rules allow
    /// it.
    fn take_failure(
        &self,
        settlement: Settlement,
        seq: i64,
        live: &mut Live,
        now: Timestamp,
    ) -> SettlementRow {
        let rules = &settlement.give_back;
        let touched = Touched::of(rules, &self.sealer.get());
        let allowed = live.allows_give_back(rules, &touched, now);
        let give_back = GiveBack::after_failure(allowed);
        live.not_sent(settlement.message, give_back);
        if give_back == GiveBack::Counted {
            touched
                .hits
                .iter()
                .for_each(|hit| live.add_send_hit(hit, now));
        }
        SettlementRow {
            seq,
            attempts: settlement.attempts,
            give_back,
            give_back_hits: touched.hits,
            cost: None,
        }
    }
}
