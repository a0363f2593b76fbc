//! Nodes of the store, and the calls that they are asked for.

use std::net::{IpAddr, Ipv4Addr};
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use countersign_core::application::AppId;
use countersign_core::channel::Channel;
use countersign_core::code::check::{Caller, Checked, CodeCheck};
use countersign_core::code::guess::Guess;
use countersign_core::code::keyring::PasscodeKeys;
use countersign_core::code::length::CodeLength;
use countersign_core::code::passcode::{Binding, Passcode, PasscodeKey};
use countersign_core::entropy::{Entropy, EntropyError};
use countersign_core::guard::Exemption;
use countersign_core::id::{MessageId, RequestId};
use countersign_core::limit::{Rules, SendFacts, SendLimits, Standing};
use countersign_core::message::{Decision, Intent, NewCode};
use countersign_core::phone::PhoneNumber;
use countersign_core::policy::CodePolicy;
use countersign_core::ports::StoreError;
use countersign_core::ports::ledger::Ledger as _;
use countersign_core::ports::records::{Records as _, TimelineQuery};
use countersign_core::send::attempt::Attempt;
use countersign_core::send::outcome::Outcome;
use countersign_core::send::settle::Settlement;
use countersign_core::time::{Clock, Timestamp};
use countersign_store::StoreKeys;
use countersign_store::postgres::{DatabaseUrl, PostgresStore};
use tokio::task::JoinSet;

use super::server::Server;
use crate::clock::{now, today};
use crate::numbers::number;

/// The code of every message.
const CODE: &str = "000042";

/// The key of codes.
const KEY: [u8; 32] = [3; 32];

/// The first number that is sent to during a run.
const FIRST: u64 = 50_000_000;

/// How often a send is tried again whose store is unavailable, and how long it waits before.
const TRIES: u32 = 30;
const REST: Duration = Duration::from_millis(500);

/// The clock of all nodes.
struct Going(Timestamp, Instant);

impl Clock for Going {
    fn now(&self) -> Timestamp {
        self.0.after(now().duration_since(self.1))
    }
}

struct System;

impl Entropy for System {
    #[expect(
        clippy::disallowed_methods,
        reason = "the randomness of a benchmark's ids"
    )]
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        getrandom::fill(buffer).map_err(|_| EntropyError)
    }
}

/// Nodes on one database, which are asked in turns.
pub(super) struct Nodes {
    stores: Vec<PostgresStore>,
    clock: Arc<Going>,
    limits: SendLimits,
    app: AppId,
}

impl Nodes {
    /// Opens `count` nodes that decide by `limits`.
    pub(super) async fn open(
        server: &Server,
        count: usize,
        limits: SendLimits,
    ) -> anyhow::Result<Self> {
        let clock = Arc::new(Going(today(), now()));
        let keys = StoreKeys {
            index: [1; 32],
            seal: [2; 32],
        };
        let mut stores = Vec::new();
        for _ in 0..count {
            let url = DatabaseUrl::parse(&server.url())?;
            stores.push(PostgresStore::open(url, &keys, Arc::clone(&clock) as _).await?);
        }
        Ok(Self {
            stores,
            clock,
            limits,
            app: AppId::parse("shop").context("the application")?,
        })
    }

    /// Sends codes to these numbers, to be checked, refused or found.
    pub(super) async fn prepare(
        self: &Arc<Self>,
        mut left: Range<u64>,
        callers: usize,
    ) -> anyhow::Result<()> {
        let mut sends = JoinSet::new();
        loop {
            while sends.len() < callers
                && let Some(n) = left.next()
            {
                let nodes = Arc::clone(self);
                sends.spawn(async move { nodes.send_until_sent(n).await });
            }
            match sends.join_next().await {
                Some(sent) => sent??,
                None => return Ok(()),
            }
        }
    }

    pub(super) async fn send(&self, n: u64) -> anyhow::Result<()> {
        self.send_to(FIRST + n).await
    }

    /// Decides on a send to a number that got none before.
    pub(super) async fn decide(&self, n: u64) -> anyhow::Result<MessageId> {
        let (message, decision) = self.decide_on(FIRST + n).await?;
        ensure!(
            decision.admitted(),
            "a send was refused by {:?}",
            decision.refused_by()
        );
        Ok(message)
    }

    /// Decides on a send to a number that got none before, and returns whether it is admitted.
    pub(super) async fn is_admitted(&self, n: u64) -> anyhow::Result<bool> {
        let (_, decision) = self.decide_on(FIRST + n).await?;
        Ok(decision.admitted())
    }

    /// Sends to a number that got a code within the minute.
    pub(super) async fn refuse(&self, n: u64) -> anyhow::Result<()> {
        let (_, decision) = self.decide_on(n).await?;
        ensure!(
            !decision.admitted(),
            "a second code was admitted within the minute"
        );
        Ok(())
    }

    /// Checks the code of a number.
    pub(super) async fn check(&self, n: u64) -> anyhow::Result<()> {
        let (phone, passcode) = (phone(n)?, passcode()?);
        let keys = PasscodeKeys::new(PasscodeKey::new(KEY), Vec::new());
        let guess = Guess::new(keys, passcode, self.app.clone(), Channel::Login, phone);
        let request = RequestId::generate(self.clock.now(), &System)?;
        let check = CodeCheck::new(request, Caller::Application, guess, CodeLength::always(6));
        let found = self.store(n)?.check(check).await?;
        ensure!(
            matches!(found, Checked::Right { .. }),
            "a right code was {found:?}"
        );
        Ok(())
    }

    /// Finds the message to a number, and returns when it was decided on.
    pub(super) async fn find(&self, n: u64) -> anyhow::Result<Timestamp> {
        let query = TimelineQuery {
            phone: Some(phone(n)?),
            limit: 1,
            ..TimelineQuery::default()
        };
        let found = self.store(n)?.timelines(query).await?;
        let found = found
            .first()
            .context("a message that was sent is not found")?;
        Ok(found.decided_at)
    }

    /// Reads the fifty messages before a moment.
    pub(super) async fn page_before(&self, moment: Timestamp) -> anyhow::Result<()> {
        let query = TimelineQuery {
            decided_before: Some(moment),
            limit: 50,
            ..TimelineQuery::default()
        };
        self.store(0)?.timelines(query).await?;
        Ok(())
    }

    /// Sends to a number, also where the store is unavailable for a moment: the commit of the send before may have come then, and
    /// refuses the next one.
    async fn send_until_sent(&self, n: u64) -> anyhow::Result<()> {
        let mut sent = self.send_to(n).await;
        for _ in 0..TRIES {
            match &sent {
                Err(error) if error.is::<StoreError>() => {}
                _ => return sent,
            }
            tokio::time::sleep(REST).await;
            sent = self.send_to(n).await;
            if matches!(&sent, Err(error) if !error.is::<StoreError>()) {
                return Ok(());
            }
        }
        sent
    }

    async fn send_to(&self, n: u64) -> anyhow::Result<()> {
        let (message, decision) = self.decide_on(n).await?;
        ensure!(
            decision.admitted(),
            "a send was refused by {:?}",
            decision.refused_by()
        );
        let attempt = Attempt {
            provider: Some("bench".to_owned()),
            started_at: decision.at,
            ended_at: decision.at,
            outcome: Outcome::Accepted {
                provider_message_id: None,
            },
        };
        let settlement = Settlement {
            message,
            attempts: vec![attempt],
            give_back: Rules::give_backs(Channel::Login, &phone(n)?),
            cost: 0,
        };
        self.store(n)?.settle(settlement).await?;
        Ok(())
    }

    async fn decide_on(&self, n: u64) -> anyhow::Result<(MessageId, Decision)> {
        let (phone, now) = (phone(n)?, self.clock.now());
        let id = MessageId::generate(now, &System)?;
        let address = address(n)?;
        let rules = self.limits.rules(&SendFacts {
            app: &self.app,
            channel: Channel::Login,
            phone: &phone,
            address: Some(IpAddr::V4(address)),
            standing: Standing::Trusted,
            price: None,
            exempt: Exemption::default(),
        });
        let code = CodePolicy::default().of(&self.app, Channel::Login);
        let binding = Binding {
            app: &self.app,
            channel: Channel::Login,
            phone: &phone,
            message: id,
        };
        let code = NewCode {
            mac: PasscodeKey::new(KEY).mac(&passcode()?, binding),
            life: code.life,
            tries: code.tries,
            keeps: 1,
            sealed: None,
        };
        let intent = Intent {
            id,
            request_id: RequestId::generate(now, &System)?,
            app: self.app.clone(),
            channel: Channel::Login,
            phone,
            code,
            claim: None,
        };
        Ok((id, self.store(n)?.decide(intent, rules).await?))
    }

    /// Returns the node for number `n`.
    fn store(&self, n: u64) -> anyhow::Result<&PostgresStore> {
        let place = usize::try_from(n)? % self.stores.len();
        self.stores.get(place).context("a node")
    }
}

fn phone(n: u64) -> anyhow::Result<PhoneNumber> {
    Ok(PhoneNumber::parse(&number(n).to_string(), None)?)
}

/// Returns the address of the `n`th caller: one of 10,000, of which four share a network. Neighbours in time lie far apart.
fn address(n: u64) -> anyhow::Result<Ipv4Addr> {
    let caller = u32::try_from(n * 7_919 % 10_000)?;
    let (network, host) = (caller / 4, caller % 4);
    Ok(Ipv4Addr::from((10 << 24) | (network << 8) | (host + 1)))
}

fn passcode() -> anyhow::Result<Passcode> {
    Passcode::parse(CODE).context("a code")
}
