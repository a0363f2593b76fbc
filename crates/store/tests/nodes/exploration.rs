//! Explores a model: to the last state, or to the first broken promise.

use std::fmt::Debug;
use std::hash::Hash;

use stateright::{Checker as _, HasDiscoveries, Model};

/// A model that can be explored.
pub(crate) trait Explored:
    Model<State: Clone + Debug + Hash + PartialEq + Send + Sync, Action: Clone + Debug + PartialEq>
    + Send
    + Sync
    + 'static
{
}

impl<M> Explored for M where
    M: Model<
            State: Clone + Debug + Hash + PartialEq + Send + Sync,
            Action: Clone + Debug + PartialEq,
        > + Send
        + Sync
        + 'static
{
}

/// Explores every state of a model. Every promise must hold, every state that it calls interesting must be reached, and
/// there must be at least `states` of them: a model that stands still keeps any promise.
pub(crate) fn explore_all(model: impl Explored, states: usize) {
    let checker = model.checker().spawn_bfs().join();
    checker.assert_properties();
    let explored = checker.unique_state_count();
    assert!(explored >= states, "only {explored} states");
}

/// Explores a model with a fault until `promise` is broken, and returns whether it is.
pub(crate) fn breaks(model: impl Explored, promise: &'static str) -> bool {
    let broken = HasDiscoveries::AnyOf([promise].into());
    let checker = model.checker().finish_when(broken).spawn_bfs().join();
    checker.discovery(promise).is_some()
}
