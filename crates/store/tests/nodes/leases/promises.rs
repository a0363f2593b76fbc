//! The promise about a busy bucket, the states that must be reached, and the faults that must be found.

use stateright::Property;

use super::bucket::{Lease, MAX};
use super::{Fault, Leases, Node, State};
use crate::exploration::{breaks, explore_all};

const NEVER_OVER: &str = "no window holds more than the maximum";

/// Returns the promise, and the states without which it would prove little.
pub(super) fn all() -> Vec<Property<Leases>> {
    vec![
        Property::always(NEVER_OVER, |_, state: &State| state.bucket.hits() <= MAX),
        Property::sometimes("a window is full", |_, state: &State| {
            state.bucket.hits() == MAX
        }),
        Property::sometimes("two leases at once", |_, state: &State| {
            let holds = |node: &Node| node.lease.is_some_and(Lease::is_running);
            state.nodes.iter().all(holds)
        }),
        Property::sometimes(
            "a lease ends while its node stands still",
            |_, state: &State| {
                let is_late = |node: &Node| node.writing.is_some_and(|unit| !unit.is_running());
                state.nodes.iter().any(is_late)
            },
        ),
        Property::sometimes(
            "the units of dead nodes count as used",
            |_, state: &State| {
                state.nodes == [Node::default(); 2] && state.bucket.counts_what_nobody_spends()
            },
        ),
        Property::sometimes(
            "a node spends while it renews its lease",
            |_, state: &State| {
                let renews = |node: &Node| node.granted.is_some() && node.writing.is_some();
                state.nodes.iter().any(renews)
            },
        ),
    ]
}

#[test]
fn two_nodes_never_overfill_a_bucket_that_they_count_by_leases() {
    explore_all(Leases(Fault::None), 100_000);
}

#[test]
fn each_fault_overfills_a_window() {
    for fault in [
        Fault::LeaseOutlivesItsNode,
        Fault::StoreChecksNoEnd,
        Fault::ChargedAtTheBeginning,
        Fault::GivesBackWhatItSpends,
        Fault::GivesBackTwice,
        Fault::GivesBackForTheSilent,
    ] {
        assert!(breaks(Leases(fault), NEVER_OVER), "{fault:?}");
    }
}
