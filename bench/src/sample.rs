//! One run, as figures; and many runs, as medians.

use anyhow::ensure;

use crate::load::Run;
use crate::meter::Usage;

/// The figures of one run. Latencies are in milliseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) rate: f64,
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    pub(crate) p999: f64,
    pub(crate) longest: f64,
    pub(crate) usage: Usage,
    pub(crate) resident: u64,
    /// Bytes written to disk per answer.
    pub(crate) written: f64,
}

impl Sample {
    pub(crate) fn of(run: &Run, resident: u64) -> anyhow::Result<Self> {
        ensure!(
            run.measured > 0,
            "nothing was left to ask after the warm-up: more --codes, or fewer --seconds"
        );
        let at = |quantile| number(run.latencies.value_at_quantile(quantile)) / 1000.0;
        Ok(Self {
            rate: run.rate(),
            p50: at(0.5),
            p99: at(0.99),
            p999: at(0.999),
            longest: number(run.latencies.max()) / 1000.0,
            usage: run.usage,
            resident,
            written: number(run.usage.written) / number(run.measured),
        })
    }
}

/// Converts a count, exactly below 2^32 and closely above.
pub(crate) fn number(value: u64) -> f64 {
    match u32::try_from(value) {
        Ok(value) => f64::from(value),
        Err(_) => {
            let high = u32::try_from(value >> 32).unwrap_or(u32::MAX);
            f64::from(high) * 4_294_967_296.0
        }
    }
}

/// The middle, the least and the most.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
}

impl Spread {
    pub(crate) fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut values: Vec<_> = values.collect();
        values.sort_by(f64::total_cmp);
        let at = |index: usize| values.get(index).copied().unwrap_or_default();
        let last = values.len().saturating_sub(1);
        Self {
            median: f64::midpoint(at(last / 2), at(values.len() / 2)),
            min: at(0),
            max: at(last),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle() {
        let spread = |values: &[f64]| Spread::of(values.iter().copied());
        assert_eq!(spread(&[3.0, 1.0, 2.0]).median, 2.0);
        let even = spread(&[4.0, 1.0, 2.0, 3.0]);
        assert_eq!((even.median, even.min, even.max), (2.5, 1.0, 4.0));
        assert_eq!(spread(&[]), Spread::default());
    }

    #[test]
    fn a_count_becomes_a_float() {
        assert_eq!(number(1_000_000), 1_000_000.0);
        assert_eq!(number(1 << 40), 1_099_511_627_776.0);
    }
}
