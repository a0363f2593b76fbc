//! When people ask for codes: seconds since the midnight at which the virtual day begins.

use super::dice::{Dice, Range};

/// The seconds of an hour.
pub(crate) const HOUR: u64 = 3_600;

/// The seconds of a day.
pub(crate) const DAY: u64 = 24 * HOUR;

/// How many of 1,000 people use a consumer's app in each hour of the day: nearly none at four in the morning, most of
/// them in the evening.
const WAKING: [u64; 24] = [
    14, 8, 5, 3, 3, 5, 12, 27, 43, 53, 55, 54, 60, 54, 51, 50, 51, 54, 60, 68, 75, 74, 60, 31,
];

/// A distribution of moments over the day.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Hours {
    /// As people are awake.
    Waking,
    /// Of 10 people, 6 begin their work between 8:40 and 9:40; the others ask between 9:40 and 18:00.
    Office,
    /// Any moment between two, all alike.
    Between(u64, u64),
}

impl Hours {
    /// Returns a moment, in seconds since midnight.
    pub(crate) fn moment(self, dice: &mut Dice) -> u64 {
        let range = match self {
            Hours::Waking => return waking(dice),
            Hours::Office if dice.chance(600) => Range(8 * HOUR + 2_400, 9 * HOUR + 2_400),
            Hours::Office => Range(9 * HOUR + 2_400, 18 * HOUR),
            Hours::Between(from, to) => Range(from, to),
        };
        dice.within(range)
    }
}

fn waking(dice: &mut Dice) -> u64 {
    let hours: Vec<_> = WAKING.into_iter().zip(0..).collect();
    let hour = dice.weighted(&hours).copied().unwrap_or_default();
    hour * HOUR + dice.below(HOUR)
}

/// Returns the number of `moments` in the busiest `span` seconds, counted in spans that follow one another.
pub(crate) fn busiest(moments: impl Iterator<Item = u64>, span: u64) -> u64 {
    let mut spans = std::collections::BTreeMap::<u64, u64>::new();
    for moment in moments {
        *spans.entry(moment / span.max(1)).or_default() += 1;
    }
    spans.into_values().max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_ask_most_in_the_evening_and_least_before_dawn() {
        let mut dice = Dice::new(1);
        let mut asked = [0_u32; 24];
        for _ in 0..20_000 {
            let moment = Hours::Waking.moment(&mut dice);
            asked[usize::try_from(moment / HOUR).unwrap()] += 1;
        }
        let most = asked.iter().max().unwrap();
        assert!(
            [20, 21].iter().any(|hour| asked[*hour] == *most),
            "{asked:?}"
        );
        assert!(asked[3] * 10 < asked[20], "{asked:?}");
    }

    #[test]
    fn the_busiest_span_is_the_one_with_the_most_moments() {
        assert_eq!(busiest([0, 599, 600, 601, 602].into_iter(), 600), 3);
        assert_eq!(busiest(std::iter::empty(), 600), 0);
    }
}
