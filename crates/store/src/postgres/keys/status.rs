//! The generations of keys that a database still needs, and why; and their end.

use std::collections::HashSet;

use countersign_core::ports::setup::Setup;
use countersign_core::time::Timestamp;
use uuid::Uuid;

use super::keyring::Keyring;
use super::{GenerationRow, needed};
use crate::generations::{GenerationStatus, NeededFor, end_of_windows, users};
use crate::postgres::clock::time;
use crate::postgres::connect::Connected;
use crate::postgres::records::ask;
use crate::postgres::setup;
use crate::postgres::words::Failure;

const NEXT: &str =
    "SELECT clock() AS now, kind, next FROM (SELECT) AS one LEFT JOIN reseal ON true";

/// The number of messages from this id on, if there are at most 100,000.
const FEW: &str =
    "SELECT count(*) AS count FROM (SELECT FROM message WHERE id >= $1 LIMIT 100001) AS few";

/// About the number of messages in the tables of days from that of this id on, as the database last counted them.
const MANY: &str = "
    SELECT coalesce(sum(greatest(reltuples, 0)), 0)::bigint AS count
    FROM pg_inherits JOIN pg_class AS day ON day.oid = inhrelid
    WHERE inhparent = 'message'::regclass AND first_id(replace(relname, 'message_', '')::bigint + 1) > $1";

/// The most messages that are counted one by one.
const COUNTED: i64 = 100_000;

/// How far the work after a change of keys has come.
struct Progress {
    now: Timestamp,
    /// The kinds of rows that are not all sealed anew.
    left: HashSet<String>,
    /// The first message that was not looked at yet.
    next_message: Option<Uuid>,
}

impl Progress {
    async fn read(session: &Connected) -> Result<Self, Failure> {
        let rows = ask(session, NEXT, &[]).await?;
        let first = rows.first().ok_or(Failure::Unreadable)?;
        let mut progress = Self {
            now: time(first, "now")?,
            left: HashSet::new(),
            next_message: None,
        };
        for row in &rows {
            let Some(kind) = row.try_get::<_, Option<String>>("kind")? else {
                continue; // there is nothing to do
            };
            if kind == "message" {
                progress.next_message = row.try_get("next")?;
            }
            progress.left.insert(kind);
        }
        Ok(progress)
    }

    /// Returns the number of messages that are still to be looked at; of many, about.
    async fn messages(&self, session: &Connected) -> Result<u64, Failure> {
        let Some(next) = self.next_message else {
            return Ok(0);
        };
        let few = count(session, FEW, next).await?;
        let many = match few > COUNTED {
            true => count(session, MANY, next).await?,
            false => 0,
        };
        // As long as some may be left, there is work.
        Ok(few.max(many).max(1).unsigned_abs())
    }

    /// Returns whether something beside the messages is still to be sealed anew.
    fn others(&self) -> bool {
        self.left.iter().any(|kind| kind != "message")
    }
}

async fn count(session: &Connected, sql: &'static str, from: Uuid) -> Result<i64, Failure> {
    let rows = ask(session, sql, &[&from]).await?;
    Ok(rows.first().ok_or(Failure::Unreadable)?.try_get("count")?)
}

/// Returns the generations that the database still needs, newest first.
pub(super) async fn status(
    session: &Connected,
    keyring: &Keyring,
) -> Result<Vec<GenerationStatus>, Failure> {
    let needed = needed(&session.client).await?;
    let progress = Progress::read(session).await?;
    let messages = progress.messages(session).await?;
    let setup = match needed.len() > 1 {
        true => setup::read(&session.client, keyring).await?,
        false => Setup::default(),
    };
    let of = |row: &GenerationRow| GenerationStatus {
        number: row.number,
        since: row.since,
        needed_for: end_of(row, &needed).map(|windows_until| NeededFor {
            windows_until,
            messages,
            unlocks: progress.others(),
            index: false, // it is in the rows of messages
            applications: users(&setup, row.number, progress.now),
        }),
    };
    Ok(needed.iter().map(of).collect())
}

/// Returns an older generation that nothing needs any more, if there is one.
pub(in crate::postgres) async fn ended(
    session: &Connected,
    keyring: &Keyring,
) -> Result<Option<u32>, Failure> {
    let (needed, progress) = (
        needed(&session.client).await?,
        Progress::read(session).await?,
    );
    let is_over =
        |row: &&GenerationRow| end_of(row, &needed).is_some_and(|end| end <= progress.now);
    let mut over = needed.iter().filter(is_over).peekable();
    if !progress.left.is_empty() || over.peek().is_none() {
        return Ok(None);
    }
    let setup = setup::read(&session.client, keyring).await?;
    let is_used = |row: &&GenerationRow| !users(&setup, row.number, progress.now).is_empty();
    Ok(over.find(|row| !is_used(row)).map(|row| row.number))
}

fn end_of(row: &GenerationRow, needed: &[GenerationRow]) -> Option<Timestamp> {
    let needed = needed.iter().map(|row| (row.number, row.since));
    end_of_windows(row.number, needed)
}
