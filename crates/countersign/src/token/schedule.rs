//! When a key signs, and how long it stays published.

use std::cmp::Ordering;
use std::time::Duration;

use countersign_core::time::Timestamp;

/// How long anyone may keep the published keys without asking again.
pub const MAX_AGE: Duration = Duration::from_secs(600);

/// How long a verification token is good.
pub use countersign_core::policy::TOKEN_LIFE;

/// How long a management token is good: longer than any other. SDKs keep one until it ends.
pub const MANAGEMENT_LIFE: Duration = Duration::from_secs(2 * 60 * 60);

/// From the making of a key to its first signature: until every cache knows it, and a minute for
/// answers that were under way.
pub const LEAD: Duration = Duration::from_secs(MAX_AGE.as_secs() + 60);

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    /// Signs.
    Signing,
    /// Published, and waits until every cache knows it.
    Next,
    /// Replaced; published for its last tokens.
    Retiring {
        /// Until when.
        until: Timestamp,
    },
    /// Nothing that it signed is good any more.
    Over,
}

/// What each key is for at `now`, from when each begins to sign, in that order. Where one `must_sign`, the first does so
/// also by a clock that is behind all of them.
pub(super) fn roles(signs_from: &[Timestamp], now: Timestamp, must_sign: bool) -> Vec<Role> {
    let signer = signs_from.iter().rposition(|from| *from <= now);
    let signer = signer.or(must_sign.then_some(0));
    let role = |at: usize| match Some(at).cmp(&signer) {
        Ordering::Equal => Role::Signing,
        Ordering::Greater => Role::Next,
        Ordering::Less => {
            let replaced = signs_from.get(at + 1).copied().unwrap_or(now);
            let until = replaced.after(MANAGEMENT_LIFE).after(MAX_AGE);
            if now < until {
                Role::Retiring { until }
            } else {
                Role::Over
            }
        }
    };
    (0..signs_from.len()).map(role).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1_000)
    }

    #[test]
    fn the_first_key_signs_at_once() {
        assert_eq!(roles(&[at(100)], at(100), true), [Role::Signing]);
        assert_eq!(
            roles(&[at(100)], at(99), true),
            [Role::Signing],
            "a clock behind"
        );
        assert_eq!(roles(&[], at(0), true), []);
    }

    #[test]
    fn a_first_key_that_need_not_sign_waits_for_its_time() {
        assert_eq!(roles(&[at(100)], at(99), false), [Role::Next]);
        assert_eq!(roles(&[at(100)], at(100), false), [Role::Signing]);
    }

    #[test]
    fn a_new_key_waits_and_the_old_one_stays_for_its_last_tokens() {
        let keys = [at(0), at(1_000)];
        let retiring = Role::Retiring { until: at(8_800) };
        assert_eq!(roles(&keys, at(999), true), [Role::Signing, Role::Next]);
        assert_eq!(roles(&keys, at(1_000), true), [retiring, Role::Signing]);
        assert_eq!(roles(&keys, at(8_799), true), [retiring, Role::Signing]);
        assert_eq!(roles(&keys, at(8_800), true), [Role::Over, Role::Signing]);
    }

    #[test]
    fn keys_that_follow_fast_are_each_published_long_enough() {
        let keys = [at(0), at(700), at(1_400), at(2_100)];
        let until = |seconds| Role::Retiring { until: at(seconds) };
        assert_eq!(
            roles(&keys, at(1_500), true),
            [until(8_500), until(9_200), Role::Signing, Role::Next]
        );
    }

    #[test]
    fn one_key_signs_at_any_time_and_what_it_signs_can_be_verified() {
        let keys = [at(0), at(660), at(1_320), at(5_000)];
        for second in -10..16_000 {
            let then = roles(&keys, at(second), true);
            let signer = then.iter().position(|role| *role == Role::Signing).unwrap();
            assert_eq!(
                then.iter().filter(|role| **role == Role::Signing).count(),
                1
            );
            for life in [TOKEN_LIFE, MANAGEMENT_LIFE, MAX_AGE] {
                let later = at(second).after(life);
                assert_ne!(roles(&keys, later, true)[signer], Role::Over);
            }
        }
    }
}
