//! The file of a mark: two slots of 512 bytes that are written in turn, each a line of JSON with a MAC.
//!
//! A slot lies within one sector of the disk, so a loss of power leaves it as it was or as it should be. Moving the mark
//! writes a slot and does not wait for the disk; [`Keeper::sync`] does.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;

use countersign_core::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::{DatabaseId, FoundMark, Mark};
use crate::custody;
use crate::seal::Sealer;

/// The name of the file in a data folder.
pub(crate) const FILE: &str = "database.mark";

/// The content of the file beside a database that comes from a backup.
const RESTORED: &[u8] = b"restored from a backup\n";

/// The size of a slot, in bytes.
const SLOT: usize = 512;

/// A mark as it stands in the file.
#[derive(Serialize, Deserialize)]
struct Line {
    database: [u8; 16],
    messages: i64,
    events: i64,
    setup: i64,
    at: i64,
    mac: Vec<u8>,
}

/// Reads the mark in `folder`.
///
/// # Errors
/// When the file is there and the system does not let it be read.
pub(crate) fn read(folder: &Path, sealer: &Sealer) -> io::Result<FoundMark> {
    let mut slots = Vec::new();
    match custody::open(&folder.join(FILE)) {
        Ok(mut file) => file.read_to_end(&mut slots)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(FoundMark::Nothing),
        Err(error) => return Err(error),
    };
    if slots == RESTORED {
        return Ok(FoundMark::Restored);
    }
    let marks = slots.chunks(SLOT).filter_map(|slot| parse(slot, sealer));
    // No counter ever falls, so the newer of two slots is the greater one.
    let newest = marks.max_by_key(|mark| (mark.messages, mark.events, mark.setup));
    Ok(newest.map_or(FoundMark::Unreadable, FoundMark::Mark))
}

fn parse(slot: &[u8], sealer: &Sealer) -> Option<Mark> {
    let line: Line = serde_json::from_slice(slot.trim_ascii()).ok()?;
    let mark = Mark {
        database: DatabaseId(line.database),
        messages: line.messages,
        events: line.events,
        setup: line.setup,
        at: Timestamp::from_millis(line.at),
    };
    sealer
        .is_mac_of_mark(&bytes(&mark), &line.mac)
        .then_some(mark)
}

/// Writes `mark` as one slot.
fn slot(mark: &Mark, sealer: &Sealer) -> io::Result<Vec<u8>> {
    let mut slot = serde_json::to_vec(&Line {
        database: mark.database.0,
        messages: mark.messages,
        events: mark.events,
        setup: mark.setup,
        at: mark.at.as_millis(),
        mac: sealer.mac_of_mark(&bytes(mark)).to_vec(),
    })?;
    slot.resize(SLOT - 1, b' ');
    slot.push(b'\n');
    Ok(slot)
}

/// Returns everything that the MAC covers, each field with a fixed length.
fn bytes(mark: &Mark) -> Vec<u8> {
    let mut bytes = mark.database.0.to_vec();
    for number in [mark.messages, mark.events, mark.setup, mark.at.as_millis()] {
        bytes.extend(number.to_be_bytes());
    }
    bytes
}

/// Declares that the database of `folder` comes from a backup, in place of its mark.
///
/// # Errors
/// When the file cannot be written; the mark of before is in place then.
pub(crate) fn declare_restored(folder: &Path) -> io::Result<()> {
    put(folder, RESTORED).map(drop)
}

/// Puts the file in place, whole, and waits until it is on the disk.
fn put(folder: &Path, bytes: &[u8]) -> io::Result<File> {
    let draft = folder.join("database.mark.new");
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    let mut file = custody::private(options.write(true).create_new(true)).open(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(draft, folder.join(FILE))?;
    File::open(folder)?.sync_all()?;
    Ok(file)
}

/// Keeps the mark of an open database.
pub(crate) struct Keeper {
    mark: Mark,
    file: File,
    sealer: Arc<Sealer>,
    /// The place of the older slot.
    older: u64,
    /// Whether the file holds something that may not have reached the disk.
    dirty: bool,
    /// Whether the last write failed.
    failed: bool,
    /// Whether [`Keeper::sync`] waits for the disk.
    waits: bool,
}

impl Keeper {
    /// Writes the first mark of this run into `folder`, in place of any other, and waits until it is on the disk.
    ///
    /// # Errors
    /// When the file cannot be written; the mark of before is in place then.
    pub(crate) fn start(folder: &Path, mark: Mark, sealer: Arc<Sealer>) -> io::Result<Self> {
        let slot = slot(&mark, &sealer)?;
        let file = put(folder, &[slot.as_slice(), slot.as_slice()].concat())?;
        Ok(Self {
            mark,
            file,
            sealer,
            older: 0,
            dirty: false,
            failed: false,
            waits: true,
        })
    }

    /// Never waits for the disk from now on, for a store that nothing is to survive in.
    pub(crate) fn wait_no_more(&mut self) {
        self.waits = false;
    }

    /// Moves the mark by `advance`, once what it then names is durable. A failure is logged: the mark stays behind, and
    /// a start notices less.
    pub(crate) fn follow(&mut self, at: Timestamp, advance: impl FnOnce(&mut Mark)) {
        let before = self.mark;
        advance(&mut self.mark);
        if self.mark == before && !self.failed {
            return;
        }
        self.mark.at = at;
        let written = self.write();
        if let (Err(error), false) = (&written, self.failed) {
            tracing::warn!(%error, "the mark of the database could not be moved: a copy that is put back may pass unnoticed");
        }
        self.failed = written.is_err();
    }

    /// Writes the mark with the newest keys of `sealer` from now on, first as it stands, in both slots: one with older keys
    /// only would not be read once those have ended.
    pub(crate) fn change_keys(&mut self, sealer: Arc<Sealer>) {
        self.sealer = sealer;
        let written = self.write().and_then(|()| self.write());
        if let Err(error) = &written {
            tracing::warn!(%error, "the mark of the database could not be written with the new keys");
        }
        self.failed = written.is_err();
        self.sync();
    }

    fn write(&mut self) -> io::Result<()> {
        let slot = slot(&self.mark, &self.sealer)?;
        write_at(&mut self.file, &slot, self.older)?;
        self.older = SLOT as u64 - self.older;
        self.dirty = true;
        Ok(())
    }

    /// Waits until the mark is on the disk.
    pub(crate) fn sync(&mut self) {
        if !(self.dirty && self.waits) {
            return;
        }
        match self.file.sync_data() {
            Ok(()) => self.dirty = false,
            Err(error) => tracing::warn!(%error, "the mark of the database may not be on the disk"),
        }
    }
}

#[cfg(unix)]
fn write_at(file: &mut File, bytes: &[u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, at)
}

#[cfg(not(unix))]
fn write_at(file: &mut File, bytes: &[u8], at: u64) -> io::Result<()> {
    io::Seek::seek(file, io::SeekFrom::Start(at))?;
    file.write_all(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::StoreKeys;

    fn sealer(key: u8) -> Arc<Sealer> {
        let keys = StoreKeys {
            index: [key; 32],
            seal: [key; 32],
        };
        Arc::new(Sealer::new(&keys).unwrap())
    }

    fn first() -> Mark {
        Mark {
            database: DatabaseId([255; 16]),
            messages: 0,
            events: i64::MAX,
            setup: i64::MIN,
            at: Timestamp::from_millis(i64::MAX),
        }
    }

    fn found(folder: &Path, key: u8) -> Option<Mark> {
        match read(folder, &sealer(key)).unwrap() {
            FoundMark::Mark(mark) => Some(mark),
            FoundMark::Nothing | FoundMark::Unreadable | FoundMark::Restored => None,
        }
    }

    #[test]
    fn the_newest_mark_is_read_and_with_the_same_keys_only() {
        let dir = tempfile::tempdir().unwrap();
        let mut keeper = Keeper::start(dir.path(), first(), sealer(1)).unwrap();
        assert_eq!(found(dir.path(), 1), Some(first()));
        for messages in 1..5 {
            let at = Timestamp::from_millis(messages);
            keeper.follow(at, |mark| mark.messages = messages);
            let newest = Mark {
                messages,
                at,
                ..first()
            };
            assert_eq!(found(dir.path(), 1), Some(newest));
        }
        assert_eq!(found(dir.path(), 2), None, "other keys");
    }

    #[test]
    fn a_slot_that_was_torn_leaves_the_other_and_a_changed_one_counts_for_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let mut keeper = Keeper::start(dir.path(), first(), sealer(1)).unwrap();
        keeper.follow(Timestamp::from_millis(1), |mark| mark.messages = 77);
        let path = dir.path().join(FILE);
        let whole = fs::read(&path).unwrap();
        assert_eq!(whole.len(), 2 * SLOT);
        let mut torn = whole.clone();
        torn[..SLOT / 2].fill(0);
        fs::write(&path, &torn).unwrap();
        assert_eq!(found(dir.path(), 1), Some(first()));
        let forged = String::from_utf8(whole).unwrap().replace(":77,", ":78,");
        fs::write(&path, forged).unwrap();
        assert_eq!(found(dir.path(), 1), Some(first()));
        fs::write(&path, "").unwrap();
        assert!(matches!(
            read(dir.path(), &sealer(1)).unwrap(),
            FoundMark::Unreadable
        ));
    }
}
