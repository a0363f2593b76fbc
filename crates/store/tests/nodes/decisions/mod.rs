//! Sends and checks of one phone number, which two nodes decide on.

mod database;
mod node;
mod promises;

use stateright::{Model, Property};

use database::{Database, Outcome};
use node::{Node, Step};

/// The rolling minute, in ticks.
const MINUTE: u8 = 2;
/// The age of a message, in ticks, at which its outcome is overdue. A node hands it over within its first tick.
const DEADLINE: u8 = 1;
/// The last tick.
const END: u8 = 3;
const NODES: usize = 2;
/// The messages that callers ask for. A caller asks again after any answer, and after none.
const SENDS: u8 = 3;
/// The checks that callers make, each with the right code of the first message that was delivered.
const CHECKS: u8 = 2;
/// The deaths of nodes.
const KILLS: u8 = 1;

/// One step that is done wrongly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    /// A node hands a message over before its commit is answered.
    HandsOverBeforeTheCommit,
    /// A node that stood still hands a message over long after its decision.
    HandsOverLate,
    /// A second outcome of a message takes effect as well.
    SettlesTwice,
    /// The database answers a commit before the standby has it.
    AsynchronousStandby,
    /// Nodes decide by the clock of a promoted standby, which is ahead of the clock before.
    TrustsThePromotedClock,
    /// Only the node that decided on a message records its outcome.
    LeavesTheDeadAlone,
}

/// The vendor took a message at that tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Delivery {
    number: u8,
    at: u8,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
struct State {
    now: u8,
    /// The nodes are alike, so they are sorted.
    nodes: [Node; NODES],
    kills: u8,
    database: Database,
    /// The messages that were asked for, and the checks.
    asked: u8,
    checked: u8,
    delivered: Vec<Delivery>,
    /// The messages that were answered with success.
    told: Vec<u8>,
    /// How often the code of the first message was answered to be right.
    passed: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Action {
    Tick,
    /// The standby is promoted, and has so many records.
    Promote {
        kept: usize,
    },
    /// Some node finds a message whose outcome is overdue.
    Overdue {
        number: u8,
    },
    Node {
        place: usize,
        step: Step,
    },
}

/// Two nodes that decide on sends and checks of one phone number.
struct Decisions(Fault);

impl State {
    fn first_delivered(&self) -> Option<u8> {
        self.delivered.first().map(|delivery| delivery.number)
    }

    /// Returns the time by which nodes decide.
    fn clock(&self, fault: Fault) -> u8 {
        let leaps = self.database.is_promoted && fault == Fault::TrustsThePromotedClock;
        self.now + u8::from(leaps)
    }

    /// Returns the messages whose outcome is overdue.
    fn overdue(&self) -> impl Iterator<Item = u8> {
        let open = self.database.open();
        let overdue = open.filter(|(_, at)| at + DEADLINE <= self.now);
        overdue.map(|(number, _)| number)
    }

    /// Returns what may happen beside the steps of the nodes.
    fn events(&self, fault: Fault) -> Vec<Action> {
        let mut events = Vec::new();
        if self.now < END {
            events.push(Action::Tick);
        }
        if !self.database.is_promoted {
            let kept = self.database.may_keep();
            events.extend(kept.map(|kept| Action::Promote { kept }));
        }
        if self.nodes.contains(&Node::Idle) && fault != Fault::LeavesTheDeadAlone {
            events.extend(self.overdue().map(|number| Action::Overdue { number }));
        }
        events
    }

    /// The standby takes over. Every open transaction fails, and its caller is told an error.
    fn promote(&mut self, kept: usize) {
        self.database.promote(kept);
        for node in &mut self.nodes {
            if node.is_in_transaction() {
                *node = Node::Idle;
            }
        }
    }
}

impl Model for Decisions {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State::default()]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        actions.extend(state.events(self.0));
        for (place, node) in state.nodes.iter().enumerate() {
            let steps = state.steps(*node, self.0).into_iter();
            actions.extend(steps.map(|step| Action::Node { place, step }));
        }
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut state = last.clone();
        match action {
            Action::Tick => state.now += 1,
            Action::Promote { kept } => state.promote(kept),
            Action::Overdue { number } => state.database.settle(number, Outcome::Unknown),
            Action::Node { place, step } => state.take(place, step, self.0),
        }
        state.nodes.sort_unstable();
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        promises::all()
    }
}
