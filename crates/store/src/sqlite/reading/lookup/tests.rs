use super::*;

fn log_of(dir: &Path, messages: i64) -> Connection {
    let mut log = Connection::open(dir.join("countersign.db")).unwrap();
    crate::sqlite::log::schema::migrations()
        .to_latest(&mut log)
        .unwrap();
    add(&log, 0..messages);
    log
}

/// Adds messages, two in a row to each number, and an event of the code of each.
fn add(log: &Connection, seqs: std::ops::Range<i64>) {
    log.execute_batch("BEGIN").unwrap();
    for seq in seqs {
        let id = i128::from(seq).to_be_bytes();
        log.prepare_cached(
            "INSERT INTO message VALUES (?, ?, x'', ?, '', '', x'', ?, 0, x'', 0, 5, 1, NULL, NULL, 1, x'', NULL, 0)",
        )
        .unwrap()
        .execute(params![seq, id, seq, seq / 2])
        .unwrap();
        log.prepare_cached(
            "INSERT INTO code_event VALUES (?, ?, ?, 'wrong', 'public', 0, 0, ?, x'', NULL, NULL)",
        )
        .unwrap()
        .execute(params![seq, id, seq, id])
        .unwrap();
    }
    log.execute_batch("COMMIT").unwrap();
}

fn steps(indexer: &mut Indexer) -> usize {
    let mut steps = 0;
    while indexer.step().unwrap() {
        steps += 1;
    }
    steps
}

fn found(dir: &Path, table: Table, key: i64, to: i64, limit: usize) -> Vec<i64> {
    let database = dir.join("countersign.db");
    let reader = Connection::open(&database).unwrap();
    attach(&reader, &database).unwrap();
    let search = Search::on(&reader, table).unwrap();
    search
        .indexed_rows(Key::of_column(key), (0, to), limit)
        .unwrap()
}

#[test]
fn whole_chunks_are_indexed_and_found_newest_first() {
    let dir = tempfile::tempdir().unwrap();
    let log = log_of(dir.path(), CHUNK);
    let mut indexer = Indexer::open(&dir.path().join("countersign.db")).unwrap();
    assert_eq!(steps(&mut indexer), 0, "it may still grow");
    add(&log, CHUNK..2 * CHUNK + 1);
    assert_eq!(steps(&mut indexer), 2);
    drop(indexer);
    let (all, last) = (i64::MAX, CHUNK * 2 - 1);
    let numbers = |key, to, limit| found(dir.path(), Table::Message, key, to, limit);
    assert_eq!(numbers(0, all, 9), [1, 0]);
    assert_eq!(numbers(last / 2, all, 9), [last, last - 1]);
    assert_eq!(numbers(last / 2, last, 9), [last - 1]);
    assert_eq!(numbers(last / 2, all, 1), [last]);
    assert!(numbers(CHUNK, all, 9).is_empty(), "in no whole chunk");
    assert_eq!(found(dir.path(), Table::Event, 5, all, 9), [5]);
}

#[test]
fn an_erased_number_and_rows_that_have_gone_are_in_the_index_no_more() {
    let dir = tempfile::tempdir().unwrap();
    let _log = log_of(dir.path(), CHUNK + 1);
    let database = dir.path().join("countersign.db");
    let mut indexer = Indexer::open(&database).unwrap();
    assert_eq!(steps(&mut indexer), 1);
    let numbers = |key| found(dir.path(), Table::Message, key, i64::MAX, 9);
    assert_eq!(numbers(7), [15, 14]);
    forget_key(&database, Key::of_column(7)).unwrap();
    assert!(numbers(7).is_empty());
    assert_eq!(numbers(8), [17, 16]);
    forget_before(&mut indexer.index, Table::Message, 17).unwrap();
    assert_eq!(numbers(8), [17]);
}

#[test]
fn an_index_continues_after_a_restart_and_restarts_for_another_log() {
    let dir = tempfile::tempdir().unwrap();
    let log = log_of(dir.path(), CHUNK + 1);
    let open = || Indexer::open(&dir.path().join("countersign.db")).unwrap();
    assert_eq!(steps(&mut open()), 1);
    assert_eq!(steps(&mut open()), 0);
    add(&log, CHUNK + 1..2 * CHUNK + 1);
    assert_eq!(steps(&mut open()), 1);
    log.execute(
        "UPDATE message SET id = zeroblob(16) WHERE seq = ?",
        [2 * CHUNK - 1],
    )
    .unwrap();
    assert_eq!(steps(&mut open()), 2, "another log");
    std::fs::write(
        dir.path().join(FILE),
        b"this is no database, whatever it is",
    )
    .unwrap();
    assert_eq!(steps(&mut open()), 2, "unreadable");
}
