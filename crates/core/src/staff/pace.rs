//! How often something may be tried: signing in, above all. A try is counted before it is judged, so that a hundred at once are
//! no more than the next one would be, and taken back where it was right.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use super::person::{PersonId, PersonName};
use crate::limit::Bucket;
use crate::time::Timestamp;

/// A rule about tries that are counted together.
#[derive(Debug, PartialEq, Eq)]
pub struct Pace {
    /// Its name.
    pub name: &'static str,
    /// The most tries in the window.
    pub max: usize,
    /// The window, which rolls.
    pub window: Duration,
    /// Beyond the maximum, one try is allowed in each of these spans; `None` where none is.
    pub beyond: Option<Duration>,
}

/// Wrong passwords and wrong second factors of one name.
pub const ACCOUNT: Pace = Pace {
    name: "sign_in_account",
    max: 10,
    window: Duration::from_secs(15 * 60),
    beyond: Some(Duration::from_secs(60)),
};

/// Wrong passwords from one address, or from one network of 64 bits in IPv6.
pub const ADDRESS: Pace = Pace {
    name: "sign_in_address",
    max: 30,
    window: Duration::from_secs(3_600),
    beyond: None,
};

/// Whole numbers that one person asks to see.
pub const REVEALS: Pace = Pace {
    name: "reveals",
    max: 20,
    window: Duration::from_secs(3_600),
    beyond: None,
};

/// A try, and what it counts together with.
#[derive(Debug, Clone)]
pub struct Tried {
    /// The rule.
    pub pace: &'static Pace,
    /// What the try counts together with.
    pub bucket: Bucket,
}

impl Tried {
    /// A try with this name, whether or not anybody has it.
    #[must_use]
    pub fn with_name(name: &PersonName) -> Self {
        Self::of(&ACCOUNT, &name.folded())
    }

    /// A try from this address.
    #[must_use]
    pub fn from_address(address: IpAddr) -> Self {
        let network = match address.to_canonical() {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => {
                let first = u128::from(address) >> 64 << 64;
                Ipv6Addr::from(first).to_string()
            }
        };
        Self::of(&ADDRESS, &network)
    }

    /// A number that this person asks to see.
    #[must_use]
    pub fn reveal_by(person: &PersonId) -> Self {
        Self::of(&REVEALS, person.as_str())
    }

    fn of(pace: &'static Pace, what: &str) -> Self {
        Self {
            pace,
            bucket: Bucket::named(pace.name).part(what),
        }
    }
}

impl Pace {
    /// Returns the time until another try is allowed, where none is at `now`, after tries at these times, in any order.
    #[must_use]
    pub fn wait(&self, earlier: &[Timestamp], now: Timestamp) -> Option<Duration> {
        let counts = |at: &Timestamp| now < at.after(self.window);
        let mut counted: Vec<Timestamp> = earlier.iter().copied().filter(counts).collect();
        counted.sort_unstable();
        let over = counted.len().checked_sub(self.max)?;
        // Once this one counts no more, there is room.
        let room = counted.get(over)?.after(self.window);
        let next = match (self.beyond, counted.last()) {
            (Some(beyond), Some(last)) => last.after(beyond).min(room),
            _ => room,
        };
        Some(now.until(next)).filter(|wait| !wait.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::default().after(Duration::from_secs(seconds))
    }

    // shows: G8
    #[test]
    fn after_ten_failures_one_try_a_minute_is_left() {
        let mut tries: Vec<_> = (0..10).map(at).collect();
        assert_eq!(ACCOUNT.wait(&tries[..9], at(9)), None);
        assert_eq!(ACCOUNT.wait(&tries, at(9)), Some(Duration::from_secs(60)));
        assert_eq!(ACCOUNT.wait(&tries, at(69)), None);
        tries.push(at(69));
        assert_eq!(ACCOUNT.wait(&tries, at(70)), Some(Duration::from_secs(59)));
        assert_eq!(ACCOUNT.wait(&tries, at(900 + 1)), None, "two count no more");
    }

    #[test]
    fn an_address_waits_until_its_oldest_try_counts_no_more() {
        let tries: Vec<_> = (0..30).rev().map(at).collect();
        let wait = ADDRESS.wait(&tries, at(100));
        assert_eq!(wait, Some(Duration::from_secs(3_500)));
        assert_eq!(ADDRESS.wait(&tries, at(3_600)), None);
    }

    #[test]
    fn addresses_of_one_network_count_together() {
        let bucket = |text: &str| Tried::from_address(text.parse().unwrap()).bucket;
        assert_eq!(bucket("2001:db8::1"), bucket("2001:db8::ffff:1:2"));
        assert_ne!(bucket("2001:db8::1"), bucket("2001:db8:0:1::1"));
        assert_eq!(bucket("192.0.2.1"), bucket("::ffff:192.0.2.1"));
        assert_ne!(bucket("192.0.2.1"), bucket("192.0.2.2"));
    }
}
