//! The effect of another send on the older codes of its scope (application, channel and number).
//!
//! The functions here take the codes of one scope in order of age, oldest first.

use super::{Age, Code, CodeState};
use crate::policy;
use crate::time::Timestamp;

/// Returns the age of the oldest code that newer ones leave good at `now`; codes older than that are replaced.
/// Returns `None` if newer codes leave all of them.
///
/// A sent code with `keeps = n` ends every code older than the n newest sent codes, whatever order outcomes
/// arrive in. Codes of one scope may differ in `keeps`, since an operator may have changed the setting between
/// two sends: the strictest counts.
#[must_use]
pub fn oldest_kept(codes: &[Code], now: Timestamp) -> Option<Age> {
    let sent: Vec<&Code> = codes
        .iter()
        .filter(|code| code.counts_as_sent(now))
        .collect();
    let oldest_kept = (1..)
        .zip(&sent)
        .filter_map(|(count, code)| usize::checked_sub(count, code.keeps.into()))
        .max()?;
    sent.get(oldest_kept).map(|code| code.age())
}

/// Returns the codes of `codes` that no newer one has replaced at `now`.
#[must_use]
pub fn kept(codes: &[Code], now: Timestamp) -> &[Code] {
    split(codes, now).1
}

/// Splits `codes` into those that newer ones have replaced at `now`, and the newer ones.
#[must_use]
pub fn split(codes: &[Code], now: Timestamp) -> (&[Code], &[Code]) {
    if let [_] = codes {
        return (&[], codes); // nearly always
    }
    let oldest_kept = oldest_kept(codes, now);
    let replaced = codes
        .iter()
        .take_while(|code| oldest_kept.is_some_and(|age| code.age() < age))
        .count();
    codes.split_at(replaced)
}

/// Returns whether a ledger may drop a replaced code at `now`, given the number of replaced codes that are newer: its life
/// is over, or it is not among the newest [`policy::REPLACED`].
#[must_use]
pub fn may_drop(replaced: &Code, newer: usize, now: Timestamp) -> bool {
    newer >= policy::REPLACED || replaced.expires_at() <= now
}

/// Returns the newest live code. Where an application sends the same code again, a new message brings this one.
#[must_use]
pub fn newest_live(codes: &[Code], now: Timestamp, dead_before: Timestamp) -> Option<&Code> {
    let mut codes = kept(codes, now).iter();
    codes.rfind(|code| code.state(now, dead_before) == CodeState::Live)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::id::MessageId;

    fn code(second: i64, keeps: u8) -> Code {
        let at = Timestamp::from_millis(second * 1000);
        let ends = at.after(Duration::from_secs(300));
        Code::recorded(MessageId::first_at(at), at, ends, [0; 16])
            .with_tries(5)
            .with_keeps(keeps)
    }

    /// Counts the `codes` that are replaced once those in `sent` have an outcome, at the moment of the newest
    /// one.
    fn replaced(codes: &[Code], sent: &[usize]) -> usize {
        let mut codes = codes.to_vec();
        sent.iter().for_each(|n| codes[*n].sent = true);
        let now = codes.last().unwrap().decided_at();
        codes.len() - kept(&codes, now).len()
    }

    #[test]
    fn a_sent_code_ends_every_code_before_it() {
        let codes = [code(0, 1), code(60, 1)];
        assert_eq!(replaced(&codes, &[0]), 0);
        assert_eq!(replaced(&codes, &[0, 1]), 1);
    }

    #[test]
    fn an_older_code_settled_late_does_not_end_a_newer_one() {
        let codes = [code(0, 1), code(10, 1)];
        assert_eq!(replaced(&codes, &[1]), 1);
        assert_eq!(replaced(&codes, &[1, 0]), 1);
    }

    #[test]
    fn codes_that_keep_two_end_the_third_newest() {
        let codes = [code(0, 2), code(60, 2), code(120, 2)];
        assert_eq!(replaced(&codes[..2], &[0, 1]), 0);
        assert_eq!(replaced(&codes, &[0, 1, 2]), 1);
    }

    #[test]
    fn the_strictest_of_different_codes_counts() {
        let codes = [code(0, 1), code(60, 1), code(120, 3)];
        assert_eq!(replaced(&codes, &[0, 1, 2]), 1);
    }

    #[test]
    fn a_code_without_an_outcome_ends_older_ones_once_it_is_overdue() {
        let mut codes = [code(0, 1), code(60, 1)];
        codes[0].sent = true;
        let kept = |second: i64| kept(&codes, Timestamp::from_millis(second * 1000)).len();
        assert_eq!(kept(81), 2);
        assert_eq!(kept(82), 1);
    }

    #[test]
    fn a_replaced_code_is_remembered_within_its_life_and_among_the_newest() {
        let replaced = code(0, 1);
        let second = |second: i64| Timestamp::from_millis(second * 1000);
        assert!(!may_drop(&replaced, policy::REPLACED - 1, second(299)));
        assert!(may_drop(&replaced, policy::REPLACED, second(299)));
        assert!(may_drop(&replaced, 0, second(300)));
    }

    #[test]
    fn the_newest_live_code_is_sent_again_and_a_pending_one_is_not() {
        let mut codes = [code(0, 1), code(60, 1)];
        codes[0].sent = true;
        let now = Timestamp::from_millis(61_000);
        let again = newest_live(&codes, now, Timestamp::default());
        assert_eq!(again.map(|code| code.message), Some(codes[0].message));
    }
}
