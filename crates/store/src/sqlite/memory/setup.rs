//! The newest setup, and the waiters for a newer one.

use std::sync::Arc;

use countersign_core::ports::setup::{ApplicationRecord, Setting, Setup, SetupVersion};
use tokio::sync::{Mutex, MutexGuard, watch};

use crate::sqlite::log::resealed::NewerMac;
use crate::sqlite::log::setup::SetupRow;

/// The newest setup, shared by the port that reads it and the writer that replaces it.
#[derive(Clone)]
pub(crate) struct LiveSetup(Arc<Shared>);

struct Shared {
    newest: watch::Sender<Arc<Setup>>,
    /// Held while a change is on its way to the log, so that the next change is judged by the version after it.
    changing: Mutex<()>,
}

impl LiveSetup {
    pub(crate) fn new(setup: Setup) -> Self {
        Self(Arc::new(Shared {
            newest: watch::Sender::new(Arc::new(setup)),
            changing: Mutex::new(()),
        }))
    }

    /// Waits for the turn to make a change.
    pub(crate) async fn turn(&self) -> MutexGuard<'_, ()> {
        self.0.changing.lock().await
    }

    /// Applies a change that has become durable, and wakes everyone who waits for a newer setup.
    pub(crate) fn apply(&self, row: &SetupRow) {
        // The writer alone applies changes. The next setup is made before the lock that every request reads under.
        let next = self.newest().after(row.change().clone());
        self.0.newest.send_replace(Arc::new(next));
    }

    /// Shows the newer MAC of an application's secret, once it is durable. The setup is at the version that it was at.
    pub(crate) fn keep_newer_mac(&self, mac: &NewerMac) {
        let mut next = Setup::clone(&self.newest());
        let Some(held) = next.applications.get(&mac.app) else {
            return;
        };
        let (version, mut record) = (held.version, ApplicationRecord::clone(held));
        let replaced = record.replaced_secret.iter_mut();
        let kept = replaced.map(|replaced| &mut replaced.value);
        for kept in kept.chain([&mut record.secret]) {
            if *kept == mac.old {
                *kept = mac.new;
            }
        }
        next.put(version, Setting::Application(record));
        self.0.newest.send_replace(Arc::new(next));
    }

    pub(crate) fn newest(&self) -> Arc<Setup> {
        Arc::clone(&self.0.newest.borrow())
    }

    /// Waits for a newer setup than `seen`.
    pub(crate) async fn newer_than(&self, seen: SetupVersion) -> Arc<Setup> {
        let mut news = self.0.newest.subscribe();
        let newer = news.wait_for(|setup| setup.version > seen).await;
        match newer.map(|setup| Arc::clone(&setup)) {
            Ok(setup) => setup,
            Err(_) => std::future::pending().await,
        }
    }
}
