//! The record as the operator sees it: everything answered with success must be there.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::ensure;
use serde::Deserialize;

use crate::connection::Connection;
use crate::load::Counts;
use crate::ours;
use crate::wire;

/// The counts of the timelines.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ledger {
    pub(crate) messages: u64,
    /// Messages whose code was used up.
    pub(crate) used: u64,
    /// Checks that found a wrong code.
    pub(crate) wrong: u64,
    /// Messages whose vendor reported them as delivered.
    pub(crate) delivered: u64,
}

#[derive(Deserialize)]
struct Page {
    data: Vec<Message>,
}

/// A message on record.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Message {
    message_id: String,
    /// The request that was answered.
    pub(crate) request_id: String,
    code: String,
    delivery: Option<String>,
    #[serde(default)]
    checks: Vec<Check>,
}

#[derive(Deserialize)]
struct Check {
    right: bool,
}

impl Message {
    pub(crate) fn is_used(&self) -> bool {
        self.code == "used"
    }

    /// Checks that found a wrong code.
    pub(crate) fn wrong(&self) -> u64 {
        let wrong = self.checks.iter().filter(|check| !check.right);
        wrong.count() as u64
    }
}

/// Calls `each` with every message of the service at `address`, page by page.
pub(crate) async fn messages(
    address: SocketAddr,
    data: &Path,
    mut each: impl FnMut(&Message),
) -> anyhow::Result<()> {
    let token = ours::token(data)?;
    let mut connection = Connection::open(address).await?;
    let mut request = Vec::new();
    let mut before: Option<String> = None;
    loop {
        wire::page(&mut request, &token, before.as_deref());
        let answer = connection.exchange(&request).await?;
        let page: Page = serde_json::from_slice(answer.body)?;
        let Some(last) = page.data.last() else {
            return Ok(());
        };
        before = Some(last.message_id.clone());
        page.data.iter().for_each(&mut each);
    }
}

impl Ledger {
    /// Reads every page of the service at `address`.
    pub(crate) async fn read(address: SocketAddr, data: &Path) -> anyhow::Result<Self> {
        let mut ledger = Self::default();
        messages(address, data, |message| ledger.add(message)).await?;
        Ok(ledger)
    }

    fn add(&mut self, message: &Message) {
        self.messages += 1;
        self.used += u64::from(message.is_used());
        self.wrong += message.wrong();
        self.delivered += u64::from(message.delivery.as_deref() == Some("delivered"));
    }

    /// Checks that the record since `start` holds exactly the `answered` requests.
    pub(crate) fn holds(&self, start: &Self, answered: &Counts) -> anyhow::Result<()> {
        let messages = self.messages - start.messages;
        ensure!(
            messages == answered.sent,
            "{} sends were answered with success, {messages} messages are stored",
            answered.sent
        );
        let used = self.used - start.used;
        ensure!(
            used == answered.valid,
            "{} checks were answered with success, {used} codes are used up",
            answered.valid
        );
        Ok(())
    }
}
