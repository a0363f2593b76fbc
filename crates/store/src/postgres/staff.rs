//! What changes with every visit of the people who work with the console: the port [`Staff`].

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use countersign_core::id::RequestId;
use countersign_core::ports::StoreError;
use countersign_core::ports::staff::Staff;
use countersign_core::staff::pace::Tried;
use countersign_core::staff::person::PersonId;
use countersign_core::staff::session::Session;
use countersign_core::staff::token::TokenHash;
use countersign_core::time::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::PostgresStore;
use super::connect::Connected;
use super::records::ask;
use super::words::Failure;
use crate::seal::{Key, Sealer};
use crate::session_at_rest::{self, SessionRow};

const OVER: &str = "DELETE FROM staff_session WHERE ends <= $1";
const BEGIN: &str = "INSERT INTO staff_session VALUES ($1, $2, $3, $4)";
const KEEP: &str = "UPDATE staff_session SET ends = $2, sealed = $3 WHERE id = $1";
const END: &str = "DELETE FROM staff_session WHERE id = $1";
const END_ALL: &str =
    "DELETE FROM staff_session WHERE person = $1 AND id IS DISTINCT FROM $2::bytea";
const SESSION: &str = "SELECT id, sealed FROM staff_session WHERE id = $1";
const SESSIONS: &str = "SELECT id, sealed FROM staff_session WHERE person = $1";
const EVERY: &str = "SELECT id, sealed FROM staff_session ORDER BY id FOR UPDATE";

const STEP: &str = "SELECT step FROM staff_step WHERE person = $1";
const USE_STEP: &str = "
    INSERT INTO staff_step AS used VALUES ($1, $2)
    ON CONFLICT (person) DO UPDATE SET step = excluded.step WHERE used.step < excluded.step RETURNING step";

/// One try is judged at a time.
const ALONE: &str = "SELECT pg_advisory_xact_lock(x'636f756e74657376'::bigint)";
const GONE: &str = "DELETE FROM staff_try WHERE ends <= $1";
const TRIES: &str = "SELECT at FROM staff_try WHERE bucket = ANY ($1)";
const TRY: &str = "
    INSERT INTO staff_try VALUES ($1, $2, $3, $4)
    ON CONFLICT (bucket, request) DO UPDATE SET at = excluded.at, ends = excluded.ends";
const TAKE_BACK: &str = "DELETE FROM staff_try WHERE request = $1";

#[async_trait]
impl Staff for PostgresStore {
    async fn begin_session(&self, session: Session, now: Timestamp) -> Result<(), StoreError> {
        let keyring = Arc::clone(&self.keyring);
        let begin = move |connected: Arc<Connected>| async move {
            ask(&connected, OVER, &[&now.as_millis()]).await?;
            let sealer = keyring.held_in(&connected).await?;
            let row = SessionRow::of(&session, &sealer).ok_or(Failure::Unreadable)?;
            let (id, ends) = (&row.id.as_bytes()[..], row.ends.as_millis());
            let values: [&(dyn ToSql + Sync); 4] = [&id, &row.person, &ends, &row.sealed];
            ask(&connected, BEGIN, &values).await?;
            Ok(())
        };
        self.transactions.run(begin).await
    }

    async fn session(&self, id: TokenHash) -> Result<Option<Session>, StoreError> {
        Ok(self
            .read_sessions(SESSION, &&id.as_bytes()[..])
            .await?
            .pop())
    }

    async fn sessions_of(&self, person: &PersonId) -> Result<Vec<Session>, StoreError> {
        self.read_sessions(SESSIONS, &person.as_str()).await
    }

    async fn keep_session(&self, session: Session) -> Result<(), StoreError> {
        let keyring = Arc::clone(&self.keyring);
        let keep = move |connected: Arc<Connected>| async move {
            let sealer = keyring.held_in(&connected).await?;
            keep(&connected, &session, &sealer).await
        };
        self.transactions.run(keep).await
    }

    async fn end_session(&self, id: TokenHash) -> Result<(), StoreError> {
        let end = move |connected: Arc<Connected>| async move {
            ask(&connected, END, &[&&id.as_bytes()[..]]).await?;
            Ok(())
        };
        self.transactions.run(end).await
    }

    async fn end_sessions(
        &self,
        person: &PersonId,
        but: Option<TokenHash>,
    ) -> Result<(), StoreError> {
        let person = person.to_string();
        let end = move |connected: Arc<Connected>| async move {
            let but = but.as_ref().map(|id| &id.as_bytes()[..]);
            ask(&connected, END_ALL, &[&person, &but]).await?;
            Ok(())
        };
        self.transactions.run(end).await
    }

    async fn used_step(&self, person: &PersonId) -> Result<Option<u64>, StoreError> {
        let person = &person.as_str();
        let read = |connected: Arc<Connected>| async move {
            let rows = ask(&connected, STEP, &[person]).await?;
            let step = rows.first().map(|row| row.try_get::<_, i64>("step"));
            Ok(step.transpose()?.map(i64::unsigned_abs))
        };
        self.reading.read(read).await
    }

    async fn use_step(&self, person: &PersonId, step: u64) -> Result<bool, StoreError> {
        let (person, step) = (person.to_string(), i64::try_from(step).unwrap_or(i64::MAX));
        let use_step = move |connected: Arc<Connected>| async move {
            let used = ask(&connected, USE_STEP, &[&person, &step]).await?;
            Ok(!used.is_empty())
        };
        self.transactions.run(use_step).await
    }

    async fn count(
        &self,
        tried: Vec<Tried>,
        id: RequestId,
        now: Timestamp,
    ) -> Result<Option<Duration>, StoreError> {
        let keyring = Arc::clone(&self.keyring);
        let count = move |connected: Arc<Connected>| async move {
            let sealer = keyring.held_in(&connected).await?;
            ask(&connected, ALONE, &[]).await?;
            count(&connected, &tried, id, now, &sealer).await
        };
        self.transactions.run(count).await
    }

    async fn take_back(&self, id: RequestId) -> Result<(), StoreError> {
        let take_back = move |connected: Arc<Connected>| async move {
            ask(&connected, TAKE_BACK, &[&uuid(id)]).await?;
            Ok(())
        };
        self.transactions.run(take_back).await
    }
}

impl PostgresStore {
    /// Reads sessions by the keys that are written with now. One that cannot be opened is none.
    async fn read_sessions(
        &self,
        sql: &'static str,
        of: &(dyn ToSql + Sync),
    ) -> Result<Vec<Session>, StoreError> {
        let keyring = &self.keyring;
        let read = |connected: Arc<Connected>| async move {
            let sealer = keyring.current(&connected).await?;
            let rows = ask(&connected, sql, &[of]).await?;
            let sessions = rows.iter().map(|row| session_of(row, &sealer));
            let sessions: Vec<_> = sessions.collect::<Result<_, Failure>>()?;
            Ok(sessions.into_iter().flatten().collect())
        };
        self.reading.read(read).await
    }
}

fn session_of(row: &Row, sealer: &Sealer) -> Result<Option<Session>, Failure> {
    let id: &[u8] = row.try_get("id")?;
    let id = TokenHash::from_bytes(id.try_into().map_err(|_| Failure::Unreadable)?);
    Ok(session_at_rest::read(id, row.try_get("sealed")?, sealer))
}

async fn keep(connected: &Connected, session: &Session, sealer: &Sealer) -> Result<(), Failure> {
    let row = SessionRow::of(session, sealer).ok_or(Failure::Unreadable)?;
    let (id, ends) = (&row.id.as_bytes()[..], row.ends.as_millis());
    ask(connected, KEEP, &[&id, &ends, &row.sealed]).await?;
    Ok(())
}

/// Counts a try, unless a rule allows none; returns the time to wait then.
async fn count(
    connected: &Connected,
    tried: &[Tried],
    id: RequestId,
    now: Timestamp,
    sealer: &Sealer,
) -> Result<Option<Duration>, Failure> {
    ask(connected, GONE, &[&now.as_millis()]).await?;
    let mut longest = None;
    for Tried { pace, bucket } in tried {
        let keys = sealer.keys(|each| each.bucket(bucket));
        let keys: Vec<i64> = keys.all().map(Key::column).collect();
        let rows = ask(connected, TRIES, &[&keys]).await?;
        let earlier = rows.iter().map(|row| row.try_get("at"));
        let earlier = earlier.map(|at| at.map(Timestamp::from_millis));
        let earlier: Vec<_> = earlier.collect::<Result<_, _>>()?;
        longest = longest.max(pace.wait(&earlier, now));
    }
    if longest.is_none() {
        for Tried { pace, bucket } in tried {
            let key = sealer.bucket(bucket).column();
            let ends = now.after(pace.window).as_millis();
            ask(connected, TRY, &[&key, &uuid(id), &now.as_millis(), &ends]).await?;
        }
    }
    Ok(longest)
}

/// Seals all sessions with the newest keys. One that does not open stays as it is.
pub(super) async fn seal_anew(connected: &Connected, sealer: &Sealer) -> Result<(), Failure> {
    for row in ask(connected, EVERY, &[]).await? {
        if let Some(session) = session_of(&row, sealer)? {
            keep(connected, &session, sealer).await?;
        }
    }
    Ok(())
}

/// Ends all sessions: the database was put back, and some of them may have ended since.
pub(super) async fn end_every_session(connected: &Connected) -> Result<(), tokio_postgres::Error> {
    connected
        .client
        .batch_execute("DELETE FROM staff_session")
        .await
}

fn uuid(id: RequestId) -> Uuid {
    Uuid::from_bytes(*id.as_bytes())
}
