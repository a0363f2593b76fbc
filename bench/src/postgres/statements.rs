//! A decision as it is first written: a transaction of one statement for each bucket that is locked, each limit that is summed,
//! and each hit.

use std::sync::Arc;

use anyhow::Context as _;
use tokio::sync::Mutex;
use tokio_postgres::{Client, Statement};

use super::drive::drive;
use super::server::Server;
use crate::load::Plan;
use crate::sample::Sample;

const TABLES: &str = "CREATE TABLE bucket (key bigint PRIMARY KEY);
    CREATE TABLE hit (key bigint, at timestamptz, weight int);
    CREATE INDEX ON hit (key, at);
    CREATE TABLE message (id uuid PRIMARY KEY, body bytea)";

/// The buckets of a send: those of its number and address, and those that every send shares.
const OWN: i64 = 6;
const SHARED: i64 = 4;

/// The limits on those buckets.
const LIMITS_OF_OWN: usize = 16;
const LIMITS_OF_SHARED: usize = 9;

/// A session, and its statements.
struct Caller {
    client: Client,
    lock: Statement,
    sum: Statement,
    hit: Statement,
    message: Statement,
}

impl Caller {
    async fn new(client: Client) -> anyhow::Result<Self> {
        let prepare = |statement| client.prepare(statement);
        Ok(Self {
            lock: prepare(
                "INSERT INTO bucket VALUES ($1) ON CONFLICT (key) DO UPDATE SET key = excluded.key",
            )
            .await?,
            sum: prepare(
                "SELECT coalesce(sum(weight), 0) FROM hit WHERE key = $1 AND at > now() - interval '1 hour'",
            )
            .await?,
            hit: prepare("INSERT INTO hit VALUES ($1, clock_timestamp(), 1)").await?,
            message: prepare("INSERT INTO message VALUES (gen_random_uuid(), $1)").await?,
            client,
        })
    }

    async fn decide(&self, n: i64) -> Result<(), tokio_postgres::Error> {
        let shared: Vec<_> = (0..SHARED).collect();
        let own: Vec<_> = (0..OWN).map(|bucket| SHARED + OWN * n + bucket).collect();
        self.client.batch_execute("BEGIN").await?;
        for key in shared.iter().chain(&own) {
            self.client.execute(&self.lock, &[key]).await?;
        }
        let limits = own.iter().cycle().take(LIMITS_OF_OWN);
        for key in limits.chain(shared.iter().cycle().take(LIMITS_OF_SHARED)) {
            self.client.query_one(&self.sum, &[key]).await?;
        }
        for key in shared.iter().chain(&own) {
            self.client.execute(&self.hit, &[key]).await?;
        }
        let body = [7_u8; 200].as_slice();
        self.client.execute(&self.message, &[&body]).await?;
        self.client.batch_execute("COMMIT").await
    }
}

/// Lets callers decide, each over a session of its own.
pub(super) async fn decide(server: &Server, plan: &Plan, callers: usize) -> anyhow::Result<Sample> {
    server.session().await?.batch_execute(TABLES).await?;
    let mut sessions = Vec::new();
    for _ in 0..callers {
        sessions.push(Mutex::new(Caller::new(server.session().await?).await?));
    }
    let sessions = Arc::new(sessions);
    let ask = move |n: u64| {
        let sessions = Arc::clone(&sessions);
        async move {
            let place = usize::try_from(n)? % sessions.len();
            let caller = sessions.get(place).context("a session")?.lock().await;
            caller.decide(i64::try_from(n)?).await?;
            Ok(true)
        }
    };
    drive(plan, callers, server, ask).await
}
