//! The keys that this node has, and the sealer of those that the database is written with.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use countersign_core::ports::StoreError;
use tokio::sync::{Mutex as Turn, Notify};
use tokio_postgres::Client;

use super::{GenerationRow, needed};
use crate::generations::HeldKeys;
use crate::postgres::connect::Connected;
use crate::postgres::lease::Leases;
use crate::postgres::records::ask;
use crate::postgres::words::Failure;
use crate::seal::{Generation, Sealer, SealerInUse, StoreKeys};

/// Holds the generation until the transaction ends, and returns it.
const HELD: &str = "SELECT held_generation() AS generation";

const NEWEST: &str = "SELECT max(number) AS generation FROM key_generation";

/// The keys of a node. Those that the database is written with are its sealer; others may be meant for the next change.
pub(crate) struct Keyring {
    sealer: SealerInUse,
    leases: Arc<Leases>,
    held: Mutex<Held>,
    /// Held while the sealer is replaced, so that an older look at the database never comes after a newer one.
    turn: Turn<()>,
    /// Wakes whoever tells the other nodes which keys this one has.
    news: Notify,
}

#[derive(Default)]
struct Held {
    keys: Vec<StoreKeys>,
    /// What other nodes are told: of each pair of keys, the name ([`name_of`]).
    names: Vec<Vec<u8>>,
    /// Whether the database is written with keys that are not among these.
    lacks: bool,
}

impl Keyring {
    /// Makes the keyring of a node that has started with `keys`, of which the database needs those of `sealer`.
    pub(crate) fn new(sealer: Arc<Sealer>, keys: &[StoreKeys], leases: &Arc<Leases>) -> Arc<Self> {
        let held = Held {
            keys: keys.to_vec(),
            ..Held::default()
        };
        Arc::new(Self {
            sealer: SealerInUse::new(sealer),
            leases: Arc::clone(leases),
            held: Mutex::new(held),
            turn: Turn::default(),
            news: Notify::new(),
        })
    }

    /// Returns the sealer in use.
    pub(crate) fn sealer(&self) -> Arc<Sealer> {
        self.sealer.get()
    }

    /// Returns the sealer in use as something that can be waited for.
    pub(crate) const fn in_use(&self) -> &SealerInUse {
        &self.sealer
    }

    /// Returns the generation that this node writes with.
    pub(crate) fn generation(&self) -> u32 {
        self.sealer.get().number
    }

    /// Takes keys that the node has, beside those that it has already.
    pub(crate) fn hold(&self, keys: &[HeldKeys]) {
        let mut held = self.held();
        for HeldKeys { store, beside } in keys {
            let Some(name) = name_of(store, beside) else {
                continue;
            };
            if !held.names.contains(&name) {
                held.names.push(name);
                held.keys.push(store.clone());
                self.news.notify_one();
            }
        }
    }

    /// Returns the names of the keys that this node has.
    pub(crate) fn names(&self) -> Vec<Vec<u8>> {
        self.held().names.clone()
    }

    /// Waits until the node has keys that it did not have when this was called last.
    pub(crate) async fn news(&self) {
        self.news.notified().await;
    }

    /// Checks that the node has the keys that the database is written with.
    ///
    /// # Errors
    /// [`StoreError`] when it lacks some.
    pub(crate) fn has_all(&self) -> Result<(), StoreError> {
        match self.held().lacks {
            true => Err(Failure::OtherKeys.into()),
            false => Ok(()),
        }
    }

    /// Uses the keys that the database is written with, from now on.
    ///
    /// # Errors
    /// [`Failure::OtherKeys`] when this node lacks some of them; it goes on with those of before.
    pub(crate) async fn follow(&self, client: &Client) -> Result<(), Failure> {
        let _turn = self.turn.lock().await;
        let needed = needed(client).await?;
        let sealer = self.sealer();
        let is_same = sealer.all().map(|each| each.number);
        if is_same.eq(needed.iter().map(|row| row.number)) {
            self.held().lacks = false;
            return Ok(());
        }
        let all: Option<Vec<_>> = needed.iter().map(|row| self.find(row, &sealer)).collect();
        let followed = all.and_then(Sealer::of_all);
        let lacked = std::mem::replace(&mut self.held().lacks, followed.is_none());
        let Some(followed) = followed else {
            if !lacked {
                tracing::error!(
                    "the database is written with keys that this node does not have: give it those of another node"
                );
            }
            return Err(Failure::OtherKeys);
        };
        if followed.number != sealer.number {
            tracing::info!(
                generation = followed.number,
                "the database is written with other keys from now on"
            );
        }
        self.sealer.replace(Arc::new(followed));
        self.leases.forget_demand();
        Ok(())
    }

    /// Returns the sealer of the keys that are written with until the transaction of `session` has ended. Ask for it before a
    /// row is locked.
    pub(crate) async fn held_in(&self, session: &Connected) -> Result<Arc<Sealer>, Failure> {
        let rows = ask(session, HELD, &[]).await?;
        let row = rows.first().ok_or(Failure::Unreadable)?;
        let generation: i32 = row.try_get("generation")?;
        self.at_least(generation, &session.client).await
    }

    /// Returns the sealer of the keys that are written with now. Somebody who reads by it finds everything that was written before.
    pub(crate) async fn current(&self, session: &Connected) -> Result<Arc<Sealer>, Failure> {
        let rows = ask(session, NEWEST, &[]).await?;
        let row = rows.first().ok_or(Failure::Unreadable)?;
        let generation: i32 = row.try_get("generation")?;
        self.at_least(generation, &session.client).await
    }

    /// Returns the sealer in use, once it is that of `generation`, which the database is written with.
    pub(crate) async fn at_least(
        &self,
        generation: i32,
        client: &Client,
    ) -> Result<Arc<Sealer>, Failure> {
        let sealer = self.sealer();
        if sealer.number == generation.unsigned_abs() {
            return Ok(sealer);
        }
        self.follow(client).await?;
        Ok(self.sealer())
    }

    fn find(&self, row: &GenerationRow, sealer: &Sealer) -> Option<Arc<Generation>> {
        let is_it = |each: &Generation| each.fingerprint() == row.fingerprint.as_slice();
        let known = sealer
            .all()
            .find(|each| each.number == row.number && is_it(each));
        if let Some(known) = known {
            return Some(Arc::clone(known));
        }
        let held = self.held();
        let mut made = held
            .keys
            .iter()
            .filter_map(|keys| Generation::new(row.number, keys));
        made.find(is_it).map(Arc::new)
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the name by which nodes tell each other that they have these keys, and the key beside them with this check value:
/// nobody learns the keys from it.
pub(super) fn name_of(keys: &StoreKeys, beside: &[u8; 16]) -> Option<Vec<u8>> {
    let fingerprint = Generation::new(0, keys)?.fingerprint();
    Some([fingerprint, *beside].concat())
}
