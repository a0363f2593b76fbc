//! Marks: how many batches a lane has committed, in its own memory and in the database.
//!
//! A database that was put back from a copy, or a standby that was promoted without the newest commits, cannot tell by itself:
//! used codes would be good again, and minutes that were taken would be open. A node that lives through it can. Each commit of a
//! lane counts up a row of its own. A lane that has lost its session compares the rows of all lanes of its node with what they
//! remember, before it decides on anything. Where one is behind, what was answered is lost: every code of before is dead, and no
//! send is decided on for [`RESTORED_HOLD`].
//!
//! A node that starts remembers nothing. Where no node lives meanwhile, an operator has to say that a database was put back
//! ([`PostgresStore::accept_restored`]).

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use countersign_core::audit::{Act, Author, Target, Verb};
use countersign_core::policy::RESTORED_HOLD;
use countersign_core::ports::StoreError;
use countersign_core::ports::audit::AuditLog as _;
use tokio::sync::Mutex;
use tokio_postgres::Error;
use uuid::Uuid;

use super::PostgresStore;
use super::connect::Connected;
use super::staff;
use super::start::{OpenError, unusable};

/// Counts a commit.
pub(super) const COUNT: &str = "UPDATE mark SET commits = $2 WHERE lane = $1";

const BEGIN: &str = "INSERT INTO mark DEFAULT VALUES RETURNING lane";
const READ: &str = "SELECT commits FROM mark WHERE lane = $1";
const HOLD: &str = "
    UPDATE deployment SET dead_before = greatest(dead_before, now + 1), held_until = greatest(held_until, now + $1)
    FROM (SELECT clock() AS now) AS clock";

/// The marks of the lanes of one node, by their numbers.
#[derive(Debug, Default)]
pub(super) struct Marks(Mutex<HashMap<usize, Mark>>);

#[derive(Debug)]
struct Mark {
    id: Uuid,
    /// The commits that were answered.
    commits: i64,
    session: Weak<Connected>,
}

impl Marks {
    /// Returns the mark of a lane, and the number of its next commit. Where the lane has another session than before, the marks
    /// of all lanes are compared with the database first.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub(super) async fn next(
        &self,
        lane: usize,
        session: &Arc<Connected>,
    ) -> Result<(Uuid, i64), Error> {
        let mut marks = self.0.lock().await;
        let is_same = |mark: &Mark| mark.session.as_ptr() == Arc::as_ptr(session);
        if let Some(mark) = marks.get(&lane).filter(|mark| is_same(mark)) {
            return Ok((mark.id, mark.commits + 1));
        }
        if !stand(session, &mut marks).await? {
            note(session).await?;
            marks.clear();
        }
        let (id, commits) = match marks.get(&lane) {
            Some(mark) => (mark.id, mark.commits),
            None => (
                session
                    .client
                    .query_one(BEGIN, &[])
                    .await?
                    .try_get("lane")?,
                0,
            ),
        };
        let mark = Mark {
            id,
            commits,
            session: Arc::downgrade(session),
        };
        marks.insert(lane, mark);
        Ok((id, commits + 1))
    }

    /// Remembers that the commit of a lane with this number was answered.
    pub(super) async fn committed(&self, lane: usize, commits: i64) {
        if let Some(mark) = self.0.lock().await.get_mut(&lane) {
            mark.commits = commits;
        }
    }
}

/// Returns whether the database has every commit that was answered. Those that were not answered and arrived are remembered.
async fn stand(session: &Connected, marks: &mut HashMap<usize, Mark>) -> Result<bool, Error> {
    for mark in marks.values_mut() {
        let row = session.client.query_opt(READ, &[&mark.id]).await?;
        let commits: Option<i64> = row.map(|row| row.try_get("commits")).transpose()?;
        match commits.filter(|commits| *commits >= mark.commits) {
            Some(commits) => mark.commits = commits,
            None => return Ok(false),
        }
    }
    Ok(true)
}

async fn note(session: &Connected) -> Result<(), Error> {
    hold(session).await?;
    tracing::error!(
        "the database lacks what was committed: the codes of before are dead, and sends are held"
    );
    Ok(())
}

/// Ends every code of before, and holds sends.
async fn hold(session: &Connected) -> Result<(), Error> {
    let held = i64::try_from(RESTORED_HOLD.as_millis()).unwrap_or(i64::MAX);
    session.client.execute(HOLD, &[&held]).await.map(drop)
}

impl PostgresStore {
    /// Takes the database as one that was put back: every earlier code is dead, sends are held for [`RESTORED_HOLD`] on all
    /// nodes, limits count what the database knows, and the act is on record. Call this before the first decision.
    ///
    /// # Errors
    /// [`OpenError`] when that cannot be written.
    pub async fn accept_restored(&self) -> Result<(), OpenError> {
        let session = self.reading.get().await.map_err(unwritten)?;
        hold(&session).await.map_err(unusable)?;
        staff::end_every_session(&session).await.map_err(unusable)?;
        let found = "may lack what was committed";
        let (author, target) = (Author::at_the_command_line(), Target::database());
        let act = Act::outside(author, Verb::RestoreAccepted, target, &[("found", found)]);
        self.record(act).await.map_err(unwritten)?;
        tracing::warn!(
            database = %found,
            held_seconds = RESTORED_HOLD.as_secs(),
            "the database was accepted as one that was put back: every code sent before is dead, and sends are held"
        );
        Ok(())
    }
}

// By value, as `map_err` passes it.
#[expect(clippy::needless_pass_by_value)]
fn unwritten(error: StoreError) -> OpenError {
    OpenError::Database(error.to_string())
}
