//! The hourly and daily limits on wrong guesses about a number.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use super::{Bound, Bucket, Counts, Limit, Mode, RuleSet, Rules};
use crate::code::check::Caller;
use crate::code::failures::FailureBudget;
use crate::phone::PhoneNumber;

/// Returns the rules that count wrong guesses about `phone` and may refuse `caller`. Guesses of both callers
/// make hits in one bucket; each caller has its own maxima.
/// The rules have one bucket, so a ledger may keep its hits in the row of the number.
#[must_use]
pub fn wrong_guesses(phone: &PhoneNumber, caller: Caller) -> Rules {
    static SETS: LazyLock<[Arc<RuleSet>; 2]> =
        LazyLock::new(|| Caller::ALL.map(|caller| Arc::new(limits(caller.budget()))));
    let [public, application] = &*SETS;
    let set = match caller {
        Caller::Public => public,
        Caller::Application => application,
    };
    let bucket = Bucket::named("wrong").part(phone.e164());
    Rules::in_one_bucket(Arc::clone(set), bucket)
}

fn limits(budget: FailureBudget) -> RuleSet {
    let limit = |name: &'static str, hours: u64, max| Limit {
        name: name.into(),
        counts: Counts::Messages,
        window: Duration::from_secs(hours * 3600),
        bound: Bound::Max(max),
        mode: Mode::Enforce,
        refundable: false,
        until_verified: false,
        early_percent: 0,
    };
    RuleSet::of_one_bucket([
        limit("wrong_hour", 1, budget.hour.into()),
        limit("wrong_day", 24, budget.day.into()),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_guesses_are_counted_by_number_in_the_hour_and_the_day() {
        let phone = |number| PhoneNumber::parse(number, None).unwrap();
        let of = |caller, number| wrong_guesses(&phone(number), caller);
        let hour = Duration::from_secs(3_600);
        for (caller, in_hour, in_day) in [(Caller::Public, 10, 20), (Caller::Application, 15, 30)] {
            let rules = of(caller, "13800138000");
            let limits = rules.set().limits().iter().map(|placed| {
                let limit = &placed.limit;
                (placed.bucket, limit.window, limit.bound.clone(), limit.mode)
            });
            let limit = |window, max| (0, window, Bound::Max(max), Mode::Enforce);
            let expected = [limit(hour, in_hour), limit(24 * hour, in_day)];
            assert_eq!(limits.collect::<Vec<_>>(), expected);
            let windows = rules.set().buckets().iter().map(|kind| kind.window);
            assert_eq!(windows.collect::<Vec<_>>(), [24 * hour]);
        }
        let one = of(Caller::Public, "13800138000");
        let both = of(Caller::Application, "13800138000");
        assert_eq!(one.buckets(), both.buckets());
        assert_ne!(one.buckets(), of(Caller::Public, "13800138001").buckets());
    }
}
