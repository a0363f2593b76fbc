//! The audit record: one chain, in the commit of what it tells.

use countersign_core::audit::chain::{Entry, Head, Verifier};
use countersign_core::audit::{Act, Author, Target, Verb};
use countersign_core::ports::setup::{Change, ChangeError, SettingKey};

use crate::backend::{Backend, RecordKind};
use crate::settings::{access_key, put};
use crate::world::{World, on_each_backend};

/// The kinds of the acts on record, oldest first. The record is one whole chain.
async fn acts(world: &World<impl Backend>) -> Vec<String> {
    let entries = world.audit().after(0, 1_000).await.unwrap();
    let mut verifier = Verifier::new(None);
    for entry in &entries {
        verifier.take(entry).unwrap();
    }
    let head = world.audit().head().await.unwrap();
    assert_eq!(verifier.finish(), Ok(head));
    entries.iter().map(verb).collect()
}

fn verb(entry: &Entry) -> String {
    let (_, rest) = entry.text.split_once("\"act\":\"").unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

fn backup() -> Act {
    let target = Target::new("backup", "/backups/monday".to_owned());
    Act::outside(Author::service(), Verb::BackupMade, target, &[])
}

// shows: G9
#[tokio::test]
async fn each_act_is_on_record_once_in_order_and_after_a_restart() {
    for mut world in on_each_backend() {
        assert_eq!(world.audit().head().await.unwrap(), Head::default());
        put(&world, access_key(&world, "key")).await;
        world
            .ledger()
            .unlock(world.unlock("called us"))
            .await
            .unwrap();
        world.audit().record(backup()).await.unwrap();
        for _ in 0..2 {
            let expected = ["access_key_created", "number_unlocked", "backup_made"];
            assert_eq!(acts(&world).await, expected);
            world.restart();
        }
        world.audit().record(backup()).await.unwrap();
        assert_eq!(acts(&world).await.len(), 4, "the chain goes on");
    }
}

#[tokio::test]
async fn a_change_that_came_second_leaves_no_act() {
    for world in on_each_backend() {
        let seen = world.setups().setup().version;
        put(&world, access_key(&world, "key")).await;
        let removal = Change::Remove(SettingKey::AccessKey("key".to_owned()));
        let refused = world
            .setups()
            .change(seen, removal, Author::service())
            .await;
        assert_eq!(refused, Err(ChangeError::Stale));
        assert_eq!(acts(&world).await, ["access_key_created"]);
    }
}

#[tokio::test]
async fn an_unlock_that_cannot_be_written_is_on_record_when_its_act_is() {
    for world in on_each_backend() {
        world.backend.refuse_writes(RecordKind::Events, true);
        world.ledger().unlock(world.unlock("")).await.unwrap_err();
        assert_eq!(acts(&world).await, [] as [&str; 0]);
        world.backend.refuse_writes(RecordKind::Events, false);
        world.ledger().unlock(world.unlock("")).await.unwrap();
        let unlocks = world.records().unlocks(None, 10).await.unwrap();
        assert_eq!(acts(&world).await.len(), unlocks.len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn acts_at_once_make_one_chain() {
    for world in on_each_backend() {
        let recorded: Vec<_> = (0..40)
            .map(|_| {
                let audit = world.audit();
                tokio::spawn(async move { audit.record(backup()).await })
            })
            .collect();
        for recorded in recorded {
            recorded.await.unwrap().unwrap();
        }
        assert_eq!(acts(&world).await.len(), 40);
    }
}

#[tokio::test]
async fn entries_are_read_in_pages_from_both_ends() {
    for world in on_each_backend() {
        for _ in 0..5 {
            world.audit().record(backup()).await.unwrap();
        }
        let seqs = |entries: Vec<Entry>| entries.iter().map(|entry| entry.seq).collect::<Vec<_>>();
        let audit = world.audit();
        assert_eq!(seqs(audit.after(1, 2).await.unwrap()), [2, 3]);
        assert_eq!(seqs(audit.after(5, 2).await.unwrap()), [] as [u64; 0]);
        assert_eq!(seqs(audit.before(None, 2).await.unwrap()), [5, 4]);
        assert_eq!(seqs(audit.before(Some(3), 9).await.unwrap()), [2, 1]);
    }
}
