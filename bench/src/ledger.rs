//! What is on record, as the operator is told: whatever was answered with success must be there.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::ensure;
use serde::Deserialize;

use crate::connection::Connection;
use crate::load::Counts;
use crate::ours;
use crate::wire;

/// What the timelines hold.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ledger {
    pub(crate) messages: u64,
    /// Whose code was used up.
    pub(crate) used: u64,
    /// Checks that found a wrong code.
    pub(crate) wrong: u64,
}

#[derive(Deserialize)]
struct Page {
    data: Vec<Message>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    message_id: String,
    code: String,
    #[serde(default)]
    checks: Vec<Check>,
}

#[derive(Deserialize)]
struct Check {
    right: bool,
}

impl Ledger {
    /// Reads every page of the service at `address`.
    pub(crate) async fn read(address: SocketAddr, data: &Path) -> anyhow::Result<Self> {
        let token = ours::token(data)?;
        let mut connection = Connection::open(address).await?;
        let (mut ledger, mut request) = (Self::default(), Vec::new());
        let mut before: Option<String> = None;
        loop {
            wire::page(&mut request, &token, before.as_deref());
            let answer = connection.exchange(&request).await?;
            let page: Page = serde_json::from_slice(answer.body)?;
            let Some(last) = page.data.last() else {
                return Ok(ledger);
            };
            before = Some(last.message_id.clone());
            page.data.iter().for_each(|message| ledger.add(message));
        }
    }

    fn add(&mut self, message: &Message) {
        self.messages += 1;
        self.used += u64::from(message.code == "used");
        let wrong = message.checks.iter().filter(|check| !check.right);
        self.wrong += wrong.count() as u64;
    }

    /// An error unless what was `answered`, since a `start`, is what came on record.
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
