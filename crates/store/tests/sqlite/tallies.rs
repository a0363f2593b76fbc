use crate::recount::{equal_a_recount, story};
use crate::sqlite::Sqlite;
use crate::world::World;

#[tokio::test]
async fn tallies_are_made_again_where_their_file_is_gone() {
    let mut world = World::on(Sqlite::new());
    let again = story(&world).await;
    world.restart();
    equal_a_recount(&world, &again).await;
    world.stop();
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(world.backend.dir.path().join(format!("lookup.db{end}")));
    }
    world.start();
    equal_a_recount(&world, &again).await;
}
