//! Batches that fail, and a database that goes away.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use countersign_core::channel::Channel;
use countersign_core::code::check::Caller;
use countersign_core::limit::Rules;
use countersign_core::ports::ledger::Ledger;
use countersign_store::StoreKeys;
use countersign_store::postgres::{DatabaseUrl, PostgresStore};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinSet;

use crate::backend::{Backend as _, RecordKind};
use crate::postgres::Postgres;
use crate::server::{run, server};
use crate::world::{PHONE, World, minute};

fn world() -> World<Postgres> {
    World::on(Postgres::new())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_cannot_be_written_fails_no_other_step_of_its_batch() {
    let world = world();
    world.code_sent("000042").await;
    world.backend.refuse_writes(RecordKind::Events, true);
    let (mut sends, mut checks) = (JoinSet::new(), JoinSet::new());
    for n in 0..40 {
        let intent = world.intent("app", Channel::Login, &format!("+861380013{n:04}"));
        let check = world.typed(Caller::Application, "app", Channel::Login, PHONE, "999999");
        let (sender, checker) = (world.ledger(), world.ledger());
        let rules = Rules::new(vec![]).unwrap();
        sends.spawn(async move { sender.decide(intent, rules).await.is_ok() });
        checks.spawn(async move { checker.check(check).await.is_ok() });
    }
    assert_eq!(sends.join_all().await, [true; 40]);
    assert_eq!(checks.join_all().await, [false; 40]);
    world.backend.refuse_writes(RecordKind::Events, false);
    world.wrong(Caller::Application, 5).await;
}

/// The number of sessions that wait for another one's transaction.
const WAITING: &str = "
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";

#[tokio::test(flavor = "multi_thread")]
async fn a_send_that_found_no_row_counts_the_one_that_another_node_inserts_meanwhile() {
    let world = world();
    assert!(world.login().await.1.admitted());
    let other = world.backend.session();
    let other = |sql| run(other.batch_execute(sql)).unwrap();
    other("CREATE TEMP TABLE inserted AS SELECT * FROM countersign.bucket");
    other("DELETE FROM countersign.bucket");
    other("BEGIN; INSERT INTO countersign.bucket SELECT * FROM inserted");
    let intent = world.intent("app", Channel::Login, PHONE);
    let (ledger, rules) = (world.ledger(), Rules::new(vec![minute()]).unwrap());
    let send = tokio::spawn(async move { ledger.decide(intent, rules).await });
    while world.backend.count(WAITING) == 0 {
        tokio::task::yield_now().await;
    }
    other("COMMIT");
    assert!(!send.await.unwrap().unwrap().admitted());
}

/// A socket in front of a database, which counts the connections that are asked for.
struct Door {
    folder: tempfile::TempDir,
    is_shut: Arc<AtomicBool>,
    asked: Arc<AtomicUsize>,
}

impl Door {
    fn before(socket: PathBuf) -> Self {
        let door = Self {
            folder: tempfile::tempdir().unwrap(),
            is_shut: Arc::default(),
            asked: Arc::default(),
        };
        let path = door.folder.path().join(".s.PGSQL.5432");
        let (is_shut, asked) = (Arc::clone(&door.is_shut), Arc::clone(&door.asked));
        run(async move {
            let listener = UnixListener::bind(path).unwrap();
            tokio::spawn(async move {
                loop {
                    let (mut client, _) = listener.accept().await.unwrap();
                    asked.fetch_add(1, Ordering::SeqCst);
                    let (is_shut, socket) = (Arc::clone(&is_shut), socket.clone());
                    tokio::spawn(async move {
                        if is_shut.load(Ordering::SeqCst) {
                            return;
                        }
                        let mut server = UnixStream::connect(socket).await.unwrap();
                        let shut = async {
                            while !is_shut.load(Ordering::SeqCst) {
                                tokio::time::sleep(Duration::from_millis(5)).await;
                            }
                        };
                        tokio::select! {
                            _ = tokio::io::copy_bidirectional(&mut client, &mut server) => {}
                            () = shut => {}
                        }
                    });
                }
            });
        });
        door
    }

    /// Returns the address of a database behind the door.
    fn url(&self, database: &str) -> String {
        let folder = self.folder.path().display().to_string().replace('/', "%2F");
        format!("postgres://postgres@{folder}/{database}")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_away_is_asked_rarely_and_used_again_when_it_is_back() {
    let world = world();
    let door = Door::before(server().socket());
    let url = DatabaseUrl::parse(&door.url(world.backend.database())).unwrap();
    let keys = StoreKeys {
        index: [7; 32],
        seal: [7; 32],
    };
    let clock = world.backend.hand_clock();
    let store = run(async move { PostgresStore::open(url, &keys, clock).await.unwrap() });
    let send = async |n: usize| {
        let intent = world.intent("app", Channel::Login, &format!("+86138{n:08}"));
        let rules = Rules::new(vec![]).unwrap();
        store.decide(intent, rules).await.is_ok()
    };
    assert!(send(0).await);
    door.is_shut.store(true, Ordering::SeqCst);
    let before = door.asked.load(Ordering::SeqCst);
    let mut refused = 0;
    while refused < 2_000 {
        refused += usize::from(!send(1 + refused).await);
    }
    let asked = door.asked.load(Ordering::SeqCst) - before;
    assert!(asked < 200, "{asked} connections for {refused} sends");
    door.is_shut.store(false, Ordering::SeqCst);
    while !send(10_000).await {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
