//! Wrong guesses about numbers, in memory: counted, forgotten, and the way back where that was not recorded.
//!
//! What is taken back may have been forgotten since, by a step that is itself taken back later. So what a step
//! forgot is kept until every older one is durable for good or was withdrawn.

use countersign_core::limit::Hit;
use countersign_core::time::Timestamp;

use super::buckets;
use super::hits::LoggedHit;
use super::live::Live;
use crate::seal::Key;

/// Numbers what is done with wrong guesses, in order.
pub(super) type Step = u64;

/// What was forgotten by steps that are not durable yet, oldest first.
#[derive(Debug, Default)]
pub(super) struct Forgotten {
    steps: Vec<Forgetting>,
    newest: Step,
}

#[derive(Debug)]
struct Forgetting {
    step: Step,
    phone: Key,
    in_a_row: u32,
    buckets: Vec<(LoggedHit, Vec<Hit>)>,
}

impl Forgotten {
    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    fn next_step(&mut self) -> Step {
        self.newest += 1;
        self.newest
    }

    /// The first to forget how many came in a row after `step`.
    fn in_a_row_after(&mut self, step: Step, phone: Key) -> Option<&mut u32> {
        let mut steps = self.steps.iter_mut();
        let later = steps.find(|later| later.step > step && later.phone == phone)?;
        Some(&mut later.in_a_row)
    }

    /// The first to empty `bucket` after `step`.
    fn hits_after(&mut self, step: Step, bucket: Key) -> Option<&mut Vec<Hit>> {
        let later = self.steps.iter_mut().filter(|later| later.step > step);
        let mut buckets = later.flat_map(|later| &mut later.buckets);
        buckets
            .find(|(of, _)| of.bucket == bucket)
            .map(|(_, hits)| hits)
    }
}

impl Live {
    /// Counts a wrong guess; as one in a row, if it was compared with anything.
    pub(super) fn guess(
        &mut self,
        phone: Key,
        hits: &[LoggedHit],
        compared: bool,
        at: Timestamp,
    ) -> Step {
        for hit in hits {
            self.guesses.add(hit, at);
        }
        self.set_in_a_row(phone, self.in_a_row(phone) + u32::from(compared));
        self.forgotten.next_step()
    }

    /// Takes [`Live::guess`] back.
    pub(super) fn withdraw_guess(
        &mut self,
        step: Step,
        phone: Key,
        hits: &[LoggedHit],
        compared: bool,
        at: Timestamp,
    ) {
        for hit in hits {
            if let Some(forgotten) = self.forgotten.hits_after(step, hit.bucket) {
                buckets::remove(forgotten, hit.at(at));
            } else {
                self.guesses.remove(hit, at);
            }
        }
        if let Some(in_a_row) = self.forgotten.in_a_row_after(step, phone) {
            *in_a_row = in_a_row.saturating_sub(compared.into());
        } else {
            let in_a_row = self.in_a_row(phone).saturating_sub(compared.into());
            self.set_in_a_row(phone, in_a_row);
        }
    }

    /// Forgets how many came in a row, and the hits in the buckets of `hits`.
    pub(super) fn forget_guesses(&mut self, phone: Key, hits: &[LoggedHit]) -> Step {
        let step = self.forgotten.next_step();
        let emptied = hits
            .iter()
            .map(|hit| (*hit, self.guesses.empty(hit.bucket)));
        let buckets = emptied.collect();
        let in_a_row = self.set_in_a_row(phone, 0);
        self.forgotten.steps.push(Forgetting {
            step,
            phone,
            in_a_row,
            buckets,
        });
        step
    }

    /// There is no way back from [`Live::forget_guesses`]: it is durable, and no older step will be withdrawn.
    pub(super) fn keep_forgotten(&mut self, step: Step) {
        self.forgotten.steps.retain(|kept| kept.step != step);
    }

    /// Takes [`Live::forget_guesses`] back.
    pub(super) fn withdraw_forgetting(&mut self, step: Step) {
        let mut steps = self.forgotten.steps.iter();
        let Some(found) = steps.position(|withdrawn| withdrawn.step == step) else {
            return;
        };
        let withdrawn = self.forgotten.steps.remove(found);
        for (kind, hits) in withdrawn.buckets {
            if let Some(forgotten) = self.forgotten.hits_after(step, kind.bucket) {
                forgotten.splice(0..0, hits);
                continue;
            }
            for Hit { at, weight } in hits {
                self.guesses.add(&LoggedHit { weight, ..kind }, at);
            }
        }
        let phone = withdrawn.phone;
        if let Some(in_a_row) = self.forgotten.in_a_row_after(step, phone) {
            *in_a_row += withdrawn.in_a_row;
        } else {
            self.set_in_a_row(phone, self.in_a_row(phone) + withdrawn.in_a_row);
        }
    }
}
