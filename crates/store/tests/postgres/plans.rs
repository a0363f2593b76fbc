//! The way in which rows are found.

use countersign_core::code::check::Caller;

use crate::postgres::Postgres;
use crate::world::World;

/// How often tables were read row by row whose rows a send, an outcome and a check know by their keys. Sessions tell it at their
/// end at the latest.
const SEARCHES: &str = "
    SELECT coalesce(sum(seq_scan), 0)::bigint FROM pg_stat_user_tables
    WHERE relname ~ '^(message|attempt|code|number|bucket|keyed_call)' AND relname !~ '^code_event'";

/// The number of messages that were found by their keys.
const FOUND: &str = "
    SELECT coalesce(sum(idx_tup_fetch), 0)::bigint FROM pg_stat_user_tables WHERE relname ~ '^message'";

/// A plan is made once a session, when the tables may hold nothing yet: those of a day are empty at midnight.
#[tokio::test]
async fn rows_that_are_known_by_their_keys_are_not_searched_for() {
    let mut world = World::on(Postgres::new());
    world.other_traffic(0..300).await;
    world.code_sent("000042").await;
    world.wrong(Caller::Application, 1).await;
    world.check(Caller::Application, "000042").await;
    world.stop();
    // Upkeep counts the messages and the codes, a few times a minute.
    let searches = world.backend.count(SEARCHES);
    assert!(searches < 100, "{searches} searches in 300 sends");
    assert!(world.backend.count(FOUND) >= 300, "the test finds them");
}
