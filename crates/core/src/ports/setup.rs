//! The port to the setup: everything that an operator has set up, at one version.
//!
//! A setup is small, changes a few times a day, and every request reads it. So the store hands it out whole, from
//! memory, and a change is durable before any node shows it.
//!
//! # What a store promises
//!
//! - **One version, one setup.** Each change makes the next [`SetupVersion`]. A version names the same setup on
//!   every node, and after a restart.
//! - **Optimistic lock.** [`SetupStore::change`] takes effect only while the version that the caller has seen is
//!   still the newest in the whole deployment. So a caller judges a change by the setup that it has read, and two
//!   callers on two nodes cannot both win.
//! - **Every node hears of a change.** [`SetupStore::setup`] on another node may lag behind by about a second; it
//!   never goes back to an older version. [`SetupStore::newer_than`] wakes who waits.
//! - **Secrets are unreadable at rest.** A store seals each [`Secret`](crate::secret::Secret), and keeps a keyed MAC
//!   of the secret of an application.
//!
//! A store judges nothing else: whether a name is taken, or whether a route names a provider that exists, is decided
//! by the caller on the version that it read.

mod contents;
mod setting;

use std::sync::Arc;

use async_trait::async_trait;

use super::StoreError;
use crate::application::{AppId, Application};
use crate::audit::Author;
use crate::time::Timestamp;

pub use contents::{Setup, SetupVersion, Versioned};
pub use setting::{
    AccessKey, ApplicationRecord, Change, LimitRecord, ProviderRecord, Replaced, SecretMac,
    Setting, SettingKey,
};

/// Why a [`Change`] was not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    /// Another change came first. [`SetupStore::setup`] returns a newer setup than the caller has seen: read that,
    /// judge again, and try again.
    #[error("the setup has changed meanwhile")]
    Stale,
    /// The store could not make the change durable.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Keeps the [`Setup`] of a deployment.
#[async_trait]
pub trait SetupStore: Send + Sync + 'static {
    /// Returns the newest setup that this node knows of, without waiting for anything.
    fn setup(&self) -> Arc<Setup>;

    /// Waits until this node knows of a newer setup than `seen`, and returns the newest. A waiter may miss versions
    /// in between. Returns at once where a newer one is known already, and never once the store is closed.
    async fn newer_than(&self, seen: SetupVersion) -> Arc<Setup>;

    /// Makes `change` for the author `by`, provided that `seen` is still the newest version, and returns the setup after
    /// it; [`SetupStore::setup`] of this node returns it from then on. The same commit has the act
    /// ([`Act::of_change`](crate::audit::Act::of_change)) on the audit record. A change that removes what is not there makes a
    /// new version all the same.
    ///
    /// A caller that drops the future does not learn whether the change was made.
    ///
    /// # Errors
    /// [`ChangeError::Stale`] when `seen` is not the newest version; nothing is changed then.
    /// [`ChangeError::Store`] when the change could not be made durable. A store whose database may have committed
    /// although its answer was lost shows the truth in the next setup.
    async fn change(
        &self,
        seen: SetupVersion,
        change: Change,
        by: Author,
    ) -> Result<Arc<Setup>, ChangeError>;

    /// Returns what this deployment keeps in place of the secret of an application: a MAC under a key that is not
    /// in the database.
    fn secret_mac(&self, app: &AppId, secret: &str) -> SecretMac;

    /// Returns the MACs of a secret under the keys of before, newest first, as long as these are needed: mostly none.
    fn older_secret_macs(&self, _app: &AppId, _secret: &str) -> Vec<SecretMac> {
        Vec::new()
    }

    /// Keeps `new` in place of `old` for the application `id`, since both are MACs of one secret, and `new` is under the
    /// newest keys. Makes no new version. A store that cannot do so now keeps `old`.
    fn keep_newer_mac(&self, _id: &AppId, _old: SecretMac, _new: SecretMac) {}

    /// Returns the application `id`, disabled or not, if `secret` is its secret, or the one before while that is good at
    /// `now`. Takes the same time for every wrong secret, and for an id that does not exist.
    fn application_with_secret(
        &self,
        id: &AppId,
        secret: &str,
        now: Timestamp,
    ) -> Option<Arc<Application>> {
        let shown = self.secret_mac(id, secret);
        let setup = self.setup();
        let record = setup.applications.get(id);
        let current = record.map_or(SecretMac::NONE, |record| record.secret);
        let replaced = record.and_then(|record| record.replaced_secret.as_ref()?.good_at(now));
        let replaced = replaced.copied().unwrap_or(SecretMac::NONE);
        // Both are compared, whatever the first says.
        let is_right = (current == shown) | (replaced == shown);
        let older = self.older_secret_macs(id, secret);
        let is_right = older.into_iter().fold(is_right, |is_right, older| {
            for kept in [current, replaced] {
                if record.is_some() && kept == older {
                    self.keep_newer_mac(id, older, shown);
                }
            }
            is_right | (current == older) | (replaced == older)
        });
        record
            .filter(|_| is_right)
            .map(|record| Arc::clone(&record.application))
    }
}
