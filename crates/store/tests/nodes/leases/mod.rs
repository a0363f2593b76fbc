//! A busy bucket that two nodes count in parts: a node takes a lease on some units, and the bucket charges them at the
//! lease's end.

mod bucket;
mod promises;

use stateright::{Model, Property};

use bucket::{Bucket, GONE, Lease, NOW, UNITS};

const NODES: usize = 2;

/// One step that is done wrongly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    /// Neither the node nor the store compares a hit with the end of its lease.
    LeaseOutlivesItsNode,
    /// The node compares a hit with the end of its lease before the write, and the store does not compare the write.
    StoreChecksNoEnd,
    /// Units are charged when the lease begins.
    ChargedAtTheBeginning,
    /// A renewal gives back the rest of the lease that the node goes on spending until the answer.
    GivesBackWhatItSpends,
    /// A node whose renewal was not answered gives the same units back with the next one.
    GivesBackTwice,
    /// The units of a silent node are given back, as if it were dead.
    GivesBackForTheSilent,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Node {
    /// The lease that it spends.
    lease: Option<Lease>,
    /// The rest of the lease before, which it gives back with the next renewal.
    rest: Option<Lease>,
    /// The lease that the database has granted and not yet answered.
    granted: Option<Lease>,
    /// A unit whose write is under way.
    writing: Option<Lease>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
struct State {
    bucket: Bucket,
    /// The nodes are alike, so they are sorted.
    nodes: [Node; NODES],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Action {
    Tick,
    Node { place: usize, step: Step },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Step {
    /// It asks for a lease of at most so many units, in one call that the database runs as one step.
    Renew {
        want: u8,
    },
    Answered,
    Unanswered,
    /// It judges by its lease, and sends the write.
    Judge,
    /// The write reaches the database.
    Write,
    /// It decides with the row of the bucket locked, without a lease.
    Lock,
    /// The connection breaks before the write reaches the database.
    Cut,
    /// It dies with all that it knows, and starts again. A write that is under way may still come.
    Restart,
    /// The others take it for dead.
    Bury,
}

/// Two nodes on one busy bucket.
struct Leases(Fault);

impl Node {
    /// Moves everything that the node knows one tick into the past, and forgets what has no effect any more.
    fn tick(&mut self, fault: Fault) {
        self.rest = self.rest.map(Lease::aged).filter(|rest| rest.end > GONE);
        self.granted = self.granted.map(Lease::aged);
        let outlives = fault == Fault::LeaseOutlivesItsNode;
        self.lease = self.lease.map(Lease::aged);
        self.lease = self.lease.filter(|lease| lease.end > GONE || outlives);
        self.writing = self.writing.map(Lease::aged);
    }
}

impl Leases {
    fn steps(&self, node: &Node, bucket: &Bucket) -> Vec<Step> {
        let mut steps = Vec::new();
        match node.granted {
            Some(_) => steps.extend([Step::Answered, Step::Unanswered]),
            None => steps.extend([1, UNITS].map(|want| Step::Renew { want })),
        }
        let outlives = self.0 == Fault::LeaseOutlivesItsNode;
        let spends = |lease: Lease| lease.is_running() || outlives;
        match node.writing {
            Some(_) => steps.extend([Step::Write, Step::Cut]),
            None if node.lease.is_some_and(spends) => steps.push(Step::Judge),
            None if bucket.room() > 0 => steps.push(Step::Lock),
            None => {}
        }
        steps.push(Step::Restart);
        if self.0 == Fault::GivesBackForTheSilent {
            steps.push(Step::Bury);
        }
        steps
    }

    fn take(&self, node: &mut Node, bucket: &mut Bucket, step: Step) {
        match step {
            Step::Renew { want } => self.renew(node, bucket, want),
            Step::Answered => {
                node.rest = node.lease.take();
                node.lease = node.granted.take().filter(|lease| lease.units > 0);
            }
            Step::Unanswered => node.granted = None,
            Step::Judge => {
                node.writing = node.lease.map(|lease| Lease { units: 1, ..lease });
                node.lease = node.lease.and_then(Lease::after_one);
            }
            Step::Write => {
                let in_time = node.writing.take().is_some_and(Lease::is_running);
                let checks = !matches!(
                    self.0,
                    Fault::LeaseOutlivesItsNode | Fault::StoreChecksNoEnd
                );
                if in_time || !checks {
                    bucket.spend();
                }
            }
            Step::Lock => {
                bucket.charge(NOW, 1);
                bucket.spend();
            }
            Step::Cut => node.writing = None,
            Step::Restart => {
                let writing = node.writing;
                *node = Node {
                    writing,
                    ..Node::default()
                };
            }
            Step::Bury => node
                .lease
                .into_iter()
                .for_each(|lease| bucket.take_back(lease)),
        }
    }

    /// Gives back the rest of the lease before, which the node spends no more, and asks for that only once.
    fn renew(&self, node: &mut Node, bucket: &mut Bucket, want: u8) {
        let given_back = match self.0 {
            Fault::GivesBackWhatItSpends => node.lease,
            Fault::GivesBackTwice => node.rest,
            _ => node.rest.take(),
        };
        given_back
            .into_iter()
            .for_each(|rest| bucket.take_back(rest));
        let charge_at = (self.0 == Fault::ChargedAtTheBeginning).then_some(NOW);
        node.granted = Some(bucket.grant(want, charge_at));
    }
}

impl Model for Leases {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State::default()]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        actions.push(Action::Tick);
        for (place, node) in state.nodes.iter().enumerate() {
            let steps = self.steps(node, &state.bucket).into_iter();
            actions.extend(steps.map(|step| Action::Node { place, step }));
        }
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut state = last.clone();
        match action {
            Action::Tick => {
                state.bucket.tick();
                state.nodes.iter_mut().for_each(|node| node.tick(self.0));
            }
            Action::Node { place, step } => {
                self.take(&mut state.nodes[place], &mut state.bucket, step);
            }
        }
        state.nodes.sort_unstable();
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        promises::all()
    }
}
