//! Batches: whatever was asked for during a commit is decided on in the next one.
//!
//! There is no timer. At little load a batch has one step, and waits for nothing; at much load it is full. One batch is under
//! way until another would be full, then two; the two never share a row, and a step never overtakes an earlier one about the
//! same row. Where a batch failed and certainly left nothing, each of its steps is decided on once more, alone: what is wrong
//! with one of them fails no other.

mod arguments;
mod lane;
mod merged;
mod place;
mod reads;
mod rows;
mod rule_sets;
mod step;
mod undone;
mod writes;

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use countersign_core::ports::StoreError;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{Id, JoinSet};

use super::connect::Database;
use super::keys::Keyring;
use super::lease::Leases;
use super::partitions::Partitions;
use super::steady::Steady;
use lane::Lane;
pub(crate) use place::Place;
pub(crate) use rows::Rows;
pub(crate) use step::Judge;
use step::{Step, Waiting};

/// The number of steps of a full batch.
const FULL: usize = 32;

/// The number of batches of one node that are under way at most.
const LANES: usize = 2;

/// The number of steps that may wait.
const MOST_WAITING: usize = 4_096;

/// Decides on steps in batches. It ends, after the batches under way, when it is dropped.
pub(crate) struct Batches {
    inbox: mpsc::UnboundedSender<Queued>,
    waiting: Arc<AtomicUsize>,
    lanes: Vec<Arc<Lane>>,
}

impl Batches {
    /// Starts to decide in a database.
    pub(crate) fn start(
        database: &Arc<Database>,
        partitions: &Arc<Partitions>,
        leases: &Arc<Leases>,
        keyring: &Arc<Keyring>,
        steady: &Arc<Steady>,
    ) -> Self {
        let (inbox, steps) = mpsc::unbounded_channel();
        let waiting = Arc::new(AtomicUsize::new(0));
        let marks = Arc::default();
        let lane = |number| {
            Lane::new(
                database,
                partitions,
                leases,
                keyring,
                steady,
                (number, &marks),
            )
        };
        let lanes: Vec<_> = (0..LANES).map(|number| Arc::new(lane(number))).collect();
        let engine = Engine {
            inbox: steps,
            queue: VecDeque::new(),
            waiting: Arc::clone(&waiting),
            busy: HashSet::new(),
            free: lanes.clone(),
            under_way: JoinSet::new(),
            held: HashMap::new(),
        };
        database.runtime().spawn(engine.run());
        Self {
            inbox,
            waiting,
            lanes,
        }
    }

    /// Opens the sessions of the batches, so that the first callers need not wait for that.
    ///
    /// # Errors
    /// [`StoreError`] when they cannot be opened.
    pub(crate) async fn open(&self) -> Result<(), StoreError> {
        for lane in &self.lanes {
            lane.open().await?;
        }
        Ok(())
    }

    /// Decides on `judge`, and returns its answer once that is durable.
    ///
    /// # Errors
    /// [`StoreError`] when it is not durable after `patience`. It may become so all the same.
    pub(crate) async fn decide<J: Judge>(
        &self,
        judge: J,
        patience: Duration,
    ) -> Result<J::Answer, StoreError> {
        if self.waiting() >= MOST_WAITING {
            return Err(StoreError::Overloaded);
        }
        let (caller, answer) = oneshot::channel();
        let queued = Queued {
            places: judge.places(),
            step: Box::new(Waiting {
                judge,
                answer: None,
                caller,
            }),
            is_repeated: false,
        };
        self.waiting.fetch_add(1, Ordering::Relaxed);
        self.inbox.send(queued).map_err(|_| stopped())?;
        match tokio::time::timeout(patience, answer).await {
            Ok(answer) => answer.map_err(|_| stopped())?,
            Err(_) => Err(StoreError::Unavailable(
                "a commit takes too long".to_owned(),
            )),
        }
    }

    /// Returns the number of steps that wait for a batch.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Returns how long the oldest batch is under way.
    pub(crate) fn committing(&self) -> Duration {
        let lanes = self.lanes.iter().filter_map(|lane| lane.under_way());
        lanes.max().unwrap_or_default()
    }
}

fn stopped() -> StoreError {
    StoreError::Unavailable("the store has stopped".to_owned())
}

/// A step that waits, with the rows that it is about.
struct Queued {
    places: Vec<Place>,
    step: Box<dyn Step>,
    /// Whether a batch has failed with it. It is decided on alone then.
    is_repeated: bool,
}

/// The task that makes batches.
struct Engine {
    inbox: mpsc::UnboundedReceiver<Queued>,
    queue: VecDeque<Queued>,
    waiting: Arc<AtomicUsize>,
    /// The rows of the batches under way.
    busy: HashSet<Place>,
    free: Vec<Arc<Lane>>,
    /// Each returns the steps that have to be decided on once more.
    under_way: JoinSet<Vec<Queued>>,
    /// What each batch under way holds.
    held: HashMap<Id, (Arc<Lane>, BTreeSet<Place>)>,
}

impl Engine {
    async fn run(mut self) {
        loop {
            tokio::select! {
                biased;
                Some(ended) = self.under_way.join_next_with_id() => match ended {
                    Ok((id, again)) => {
                        self.free(id);
                        again.into_iter().rev().for_each(|queued| self.queue.push_front(queued));
                    }
                    Err(error) => self.free(error.id()),
                },
                Some(queued) = self.inbox.recv() => self.queue.push_back(queued),
                else => return,
            }
            while let Ok(queued) = self.inbox.try_recv() {
                self.queue.push_back(queued);
            }
            while let Some(lane) = self.free_lane() {
                let (batch, places) = self.next_batch();
                if batch.is_empty() {
                    self.free.push(lane);
                    break;
                }
                self.busy.extend(&places);
                let worker = Arc::clone(&lane);
                let these = places.clone();
                let task = async move { worker.commit(batch, &these).await };
                let id = self.under_way.spawn(task).id();
                self.held.insert(id, (lane, places));
            }
        }
    }

    /// Returns a lane for the next batch, if one is free and may be taken.
    fn free_lane(&mut self) -> Option<Arc<Lane>> {
        let is_first = self.under_way.is_empty();
        (is_first || self.queue.len() >= FULL)
            .then(|| self.free.pop())
            .flatten()
    }

    fn free(&mut self, ended: Id) {
        if let Some((lane, places)) = self.held.remove(&ended) {
            self.free.push(lane);
            self.busy.retain(|place| !places.contains(place));
        }
    }

    /// Takes the steps of a batch from the queue: the first that share no row with a batch under way, nor with an earlier step
    /// that has to wait.
    fn next_batch(&mut self) -> (Vec<Queued>, BTreeSet<Place>) {
        let (mut batch, mut places) = (Vec::new(), BTreeSet::new());
        let (mut kept, mut reserved) = (VecDeque::new(), HashSet::new());
        while let Some(queued) = self.queue.pop_front() {
            if queued.step.is_forsaken() {
                continue;
            }
            let is_held = |place: &Place| self.busy.contains(place) || reserved.contains(place);
            let has_to_be_alone = queued.is_repeated && !batch.is_empty();
            if has_to_be_alone || queued.places.iter().any(is_held) {
                reserved.extend(queued.places.iter().copied());
                kept.push_back(queued);
                continue;
            }
            places.extend(queued.places.iter().copied());
            let is_alone = queued.is_repeated;
            batch.push(queued);
            if is_alone || batch.len() == FULL {
                break;
            }
        }
        kept.append(&mut self.queue);
        self.queue = kept;
        self.waiting
            .store(self.queue.len() + self.inbox.len(), Ordering::Relaxed);
        (batch, places)
    }
}
