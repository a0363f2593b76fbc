//! The phone numbers of the requests.

/// The number of numbers that begin with 188.
const SPACE: u64 = 100_000_000;

/// A step without a common factor with [`SPACE`], so that `n` and `n * STEP % SPACE` run through the same
/// numbers, and neighbours lie far apart: keys arrive in no order.
const STEP: u64 = 61_803_399;

/// Returns the `n`th of a hundred million distinct numbers of the Chinese mainland.
pub(crate) fn number(n: u64) -> u64 {
    18_800_000_000 + n % SPACE * STEP % SPACE
}

/// Draws numbers so that the `k`th most popular comes `1/k` as often as the first.
#[derive(Debug)]
pub(crate) struct Zipf {
    upto: Vec<f64>,
    random: SplitMix,
}

impl Zipf {
    pub(crate) fn over(count: u32) -> Self {
        let mut sum = 0.0;
        let upto = (1..=count).map(|k| {
            sum += 1.0 / f64::from(k);
            sum
        });
        Self {
            upto: upto.collect(),
            random: SplitMix(7),
        }
    }

    /// Draws a rank: 0 is the most popular.
    pub(crate) fn draw(&mut self) -> u64 {
        let all = self.upto.last().copied().unwrap_or_default();
        let point = self.random.unit() * all;
        self.upto.partition_point(|upto| *upto < point) as u64
    }
}

/// A random generator that draws the same numbers in every run.
#[derive(Debug)]
pub(crate) struct SplitMix(pub(crate) u64);

impl SplitMix {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Draws a number from 0 to `count` - 1.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        let drawn = self.next() % (count.max(1) as u64);
        usize::try_from(drawn).unwrap_or_default()
    }

    /// Draws a number from 0 to 1.
    fn unit(&mut self) -> f64 {
        let high = u32::try_from(self.next() >> 32).unwrap_or_default();
        f64::from(high) / f64::from(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use countersign_core::phone::PhoneNumber;

    use super::*;

    #[test]
    fn numbers_are_valid_and_all_different() {
        let some: HashSet<_> = (0..100_000).map(number).collect();
        assert_eq!(some.len(), 100_000);
        for n in [0, 1, 12_345, 99_999_999] {
            assert!(PhoneNumber::parse(&number(n).to_string(), None).is_ok());
        }
    }

    #[test]
    fn the_first_is_asked_for_twice_as_often_as_the_second() {
        let mut zipf = Zipf::over(1_000);
        let mut counts = [0_u32; 1_001];
        for _ in 0..200_000 {
            counts[usize::try_from(zipf.draw()).unwrap()] += 1;
        }
        let ratio = f64::from(counts[0]) / f64::from(counts[1]);
        assert!((1.9..2.1).contains(&ratio), "{ratio}");
    }
}
