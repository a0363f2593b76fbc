//! The MAC of an application's secret under the newest keys, in place of an older MAC of that secret.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use countersign_core::application::AppId;
use countersign_core::ports::setup::{Change, SecretMac, Setting};

use super::Setups;
use super::change::notify;
use crate::postgres::connect::Connected;
use crate::postgres::keys::Keyring;
use crate::postgres::records::ask;
use crate::postgres::words::Failure;
use crate::setup_at_rest::{self, SettingRow, Value};

/// First the version, which every change of the setup locks first.
const ADVANCE: &str = "UPDATE setup SET version = version + 1";
const READ: &str = "SELECT value, sealed FROM setting WHERE kind = 'application' AND key = $1";
const WRITE: &str =
    "UPDATE setting SET value = $2, sealed = $3 WHERE kind = 'application' AND key = $1";

/// The applications whose MACs are on their way: of many right uses of a secret at once, one is enough.
#[derive(Default)]
pub(super) struct NewerMacs(Arc<Mutex<HashSet<AppId>>>);

/// The turn of an application, until it is dropped.
pub(super) struct Turn {
    all: Arc<Mutex<HashSet<AppId>>>,
    app: AppId,
}

impl NewerMacs {
    /// Returns the turn of an application, unless somebody has it.
    pub(super) fn turn(&self, app: &AppId) -> Option<Turn> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(app.clone()).then(|| Turn {
            all: Arc::clone(&self.0),
            app: app.clone(),
        })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.remove(&self.app);
    }
}

impl Setups {
    /// Keeps `new` in place of `old`, and shows the setup with it.
    pub(super) async fn keep_newer_mac(&self, app: AppId, old: SecretMac, new: SecretMac) {
        let keyring = Arc::clone(&self.keyring);
        let replace = move |session: Arc<Connected>| async move {
            replace(&session, &keyring, &app, old, new).await
        };
        let kept = match self.changes.run(replace).await {
            Ok(()) => self.refresh().await,
            Err(error) => Err(error),
        };
        if let Err(error) = kept {
            tracing::debug!(%error, "the MAC of a secret is still that of older keys");
        }
    }
}

async fn replace(
    session: &Connected,
    keyring: &Keyring,
    app: &AppId,
    old: SecretMac,
    new: SecretMac,
) -> Result<(), Failure> {
    let sealer = keyring.held_in(session).await?;
    ask(session, ADVANCE, &[]).await?;
    let rows = ask(session, READ, &[&app.as_str()]).await?;
    let Some(row) = rows.first() else {
        return Ok(()); // it was removed meanwhile
    };
    let (text, sealed) = (row.try_get("value")?, row.try_get("sealed")?);
    let setting = setup_at_rest::read("application", app.as_str(), text, sealed, &sealer);
    let Some(Setting::Application(mut record)) = setting else {
        return Err(Failure::Unreadable);
    };
    let replaced = record.replaced_secret.iter_mut();
    let kept = replaced.map(|replaced| &mut replaced.value);
    for kept in kept.chain([&mut record.secret]) {
        if *kept == old {
            *kept = new;
        }
    }
    let change = Change::Put(Setting::Application(record));
    let row = SettingRow::after(&change, &sealer).ok_or(Failure::Unreadable)?;
    let Some(Value { text, sealed }) = row.value else {
        return Err(Failure::Unreadable);
    };
    ask(session, WRITE, &[&row.key, &text, &sealed]).await?;
    notify(session).await
}
