//! The requests to the service before its power fails, and its answers.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::path::Path;
use std::rc::Rc;
use std::time::Instant;

use anyhow::{Context, bail};
use serde::Deserialize;
use tokio::task::LocalSet;

use crate::clock::now;
use crate::codes::{self, Code};
use crate::connection::Connection;
use crate::numbers::number;
use crate::source::{Meaning, envelope};
use crate::wire;

/// The number of connections that ask at once.
const CROWD: usize = 16;

/// A request about a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Send,
    /// Check the right code, which uses it up.
    Use,
    /// Check a wrong code.
    Guess,
}

/// An answer of success, or of a wrong guess.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deed {
    pub(super) step: Step,
    pub(super) number: u64,
    /// The time before the request.
    pub(super) since: Instant,
    /// Whether no other request was under way.
    pub(super) alone: bool,
}

/// All answers, by the ids of the requests.
#[derive(Debug, Default)]
pub(super) struct Story {
    pub(super) deeds: HashMap<String, Deed>,
    /// The codes that were sent.
    pub(super) codes: HashMap<u64, Code>,
    /// The numbers whose code was tried, whether or not the answer came.
    pub(super) tried: HashSet<u64>,
}

type Steps = Vec<(Step, u64)>;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    request_id: String,
}

impl Story {
    /// Lets the service at `address` send to some `size` numbers, use codes and refuse wrong ones: one after
    /// the other, then many at a time, then all kinds of requests at once.
    pub(super) async fn tell(address: SocketAddr, data: &Path, size: u64) -> anyhow::Result<Self> {
        let mut story = Self::default();
        let sends = |range: std::ops::Range<u64>| -> Steps {
            range.map(|n| (Step::Send, number(n))).collect()
        };
        let tries = |range: std::ops::Range<u64>| -> Steps {
            let what = |n| if n % 2 == 0 { Step::Use } else { Step::Guess };
            range.map(|n| (what(n), number(n))).collect()
        };
        // Sixteenths: sends to the first twelve, and tries of the first two of them.
        let part = |n: u64| n * size / 16;
        story.play(address, sends(0..part(2)), 1).await?;
        story.play(address, sends(part(2)..part(12)), CROWD).await?;
        story.codes = codes::arrived(data)?;
        story.play(address, tries(0..part(1)), 1).await?;
        story.play(address, tries(part(1)..part(2)), CROWD).await?;
        let mixed = sends(part(12)..size).into_iter();
        let mixed = mixed.zip(tries(part(2)..part(6)));
        let mixed = mixed.flat_map(|(send, one)| [send, one]).collect();
        story.play(address, mixed, CROWD).await?;
        story.codes = codes::arrived(data)?;
        Ok(story)
    }

    async fn play(
        &mut self,
        address: SocketAddr,
        steps: Steps,
        crowd: usize,
    ) -> anyhow::Result<()> {
        let tried = steps.iter().filter(|(step, _)| *step != Step::Send);
        self.tried.extend(tried.map(|(_, number)| *number));
        let steps = Rc::new(RefCell::new(steps.into_iter()));
        let codes = Rc::new(std::mem::take(&mut self.codes));
        let local = LocalSet::new();
        let mut tasks = Vec::new();
        for _ in 0..crowd {
            let connection = Connection::open(address).await?;
            let (steps, codes) = (Rc::clone(&steps), Rc::clone(&codes));
            tasks.push(local.spawn_local(work(connection, steps, codes, crowd == 1)));
        }
        local.await;
        for task in tasks {
            self.deeds.extend(task.await??);
        }
        self.codes = Rc::try_unwrap(codes).unwrap_or_default();
        Ok(())
    }
}

async fn work(
    mut connection: Connection,
    steps: Rc<RefCell<std::vec::IntoIter<(Step, u64)>>>,
    codes: Rc<HashMap<u64, Code>>,
    alone: bool,
) -> anyhow::Result<Vec<(String, Deed)>> {
    let mut done = Vec::new();
    let mut request = Vec::new();
    loop {
        let next = steps.borrow_mut().next();
        let Some((step, number)) = next else {
            return Ok(done);
        };
        let code = || codes.get(&number).context("a code never arrived");
        let expected = match step {
            Step::Send => {
                wire::send(&mut request, number);
                Meaning::Sent
            }
            Step::Use => {
                wire::check(&mut request, number, code()?.text(), false);
                Meaning::Valid
            }
            Step::Guess => {
                wire::guess(&mut request, number, code()?.wrong().text());
                Meaning::Invalid
            }
        };
        let since = now();
        let answer = connection.exchange(&request).await?;
        if envelope(answer.status, answer.body) != Some(expected) {
            let body = String::from_utf8_lossy(answer.body);
            bail!("expected {expected:?}, got HTTP {} {body}", answer.status);
        }
        let id = serde_json::from_slice::<Envelope>(answer.body)?.request_id;
        let deed = Deed {
            step,
            number,
            since,
            alone,
        };
        done.push((id, deed));
    }
}
