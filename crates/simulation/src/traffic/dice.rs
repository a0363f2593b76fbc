//! The chance in traffic: a small generator that gives the same traffic for the same seed. Nothing secret rests on it;
//! codes and ids come from the program's own source.

/// A generator of numbers (SplitMix64).
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    /// Makes dice whose throws follow from `seed`.
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Makes other dice, so that more throws of one thing leave the throws of another thing as they were.
    pub(crate) fn split(&mut self) -> Self {
        Self(self.next())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number below `end`; 0 where `end` is 0.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        // The remainder favours no number below 2^20 by more than 2^-44.
        self.next().checked_rem(end).unwrap_or_default()
    }

    /// Returns a number of `range`, both ends included.
    pub(crate) fn within(&mut self, range: Range) -> u64 {
        range.0 + self.below(range.1.saturating_sub(range.0) + 1)
    }

    /// Returns true in `in_a_thousand` of 1,000 throws.
    pub(crate) fn chance(&mut self, in_a_thousand: u64) -> bool {
        self.below(1_000) < in_a_thousand
    }

    /// Returns one of `things`; `None` where there are none.
    pub(crate) fn pick<'a, T>(&mut self, things: &'a [T]) -> Option<&'a T> {
        let place = self.below(things.len() as u64);
        things.get(usize::try_from(place).unwrap_or_default())
    }

    /// Returns one of `things` by their weights; `None` where there are none.
    pub(crate) fn weighted<'a, T>(&mut self, things: &'a [(u64, T)]) -> Option<&'a T> {
        let all = things.iter().map(|(weight, _)| weight).sum();
        let mut point = self.below(all);
        things.iter().find_map(|(weight, thing)| {
            let here = point < *weight;
            point = point.saturating_sub(*weight);
            here.then_some(thing)
        })
    }
}

/// The least and the greatest of some numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Range(pub(crate) u64, pub(crate) u64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_throws_and_another_seed_gives_others() {
        let throws = |seed| {
            let mut dice = Dice::new(seed);
            (0..8).map(|_| dice.below(1_000)).collect::<Vec<_>>()
        };
        assert_eq!(throws(1), throws(1));
        assert_ne!(throws(1), throws(2));
    }

    #[test]
    fn throws_stay_in_their_bounds_and_reach_both_ends() {
        let mut dice = Dice::new(3);
        let seen: std::collections::BTreeSet<_> =
            (0..200).map(|_| dice.within(Range(5, 8))).collect();
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), [5, 6, 7, 8]);
        assert_eq!(dice.below(0), 0);
        assert!(!dice.chance(0) && dice.chance(1_000));
        let things = [(0, 'a'), (3, 'b'), (0, 'c')];
        assert!((0..50).all(|_| dice.weighted(&things) == Some(&'b')));
    }
}
