//! The table of the audit record refuses everything but the next row.

use countersign_core::audit::{Act, Author, Target, Verb};

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
