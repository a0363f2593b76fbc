//! Refusals by a limit: the kind of the limit, and the wait until it no longer refuses.

/// The kind of a limit, by the sends that it counts together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Throttle {
    /// The one-minute limit: one code per application, channel and number in a rolling minute.
    Minute,
    /// Another limit on the number.
    Number,
    /// A limit on the address of the caller.
    Caller,
    /// A limit on everybody together: of an application, a country, a range of numbers or the deployment.
    Everybody,
}

impl Throttle {
    /// The `apiCode` of a refusal. The one-minute limit has none, as in GenAuth.
    ///
    /// ```
    /// assert_eq!(countersign_api::Throttle::Number.api_code(), Some(2_990_003));
    /// ```
    #[must_use]
    pub const fn api_code(self) -> Option<u32> {
        match self {
            Throttle::Minute => None,
            Throttle::Number => Some(2_990_003),
            Throttle::Caller => Some(2_990_004),
            Throttle::Everybody => Some(2_990_005),
        }
    }
}

/// A length of time as people say it: hours and minutes, days and hours, or one of them alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    days: u64,
    hours: u64,
    minutes: u64,
    seconds: u64,
}

/// The names of the units in a language, and the text between two of them.
pub(super) struct Units {
    pub(super) day: Unit,
    pub(super) hour: Unit,
    pub(super) minute: Unit,
    pub(super) second: Unit,
    pub(super) between: &'static str,
}

/// The name of a unit after the number 1 and after any other number.
pub(super) struct Unit(pub(super) &'static str, pub(super) &'static str);

impl Span {
    /// The span of `seconds`. From a minute on it is rounded up to whole minutes, and from two days on to whole hours,
    /// so a caller who waits for so long does not come too early.
    pub(super) const fn of(seconds: u64) -> Self {
        let (mut days, mut hours, mut minutes) = (0, 0, 0);
        if seconds < 60 {
            return Self {
                days,
                hours,
                minutes,
                seconds,
            };
        }
        if seconds <= 48 * 3600 {
            minutes = seconds.div_ceil(60);
            hours = minutes / 60;
            minutes %= 60;
        } else {
            hours = seconds.div_ceil(3600);
            days = hours / 24;
            hours %= 24;
        }
        Self {
            days,
            hours,
            minutes,
            seconds: 0,
        }
    }

    /// The span in words, such as `1 hour and 30 minutes`.
    pub(super) fn in_words(self, units: &Units) -> String {
        let parts = [
            (self.days, &units.day),
            (self.hours, &units.hour),
            (self.minutes, &units.minute),
            (self.seconds, &units.second),
        ];
        let words = parts.iter().filter(|(count, _)| *count > 0);
        let words = words.map(|(count, Unit(one, many))| {
            format!("{count} {}", if *count == 1 { one } else { many })
        });
        words.collect::<Vec<_>>().join(units.between)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Fault, Lang};

    fn message(by: Throttle, retry_after: u64, forever: bool, lang: Lang) -> String {
        let fault = Fault::Throttled {
            by,
            retry_after,
            forever,
        };
        fault.message(lang)
    }

    #[test]
    fn a_wait_is_told_in_hours_and_minutes_and_never_too_short() {
        for (seconds, words) in [
            (1, "1 second"),
            (30, "30 seconds"),
            (59, "59 seconds"),
            (60, "1 minute"),
            (61, "2 minutes"),
            (119, "2 minutes"),
            (3_600, "1 hour"),
            (3_601, "1 hour and 1 minute"),
            (5_400, "1 hour and 30 minutes"),
            (10_795, "3 hours"),
            (86_400, "24 hours"),
            (172_800, "48 hours"),
            (172_801, "2 days and 1 hour"),
            (604_799, "7 days"),
            (2_678_400, "31 days"),
        ] {
            let said = message(Throttle::Number, seconds, false, Lang::EnUs);
            assert!(
                said.ends_with(&format!(" in {words}.")),
                "{seconds}: {said}"
            );
        }
    }

    #[test]
    fn a_wait_is_told_in_the_units_of_every_language() {
        for (lang, words) in [
            (
                Lang::ZhCn,
                ["30 秒", "2 分钟", "3 小时", "1 小时 30 分钟", "3 天"],
            ),
            (
                Lang::ZhTw,
                ["30 秒", "2 分鐘", "3 小時", "1 小時 30 分鐘", "3 天"],
            ),
            (
                Lang::JaJp,
                ["30 秒", "2 分", "3 時間", "1 時間 30 分", "3 日"],
            ),
        ] {
            for (seconds, words) in [30, 120, 10_800, 5_400, 259_200].iter().zip(words) {
                let said = message(Throttle::Everybody, *seconds, false, lang);
                assert!(said.contains(words), "{lang:?} {seconds}: {said}");
            }
        }
    }

    #[test]
    fn a_limit_that_never_admits_promises_no_wait() {
        let mut seen = std::collections::HashSet::new();
        for by in [Throttle::Number, Throttle::Caller, Throttle::Everybody] {
            for lang in Lang::ALL {
                let said = message(by, 86_400, true, lang);
                assert!(!said.contains(|c: char| c.is_ascii_digit()), "{said}");
                assert!(seen.insert(said.clone()), "{by:?} {lang:?} again: {said}");
            }
        }
    }
}
