//! The store on PostgreSQL as a [`Backend`].

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use countersign_core::audit::Author;
use countersign_core::ports::answers::Answers;
use countersign_core::ports::audit::AuditLog;
use countersign_core::ports::erasure::Eraser;
use countersign_core::ports::ledger::Ledger;
use countersign_core::ports::records::Records;
use countersign_core::ports::setup::SetupStore;
use countersign_core::ports::staff::Staff;
use countersign_core::ports::tallies::TallyBook;
use countersign_core::retention::Retention;
use countersign_core::testing::HandClock;
use countersign_core::time::Clock;
use countersign_store::postgres::{DatabaseUrl, OpenError, PostgresStore};
use countersign_store::{BeginError, Generations, HeldKeys, StoreKeys};
use tokio_postgres::Client;

use crate::backend::{BEGINNING, Backend, RecordKind};
use crate::server::{client, run, server};

/// Puts a clock that the test moves in the place of that of the database.
const HAND_CLOCK: &str = "
    SET search_path = countersign;
    CREATE TABLE hand_clock (now bigint);
    INSERT INTO hand_clock VALUES (0);
    CREATE OR REPLACE FUNCTION machine_clock() RETURNS bigint LANGUAGE sql VOLATILE AS 'SELECT now FROM countersign.hand_clock'";

/// Dates the signs of life that the first node gave by the clock of the machine.
const SIGNS: &str =
    "UPDATE countersign.node SET seen_at = (SELECT now FROM countersign.hand_clock)";

/// Keeps every node from upkeep for as long as the session lasts: it would count by the clock of the machine.
const NO_UPKEEP: &str = "SELECT pg_advisory_lock(x'636f756e74657275'::bigint)";

pub(crate) struct Postgres {
    url: String,
    clock: Arc<HandClock>,
    /// The milliseconds by which the clock of the database differs from that of the test.
    leapt: AtomicI64,
    /// By generation, newest first: the value of every byte of the store's keys.
    keys: Vec<u8>,
    store: Option<Arc<PostgresStore>>,
}

impl Postgres {
    pub(crate) fn new() -> Self {
        Self::at(run(server().empty_database()))
    }

    /// Starts a store on an empty database.
    pub(crate) fn at(url: String) -> Self {
        let mut backend = Self {
            url,
            clock: Arc::new(HandClock::new(BEGINNING)),
            leapt: AtomicI64::default(),
            keys: vec![7],
            store: None,
        };
        let holder = backend.session();
        run(holder.batch_execute(NO_UPKEEP)).unwrap();
        backend.start();
        backend.administer(HAND_CLOCK);
        backend.follow_hand_clock();
        backend.administer(SIGNS);
        backend
    }

    /// Starts another node on the same database, with a clock of its own.
    pub(crate) fn another_node(&self, clock: &Arc<HandClock>) -> Arc<PostgresStore> {
        Arc::new(open(&self.url, &self.keys, Arc::clone(clock) as _).unwrap())
    }

    /// Starts another node, which a replica may answer for while it is behind by less than `most`.
    pub(crate) fn node_with_replica(&self, replica: &str, most: Duration) -> Arc<PostgresStore> {
        let node = open(&self.url, &self.keys, Arc::clone(&self.clock) as _).unwrap();
        let replica = DatabaseUrl::parse(replica).unwrap();
        Arc::new(run(
            async move { node.with_replica(replica, most).unwrap() },
        ))
    }

    /// Starts another node on the same database, with the same clock.
    pub(crate) fn beside(&self) -> Self {
        Self {
            url: self.url.clone(),
            clock: Arc::clone(&self.clock),
            leapt: AtomicI64::default(),
            keys: self.keys.clone(),
            store: Some(self.another_node(&self.clock)),
        }
    }

    /// Lets the clock of the database leap, forward or back, while no time passes.
    pub(crate) fn leap(&self, milliseconds: i64) {
        self.leapt.fetch_add(milliseconds, Ordering::SeqCst);
        self.follow_hand_clock();
    }

    /// Returns the address of the database.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Returns the name of the database.
    pub(crate) fn database(&self) -> &str {
        self.url.rsplit('/').next().unwrap()
    }

    /// Puts a copy of the database in its place, as it stands when `meanwhile` begins.
    pub(crate) async fn put_back_after(&self, meanwhile: impl Future<Output = ()>) {
        let (name, copy) = (self.database(), format!("{}_copy", self.database()));
        let beside = self.url.replace(name, "postgres");
        let alone = format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        );
        let one_by_one = |statements: Vec<String>| {
            run(async {
                let client = client(&beside).await;
                for statement in statements {
                    client.batch_execute(&statement).await.unwrap();
                }
            });
        };
        let shut = |is_open: bool| format!("ALTER DATABASE {name} ALLOW_CONNECTIONS {is_open}");
        let make = format!("CREATE DATABASE {copy} TEMPLATE {name}");
        one_by_one(vec![shut(false), alone.clone(), make, shut(true)]);
        meanwhile.await;
        let (away, back) = (
            format!("DROP DATABASE {name} WITH (FORCE)"),
            format!("ALTER DATABASE {copy} RENAME TO {name}"),
        );
        one_by_one(vec![away, back]);
    }

    /// Opens a session of the test's own.
    pub(crate) fn session(&self) -> Client {
        run(client(&self.url))
    }

    /// Returns the number that a query returns.
    pub(crate) fn count(&self, query: &str) -> i64 {
        run(async {
            let client = client(&self.url).await;
            client.query_one(query, &[]).await.unwrap().get(0)
        })
    }

    /// Returns every row of every table as text; bytes that are text are shown as such.
    pub(crate) fn dump(&self) -> String {
        run(async {
            let client = client(&self.url).await;
            let tables = "SELECT oid::regclass::text FROM pg_class
                          WHERE relnamespace = 'countersign'::regnamespace AND relkind IN ('r', 'p')";
            client
                .batch_execute("SET bytea_output = 'escape'")
                .await
                .unwrap();
            let mut dump = String::new();
            for table in client.query(tables, &[]).await.unwrap() {
                let table: &str = table.get(0);
                let rows = client
                    .query(&format!("SELECT t::text FROM {table} AS t"), &[])
                    .await;
                for row in rows.unwrap() {
                    dump += row.get(0);
                }
            }
            dump
        })
    }

    /// Starts the store on a database that an operator has put back.
    pub(crate) fn start_restored(&mut self) {
        self.start();
        let store = self.store();
        run(async move { store.accept_restored().await.unwrap() });
    }

    fn store(&self) -> Arc<PostgresStore> {
        Arc::clone(self.store.as_ref().unwrap())
    }

    /// Ends every session of every node.
    pub(crate) fn cut_sessions(&self) {
        self.administer(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND application_name = 'countersign'",
        );
    }

    /// Begins a generation with these keys, unless a node lacks them.
    pub(crate) async fn begin(&self, keys: &HeldKeys) -> Result<(), BeginError> {
        let check = ("test", keys.beside);
        let begun = self.store();
        begun.begin(&keys.store, check, Author::service()).await
    }

    /// Does something to the database over a session of the test's own.
    pub(crate) fn administer(&self, sql: &str) {
        self.try_administer(sql).unwrap();
    }

    /// Does something to the database, or returns in words why that is refused.
    pub(crate) fn try_administer(&self, sql: &str) -> Result<(), String> {
        let done = run(async { client(&self.url).await.batch_execute(sql).await });
        done.map_err(|error| error.as_db_error().unwrap().message().to_owned())
    }
}

/// Opens a node with these keys, newest first, which it tells the others.
fn open(url: &str, keys: &[u8], clock: Arc<dyn Clock>) -> Result<PostgresStore, OpenError> {
    let url = DatabaseUrl::parse(url).unwrap();
    let held: Vec<_> = keys.iter().map(|key| held_keys(*key)).collect();
    let keys: Vec<_> = held.iter().map(|held| held.store.clone()).collect();
    run(async move {
        let store = PostgresStore::open(url, &keys, clock).await?;
        store.hold(&held);
        Ok(store)
    })
}

/// Returns keys that consist of this byte.
pub(crate) fn held_keys(key: u8) -> HeldKeys {
    HeldKeys {
        store: StoreKeys {
            index: [key; 32],
            seal: [key; 32],
        },
        beside: [key; 16],
    }
}

#[async_trait]
impl Backend for Postgres {
    fn ledger(&self) -> Arc<dyn Ledger> {
        self.store()
    }

    fn records(&self) -> Arc<dyn Records> {
        self.store()
    }

    fn setups(&self) -> Arc<dyn SetupStore> {
        self.store()
    }

    fn staff(&self) -> Arc<dyn Staff> {
        self.store()
    }

    fn answers(&self) -> Arc<dyn Answers> {
        self.store()
    }

    fn tally_book(&self) -> Arc<dyn TallyBook> {
        self.store()
    }

    fn audit(&self) -> Arc<dyn AuditLog> {
        self.store()
    }

    fn eraser(&self) -> Arc<dyn Eraser> {
        self.store()
    }

    fn generations(&self) -> Arc<dyn Generations> {
        self.store()
    }

    fn add_keys(&mut self) {
        self.keys.insert(0, self.keys[0] + 1);
    }

    /// Waits until the other nodes have told that they have the keys.
    async fn begin_keys(&self) {
        let held = held_keys(self.keys[0]);
        self.store().hold(std::slice::from_ref(&held));
        loop {
            match self.begin(&held).await {
                Err(BeginError::Lacking(_)) => tokio::time::sleep(Duration::from_millis(5)).await,
                begun => return begun.unwrap(),
            }
        }
    }

    fn drop_older_keys(&mut self) {
        self.keys.truncate(1);
    }

    fn lacks_older_keys(&self) -> bool {
        let opened = open(&self.url, &self.keys[..1], Arc::clone(&self.clock) as _);
        matches!(opened, Err(OpenError::OlderKeys))
    }

    fn settles_after_a_start(&self) -> bool {
        true
    }

    fn hand_clock(&self) -> Arc<HandClock> {
        Arc::clone(&self.clock)
    }

    fn follow_hand_clock(&self) {
        let now = self.clock.now().as_millis() + self.leapt.load(Ordering::SeqCst);
        self.administer(&format!("UPDATE countersign.hand_clock SET now = {now}"));
    }

    fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock) as _
    }

    /// The node is silent from then on, although the clock stands still.
    fn stop(&mut self) {
        self.store = None;
        self.administer("UPDATE countersign.node SET seen_at = 0");
    }

    fn start(&mut self) {
        let opened = open(&self.url, &self.keys, Arc::clone(&self.clock) as _);
        self.store = Some(Arc::new(opened.unwrap()));
    }

    fn keep_for(&self, retention: Retention) {
        self.store().keep_for(retention);
    }

    fn refuse_writes(&self, of: RecordKind, refuse: bool) {
        let table = match of {
            RecordKind::Messages => "message",
            RecordKind::Outcomes => "attempt",
            RecordKind::Events => "code_event",
        };
        let (from, to) = match refuse {
            true => (table, "hidden"),
            false => ("hidden", table),
        };
        self.administer(&format!("ALTER TABLE countersign.{from} RENAME TO {to}"));
    }

    /// An event that is not committed counts nothing.
    fn counts_failed_events(&self) -> bool {
        false
    }
}
