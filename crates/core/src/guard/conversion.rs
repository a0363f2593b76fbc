//! Conversion: how many of the newest sends of an area were verified.

use std::collections::VecDeque;
use std::time::Duration;

use crate::time::Timestamp;

/// A conversion so low that people do not explain it: at least `sends` sends, and at most `verified` in `sends` of them
/// verified.
///
/// The newest sends are judged, not those of a whole day: in 5,000 real sends of a day, an attack of 200 hides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Threshold {
    /// The number of newest sends that are judged.
    pub sends: u32,
    /// The largest number of them that may be verified for the threshold to trip.
    pub verified: u32,
}

impl Threshold {
    /// A challenge is due. Where 60 % of the codes are verified, 20 sends trip it with odds of 3 in 10,000.
    pub const CHALLENGE: Self = Self {
        sends: 20,
        verified: 4,
    };

    /// A block is due. Where 60 % of the codes are verified, 50 sends trip it with odds of 2 in 10 trillion; where 30 %
    /// are, with odds of 7 in 10,000.
    pub const BLOCK: Self = Self {
        sends: 50,
        verified: 5,
    };

    /// Returns whether a reading is so low.
    #[must_use]
    pub fn trips(self, reading: Reading) -> bool {
        let [sends, verified] = [reading.sends, reading.verified].map(u64::from);
        reading.sends >= self.sends
            && verified * u64::from(self.sends) <= u64::from(self.verified) * sends
    }

    /// Returns the largest number of unverified sends among `sends` for which the threshold does not trip.
    #[must_use]
    pub fn most_unverified(self, sends: u32) -> u32 {
        let verified = u64::from(self.verified) * u64::from(sends) / u64::from(self.sends) + 1;
        sends.saturating_sub(u32::try_from(verified).unwrap_or(u32::MAX))
    }
}

/// The number of newest sends, and how many of them were verified.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reading {
    /// The sends.
    pub sends: u32,
    /// The sends whose code was used.
    pub verified: u32,
}

impl Reading {
    /// Returns the number of sends that were not verified.
    #[must_use]
    pub const fn unverified(self) -> u32 {
        self.sends.saturating_sub(self.verified)
    }
}

/// The time for which sends count.
pub const WINDOW: Duration = Duration::from_hours(24);

/// The sends of one area within the [`WINDOW`], counted by the minute in which the message was made.
///
/// The order in which sends and verified codes are counted does not matter, so a start may count the record from its
/// end. An area takes 16 bytes for each minute with a send: 23 KB at most.
#[derive(Debug, Clone, Default)]
pub(super) struct Conversion {
    /// In order of time.
    minutes: VecDeque<Minute>,
}

#[derive(Debug, Clone, Copy)]
struct Minute {
    /// Minutes since the Unix epoch.
    number: i64,
    sends: u32,
    verified: u32,
}

const MINUTE: Duration = Duration::from_secs(60);
const MILLIS: i64 = 60_000;

impl Conversion {
    /// Counts a send.
    pub(super) fn sent(&mut self, made_at: Timestamp) {
        self.count(made_at, |minute| {
            minute.sends = minute.sends.saturating_add(1);
        });
    }

    /// Counts that the code of a message that was made at `made_at` is used.
    pub(super) fn verified(&mut self, made_at: Timestamp) {
        self.count(made_at, |minute| {
            minute.verified = minute.verified.saturating_add(1);
        });
    }

    fn count(&mut self, at: Timestamp, change: impl FnOnce(&mut Minute)) {
        let number = at.as_millis().div_euclid(MILLIS);
        let earlier = |minute: &Minute| minute.number < number;
        let place = self.minutes.partition_point(earlier);
        match self.minutes.get_mut(place) {
            Some(minute) if minute.number == number => change(minute),
            _ => {
                let mut minute = Minute {
                    number,
                    sends: 0,
                    verified: 0,
                };
                change(&mut minute);
                self.minutes.insert(place, minute);
            }
        }
    }

    /// Returns the reading of the newest sends made from `from` on whose codes are over: at least `sends` of them, and
    /// the whole minutes that they are in; `None` where there are fewer. A code is over `life` after its message was
    /// made.
    pub(super) fn newest(
        &self,
        sends: u32,
        from: Timestamp,
        life: Duration,
        now: Timestamp,
    ) -> Option<Reading> {
        let from = from.max(now.before(WINDOW));
        let mut reading = Reading::default();
        let over = self
            .minutes
            .iter()
            .rev()
            .skip_while(|minute| minute.start().after(MINUTE).after(life) > now);
        for minute in over.take_while(|minute| minute.start() >= from) {
            reading.sends = reading.sends.saturating_add(minute.sends);
            reading.verified = reading
                .verified
                .saturating_add(minute.verified.min(minute.sends));
            if reading.sends >= sends {
                return Some(reading);
            }
        }
        None
    }

    /// Forgets the sends that no longer count.
    pub(super) fn prune(&mut self, now: Timestamp) {
        let oldest = now.before(WINDOW);
        while self
            .minutes
            .front()
            .is_some_and(|minute| minute.start() < oldest)
        {
            self.minutes.pop_front();
        }
    }

    /// Returns the number of sends that are kept.
    pub(super) fn kept(&self) -> u64 {
        self.minutes
            .iter()
            .map(|minute| u64::from(minute.sends))
            .sum()
    }
}

impl Minute {
    fn start(&self) -> Timestamp {
        Timestamp::from_millis(self.number.saturating_mul(MILLIS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The beginning of the first minute.
    const BEGUN: Timestamp = minute(0);

    const fn minute(number: i64) -> Timestamp {
        Timestamp::from_millis((30_000_000 + number) * MILLIS)
    }

    #[test]
    fn a_threshold_trips_from_one_unverified_send_more_than_its_words_allow() {
        for threshold in [Threshold::CHALLENGE, Threshold::BLOCK] {
            for sends in [threshold.sends, threshold.sends + 1, 130, 5_000] {
                let trips = |unverified: u32| {
                    let verified = sends - unverified;
                    let reading = Reading { sends, verified };
                    assert_eq!(reading.unverified(), unverified);
                    threshold.trips(reading)
                };
                let most = threshold.most_unverified(sends);
                assert!(!trips(most) && trips(most + 1), "{threshold:?} {sends}");
            }
        }
    }

    #[test]
    fn sends_and_verified_codes_count_in_their_minute_whatever_came_before() {
        let events = [
            (0, false),
            (0, true),
            (1, false),
            (3, false),
            (3, true),
            (4, false),
        ];
        let counted = |events: &mut dyn Iterator<Item = &(i64, bool)>| {
            let mut conversion = Conversion::default();
            for (number, is_verified) in events {
                match is_verified {
                    true => conversion.verified(minute(*number)),
                    false => conversion.sent(minute(*number)),
                }
            }
            let newest = |sends| conversion.newest(sends, BEGUN, Duration::ZERO, minute(5));
            [1, 2, 3, 4, 5].map(|sends| newest(sends).map(|found| (found.sends, found.verified)))
        };
        let expected = [Some((1, 0)), Some((2, 1)), Some((3, 1)), Some((4, 2)), None];
        assert_eq!(counted(&mut events.iter()), expected);
        assert_eq!(counted(&mut events.iter().rev()), expected);
    }

    #[test]
    fn minutes_that_began_more_than_a_day_ago_are_forgotten() {
        let mut conversion = Conversion::default();
        for _ in 0..3 {
            conversion.sent(BEGUN);
        }
        conversion.sent(BEGUN.after(MINUTE));
        let day_after = BEGUN.after(WINDOW);
        conversion.prune(day_after);
        assert_eq!(conversion.kept(), 4);
        conversion.prune(day_after.after(Duration::from_millis(1)));
        assert_eq!(conversion.kept(), 1);
    }
}
