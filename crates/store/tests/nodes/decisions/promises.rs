//! The promises about one phone number, the states that must be reached, and the faults that must be found.

use stateright::{Model as _, Property};

use super::database::Outcome;
use super::node::Node;
use super::{Decisions, Delivery, Fault, KILLS, MINUTE, State};
use crate::exploration::{breaks, explore_all};

const MINUTE_HOLDS: &str = "a number gets one message in its minute";
const PASSES_ONCE: &str = "a code passes once";
const ON_RECORD: &str = "an answered success is on record";
const SETTLED: &str = "a message without an outcome becomes unknown";

/// Returns the promises, and the states without which they would prove little.
pub(super) fn all() -> Vec<Property<Decisions>> {
    vec![
        Property::always(MINUTE_HOLDS, |_, state: &State| {
            let pairs = state.delivered.windows(2);
            pairs
                .into_iter()
                .all(|pair| pair[0].at + MINUTE <= pair[1].at)
        }),
        Property::always(PASSES_ONCE, |_, state: &State| state.passed <= 1),
        Property::always(ON_RECORD, |_, state: &State| {
            let is_used = |number| state.database.is_used(number);
            state.told.iter().all(|number| state.database.has(*number))
                && (state.passed == 0 || state.first_delivered().is_some_and(is_used))
        }),
        Property::always(SETTLED, |model: &Decisions, state: &State| {
            state.database.open().next().is_none() || !is_over(model, state)
        }),
        Property::sometimes("a number gets its next message", |_, state: &State| {
            state.delivered.len() == 2
        }),
        Property::sometimes(
            "a caller asks again after a refusal of the vendor",
            |_, state: &State| {
                let second = Delivery { number: 2, at: 0 };
                state.database.outcome(1) == Some(Outcome::NotSent) && state.delivered == [second]
            },
        ),
        Property::sometimes("a code passes", |_, state: &State| state.passed == 1),
        Property::sometimes(
            "a promotion after an answered decision",
            |_, state: &State| state.database.is_promoted && state.database.answered > 0,
        ),
        Property::sometimes(
            "a promotion that loses a commit in doubt",
            |_, state: &State| state.database.has_lost && state.database.answered > 0,
        ),
        Property::sometimes(
            "a node that stood still hands nothing over",
            |_, state: &State| {
                let stood_still =
                    |node: &Node| matches!(node, Node::Admitted { at, .. } if *at < state.now);
                state.nodes.iter().any(stood_still)
            },
        ),
        Property::sometimes(
            "a killed node's message becomes unknown",
            |_, state: &State| {
                state.kills == KILLS && state.nodes.contains(&Node::Dead) && has_unknown(state)
            },
        ),
        Property::sometimes("a restarted node sends", |_, state: &State| {
            let works = |node: &Node| matches!(node, Node::Taken { .. });
            state.kills == KILLS && state.nodes.iter().all(works)
        }),
    ]
}

/// Returns whether nothing more can happen.
fn is_over(model: &Decisions, state: &State) -> bool {
    let mut actions = Vec::new();
    model.actions(state, &mut actions);
    actions.is_empty()
}

fn has_unknown(state: &State) -> bool {
    let mut messages = state.database.messages();
    messages.any(|(number, _)| state.database.outcome(number) == Some(Outcome::Unknown))
}

#[test]
fn two_nodes_keep_every_promise_while_nodes_die_and_a_standby_is_promoted() {
    explore_all(Decisions(Fault::None), 500_000);
}

#[test]
fn each_fault_breaks_the_promise_that_its_step_keeps() {
    for (fault, promise) in [
        (Fault::HandsOverBeforeTheCommit, MINUTE_HOLDS),
        (Fault::HandsOverBeforeTheCommit, ON_RECORD),
        (Fault::HandsOverLate, MINUTE_HOLDS),
        (Fault::SettlesTwice, MINUTE_HOLDS),
        (Fault::AsynchronousStandby, MINUTE_HOLDS),
        (Fault::AsynchronousStandby, PASSES_ONCE),
        (Fault::AsynchronousStandby, ON_RECORD),
        (Fault::TrustsThePromotedClock, MINUTE_HOLDS),
        (Fault::LeavesTheDeadAlone, SETTLED),
    ] {
        assert!(breaks(Decisions(fault), promise), "{fault:?}: {promise}");
    }
}
