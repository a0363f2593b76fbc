//! The moments at which the power fails.

use std::collections::BTreeSet;

use crate::numbers::SplitMix;
use crate::power::trace::{Call, Trace, What};

/// Some `count` moments of `trace`, spread over the whole of it: a third right after an answer, a sixth
/// while the database itself is written (a checkpoint of its log), a sixth before anything was answered.
pub(super) fn choose(trace: &Trace, count: usize, random: &mut SplitMix) -> Vec<usize> {
    let end = trace.moments.len();
    let answers = after(trace, |call| matches!(call.what, What::Answer { .. }));
    let first = answers.first().copied().unwrap_or(end);
    let checkpoints: Vec<usize> = after(trace, is_checkpoint)
        .into_iter()
        .filter(|cut| *cut > first)
        .collect();
    let (third, sixth) = (count / 3, count / 6);
    let mut cuts = BTreeSet::new();
    cuts.extend(spread(&answers, third, random));
    cuts.extend(spread(&checkpoints, sixth, random));
    cuts.extend(spread(&(0..first).collect::<Vec<_>>(), sixth, random));
    let rest = count.saturating_sub(third + 2 * sixth);
    cuts.extend(spread(&(first..=end).collect::<Vec<_>>(), rest, random));
    cuts.into_iter().collect()
}

/// Returns the moments right after the beginning of a call that matches `such`.
pub(super) fn after(trace: &Trace, such: impl Fn(&Call) -> bool) -> Vec<usize> {
    let moments = trace.moments.iter().enumerate();
    let moments = moments.filter(|(_, moment)| trace.begun(moment).is_some_and(&such));
    moments.map(|(at, _)| at + 1).collect()
}

pub(super) fn is_checkpoint(call: &Call) -> bool {
    let database = call.file.extension().is_some_and(|name| name == "db");
    database && matches!(call.what, What::Write { .. } | What::Sync { .. })
}

/// Draws one moment of each `count`th part.
fn spread(from: &[usize], count: usize, random: &mut SplitMix) -> Vec<usize> {
    let parts = from
        .chunks(from.len().div_ceil(count.max(1)).max(1))
        .take(count);
    parts
        .filter_map(|part| part.get(random.below(part.len())).copied())
        .collect()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::power::trace::Moment;

    fn trace() -> Trace {
        let call = |n: usize| Call {
            what: if n % 10 == 9 {
                What::Answer {
                    request: n.to_string(),
                }
            } else {
                What::Sync { fd: 3 }
            },
            file: PathBuf::from(if n == 95 { "/d/a.db" } else { "/d/a.db-wal" }),
        };
        let both = |call| [true, false].map(|begins| Moment { call, begins });
        Trace {
            calls: (0..200).map(call).collect(),
            moments: (0..200).flat_map(both).collect(),
        }
    }

    #[test]
    fn moments_of_every_kind_are_chosen_and_the_same_by_the_same_seed() {
        let trace = trace();
        let cuts = choose(&trace, 30, &mut SplitMix(1));
        assert!((20..=30).contains(&cuts.len()), "{cuts:?}");
        assert_eq!(cuts, choose(&trace, 30, &mut SplitMix(1)));
        assert_ne!(cuts, choose(&trace, 30, &mut SplitMix(2)));
        let answers = after(&trace, |call| matches!(call.what, What::Answer { .. }));
        assert!(cuts.iter().filter(|cut| answers.contains(cut)).count() >= 10);
        assert!(cuts.contains(&191), "the one checkpoint");
        assert!(cuts.iter().any(|cut| *cut < answers[0]));
    }

    #[test]
    fn a_short_trace_has_few_moments() {
        assert!(spread(&[], 3, &mut SplitMix(1)).is_empty());
        assert_eq!(spread(&[7], 3, &mut SplitMix(1)), [7]);
    }
}
