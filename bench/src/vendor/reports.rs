//! The vendor's delivery reports, one for each message, to the receipts path of the account.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use serde::Deserialize;
use tokio::sync::Semaphore;

use crate::connection::Connection;
use crate::say::say;

/// The time from the answer to a message until its report.
const AFTER: Duration = Duration::from_millis(200);

/// The most reports under way at once: as many as the senders, so that reports keep up with the messages of a busy service.
const AT_ONCE: usize = 64;

/// How often, and after what time each, the bench looks whether all reports were taken.
const PATIENCE: u32 = 600;
const LOOK: Duration = Duration::from_millis(50);

/// Where the vendor reports, and how many of its reports were taken.
pub(super) struct Reports {
    to: OnceLock<Address>,
    idle: Mutex<Vec<Connection>>,
    places: Semaphore,
    taken: AtomicU64,
}

struct Address {
    host: SocketAddr,
    path: String,
}

/// The message that a report is about.
#[derive(Deserialize)]
struct Message {
    to: String,
    reference: String,
}

impl Default for Reports {
    fn default() -> Self {
        Self {
            to: OnceLock::new(),
            idle: Mutex::default(),
            places: Semaphore::new(AT_ONCE),
            taken: AtomicU64::new(0),
        }
    }
}

impl Reports {
    /// Reports to the URL `http://ADDRESS/PATH` from now on. The first one stays.
    pub(super) fn go_to(&self, url: &[u8]) {
        let url = std::str::from_utf8(url).unwrap_or_default();
        let parts = url.strip_prefix("http://");
        if let Some((host, path)) = parts.and_then(|rest| rest.split_once('/'))
            && let Ok(host) = host.parse()
        {
            let path = format!("/{path}");
            let _ = self.to.set(Address { host, path });
        }
    }

    /// Returns how many reports were taken.
    pub(super) fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }

    /// Reports that the message of this request was delivered, in a while, if it is known where to.
    pub(super) fn report(self: &Arc<Self>, request: &[u8]) {
        if self.to.get().is_none() {
            return;
        }
        let Ok(message) = serde_json::from_slice::<Message>(request) else {
            return;
        };
        let reports = Arc::clone(self);
        tokio::spawn(async move {
            tokio::time::sleep(AFTER).await;
            // A report that is not taken is missing from the count.
            if reports.post(&message).await.is_ok() {
                reports.taken.fetch_add(1, Ordering::Relaxed);
            }
        });
    }

    async fn post(&self, message: &Message) -> anyhow::Result<()> {
        let Address { host, path } = self.to.get().context("an address")?;
        let body = format!(
            r#"{{"to":"{}","messageId":"{}","status":"DELIVRD"}}"#,
            message.to, message.reference
        );
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let _place = self.places.acquire().await?;
        let idle = self.idle().pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => Connection::open(*host).await?,
        };
        let status = connection.exchange(request.as_bytes()).await?.status;
        self.idle().push(connection);
        ensure!(status == 200, "HTTP {status}");
        Ok(())
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Asks the vendor for reports to `url`.
pub(super) async fn ask_for(vendor: SocketAddr, url: &str) -> anyhow::Result<()> {
    let length = url.len();
    let request =
        format!("PUT /reports HTTP/1.1\r\nhost: {vendor}\r\ncontent-length: {length}\r\n\r\n{url}");
    let mut connection = Connection::open(vendor).await?;
    let status = connection.exchange(request.as_bytes()).await?.status;
    ensure!(status == 200, "HTTP {status}");
    Ok(())
}

/// Waits until the reports of so many messages were taken, and says how many were by now, as the sends have ended.
pub(super) async fn all(vendor: SocketAddr, messages: u64) -> anyhow::Result<()> {
    let mut connection = Connection::open(vendor).await?;
    let request = format!("GET /reports HTTP/1.1\r\nhost: {vendor}\r\n\r\n");
    let mut first = None;
    for _ in 0..PATIENCE {
        let answer = connection.exchange(request.as_bytes()).await?;
        let taken: u64 = std::str::from_utf8(answer.body)?.parse()?;
        let first = *first.get_or_insert(taken);
        if taken == messages {
            say(format!(
                "Of {messages} reports {first} were taken while sends ran, and all afterwards.\n"
            ));
            return Ok(());
        }
        tokio::time::sleep(LOOK).await;
    }
    bail!("of {messages} reports {first:?} were taken while sends ran, and not all afterwards")
}
