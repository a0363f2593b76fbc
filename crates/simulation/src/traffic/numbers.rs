//! The phone numbers of people and of attackers.

use std::collections::BTreeSet;

use countersign_core::phone::PhoneNumber;

use super::dice::Dice;

/// The first three digits of mobile numbers on the Chinese mainland, over all of its carriers.
const MAINLAND: [u64; 16] = [
    130, 131, 133, 138, 139, 150, 151, 158, 159, 177, 180, 185, 186, 187, 188, 189,
];

/// The ranges that carriers gave out in one region. A range is 10,000 numbers that differ in their last four digits.
#[derive(Debug)]
pub(crate) struct Region {
    /// Each range by the seven digits that its numbers begin with.
    ranges: Vec<u64>,
}

impl Region {
    /// Draws a region with so many ranges.
    pub(crate) fn draw(dice: &mut Dice, ranges: u64) -> Self {
        let mut drawn = BTreeSet::new();
        while (drawn.len() as u64) < ranges {
            let carrier = dice.pick(&MAINLAND).copied().unwrap_or_default();
            drawn.insert(carrier * 10_000 + dice.below(10_000));
        }
        Self {
            ranges: drawn.into_iter().collect(),
        }
    }

    /// Returns the number of a person of this region.
    pub(crate) fn number(&self, dice: &mut Dice) -> PhoneNumber {
        valid(|| {
            let range = dice.pick(&self.ranges)?;
            Some(format!("+86{range}{:04}", dice.below(10_000)))
        })
    }

    /// Returns `count` numbers that follow one another, at most 100, as a company gets them.
    pub(crate) fn sequence(&self, dice: &mut Dice, count: u64) -> Vec<PhoneNumber> {
        let range = dice.pick(&self.ranges).copied().unwrap_or_default();
        let block = dice.below(100);
        let texts = (0..count.min(100)).map(|n| format!("+86{range}{block:02}{n:02}"));
        texts
            .filter_map(|text| PhoneNumber::parse(&text, None).ok())
            .collect()
    }
}

/// Countries that people travel from, by how many of 1,000 travellers have a number of it, with what its mobile numbers
/// begin with and the number of digits that follow.
const TRAVELLERS: [(u64, (&str, usize)); 14] = [
    (200, ("+8529", 7)),
    (110, ("+8869", 8)),
    (90, ("+8536", 7)),
    (100, ("+1415", 7)),
    (90, ("+8190", 8)),
    (90, ("+8210", 8)),
    (80, ("+659", 7)),
    (60, ("+6012", 7)),
    (50, ("+6681", 7)),
    (40, ("+447400", 6)),
    (40, ("+614", 8)),
    (30, ("+49151", 8)),
    (10, ("+336", 8)),
    (10, ("+1416", 7)),
];

/// The countries of [`TRAVELLERS`] and of the attackers, by their ISO codes.
pub(crate) const ABROAD: [&str; 15] = [
    "HK", "TW", "MO", "US", "JP", "KR", "SG", "MY", "TH", "GB", "AU", "DE", "FR", "CA", "ID",
];

/// Returns the number of a person who comes from abroad.
pub(crate) fn traveller(dice: &mut Dice) -> PhoneNumber {
    valid(|| {
        let (begin, digits) = dice.weighted(&TRAVELLERS)?;
        Some(format!("{begin}{}", any_digits(dice, *digits)))
    })
}

/// Returns `digits` digits, all alike.
fn any_digits(dice: &mut Dice, digits: usize) -> String {
    let drawn = (0..digits).map(|_| char::from(b'0' + u8::try_from(dice.below(10)).unwrap_or(0)));
    drawn.collect()
}

/// What the numbers of an attack begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// Indonesia, where a message costs twenty times as much as at home.
    Abroad,
    /// The Chinese mainland.
    Home,
    /// Kazakhstan, which the deployment does not send to.
    NotAllowed,
}

impl Target {
    /// Whether the numbers are of the deployment's home.
    pub(crate) const fn is_home(self) -> bool {
        matches!(self, Target::Home)
    }

    /// The digits that all numbers of one range of 10,000 begin with.
    const fn range(self) -> &'static str {
        match self {
            Target::Abroad => "+628123456",
            Target::Home => "+861388888",
            Target::NotAllowed => "+7701234",
        }
    }

    /// Returns a number of one range of 10,000.
    pub(crate) fn random(self, dice: &mut Dice) -> PhoneNumber {
        valid(|| Some(format!("{}{:04}", self.range(), dice.below(10_000))))
    }

    /// Returns number `n` of a range of 10,000; after the last comes the first again.
    pub(crate) fn nth(self, n: u64) -> Option<PhoneNumber> {
        PhoneNumber::parse(&format!("{}{:04}", self.range(), n % 10_000), None).ok()
    }

    /// Returns a number of any of 50 ranges of 10,000, which have one carrier in common.
    pub(crate) fn of_a_carrier(self, dice: &mut Dice) -> PhoneNumber {
        let range = self.range();
        let carrier = range.get(..range.len() - 2).unwrap_or(range);
        valid(|| Some(format!("{carrier}{:06}", dice.below(500_000))))
    }
}

/// Draws until a text is a number that a code can go to.
fn valid(mut draw: impl FnMut() -> Option<String>) -> PhoneNumber {
    loop {
        let text = draw().unwrap_or_default();
        if let Ok(phone) = PhoneNumber::parse(&text, None) {
            return phone;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_have_numbers_of_their_countries() {
        let mut dice = Dice::new(1);
        let region = Region::draw(&mut dice, 5);
        assert_eq!(region.number(&mut dice).country().as_str(), "CN");
        let abroad: BTreeSet<_> = (0..2_000)
            .map(|_| traveller(&mut dice).country().as_str().to_owned())
            .collect();
        assert_eq!(abroad.len(), TRAVELLERS.len(), "{abroad:?}");
        assert!(
            abroad
                .iter()
                .all(|country| ABROAD.contains(&country.as_str()))
        );
    }

    #[test]
    fn a_company_has_numbers_that_differ_in_their_last_two_digits() {
        let mut dice = Dice::new(1);
        let numbers = Region::draw(&mut dice, 50).sequence(&mut dice, 60);
        assert_eq!(numbers.len(), 60);
        let blocks: BTreeSet<_> = numbers
            .iter()
            .map(|phone| phone.e164()[..phone.e164().len() - 2].to_owned())
            .collect();
        assert_eq!(blocks.len(), 1, "{blocks:?}");
    }

    #[test]
    fn an_attack_stays_in_its_range_or_with_its_carrier() {
        let mut dice = Dice::new(1);
        for target in [Target::Abroad, Target::Home, Target::NotAllowed] {
            let ranges: BTreeSet<_> = (0..50)
                .map(|n| target.nth(n).unwrap().prefix().to_owned())
                .chain((0..50).map(|_| target.random(&mut dice).prefix().to_owned()))
                .collect();
            assert_eq!(ranges.len(), 1, "{ranges:?}");
            let carrier: BTreeSet<_> = (0..300)
                .map(|_| target.of_a_carrier(&mut dice).prefix().to_owned())
                .collect();
            assert!(carrier.len() > 40, "{carrier:?}");
        }
    }
}
