use proptest::prelude::*;

use super::*;
use crate::limit::{Hit, Limit, Mode, RuleSet};
use crate::price::Currency;

fn limit(max: u64, window: Duration, early_percent: u8) -> Limit {
    Limit {
        name: "l".into(),
        counts: Counts::Messages,
        window,
        bound: Bound::Max(max),
        mode: Mode::Enforce,
        refundable: true,
        until_verified: false,
        early_percent,
    }
}

fn terms(limits: Vec<Limit>) -> Option<LeaseTerms> {
    let set = RuleSet::new(limits.into_iter().map(PlacedLimit::alone).collect());
    set.unwrap().lease_terms(0).cloned()
}

fn minute(max: u64, early_percent: u8) -> LeaseTerms {
    terms(vec![limit(max, Duration::from_secs(60), early_percent)]).unwrap()
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(1_000_000 + millis)
}

#[test]
fn a_bucket_is_leased_where_every_limit_on_it_may_refuse_early() {
    let (minute, day) = (Duration::from_secs(60), Duration::from_secs(86_400));
    let both = terms(vec![limit(300, minute, 10), limit(9_000, day, 1)]).unwrap();
    assert_eq!(both.length(), Duration::from_millis(500));
    assert_eq!(terms(vec![limit(300, minute, 0)]), None);
    assert_eq!(terms(vec![limit(300, minute, 5)]), None, "15 are too few");
    let exact = limit(9_000, day, 0);
    assert_eq!(terms(vec![limit(300, minute, 10), exact]), None);
    let of = |change: fn(&mut Limit)| {
        let mut limit = limit(300, Duration::from_secs(60), 10);
        change(&mut limit);
        terms(vec![limit])
    };
    assert_eq!(
        of(|limit| limit.bound = Bound::Waits([Duration::from_secs(1)].into())),
        None
    );
    assert_eq!(of(|limit| limit.until_verified = true), None);
    assert_eq!(
        of(|limit| limit.counts = Counts::Money(Currency::parse("CNY").unwrap())),
        None
    );
    let second = of(|limit| limit.window = Duration::from_secs(1)).unwrap();
    assert_eq!(second.length(), Duration::from_secs(1) / 64);
}

#[test]
fn leases_that_run_are_together_at_most_the_part_by_which_the_limit_refuses_early() {
    let (terms, mut hits, mut leased) = (minute(300, 12), Hits::default(), Vec::new());
    while let Some(lease) = terms.grant(&hits, 100, at(0)) {
        hits.add(
            Hit {
                at: lease.end,
                weight: lease.units,
            },
            terms.span(),
        );
        leased.push(lease.units);
    }
    assert_eq!(leased, [18, 9, 5], "and 4 are left");
    let next = terms.grant(&hits, 100, at(500)).unwrap();
    assert_eq!((next.units, next.end), (18, at(1_000)));
}

#[test]
fn of_a_bucket_that_is_nearly_full_nothing_is_leased() {
    let (terms, mut hits) = (minute(300, 12), Hits::default());
    hits.add(
        Hit {
            at: at(0),
            weight: 290,
        },
        terms.span(),
    );
    assert_eq!(terms.grant(&hits, 100, at(1)).unwrap().units, 10);
    hits.add(
        Hit {
            at: at(1),
            weight: 7,
        },
        terms.span(),
    );
    assert_eq!(terms.grant(&hits, 100, at(2)), None);
    assert_eq!(terms.grant(&hits, 100, at(60_000)).unwrap().units, 18);
}

#[test]
fn a_lease_is_good_for_events_under_milder_limits_alone() {
    let (strict, mild) = (minute(240, 10), minute(300, 12));
    assert!(strict.cover(&mild) && !mild.cover(&strict));
    assert_eq!(mild.clone().and(&strict), strict);
    let day = terms(vec![limit(5_000, Duration::from_secs(86_400), 10)]).unwrap();
    let both = strict.and(&day);
    assert!(both.cover(&day) && both.cover(&mild) && !both.cover(&minute(200, 12)));
}

/// One thing that a node does, some time after the one before.
#[derive(Debug, Clone)]
enum Step {
    Lease { node: usize, want: u64 },
    Spend { node: usize, units: u64 },
    GiveBack { node: usize },
}

fn steps() -> impl Strategy<Value = Vec<(i64, Step)>> {
    let node = 0..3_usize;
    let step = prop_oneof![
        (node.clone(), 1..40_u64).prop_map(|(node, want)| Step::Lease { node, want }),
        (node.clone(), 1..30_u64).prop_map(|(node, units)| Step::Spend { node, units }),
        node.prop_map(|node| Step::GiveBack { node }),
    ];
    proptest::collection::vec((0..300_i64, step), 1..400)
}

/// A bucket that three nodes count in leases, and the events that they have let through.
#[derive(Default)]
struct Played {
    hits: Hits,
    leases: [Option<Lease>; 3],
    events: Vec<Hit>,
}

impl Played {
    fn take(&mut self, step: Step, terms: &LeaseTerms, now: Timestamp) {
        match step {
            Step::Lease { node, want } => {
                self.give_back(node);
                self.leases[node] = terms.grant(&self.hits, want, now);
                if let Some(Lease { units, end }) = self.leases[node] {
                    self.hits.add(
                        Hit {
                            at: end,
                            weight: units,
                        },
                        terms.span(),
                    );
                }
            }
            Step::Spend { node, units } => {
                let lease = self.leases[node].as_mut();
                if let Some(lease) = lease.filter(|lease| lease.end >= now) {
                    let weight = units.min(lease.units);
                    lease.units -= weight;
                    self.events.push(Hit { at: now, weight });
                }
            }
            Step::GiveBack { node } => self.give_back(node),
        }
        self.hits.tidy(now, terms.span());
    }

    fn give_back(&mut self, node: usize) {
        if let Some(Lease { units, end }) = self.leases[node].take() {
            self.hits.take_back(end, units);
        }
    }
}

proptest! {
    #[test]
    fn no_window_holds_more_than_the_maximum_however_nodes_lease_spend_and_give_back(steps in steps()) {
        let window = Duration::from_secs(6);
        let terms = terms(vec![limit(120, window, 20)]).unwrap();
        let (mut played, mut now) = (Played::default(), 0);
        for (later, step) in steps {
            now += later;
            played.take(step, &terms, at(now));
        }
        for last in &played.events {
            let inside = played.events.iter().filter(|hit| hit.at <= last.at && hit.at.after(window) > last.at);
            prop_assert!(inside.map(|hit| hit.weight).sum::<u64>() <= 120);
        }
    }
}
