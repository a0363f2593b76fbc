//! The safe list: numbers, ranges and addresses that an operator has found to be real people, for a while.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::time::Duration;

use super::range::{Range, RangeKind};
use crate::limit::{Counts, Part};
use crate::network::Network;
use crate::phone::PhoneNumber;
use crate::time::Timestamp;

/// An entry of the safe list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SafeEntry {
    /// The name of the entry: 16 hexadecimal digits.
    pub id: String,
    /// The sends that the entry is about.
    pub who: Safe,
    /// The time from which the entry does not count any more.
    pub until: Timestamp,
    /// The reason that the operator gave.
    pub note: String,
    /// The time at which the entry was added.
    pub created_at: Timestamp,
}

/// The sends that an entry of the safe list is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Safe {
    /// Sends to this number.
    Number(PhoneNumber),
    /// Sends to the numbers of this range: a prefix or a calling code.
    Range(Range),
    /// Sends by callers of this network.
    Network(Network),
}

impl Safe {
    /// The kinds of ranges that an entry may be about. A country is allowed by its routes, and a carrier range is no
    /// unit that an operator knows.
    pub const RANGES: [RangeKind; 2] = [RangeKind::CallingCode, RangeKind::Prefix];
}

/// The longest time for which an entry of the safe list counts: 90 days.
pub const LONGEST: Duration = Duration::from_hours(2_160);

/// The largest number of entries of the safe list.
pub const MOST: usize = 1_000;

/// The limits that a send is exempt from, beside the guard. The one-minute limit, the limits on a number and the quotas
/// of everybody hold for each send.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Exemption {
    /// Whether the number is on the safe list: limits on ranges of numbers do not count.
    pub number: bool,
    /// Whether the address is on the safe list: limits on addresses do not count.
    pub address: bool,
}

impl Exemption {
    /// Returns whether the guard leaves the send alone.
    #[must_use]
    pub const fn is_any(self) -> bool {
        self.number || self.address
    }

    /// Returns whether a limit that counts sends by these parts does not count for the send.
    #[must_use]
    pub fn lifts(self, by: &BTreeSet<Part>, counts: Counts) -> bool {
        let has = |parts: &[Part]| parts.iter().any(|part| by.contains(part));
        let ranges = [Part::CallingCode, Part::Carrier, Part::Prefix, Part::Block];
        let addresses = [Part::Address, Part::Network];
        let is_kept = by.contains(&Part::Number) || counts.is_money();
        !is_kept && (self.number && has(&ranges) || self.address && has(&addresses))
    }
}

/// The safe list, ready to be asked.
#[derive(Debug, Default)]
pub(super) struct SafeList {
    numbers: BTreeMap<String, Timestamp>,
    ranges: BTreeMap<Range, Timestamp>,
    networks: Vec<(Network, Timestamp)>,
}

impl SafeList {
    /// Takes entries. Of several about the same sends the one with the latest end counts.
    pub(super) fn new<'a>(entries: impl IntoIterator<Item = &'a SafeEntry>) -> Self {
        let mut list = Self::default();
        for entry in entries {
            let end = match &entry.who {
                Safe::Number(phone) => list.numbers.entry(phone.e164().to_owned()).or_default(),
                Safe::Range(range) => list.ranges.entry(range.clone()).or_default(),
                Safe::Network(network) => {
                    list.networks.push((*network, entry.until));
                    continue;
                }
            };
            *end = entry.until.max(*end);
        }
        list
    }

    /// Returns the limits that a send to `phone` by a caller at `address` is exempt from at `now`.
    pub(super) fn exempts(
        &self,
        phone: &PhoneNumber,
        address: Option<IpAddr>,
        now: Timestamp,
    ) -> Exemption {
        let counts = |until: Option<&Timestamp>| until.is_some_and(|until| now < *until);
        let in_range =
            |kind| !self.ranges.is_empty() && counts(self.ranges.get(&Range::of(kind, phone)));
        Exemption {
            number: counts(self.numbers.get(phone.e164()))
                || Safe::RANGES.into_iter().any(in_range),
            address: address.is_some_and(|address| {
                let mut networks = self.networks.iter();
                networks.any(|(network, until)| network.contains(address) && now < *until)
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::price::Currency;

    fn entry(who: Safe, until: i64) -> SafeEntry {
        SafeEntry {
            id: "0123456789abcdef".to_owned(),
            who,
            until: Timestamp::from_millis(until),
            note: String::new(),
            created_at: Timestamp::default(),
        }
    }

    #[test]
    fn an_exemption_lifts_limits_on_ranges_or_on_addresses_and_no_other() {
        let number = Exemption {
            number: true,
            address: false,
        };
        let address = Exemption {
            number: false,
            address: true,
        };
        let lifts = |by: &[Part], counts| {
            let by = by.iter().copied().collect();
            [number, address, Exemption::default()].map(|exempt| exempt.lifts(&by, counts))
        };
        let of = |by: &[Part]| lifts(by, Counts::Messages);
        let money = Counts::Money(Currency::parse("CNY").unwrap());
        for range in [Part::CallingCode, Part::Carrier, Part::Prefix, Part::Block] {
            assert_eq!(of(&[Part::Application, range]), [true, false, false]);
            assert_eq!(of(&[Part::Number, range]), [false; 3]);
            assert_eq!(lifts(&[range], money), [false; 3]);
        }
        for part in [Part::Address, Part::Network] {
            assert_eq!(of(&[part]), [false, true, false]);
            assert_eq!(lifts(&[part], Counts::Numbers), [false, true, false]);
        }
        for kept in [
            &[][..],
            &[Part::Application],
            &[Part::Country],
            &[Part::Number],
        ] {
            assert_eq!(of(kept), [false; 3]);
        }
    }

    #[test]
    fn an_entry_exempts_its_own_sends_until_its_end() {
        let phone = |number| PhoneNumber::parse(number, None).unwrap();
        let range = |kind, text| Safe::Range(Range::parse(kind, text).unwrap());
        let list = SafeList::new(&[
            entry(Safe::Number(phone("+8613800138000")), 10),
            entry(Safe::Number(phone("+8613800138000")), 20),
            entry(range(RangeKind::Prefix, "+1415555"), 20),
            entry(range(RangeKind::CallingCode, "+49"), 20),
            entry(Safe::Network(Network::parse("192.0.2.0/24").unwrap()), 20),
        ]);
        let exempts = |number, address: Option<&str>, at| {
            let address = address.map(|address| address.parse().unwrap());
            let exempt = list.exempts(&phone(number), address, Timestamp::from_millis(at));
            (exempt.number, exempt.address)
        };
        assert_eq!(exempts("+8613800138000", None, 19), (true, false));
        assert_eq!(exempts("+8613800138000", None, 20), (false, false));
        assert_eq!(exempts("+8613800138001", None, 0), (false, false));
        assert_eq!(exempts("+14155550132", None, 19), (true, false));
        assert_eq!(exempts("+4915112345678", None, 19), (true, false));
        let campus = Some("192.0.2.7");
        assert_eq!(exempts("+8613800138001", campus, 19), (false, true));
        assert_eq!(exempts("+8613800138001", campus, 20), (false, false));
        let stranger = Some("198.51.100.7");
        assert_eq!(exempts("+8613800138001", stranger, 19), (false, false));
    }
}
