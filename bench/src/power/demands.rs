//! The demands on a service when power is back: everything that was answered before must still hold.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};

use crate::clock::now;
use crate::connection::Connection;
use crate::ledger;
use crate::power::story::{Deed, Step, Story};
use crate::source::{Meaning, envelope};
use crate::wire;

/// The age of a send up to which its minute is certainly not over, however long a request takes.
const YOUNG: Duration = Duration::from_secs(50);

/// The number of the last sends whose minute must hold, and of the last untried codes that must pass (or must
/// not, if the machine has booted). The last ones are in danger.
const MINUTES: usize = 100;
const CODES: usize = 10;

/// A broken demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// A send was answered, and no message is on record.
    NoMessage,
    /// A code was used up, and passes once more.
    UsedAgain,
    /// A wrong guess was answered, and is not counted.
    NotCounted,
    /// A code was sent, and another one was sent a moment later.
    NoMinute,
    /// A code was sent, and does not pass.
    NoCode,
    /// The machine has booted since a code was sent, and it passes.
    OldCode,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoMessage => "a send was answered, and no message is on record",
            Self::UsedAgain => "a code was used up, and is good once more",
            Self::NotCounted => "a wrong guess was answered, and is not counted",
            Self::NoMinute => "a code was sent, and another one within the minute",
            Self::NoCode => "a code was sent, and is not good",
            Self::OldCode => "the machine has booted since a code was sent, and it is good",
        })
    }
}

/// The number of checks, and the faults found.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) messages: usize,
    pub(super) used: usize,
    pub(super) guesses: usize,
    pub(super) minutes: usize,
    pub(super) codes: usize,
    pub(super) faults: Vec<(Fault, u64)>,
}

impl Findings {
    pub(super) fn add(&mut self, other: &Self) {
        self.messages += other.messages;
        self.used += other.used;
        self.guesses += other.guesses;
        self.minutes += other.minutes;
        self.codes += other.codes;
        self.faults.extend(&other.faults);
    }

    /// Describes each kind of fault, how often it was found, and its first number.
    pub(super) fn complaint(&self) -> String {
        let kinds = [
            Fault::NoMessage,
            Fault::UsedAgain,
            Fault::NotCounted,
            Fault::NoMinute,
            Fault::NoCode,
            Fault::OldCode,
        ];
        let complaint = |kind: &Fault| {
            let mut such = self.faults.iter().filter(|(fault, _)| fault == kind);
            let (_, number) = such.next()?;
            let more = match such.count() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            Some(format!("{kind} ({number}{more})"))
        };
        let complaints: Vec<_> = kinds.iter().filter_map(complaint).collect();
        complaints.join("; ")
    }

    pub(super) fn has(&self, fault: Fault, number: u64) -> bool {
        self.faults.contains(&(fault, number))
    }
}

/// The answers before a moment.
pub(super) struct EarlierAnswers<'a> {
    story: &'a Story,
    deeds: Vec<(&'a str, Deed)>,
    /// Whether the machine has booted since, as far as countersign knows. Then no earlier code is good.
    booted: bool,
}

impl<'a> EarlierAnswers<'a> {
    /// Selects the answers to the requests with these ids, as far as they promise anything.
    pub(super) fn of(story: &'a Story, requests: &HashSet<&str>, booted: bool) -> Self {
        let deeds = story.deeds.iter().map(|(id, deed)| (id.as_str(), *deed));
        let mut deeds: Vec<_> = deeds.filter(|(id, _)| requests.contains(id)).collect();
        deeds.sort_by_key(|(_, deed)| deed.since);
        Self {
            story,
            deeds,
            booted,
        }
    }

    fn all(&self, step: Step) -> impl DoubleEndedIterator<Item = (&'a str, Deed)> {
        let deeds = self.deeds.iter().copied();
        deeds.filter(move |(_, deed)| deed.step == step)
    }

    /// Checks every demand at the service at `address`, which runs on `data`.
    pub(super) async fn find(&self, address: SocketAddr, data: &Path) -> anyhow::Result<Findings> {
        let mut findings = Findings::default();
        self.read_record(address, data, &mut findings).await?;
        let connection = Connection::open(address).await?;
        let mut asker = Asker {
            connection,
            request: Vec::new(),
            story: self.story,
        };
        let mut used = HashSet::new();
        for (_, Deed { number, .. }) in self.all(Step::Use) {
            used.insert(number);
            findings.used += 1;
            if asker.passes(number).await? {
                findings.faults.push((Fault::UsedAgain, number));
            }
        }
        let unused = self.all(Step::Send).map(|(_, deed)| deed);
        let unused = unused.filter(|deed| !used.contains(&deed.number));
        let mut again = HashSet::new();
        for deed in unused.rev().take(MINUTES) {
            if asker.sends(deed.number).await? {
                again.insert(deed.number);
            }
            if is_young(&deed) {
                findings.minutes += 1;
                let fault = again.contains(&deed.number);
                let fault = fault.then_some((Fault::NoMinute, deed.number));
                findings.faults.extend(fault);
            }
        }
        let untried = self.all(Step::Send).map(|(_, deed)| deed);
        let untried = untried.filter(|deed| !self.story.tried.contains(&deed.number));
        for deed in untried.rev().take(CODES).filter(is_young) {
            // A newer code has taken the place of the earlier one.
            if again.contains(&deed.number) {
                continue;
            }
            findings.codes += 1;
            match asker.passes(deed.number).await? {
                true if self.booted => findings.faults.push((Fault::OldCode, deed.number)),
                false if !self.booted => findings.faults.push((Fault::NoCode, deed.number)),
                _ => {}
            }
        }
        Ok(findings)
    }

    /// Looks for messages and counted guesses in the timelines.
    async fn read_record(
        &self,
        address: SocketAddr,
        data: &Path,
        findings: &mut Findings,
    ) -> anyhow::Result<()> {
        let mut wrong = HashMap::new();
        let record = |message: &ledger::Message| {
            wrong.insert(message.request_id.clone(), message.wrong());
        };
        ledger::messages(address, data, record).await?;
        let guessed: HashSet<u64> = self.all(Step::Guess).map(|(_, deed)| deed.number).collect();
        findings.guesses = guessed.len();
        for (id, Deed { number, .. }) in self.all(Step::Send) {
            findings.messages += 1;
            match wrong.get(id) {
                None => findings.faults.push((Fault::NoMessage, number)),
                Some(0) if guessed.contains(&number) => {
                    findings.faults.push((Fault::NotCounted, number));
                }
                Some(_) => {}
            }
        }
        Ok(())
    }
}

pub(super) fn is_young(deed: &Deed) -> bool {
    now().saturating_duration_since(deed.since) < YOUNG
}

struct Asker<'a> {
    connection: Connection,
    request: Vec<u8>,
    story: &'a Story,
}

impl Asker<'_> {
    /// Returns whether the code that was sent to `number` is good.
    async fn passes(&mut self, number: u64) -> anyhow::Result<bool> {
        let code = self.story.codes.get(&number).context("no code")?;
        wire::check(&mut self.request, number, code.text(), false);
        self.is(Meaning::Valid, Meaning::Invalid).await
    }

    /// Returns whether `number` gets another code.
    async fn sends(&mut self, number: u64) -> anyhow::Result<bool> {
        wire::send(&mut self.request, number);
        self.is(Meaning::Sent, Meaning::Refused).await
    }

    async fn is(&mut self, yes: Meaning, no: Meaning) -> anyhow::Result<bool> {
        let answer = self.connection.exchange(&self.request).await?;
        match envelope(answer.status, answer.body) {
            Some(seen) if seen == yes => Ok(true),
            Some(seen) if seen == no => Ok(false),
            _ => bail!(
                "HTTP {} {}",
                answer.status,
                String::from_utf8_lossy(answer.body)
            ),
        }
    }
}
