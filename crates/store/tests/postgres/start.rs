//! Starts: which databases a store takes, and which it refuses.

use std::sync::Arc;

use countersign_core::testing::HandClock;
use countersign_core::time::Timestamp;
use countersign_store::postgres::{DatabaseUrl, OpenError, PostgresStore};
use countersign_store::{Generations as _, StoreKeys};

use crate::server::{Server, client, run, server};

fn keys(key: u8) -> StoreKeys {
    StoreKeys {
        index: [key; 32],
        seal: [key; 32],
    }
}

async fn open(url: &str, keys: &[StoreKeys]) -> Result<PostgresStore, OpenError> {
    let clock = Arc::new(HandClock::new(Timestamp::default()));
    PostgresStore::open(DatabaseUrl::parse(url).unwrap(), keys, clock).await
}

/// Opens a store that is refused, and returns why.
async fn refused(url: &str, keys: &[StoreKeys]) -> String {
    open(url, keys).await.unwrap_err().to_string()
}

#[test]
fn a_database_opens_with_the_keys_it_was_written_with_alone() {
    run(async {
        let url = server().empty_database().await;
        drop(open(&url, &[keys(1)]).await.unwrap());
        drop(open(&url, &[keys(1)]).await.unwrap());
        let why = refused(&url, &[keys(2)]).await;
        assert_eq!(
            why,
            "the database does not open with these keys: all nodes of a deployment have the same keys, so copy those of \
             another node"
        );
    });
}

#[test]
fn of_nodes_that_start_at_once_with_different_keys_those_with_the_first_keys_open() {
    run(async {
        let url = server().empty_database().await;
        let mut nodes = tokio::task::JoinSet::new();
        for node in 0..8 {
            let url = url.clone();
            nodes.spawn(async move { (node % 2, open(&url, &[keys(node % 2)]).await.is_ok()) });
        }
        let opened = nodes.join_all().await;
        let with = |key| opened.iter().filter(move |node| node.0 == key);
        let (zero, one) = (with(0).all(|node| node.1), with(1).all(|node| node.1));
        assert!(zero != one, "{opened:?}");
        assert_eq!(opened.iter().filter(|node| node.1).count(), 4);
    });
}

#[test]
fn a_check_value_that_differs_is_told_and_a_kept_key_stays() {
    run(async {
        let url = server().empty_database().await;
        let store = open(&url, &[keys(1)]).await.unwrap();
        assert!(store.knows_key("passcode", &[[1; 16]]).await.unwrap());
        assert!(!store.knows_key("passcode", &[[2; 16]]).await.unwrap());
        assert!(
            store
                .knows_key("passcode", &[[2; 16], [1; 16]])
                .await
                .unwrap()
        );
        assert!(!store.knows_key("passcode", &[[2; 16]]).await.unwrap());
        assert_eq!(*store.kept_key("cursors", &[7; 32]).await.unwrap(), [7; 32]);
        drop(store);
        let store = open(&url, &[keys(1)]).await.unwrap();
        assert_eq!(*store.kept_key("cursors", &[8; 32]).await.unwrap(), [7; 32]);
    });
}

#[test]
fn a_session_flushes_its_commits_whatever_the_role_says() {
    run(async {
        let url = server().empty_database().await;
        let admin = client(&url).await;
        let hasty =
            "CREATE ROLE hasty SUPERUSER LOGIN; ALTER ROLE hasty SET synchronous_commit = off";
        admin.batch_execute(hasty).await.unwrap();
        drop(
            open(&url.replace("postgres@", "hasty@"), &[keys(1)])
                .await
                .unwrap(),
        );
    });
}

#[test]
fn a_server_that_forgets_commits_is_refused() {
    let server = Server::start(&["fsync=off"]);
    run(async {
        assert_eq!(
            refused(&server.url("postgres"), &[keys(1)]).await,
            "the database may lose what it has committed, since its setting fsync is off: set it to on in postgresql.conf, \
             and restart PostgreSQL"
        );
    });
}

#[test]
fn a_database_of_a_newer_release_is_refused_where_this_one_cannot_run_on_it() {
    run(async {
        let url = server().empty_database().await;
        drop(open(&url, &[keys(1)]).await.unwrap());
        let admin = client(&url).await;
        let newer = |number: i32, oldest: i32| {
            format!("INSERT INTO countersign.version VALUES ({number}, {oldest})")
        };
        admin.batch_execute(&newer(900, 1)).await.unwrap();
        drop(open(&url, &[keys(1)]).await.unwrap());
        admin.batch_execute(&newer(901, 900)).await.unwrap();
        assert_eq!(
            refused(&url, &[keys(1)]).await,
            "the database cannot be opened: a newer version of countersign has changed it so that this one cannot use it: \
             start that version"
        );
    });
}

#[test]
fn a_start_says_what_is_missing() {
    run(async {
        let nowhere = server().url("nowhere");
        assert_eq!(
            refused(&nowhere, &[keys(1)]).await,
            "the database cannot be opened: database \"nowhere\" does not exist (SQLSTATE 3D000): make the database with \
             createdb, or name another one"
        );
        let url = server().empty_database().await;
        let admin = client(&url).await;
        admin
            .batch_execute("CREATE ROLE visitor LOGIN")
            .await
            .unwrap();
        let why = refused(&url.replace("postgres@", "visitor@"), &[keys(1)]).await;
        assert!(
            why.ends_with(
                "the role needs CREATE on the database, or must own the schema countersign"
            ),
            "{why}"
        );
    });
}
