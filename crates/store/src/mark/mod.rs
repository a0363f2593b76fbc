//! The mark of a database: which database it is and how far it has come, kept in a file outside of it.
//!
//! A database that was put back from a copy, emptied or lost cannot tell by itself: its used codes would be good again,
//! and minutes that were taken would be open. A store moves the mark after each commit and before it answers anyone, so
//! the mark names what is durable and nothing else. A start compares the two ([`judge`]).

mod file;

use countersign_core::time::Timestamp;

pub(crate) use file::{FILE, Keeper, declare_restored, read};

/// The random id of a database, made with it. A start that accepts a database that was put back gives it another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DatabaseId(pub(crate) [u8; 16]);

/// How far a database has come. The counters only grow: they number the rows that make up limits, codes and the setup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) database: DatabaseId,
    /// The number after that of the newest message.
    pub(crate) messages: i64,
    /// The number after that of the newest event: a check, an unlock, a token use.
    pub(crate) events: i64,
    /// The version of the setup.
    pub(crate) setup: i64,
    /// The time of the newest commit.
    pub(crate) at: Timestamp,
}

impl Mark {
    /// Returns whether a database that stands here lacks rows that `mark` names.
    pub(crate) const fn is_behind(&self, mark: &Mark) -> bool {
        self.messages < mark.messages || self.events < mark.events || self.setup < mark.setup
    }
}

/// The database that a start finds.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Found {
    /// No database, or an empty one; `had_one` tells whether something beside it was made from a database.
    Nothing { had_one: bool },
    /// A database of a release that kept no mark.
    WithoutId,
    /// A database that stands here; `marked` tells whether a mark has ever named it.
    Database { stands: Mark, marked: bool },
}

/// The mark that a start finds.
#[derive(Debug, Clone, Copy)]
pub(crate) enum FoundMark {
    Nothing,
    /// A file that was not written with the keys of this store.
    Unreadable,
    /// The sign that the database comes from a backup.
    Restored,
    Mark(Mark),
}

/// The reason why a database is not taken without a word: it was put back, emptied or lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PutBack {
    /// There was a database, and it is gone.
    #[error("is missing or empty, and was not before")]
    Lost,
    /// It comes from a backup.
    #[error("was restored from a backup")]
    Restored,
    /// It lacks rows that the mark names.
    #[error("is older than its mark in database.mark, which is of {marked}")]
    Older {
        /// The time of the newest commit before.
        marked: Timestamp,
    },
    /// The mark names another database.
    #[error("is not the one that database.mark beside it names")]
    Other,
    /// It had a mark, and the mark is gone: nothing tells whether it is an older copy.
    #[error("has no mark any more (the file database.mark), so it may be an older copy")]
    Unmarked,
    /// The mark was not written with the keys beside it.
    #[error(
        "has a mark, the file database.mark, that was not written with the keys in use, so it may be an older copy"
    )]
    ForgedMark,
}

/// Tells whether a database was put back, by its mark.
pub(crate) fn judge(mark: FoundMark, found: Found) -> Result<(), PutBack> {
    match (mark, found) {
        // Not even a first start got as far as a database; or it has ended before it wrote the first mark.
        (FoundMark::Nothing, Found::Nothing { had_one: false } | Found::WithoutId) => Ok(()),
        (FoundMark::Nothing, Found::Database { marked: false, .. }) => Ok(()),
        (FoundMark::Nothing, Found::Database { marked: true, .. }) => Err(PutBack::Unmarked),
        (_, Found::Nothing { .. }) => Err(PutBack::Lost),
        (FoundMark::Unreadable, _) => Err(PutBack::ForgedMark),
        (FoundMark::Restored, _) => Err(PutBack::Restored),
        (FoundMark::Mark(mark), Found::WithoutId) => Err(PutBack::Older { marked: mark.at }),
        (FoundMark::Mark(mark), Found::Database { stands, .. }) => {
            if stands.database != mark.database {
                Err(PutBack::Other)
            } else if stands.is_behind(&mark) {
                Err(PutBack::Older { marked: mark.at })
            } else {
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(database: u8, [messages, events, setup]: [i64; 3]) -> Mark {
        Mark {
            database: DatabaseId([database; 16]),
            messages,
            events,
            setup,
            at: Timestamp::from_millis(5),
        }
    }

    #[test]
    fn a_database_that_lacks_any_row_that_its_mark_names_is_older() {
        let marked = FoundMark::Mark(mark(1, [7, 7, 7]));
        for (stands, verdict) in [
            ([7, 7, 7], Ok(())),
            ([8, 9, 7], Ok(())),
            ([6, 9, 9], Err(())),
            ([9, 6, 9], Err(())),
            ([9, 9, 6], Err(())),
        ] {
            let stands = Found::Database {
                stands: mark(1, stands),
                marked: true,
            };
            let older = Err(PutBack::Older {
                marked: Timestamp::from_millis(5),
            });
            assert_eq!(judge(marked, stands), verdict.or(older), "{stands:?}");
        }
    }

    #[test]
    fn a_crash_at_a_first_start_leaves_no_folder_that_is_refused() {
        let fresh = Found::Database {
            stands: mark(1, [0, 0, 1]),
            marked: false,
        };
        let steps = [
            (FoundMark::Nothing, Found::Nothing { had_one: false }),
            (FoundMark::Nothing, fresh),
            (FoundMark::Mark(mark(1, [0, 0, 1])), fresh),
        ];
        for (mark, found) in steps {
            assert_eq!(judge(mark, found), Ok(()), "{mark:?} {found:?}");
        }
    }

    #[test]
    fn a_lost_database_a_lost_mark_and_another_database_are_noticed() {
        let database = Found::Database {
            stands: mark(1, [7, 7, 7]),
            marked: true,
        };
        let nothing = |had_one| Found::Nothing { had_one };
        let known = FoundMark::Mark(mark(1, [7, 7, 7]));
        for (mark, found, why) in [
            (known, nothing(false), PutBack::Lost),
            (FoundMark::Nothing, nothing(true), PutBack::Lost),
            (FoundMark::Nothing, database, PutBack::Unmarked),
            (FoundMark::Unreadable, database, PutBack::ForgedMark),
            (
                FoundMark::Mark(mark(2, [1, 1, 1])),
                database,
                PutBack::Other,
            ),
        ] {
            assert_eq!(judge(mark, found), Err(why));
        }
        let older = judge(known, Found::WithoutId);
        assert!(matches!(older, Err(PutBack::Older { .. })), "{older:?}");
    }
}
