//! The newest setup, and the waiters for a newer one.

use std::sync::Arc;

use countersign_core::application::AppId;
use countersign_core::ports::setup::{
    ApplicationRecord, Change, SecretMac, Setting, Setup, SetupVersion,
};
use tokio::sync::{Mutex, MutexGuard, watch};

/// The newest setup that this process knows of, shared by the port that reads it and whatever replaces it.
#[derive(Clone)]
pub(crate) struct LiveSetup(Arc<Shared>);

struct Shared {
    newest: watch::Sender<Arc<Setup>>,
    /// Held while a change is on its way to the database, so that the next change is judged by the version after it.
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
    pub(crate) fn apply(&self, change: &Change) {
        // The next setup is made before the lock that every request reads under.
        let next = self.newest().after(change.clone());
        self.show(Arc::new(next));
    }

    /// Shows a setup as it is in the database, unless a newer one is known, and wakes everyone who waits for a newer one.
    pub(crate) fn show(&self, setup: Arc<Setup>) {
        self.0.newest.send_if_modified(|newest| {
            let is_newer = setup.version > newest.version;
            if is_newer {
                *newest = setup;
            }
            is_newer
        });
    }

    /// Shows `new` in place of `old`, both MACs of one secret of the application `app`. The setup is at the version that it
    /// was at.
    pub(crate) fn keep_newer_mac(&self, app: &AppId, old: SecretMac, new: SecretMac) {
        let mut next = Setup::clone(&self.newest());
        let Some(held) = next.applications.get(app) else {
            return;
        };
        let (version, mut record) = (held.version, ApplicationRecord::clone(held));
        let replaced = record.replaced_secret.iter_mut();
        let kept = replaced.map(|replaced| &mut replaced.value);
        for kept in kept.chain([&mut record.secret]) {
            if *kept == old {
                *kept = new;
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
