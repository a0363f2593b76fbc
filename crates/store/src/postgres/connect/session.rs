//! Sessions: opened when they are needed, opened anew when they are lost, and each with the settings of its work.

use std::collections::{HashMap, VecDeque};
use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use countersign_core::ports::StoreError;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, Notify};
use tokio::time::Instant;
use tokio_postgres::config::SslMode;
use tokio_postgres::{AsyncMessage, Client, Config, Connection, NoTls, Statement};

use super::pace::Pace;
use super::tls::Tls;
use super::url::DatabaseUrl;
use crate::postgres::days::Days;
use crate::postgres::words::{self, Failure};

/// The schema of every table.
pub(crate) const SCHEMA: &str = "countersign";

/// The most statements that a session keeps for days: of two days, and those of a page whose messages lie in others.
const MOST_OF_DAYS: usize = 32;

/// The work of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// Deciding: callers wait, and rows are locked.
    Deciding,
    /// Reading, and writing what locks no row of a decision.
    Reading,
    /// Upkeep: it may take its time, and gives way to whoever decides.
    Upkeep,
    /// Changing the schema, at a start.
    Starting,
}

impl Work {
    /// Returns how long a statement may take, how long it may wait for a lock, and how long a transaction may stand still:
    /// a node that dies on a cut network holds its rows no longer.
    const fn patience(self) -> [Duration; 3] {
        match self {
            Work::Deciding => [
                Duration::from_secs(1),
                Duration::from_millis(500),
                Duration::from_millis(500),
            ],
            Work::Reading => [
                Duration::from_secs(10),
                Duration::from_millis(500),
                Duration::from_millis(500),
            ],
            Work::Upkeep => [
                Duration::from_secs(600),
                Duration::from_millis(200),
                Duration::from_secs(5),
            ],
            Work::Starting => [
                Duration::from_secs(600),
                Duration::from_secs(60),
                Duration::from_secs(60),
            ],
        }
    }

    /// Returns the statements that give a session the time limits of this work.
    pub(crate) fn time_limits(self) -> String {
        let [statement, lock, idle] = self.patience().map(|patience| patience.as_millis());
        format!(
            "SET statement_timeout = {statement};
             SET lock_timeout = {lock};
             SET idle_in_transaction_session_timeout = {idle};"
        )
    }

    /// Returns the statements that a session begins with. Only the name of a search path is not a constant, and it is ours.
    fn settings(self) -> String {
        // A span of time is found by the index that is good for its length. Rows that are known by their key are found by its
        // index also where the plan was made before the table held any, as it is for the messages of each new day. A table of one
        // row is read without an index all the same; what the planner thinks of that must not make it compile the statement.
        let (plan, scans) = match self {
            Work::Upkeep | Work::Starting => ("force_custom_plan", "on"),
            Work::Deciding | Work::Reading => ("force_generic_plan", "off"),
        };
        let limits = self.time_limits();
        format!(
            "SELECT set_config('synchronous_commit', 'on', false)
                 WHERE current_setting('synchronous_commit') <> 'remote_apply';
             {limits}
             SET search_path = {SCHEMA};
             SET TimeZone = 'UTC';
             SET client_min_messages = 'warning';
             SET plan_cache_mode = '{plan}';
             SET enable_seqscan = {scans};
             SET jit = off;"
        )
    }
}

/// The reason why a session could not be opened.
#[derive(Debug)]
pub(crate) enum NotOpened {
    /// The database cannot be reached, or refuses.
    Refused(tokio_postgres::Error),
    /// The program is ending.
    Stopping,
}

impl From<NotOpened> for StoreError {
    fn from(error: NotOpened) -> Self {
        match error {
            NotOpened::Refused(error) => words::unavailable(&error),
            NotOpened::Stopping => StoreError::Unavailable("the program is ending".to_owned()),
        }
    }
}

/// A database that sessions are opened with.
pub(crate) struct Database {
    config: Config,
    tls: Option<Tls>,
    /// Drives the sessions, whoever uses them.
    runtime: Handle,
}

impl Database {
    /// Takes the address of a database, and reads its password where that is in a file. Opens no session yet; those that come
    /// are driven by the runtime of the caller.
    ///
    /// # Errors
    /// In words, when the file cannot be read, or there is no certificate by which the database could prove itself.
    pub(crate) fn at(url: DatabaseUrl) -> Result<Arc<Self>, String> {
        let url = url.with_password()?;
        let tls = match url.config.get_ssl_mode() {
            SslMode::Disable => None,
            _ => Some(Tls::trusting(url.authorities.as_deref())?),
        };
        Ok(Arc::new(Self {
            config: url.config,
            tls,
            runtime: Handle::current(),
        }))
    }

    /// Returns the runtime that drives the sessions.
    pub(crate) fn runtime(&self) -> &Handle {
        &self.runtime
    }

    /// Opens a session for this work.
    pub(crate) async fn open(self: &Arc<Self>, work: Work) -> Result<Client, NotOpened> {
        self.open_hearing(work).await.map(|(client, _)| client)
    }

    /// Opens a session for this work, with what wakes whoever waits for a notification on the channels that it listens to.
    pub(crate) async fn open_hearing(
        self: &Arc<Self>,
        work: Work,
    ) -> Result<(Client, Arc<Notify>), NotOpened> {
        let database = Arc::clone(self);
        // The runtime that drives a session opens it too, whoever asks.
        let opening = self.runtime.spawn(async move {
            let (client, heard) = database.connect().await?;
            client.batch_execute(&work.settings()).await?;
            Ok((client, heard))
        });
        let opened = opening.await.map_err(|_| NotOpened::Stopping)?;
        opened.map_err(NotOpened::Refused)
    }

    async fn connect(&self) -> Result<(Client, Arc<Notify>), tokio_postgres::Error> {
        match self.tls.clone() {
            None => {
                let (client, connection) = self.config.connect(NoTls).await?;
                Ok((client, self.drive(connection)))
            }
            Some(tls) => {
                let (client, connection) = self.config.connect(tls).await?;
                Ok((client, self.drive(connection)))
            }
        }
    }

    /// Lets a connection go on by itself. Its end shows in the next statement. Returns what a notification wakes.
    fn drive<S, T>(&self, mut connection: Connection<S, T>) -> Arc<Notify>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let heard = Arc::new(Notify::new());
        let told = Arc::clone(&heard);
        self.runtime.spawn(async move {
            while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
                match message {
                    Ok(AsyncMessage::Notification(_)) => told.notify_one(),
                    Ok(_) => {}
                    Err(error) => {
                        tracing::debug!(error = %words::of(&error), "a session with the database has ended");
                        return;
                    }
                }
            }
        });
        heard
    }
}

/// A session for one kind of work, which is opened when it is first used, and anew after it was lost.
pub(crate) struct Session {
    database: Arc<Database>,
    work: Work,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    open: Option<Arc<Connected>>,
    pace: Pace,
}

/// A session that is open, with the statements that it has prepared.
pub(crate) struct Connected {
    pub(crate) client: Client,
    prepared: Mutex<HashMap<&'static str, Statement>>,
    /// Those that name their days, the oldest first.
    of_days: Mutex<VecDeque<((&'static str, Days), Statement)>>,
}

impl Session {
    pub(crate) fn new(database: &Arc<Database>, work: Work) -> Self {
        Self {
            database: Arc::clone(database),
            work,
            state: Mutex::default(),
        }
    }

    /// Returns the session.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when none can be opened, and at once when that was tried a moment ago.
    pub(crate) async fn get(&self) -> Result<Arc<Connected>, StoreError> {
        let mut state = self.state.lock().await;
        if let Some(open) = state.open.as_ref().filter(|open| !open.client.is_closed()) {
            return Ok(Arc::clone(open));
        }
        if !state.pace.may_try(Instant::now()) {
            let words = "the database is not reached, and is tried again in a moment";
            return Err(StoreError::Unavailable(words.to_owned()));
        }
        let opened = self.database.open(self.work).await;
        let client = opened.inspect_err(|_| {
            state.pace.failed(Instant::now());
        })?;
        state.pace.succeeded();
        let open = Arc::new(Connected {
            client,
            prepared: Mutex::default(),
            of_days: Mutex::default(),
        });
        state.open = Some(Arc::clone(&open));
        Ok(open)
    }

    /// Reads by `read`. Where the session was lost, another one reads: nothing was written, so it may be asked for once more.
    ///
    /// # Errors
    /// [`StoreError`] when the second session fails too, or when none can be opened.
    pub(crate) async fn read<T, F>(
        &self,
        read: impl Fn(Arc<Connected>) -> F,
    ) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let session = self.get().await?;
        let done = read(Arc::clone(&session)).await;
        if !done.as_ref().is_err_and(Failure::is_of_lost_session) {
            return Ok(done?);
        }
        self.lose(&session).await;
        Ok(read(self.get().await?).await?)
    }

    /// Ends the transaction of `session` without a trace. A session that cannot do that is lost, and the next one is new:
    /// whether it is closed may show later.
    pub(crate) async fn roll_back(&self, session: &Arc<Connected>) {
        if session.client.batch_execute("ROLLBACK").await.is_err() {
            self.lose(session).await;
        }
    }

    /// Lets `session` go, which is lost.
    async fn lose(&self, session: &Arc<Connected>) {
        let mut state = self.state.lock().await;
        state.open.take_if(|open| Arc::ptr_eq(open, session));
    }
}

impl Connected {
    /// Returns the statement of this text, prepared once a session.
    pub(crate) async fn prepared(
        &self,
        sql: &'static str,
    ) -> Result<Statement, tokio_postgres::Error> {
        let mut prepared = self.prepared.lock().await;
        if let Some(known) = prepared.get(sql) {
            return Ok(known.clone());
        }
        let statement = self.client.prepare(sql).await?;
        prepared.insert(sql, statement.clone());
        Ok(statement)
    }

    /// Returns the statement of this text over these days, prepared once a session and day.
    pub(crate) async fn prepared_for(
        &self,
        days: Days,
        sql: &'static str,
    ) -> Result<Statement, tokio_postgres::Error> {
        let mut of_days = self.of_days.lock().await;
        let known = of_days.iter().find(|(known, _)| *known == (sql, days));
        if let Some((_, statement)) = known {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(&days.named_in(sql)).await?;
        if of_days.len() == MOST_OF_DAYS {
            of_days.pop_front();
        }
        of_days.push_back(((sql, days), statement.clone()));
        Ok(statement)
    }
}
