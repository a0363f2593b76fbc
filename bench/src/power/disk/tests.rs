use super::*;
use crate::power::trace::Call;

const FD: i64 = 3;
const FOLDER: i64 = 4;

/// Makes a trace of calls, each of which ends before the next begins.
fn trace(calls: Vec<(What, &str)>) -> Trace {
    let calls = calls.into_iter().map(|(what, file)| Call {
        what,
        file: PathBuf::from(file),
    });
    let calls: Vec<Call> = calls.collect();
    let both = |call| [true, false].map(|begins| Moment { call, begins });
    let moments = (0..calls.len()).flat_map(both).collect();
    Trace { calls, moments }
}

fn open(fd: i64, create: bool) -> What {
    What::Open {
        fd,
        create,
        truncate: false,
        append: false,
    }
}

fn write(at: usize, bytes: &[u8]) -> What {
    What::Write {
        fd: FD,
        at: Some(at),
        bytes: bytes.to_vec(),
    }
}

fn sync(fd: i64) -> What {
    What::Sync { fd }
}

fn after(trace: &Trace, moments: usize) -> Disk {
    let mut disk = Disk::new();
    disk.replay(trace, 0, moments);
    disk
}

fn content(disk: &Disk, fate: Fate<'_>) -> Option<Vec<u8>> {
    disk.image(fate).remove(Path::new("/d/a"))
}

#[test]
fn a_power_cut_keeps_flushed_data_and_loses_the_rest() {
    let trace = trace(vec![
        (open(FD, true), "/d/a"),
        (write(0, b"one"), "/d/a"),
        (sync(FD), "/d/a"),
        (write(3, b"two"), "/d/a"),
    ]);
    let named = |moments| content(&after(&trace, moments), Fate::Named).unwrap();
    assert_eq!(named(4), b"", "written, and no flush");
    assert_eq!(named(5), b"", "the flush has begun");
    assert_eq!(named(6), b"one", "the flush has ended");
    assert_eq!(named(8), b"one");
    let kept = content(&after(&trace, 8), Fate::Kept).unwrap();
    assert_eq!(kept, b"onetwo");
}

#[test]
fn a_flush_keeps_only_what_was_written_before_it_began() {
    let mut trace = trace(vec![
        (open(FD, true), "/d/a"),
        (write(0, b"one"), "/d/a"),
        (sync(FD), "/d/a"),
        (write(3, b"two"), "/d/a"),
    ]);
    // The second write begins and ends within the flush, and the first one ends within it.
    let order = [(0, true), (0, false), (1, true), (2, true), (3, true)];
    let order = order
        .into_iter()
        .chain([(3, false), (1, false), (2, false)]);
    trace.moments = order
        .map(|(call, begins)| Moment { call, begins })
        .collect();
    assert_eq!(content(&after(&trace, 8), Fate::Named).unwrap(), b"");
}

#[test]
fn names_are_as_of_the_last_flush_of_the_folder() {
    let trace = trace(vec![
        (open(FD, true), "/d/draft"),
        (write(0, b"one"), "/d/draft"),
        (sync(FD), "/d/draft"),
        (
            What::Rename {
                from: PathBuf::from("/d/draft"),
            },
            "/d/a",
        ),
        (open(FOLDER, false), "/d"),
        (sync(FOLDER), "/d"),
        (What::Unlink, "/d/a"),
    ]);
    assert_eq!(content(&after(&trace, 10), Fate::Lost), None);
    assert_eq!(content(&after(&trace, 10), Fate::Named).unwrap(), b"one");
    let done = after(&trace, 14);
    assert_eq!(content(&done, Fate::Lost).unwrap(), b"one");
    assert_eq!(content(&done, Fate::Named), None);
}

#[test]
fn a_disk_that_lies_keeps_nothing() {
    let trace = trace(vec![
        (open(FD, true), "/d/a"),
        (write(0, b"one"), "/d/a"),
        (sync(FD), "/d/a"),
    ]);
    let mut disk = Disk::new();
    disk.honest = false;
    disk.replay(&trace, 0, 6);
    assert_eq!(content(&disk, Fate::Named).unwrap(), b"");
}

#[test]
fn a_sector_is_as_of_some_moment_and_each_as_of_its_own() {
    let [old, new, newest] = [b'a', b'b', b'c'].map(|byte| vec![byte; 8192]);
    let trace = trace(vec![
        (open(FD, true), "/d/a"),
        (write(0, &old), "/d/a"),
        (sync(FD), "/d/a"),
        (write(0, &new), "/d/a"),
        (write(0, &newest), "/d/a"),
    ]);
    let disk = after(&trace, 10);
    let mut seen = HashSet::new();
    let mut torn = 0;
    let mut random = SplitMix(1);
    for _ in 0..200 {
        let content = content(&disk, Fate::Torn(&mut random)).unwrap();
        let sectors = content.chunks(512);
        let whole = |sector: &[u8]| sector.iter().all(|byte| *byte == sector[0]);
        assert!(sectors.clone().all(whole));
        let states: HashSet<u8> = sectors.map(|sector| sector[0]).collect();
        torn += usize::from(states.len() > 1);
        seen.extend(states);
    }
    assert_eq!(seen, HashSet::from(*b"abc"));
    assert!(torn > 50, "{torn}");
}

#[test]
fn a_file_is_appended_to_and_cut() {
    let append = |bytes: &[u8]| What::Write {
        fd: FD,
        at: None,
        bytes: bytes.to_vec(),
    };
    let trace = trace(vec![
        (open(FD, true), "/d/a"),
        (append(b"one"), "/d/a"),
        (append(b"two"), "/d/a"),
        (What::Resize { fd: FD, length: 4 }, "/d/a"),
    ]);
    let kept = content(&after(&trace, 8), Fate::Kept).unwrap();
    assert_eq!(kept, b"onet");
}
