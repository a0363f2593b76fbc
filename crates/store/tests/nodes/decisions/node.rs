//! What one node does, step by step.

use super::database::{Outcome, Record};
use super::{CHECKS, DEADLINE, Delivery, END, Fault, KILLS, SENDS, State};

/// The work of a node. It does one thing at a time; two things at once are two nodes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Node {
    Dead,
    #[default]
    Idle,
    /// It has locked and read the rows of the number at that tick, and the rules admit the message.
    Judged {
        number: u8,
        at: u8,
    },
    /// Its commit is under way, and is answered when so many records are safe.
    Committing {
        number: u8,
        at: u8,
        records: usize,
    },
    /// The commit is answered: it may call the vendor.
    Admitted {
        number: u8,
        at: u8,
    },
    /// The vendor took the message.
    Taken {
        number: u8,
    },
    /// The message was certainly not sent, and the node has tried so often to record that.
    Failed {
        number: u8,
        tries: u8,
    },
    /// It has locked and read the code of the message, which is good, as the guess is right.
    Compared {
        number: u8,
    },
    /// Its commit of the use is under way.
    Using {
        number: u8,
        records: usize,
    },
}

/// One step of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Step {
    /// A caller asks for a message.
    Ask,
    /// A caller checks the code of the first message that was delivered.
    Check,
    Commit,
    Answered,
    /// The connection to the database breaks. A commit that is under way stands, and the caller is told an error.
    Cut,
    HandOver {
        taken: bool,
    },
    /// The node finds that it stood still for too long since the decision.
    GiveUp,
    /// It records the outcome, and hears of that or not.
    Settle {
        answered: bool,
    },
    Kill,
    Restart,
}

impl Node {
    /// Returns whether its transaction holds the lock of the number.
    pub(super) fn holds_the_lock(self) -> bool {
        matches!(self, Node::Judged { .. } | Node::Compared { .. })
    }

    /// Returns whether a transaction of it is open.
    pub(super) fn is_in_transaction(self) -> bool {
        self.holds_the_lock() || matches!(self, Node::Committing { .. } | Node::Using { .. })
    }
}

impl State {
    /// Returns the steps that a node may take next.
    pub(super) fn steps(&self, node: Node, fault: Fault) -> Vec<Step> {
        let hand_over = |taken| Step::HandOver { taken };
        let settle = |answered| Step::Settle { answered };
        let mut steps = match node {
            Node::Dead => return vec![Step::Restart],
            Node::Idle => self.requests(fault),
            Node::Judged { .. } if fault == Fault::HandsOverBeforeTheCommit => {
                vec![Step::Commit, Step::Cut, hand_over(true)]
            }
            Node::Judged { .. } | Node::Compared { .. } => vec![Step::Commit, Step::Cut],
            Node::Committing { .. } | Node::Using { .. } => vec![Step::Answered, Step::Cut],
            Node::Admitted { at, .. }
                if at == self.clock(fault) || fault == Fault::HandsOverLate =>
            {
                vec![hand_over(true), hand_over(false)]
            }
            Node::Admitted { .. } => vec![Step::GiveUp],
            Node::Taken { .. } => vec![settle(true)],
            Node::Failed { .. } => vec![settle(true), settle(false)],
        };
        if self.kills < KILLS {
            steps.push(Step::Kill);
        }
        steps
    }

    /// Returns the requests that callers may make now. A request that the rules refuse changes nothing, so it is left out.
    fn requests(&self, fault: Fault) -> Vec<Step> {
        if self.nodes.iter().any(|node| node.holds_the_lock()) {
            return Vec::new();
        }
        let mut requests = Vec::new();
        let is_in_time = self.now + DEADLINE <= END;
        if self.asked < SENDS && is_in_time && self.database.admits(self.clock(fault)) {
            requests.push(Step::Ask);
        }
        let is_good = |number| self.database.has(number) && !self.database.is_used(number);
        if self.checked < CHECKS && self.first_delivered().is_some_and(is_good) {
            requests.push(Step::Check);
        }
        requests
    }

    /// Takes a step of the node at `place`.
    pub(super) fn take(&mut self, place: usize, step: Step, fault: Fault) {
        let node = self.nodes[place];
        self.nodes[place] = match (node, step) {
            (_, Step::Kill) => {
                self.kills += 1;
                Node::Dead
            }
            (_, Step::Restart | Step::Cut) => Node::Idle,
            (_, Step::Ask) => {
                self.asked += 1;
                let (number, at) = (self.asked, self.clock(fault));
                Node::Judged { number, at }
            }
            (_, Step::Check) => {
                self.checked += 1;
                let number = self.first_delivered().unwrap_or_default();
                Node::Compared { number }
            }
            (Node::Judged { number, at }, Step::Commit) => {
                let records = self.database.commit(Record::Message { number, at });
                Node::Committing {
                    number,
                    at,
                    records,
                }
            }
            (Node::Compared { number }, Step::Commit) => {
                let records = self.database.commit(Record::Used { number });
                Node::Using { number, records }
            }
            (
                Node::Committing {
                    number,
                    at,
                    records,
                },
                Step::Answered,
            ) => {
                self.hear(records, fault);
                Node::Admitted { number, at }
            }
            (Node::Using { records, .. }, Step::Answered) => {
                self.hear(records, fault);
                self.passed += 1;
                Node::Idle
            }
            (
                Node::Judged { number, .. } | Node::Admitted { number, .. },
                Step::HandOver { taken: true },
            ) => {
                let at = self.now;
                self.delivered.push(Delivery { number, at });
                Node::Taken { number }
            }
            (Node::Admitted { number, .. }, Step::HandOver { taken: false } | Step::GiveUp) => {
                Node::Failed { number, tries: 0 }
            }
            (Node::Taken { number }, Step::Settle { .. }) => {
                self.database.settle(number, Outcome::Sent);
                self.told.push(number);
                Node::Idle
            }
            (Node::Failed { number, tries }, Step::Settle { answered }) => {
                self.record_failure(number, fault);
                match answered || tries > 0 {
                    true => Node::Idle,
                    false => Node::Failed { number, tries: 1 },
                }
            }
            (node, _) => node,
        };
    }

    /// A commit is answered: at once, where the standby is asynchronous.
    fn hear(&mut self, records: usize, fault: Fault) {
        if fault != Fault::AsynchronousStandby {
            self.database.answer(records);
        }
    }

    /// Records that a message was not sent. A failure that is overdue gives nothing back.
    fn record_failure(&mut self, number: u8, fault: Fault) {
        let is_overdue = self.overdue().any(|overdue| overdue == number);
        let outcome = match is_overdue {
            true => Outcome::Unknown,
            false => Outcome::NotSent,
        };
        if fault == Fault::SettlesTwice {
            self.database.commit(Record::Settled { number, outcome });
        } else {
            self.database.settle(number, outcome);
        }
    }
}
