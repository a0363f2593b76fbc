//! The time of the deployment: that of the database's machine, without its leaps.
//!
//! A standby that is promoted may have a clock that is ahead of the primary's, and an operator may set a clock. Windows would
//! end early, or for a long time not at all. A living node knows by its own clock, which nobody sets, how much time has passed
//! since it last read that of the database. Where the two differ by more than [`BOUND`], the node decides on nothing, and puts
//! on record by how much the machine's clock is [`ahead`](Reading::ahead), for all nodes. The difference is then let go slowly:
//! the deployment's time is slower than real time by a thousandth at most, and faster by a hundred-thousandth, so that no minute
//! ends a millisecond early.
//!
//! A node that has just started has nothing to compare with. Where all nodes start after the leap, it is not noticed.

use std::sync::{Arc, Mutex, PoisonError};

use countersign_core::time::{Clock, Timestamp};
use tokio_postgres::{Error, Row};

use super::connect::Connected;

/// The milliseconds by which the clocks may differ from one reading to the next, beside a thousandth of the time between.
const BOUND: i64 = 250;

/// The longest time in milliseconds that a reading may take which the next one is compared with.
const QUICK: i64 = 250;

const HOLD: &str = "
    UPDATE deployment SET clock_ahead = ahead(clock_ahead, clock_since, now) + $1, clock_since = now
    FROM (SELECT machine_clock() AS now) AS machine
    WHERE clock_ahead = $2 AND clock_since = $3";

/// A reading of the database's clock.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Reading {
    /// What the clock of the machine shows, in milliseconds since 1970.
    machine: i64,
    /// By how many milliseconds the machine is ahead of the deployment.
    ahead: i64,
    /// The columns `clock_ahead` and `clock_since`.
    kept: (i64, i64),
}

impl Reading {
    /// Takes a row with the columns `machine`, `ahead`, `clock_ahead` and `clock_since`.
    pub(crate) fn of(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            machine: row.try_get("machine")?,
            ahead: row.try_get("ahead")?,
            kept: (row.try_get("clock_ahead")?, row.try_get("clock_since")?),
        })
    }

    /// Returns the time of the deployment.
    pub(crate) fn time(self) -> Timestamp {
        Timestamp::from_millis(self.machine.saturating_sub(self.ahead))
    }
}

/// A leap of the database's clock that is not on record yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Leap {
    /// The milliseconds by which the clock leapt: forward, or back if negative.
    by: i64,
    /// What was on record.
    kept: (i64, i64),
}

/// Compares the clock of the database with that of this node.
pub(crate) struct Steady {
    clock: Arc<dyn Clock>,
    last: Mutex<Option<Seen>>,
}

/// A reading, with the moments before and after it by the clock of this node.
#[derive(Debug, Clone, Copy)]
struct Seen {
    reading: Reading,
    asked: i64,
    answered: i64,
}

impl Steady {
    pub(crate) fn by(clock: &Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self {
            clock: Arc::clone(clock),
            last: Mutex::default(),
        })
    }

    /// Returns the time by the clock of this node, for a reading that is about to be asked for.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Takes a reading that was asked for at `asked`.
    ///
    /// # Errors
    /// [`Leap`] when the clock of the database has leapt. Nothing may be decided by the reading.
    pub(crate) fn follow(&self, asked: Timestamp, reading: Reading) -> Result<(), Leap> {
        let seen = Seen {
            reading,
            asked: asked.as_millis(),
            answered: self.clock.now().as_millis(),
        };
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(by) = last.and_then(|last| seen.leap_since(last)) {
            return Err(Leap {
                by,
                kept: reading.kept,
            });
        }
        // Of two readings at once, the newer one stays.
        let is_newer = last.is_none_or(|last| last.answered <= seen.answered);
        if is_newer && (last.is_none() || seen.answered - seen.asked <= QUICK) {
            *last = Some(seen);
        }
        Ok(())
    }
}

impl Seen {
    /// Returns by how much the clock has certainly leapt since `last`, both the machine's and, since that may be on record
    /// already, the deployment's.
    fn leap_since(self, last: Self) -> Option<i64> {
        let (least, most) = (self.asked - last.answered, self.answered - last.asked);
        let bound = BOUND + most.max(0) / 1_000;
        let machine = self.reading.machine - last.reading.machine;
        let deployment = machine - (self.reading.ahead - last.reading.ahead);
        let forward = (machine - most).min(deployment - most);
        let back = (machine - least).max(deployment - least);
        match (forward > bound, back < -bound) {
            (true, _) => Some(forward),
            (_, true) => Some(back),
            _ => None,
        }
    }
}

/// Puts a leap on record, unless another node has done so meanwhile.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn hold(session: &Connected, leap: Leap) -> Result<(), Error> {
    let hold = session.prepared(HOLD).await?;
    let held = session
        .client
        .execute(&hold, &[&leap.by, &leap.kept.0, &leap.kept.1])
        .await?;
    if held == 1 {
        tracing::warn!(milliseconds = leap.by, "the clock of the database leapt");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use countersign_core::testing::HandClock;

    use super::*;

    /// A node, and a database whose clock shows this many milliseconds.
    struct Both {
        node: Arc<HandClock>,
        steady: Arc<Steady>,
        database: Reading,
    }

    impl Both {
        fn new() -> Self {
            let node = Arc::new(HandClock::new(Timestamp::from_millis(7_000)));
            let clock: Arc<dyn Clock> = Arc::clone(&node) as _;
            let database = Reading {
                machine: 90_000,
                ..Reading::default()
            };
            Self {
                steady: Steady::by(&clock),
                node,
                database,
            }
        }

        /// Lets time pass for both; the reading takes `takes` milliseconds. Returns the leap that the node sees.
        fn read(&mut self, passes: u64, takes: u64) -> Option<i64> {
            self.node.pass(Duration::from_millis(passes));
            self.database.machine += passes.cast_signed();
            let asked = self.steady.now();
            self.node.pass(Duration::from_millis(takes));
            let followed = self.steady.follow(asked, self.database);
            self.database.machine += takes.cast_signed();
            followed.err().map(|leap| leap.by)
        }
    }

    #[test]
    fn time_that_passes_is_no_leap_and_a_slow_answer_is_none() {
        let mut both = Both::new();
        for (passes, takes) in [(0, 0), (5, 1), (60_000, 900), (1, 0), (86_400_000, 2)] {
            assert_eq!(both.read(passes, takes), None);
        }
        both.database.machine += 200;
        assert_eq!(
            both.read(5, 1),
            None,
            "as clocks differ that are set by the network"
        );
    }

    #[test]
    fn a_leap_is_seen_until_it_is_on_record() {
        for leap in [30_000, -30_000] {
            let mut both = Both::new();
            both.read(0, 0);
            both.database.machine += leap;
            for _ in 0..2 {
                assert_eq!(both.read(100, 0), Some(leap));
            }
            both.database.ahead = leap;
            assert_eq!(both.read(100, 0), None);
            assert_eq!(both.read(100, 0), None);
        }
    }

    #[test]
    fn what_another_node_took_for_a_leap_is_none_for_this_one() {
        let mut both = Both::new();
        both.read(0, 0);
        both.database.ahead = 30_000;
        assert_eq!(both.read(100, 0), None, "the machine has not leapt");
        both.database.machine -= 30_000;
        both.database.ahead = 0;
        assert_eq!(both.read(100, 0), None, "it is on record");
    }
}
