//! Reads every number on record again where the program has another release of the numbering plans than the last time.
//!
//! Another release may refuse a number that it took before, or take it for another one: such a message is not shown by its
//! number any more. The audit record gets an act with how many were read, how many are not what they were, and the ids of
//! the first of those messages.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use countersign_core::audit::{Act, Author, Target, Verb};
use countersign_core::id::MessageId;
use countersign_core::phone::{self, PhoneNumber};
use countersign_core::time::Clock;
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior};

use crate::erased::is_erased;
use crate::seal::SealerInUse;
use crate::sqlite::log::act::ActRow;
use crate::sqlite::log::find::{self, Table};

/// The number of messages that are read at once.
const PIECE: i64 = 4_096;

/// How many messages the report names.
const NAMED: usize = 20;

/// The reading, one piece at each step.
pub(super) struct Rereading {
    database: PathBuf,
    sealer: SealerInUse,
    clock: Arc<dyn Clock>,
    /// The release by which numbers were read before; `None` where none was kept.
    before: Option<String>,
    /// The message from which on to read; `None` once everything is done.
    next: Option<i64>,
    /// Messages from this one on came after the start, so that this release has read them already.
    end: i64,
    read: u64,
    changed: u64,
    /// The first messages whose number is not what it was.
    named: Vec<MessageId>,
}

impl Rereading {
    pub(super) fn open(
        log: &Connection,
        database: PathBuf,
        sealer: SealerInUse,
        clock: Arc<dyn Clock>,
    ) -> rusqlite::Result<Self> {
        let before: Option<String> = log
            .query_row("SELECT release FROM numbering_plan", [], |row| row.get(0))
            .optional()?;
        let is_known = before.as_deref() == Some(phone::RELEASE);
        Ok(Self {
            database,
            sealer,
            clock,
            before,
            next: (!is_known).then_some(0),
            end: find::end(log, Table::Message)?,
            read: 0,
            changed: 0,
            named: Vec::new(),
        })
    }

    /// Reads a piece; false where there is nothing to read.
    pub(super) fn step(&mut self, log: &Connection) -> rusqlite::Result<bool> {
        let Some(from) = self.next else {
            return Ok(false);
        };
        let last = self.read_piece(log, from)?;
        match last {
            Some(last) => self.next = Some(last + 1),
            None => {
                self.finish()?;
                self.next = None;
            }
        }
        Ok(true)
    }

    /// Reads the messages from `from` on, and returns the last one.
    fn read_piece(&mut self, log: &Connection, from: i64) -> rusqlite::Result<Option<i64>> {
        let piece =
            "SELECT seq, id, phone FROM message WHERE seq >= ? AND seq < ? ORDER BY seq LIMIT ?";
        let mut select = log.prepare_cached(piece)?;
        let mut rows = select.query([from, self.end, PIECE])?;
        let mut last = None;
        while let Some(row) = rows.next()? {
            let id = MessageId::from_bytes(row.get("id")?);
            let sealed = row.get_ref("phone")?.as_blob()?;
            last = Some(row.get("seq")?);
            if is_erased(sealed) {
                continue;
            }
            let text = self.sealer.get().open_text(sealed, id);
            self.read += 1;
            if !text.is_some_and(|text| PhoneNumber::is_kept(&text)) {
                self.changed += 1;
                self.named.extend((self.named.len() < NAMED).then_some(id));
            }
        }
        Ok(last)
    }

    /// Keeps the release, with the report in the same commit. A first release has nothing to report unless a number is not
    /// what it was.
    fn finish(&self) -> rusqlite::Result<()> {
        let mut log = Connection::open(&self.database)?;
        log.busy_timeout(Duration::from_secs(5))?;
        let log = log.transaction_with_behavior(TransactionBehavior::Immediate)?;
        log.execute(
            "INSERT OR REPLACE INTO numbering_plan VALUES (1, ?)",
            [phone::RELEASE],
        )?;
        if self.before.is_some() || self.changed > 0 {
            self.report().append(&log)?;
        }
        log.commit()?;
        if self.changed > 0 {
            let (read, changed) = (self.read, self.changed);
            tracing::warn!(
                read,
                changed,
                "numbers on record are not what they were by the numbering plans of this release: the audit record names them"
            );
        }
        Ok(())
    }

    fn report(&self) -> ActRow {
        let named: Vec<_> = self.named.iter().map(ToString::to_string).collect();
        let target = Target::new("numbering_plan", phone::RELEASE.to_owned());
        let facts = [
            ("before", self.before.as_deref().unwrap_or("unknown")),
            ("read", &self.read.to_string()),
            ("changed", &self.changed.to_string()),
            ("messages", &named.join(" ")),
        ];
        let act = Act::outside(Author::service(), Verb::NumbersReread, target, &facts);
        let at = self.clock.wall();
        ActRow { at, act }
    }
}

#[cfg(test)]
mod tests {
    use countersign_core::testing::HandClock;
    use countersign_core::time::Timestamp;
    use rusqlite::params;

    use super::*;
    use crate::seal::{Sealer, StoreKeys};
    use crate::sqlite::log::act;
    use crate::sqlite::log::schema::migrations;

    const AT: Timestamp = Timestamp::from_millis(1_795_000_000_000);

    fn put(log: &Connection, sealer: &Sealer, seq: i64, text: &str) -> MessageId {
        let id = MessageId::first_at(AT.after(Duration::from_millis(seq.unsigned_abs())));
        let sealed = sealer.seal_text(text, id).unwrap();
        log.execute(
            "INSERT INTO message VALUES (?, ?, X'', 0, 'app', 'CHANNEL_LOGIN', ?, 0, 0, X'', 0, 0, 0, NULL, NULL, 0, X'',
                NULL, 0)",
            params![seq, id.as_bytes(), sealed],
        )
        .unwrap();
        id
    }

    // shows: C4
    #[test]
    fn a_number_that_another_release_does_not_know_is_reported_once() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("countersign.db");
        let mut log = Connection::open(&database).unwrap();
        migrations().to_latest(&mut log).unwrap();
        log.execute("INSERT INTO numbering_plan VALUES (1, 'an older plan')", [])
            .unwrap();
        let keys = StoreKeys {
            index: [1; 32],
            seal: [2; 32],
        };
        let sealer = Arc::new(Sealer::new(&keys).unwrap());
        put(&log, &sealer, 0, "+8613800138000");
        let gone = put(&log, &sealer, 7, "+8610000000000");
        let clock: Arc<dyn Clock> = Arc::new(HandClock::new(AT));
        let open = || {
            let (database, sealer) = (database.clone(), SealerInUse::new(Arc::clone(&sealer)));
            Rereading::open(&log, database, sealer, Arc::clone(&clock)).unwrap()
        };
        let steps = |mut reading: Rereading| {
            let mut steps = 0;
            while reading.step(&log).unwrap() {
                steps += 1;
            }
            steps
        };
        let reading = open();
        put(&log, &sealer, 8, "+8610000000001"); // after the start
        assert_eq!(steps(reading), 2);
        let acts = act::after(&log, 0, 10).unwrap();
        let [report] = &acts[..] else {
            unreachable!("one report: {acts:?}");
        };
        let told = format!(
            r#""after":{{"before":"an older plan","changed":"1","messages":"{gone}","read":"2"}}"#
        );
        assert!(report.text.contains(&told), "{}", report.text);
        assert_eq!(steps(open()), 0, "it was read");
    }
}
