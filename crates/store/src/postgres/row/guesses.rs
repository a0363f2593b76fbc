//! Guesses: how many at the codes of an application were wrong, and how many used a code up.
//!
//! They are a statistic, which tells whether somebody [sprays](AppGuesses::are_sprayed) guesses, and no limit on anybody. So no row
//! is locked to read them. Each session counts in rows of its own, by parts of the window, and a batch reads what was committed
//! before. A guess counts for the window, less one part at most.

use std::collections::{BTreeMap, HashMap};

use countersign_core::limit::LATENESS;
use countersign_core::limit::guess_sources::AppGuesses;
use countersign_core::time::Timestamp;

use crate::hit::BucketKeys;
use crate::seal::Key;

/// The length of a part in milliseconds.
#[expect(clippy::cast_possible_truncation, reason = "ten minutes")]
pub(crate) const PART: i64 = AppGuesses::WINDOW.as_millis() as i64 / LATENESS;

/// The number of parts that count.
pub(crate) const PARTS: i64 = LATENESS;

/// Adds up the guesses at the codes of applications.
pub(crate) const READ: &str = "
    SELECT app AS key, sum(wrong_guesses)::bigint AS wrong_guesses, sum(right_guesses)::bigint AS right_guesses
    FROM guess_count WHERE app = ANY ($1) AND part > (SELECT clock()) / $2 - $3
    GROUP BY app";

/// Adds guesses to those of this session.
pub(crate) const ADD: &str = "
    INSERT INTO guess_count AS counted
    SELECT app, part, pg_backend_pid(), wrong_guesses, right_guesses
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) AS new (app, part, wrong_guesses, right_guesses)
    ON CONFLICT (app, part, session) DO UPDATE
    SET wrong_guesses = counted.wrong_guesses + excluded.wrong_guesses,
        right_guesses = counted.right_guesses + excluded.right_guesses";

/// Removes what counts no more. Nobody adds to it, so nobody waits for anybody.
pub(crate) const SWEEP: &str =
    "DELETE FROM guess_count WHERE part <= (SELECT clock()) / $1 - 2 * $2";

/// The guesses of a batch.
#[derive(Debug, Default)]
pub(crate) struct GuessRows {
    read: HashMap<Key, AppGuesses>,
    added: BTreeMap<(Key, i64), AppGuesses>,
}

/// What a batch adds to the guesses at the codes of an application.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewGuesses {
    pub(crate) app: i64,
    pub(crate) part: i64,
    pub(crate) wrong: i64,
    pub(crate) right: i64,
}

impl GuessRows {
    /// Takes a row that was read.
    pub(crate) fn read(&mut self, app: Key, wrong: i64, right: i64) {
        let guesses = AppGuesses {
            wrong: wrong.unsigned_abs(),
            right: right.unsigned_abs(),
        };
        self.read.insert(app, guesses);
    }

    /// Returns the guesses at the codes of an application.
    pub(crate) fn of(&self, app: BucketKeys<'_>) -> AppGuesses {
        let added = self.added.iter().map(|((key, _), guesses)| (key, guesses));
        let all = self.read.iter().chain(added);
        let own = all.filter(|(key, _)| app.all().any(|own| own == **key));
        own.fold(AppGuesses::default(), |sum, (_, more)| AppGuesses {
            wrong: sum.wrong + more.wrong,
            right: sum.right + more.right,
        })
    }

    /// Counts guesses at `now`.
    pub(crate) fn add(&mut self, app: BucketKeys<'_>, guesses: AppGuesses, now: Timestamp) {
        let part = now.as_millis().div_euclid(PART);
        let counted = self.added.entry((app.newest, part)).or_default();
        counted.wrong += guesses.wrong;
        counted.right += guesses.right;
    }

    /// Returns what the batch adds, in the order of the keys.
    pub(crate) fn added(&self) -> Vec<NewGuesses> {
        let added = self.added.iter().map(|((app, part), guesses)| NewGuesses {
            app: app.column(),
            part: *part,
            wrong: i64::try_from(guesses.wrong).unwrap_or(i64::MAX),
            right: i64::try_from(guesses.right).unwrap_or(i64::MAX),
        });
        added.collect()
    }
}
