//! The way in which rows are found.

use std::time::Duration;

use countersign_core::code::check::{Caller, Checked};
use countersign_core::id::MessageId;
use countersign_core::phone::PhoneNumber;
use countersign_core::receipt::{Delivery, Receipt};

use crate::postgres::Postgres;
use crate::server::run;
use crate::world::{PHONE, World};

const DAY: Duration = Duration::from_secs(24 * 3_600);

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
    // Each is looked for a few times: when it is settled, and by upkeep.
    let found = world.backend.count(FOUND);
    assert!(
        (300..3_000).contains(&found),
        "{found} messages read in 300 sends"
    );
}

/// Locks the tables of the oldest day.
const LOCK_OLDEST: &str = "
    DO $$ DECLARE name text; oldest text := (
        SELECT min(substring(relname FROM '[0-9]+$')) FROM pg_class WHERE relname ~ '^message_[0-9]+$');
    BEGIN
        FOR name IN SELECT relname FROM pg_class WHERE relname ~ ('^(message|attempt|receipt|code_event)_' || oldest || '$') LOOP
            EXECUTE format('LOCK TABLE countersign.%I IN ACCESS EXCLUSIVE MODE', name);
        END LOOP;
    END $$";

/// A statement whose plan has the tables of all days locks each of them whenever it runs. With those of a year that took three times
/// as long as everything else about a send and its outcome.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_about_a_new_message_needs_the_tables_of_older_days() {
    let mut world = World::on(Postgres::new());
    world.code_sent("000041").await;
    world.pass(9 * DAY);
    world.restart();
    let other = world.backend.session();
    run(other.batch_execute("BEGIN")).unwrap();
    run(other.batch_execute(LOCK_OLDEST)).unwrap();
    let message = world.code_sent("000042").await;
    let report = |message: Option<MessageId>| Receipt {
        provider_message_id: Some("vendor-1".to_owned()),
        message,
        phone: PhoneNumber::parse(PHONE, None).unwrap(),
        status: Delivery::Delivered,
        vendor_code: None,
    };
    for report in [report(Some(message)), report(None)] {
        let received = world.records().receive("test", vec![report]).await;
        assert_eq!(received, Ok(()));
    }
    let checked = world.check(Caller::Application, "000042").await;
    assert!(matches!(checked, Checked::Right { .. }), "{checked:?}");
    run(other.batch_execute("ROLLBACK")).unwrap();
    assert_eq!(world.timeline(message).await.receipts.len(), 1);
}
