//! The table of the audit record refuses everything but the next row.

use std::fs;
use std::ops::Range;
use std::path::Path;

use countersign_core::audit::chain::{Breach, Broken, Head};
use countersign_core::audit::{Act, Author, Target, Verb};
use countersign_store::{AuditReader, AuditReaderError};
use rusqlite::Connection;

use crate::sqlite::Sqlite;
use crate::world::World;

// shows: G9
#[tokio::test]
async fn a_row_is_neither_changed_nor_deleted_nor_replaced_nor_put_in_between() {
    let world = World::on(Sqlite::in_memory());
    for _ in 0..3 {
        let target = Target::new("backup", "/backups/monday".to_owned());
        let act = Act::outside(Author::service(), Verb::BackupMade, target, &[]);
        world.audit().record(act).await.unwrap();
    }
    let before = world.audit().after(0, 10).await.unwrap();
    let intruder = world.backend.intruder();
    for sql in [
        "UPDATE audit SET text = 'x' WHERE seq = 2",
        "UPDATE audit SET seq = 7 WHERE seq = 3",
        "DELETE FROM audit WHERE seq = 3",
        "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit VALUES (2, 'x', X'00')",
        "INSERT INTO audit VALUES (5, 'x', X'00')",
        "INSERT INTO audit VALUES (0, 'x', X'00')",
    ] {
        let refused = intruder.execute(sql, []).unwrap_err().to_string();
        assert_eq!(refused, "the audit record is only appended to", "{sql}");
    }
    assert_eq!(world.audit().after(0, 10).await.unwrap(), before);
}

/// A stopped folder with five acts on record.
async fn stopped() -> World<Sqlite> {
    let mut world = World::on(Sqlite::in_memory());
    for n in 0..5 {
        let target = Target::new("backup", format!("/backups/{n}"));
        let act = Act::outside(Author::service(), Verb::BackupMade, target, &[]);
        world.audit().record(act).await.unwrap();
    }
    world.stop();
    world
}

async fn verify(folder: &Path, known: Option<Head>) -> Result<Head, Broken> {
    let audit = AuditReader::open(folder, None).await.unwrap().unwrap();
    broken(audit.verify(known).await)
}

fn broken(verified: Result<Head, AuditReaderError>) -> Result<Head, Broken> {
    let broken = |error| match error {
        AuditReaderError::Broken(broken) => Some(broken),
        _ => None,
    };
    verified.map_err(|error| broken(error).unwrap())
}

/// Where the row `seq` lies in the file: its header, number, text and hash.
fn row(file: &[u8], seq: u64) -> Range<usize> {
    let start = format!("{{\"seq\":{seq},");
    let mut places = file.windows(start.len());
    let text = places.position(|piece| piece == start.as_bytes()).unwrap();
    let prev = b",\"prev\":\"";
    let mut places = file[text..].windows(prev.len());
    let length = places.position(|piece| piece == prev).unwrap() + prev.len() + 64 + 2;
    // Before the text: its length in two bytes, the length of the header, the types (that of the text in two bytes), and the
    // number in one byte, but for 1, which is a type of its own.
    let before = if seq == 1 { 7 } else { 8 };
    text - before..text + length + 32
}

// shows: G9
#[tokio::test]
async fn one_changed_byte_anywhere_in_a_row_is_found() {
    let world = stopped().await;
    let folder = world.backend.dir.path();
    let path = folder.join("countersign.db");
    let whole = fs::read(&path).unwrap();
    verify(folder, None).await.unwrap();
    let mut tried = 0;
    for seq in [1, 3, 5] {
        for place in row(&whole, seq) {
            let mut changed = whole.clone();
            changed[place] ^= 1 << (place % 8);
            fs::write(&path, &changed).unwrap();
            let found = match AuditReader::open(folder, None).await {
                Ok(Some(audit)) => broken(audit.verify(None).await),
                _ => continue, // no start would open it either
            };
            let broken = found.expect_err(&format!("byte {place} of row {seq}"));
            assert!(broken.seq <= seq, "{broken}: {place} in row {seq}");
            tried += 1;
        }
    }
    assert!(tried > 900, "{tried}");
    fs::write(&path, &whole).unwrap();
    assert_eq!(verify(folder, None).await.unwrap().seq, 5);
}

// shows: G9
#[tokio::test]
async fn a_removed_row_is_found_and_a_cut_tail_by_a_head() {
    let world = stopped().await;
    let folder = world.backend.dir.path();
    let head = verify(folder, None).await.unwrap();
    let log = Connection::open(folder.join("countersign.db")).unwrap();
    log.execute_batch("DROP TRIGGER audit_is_not_deleted; DELETE FROM audit WHERE seq = 5")
        .unwrap();
    assert_eq!(verify(folder, None).await.unwrap().seq, 4);
    let why = Breach::Missing;
    let found = verify(folder, Some(head)).await;
    assert_eq!(found, Err(Broken { seq: 5, why }));
    log.execute("DELETE FROM audit WHERE seq = 2", []).unwrap();
    let found = verify(folder, None).await;
    assert_eq!(found, Err(Broken { seq: 2, why }));
}

// shows: C4
#[tokio::test(flavor = "multi_thread")]
async fn a_start_with_other_numbering_plans_reads_the_numbers_again_and_reports() {
    let mut world = World::on(Sqlite::in_memory());
    world.code_sent("000042").await;
    let release = "SELECT release FROM numbering_plan";
    let kept = |world: &World<Sqlite>| {
        let intruder = world.backend.intruder();
        intruder
            .query_row(release, [], |row| row.get::<_, String>(0))
            .ok()
    };
    while kept(&world).is_none() {
        tokio::task::yield_now().await;
    }
    assert_eq!(
        world.audit().head().await.unwrap(),
        Head::default(),
        "nothing to report"
    );
    world.stop();
    let older = "UPDATE numbering_plan SET release = 'an older plan'";
    world.backend.intruder().execute(older, []).unwrap();
    world.start();
    let report = loop {
        if let Some(report) = world.audit().after(0, 1).await.unwrap().pop() {
            break report;
        }
    };
    let told = r#""after":{"before":"an older plan","changed":"0","messages":"","read":"1"}"#;
    assert!(report.text.contains(told), "{}", report.text);
}
