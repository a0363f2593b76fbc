//! Settings at rest: a kind, a key, readable JSON and the sealed secrets beside it, the same in every database.

mod guarding;
mod key;
mod limit;
mod person;
mod value;

use countersign_core::application::AppId;
use countersign_core::ports::setup::{Change, SecretMac, Setting};

use crate::seal::{Generation, Sealer};
use key::Kind;
pub(crate) use value::Value;

/// The row of a setting after a change.
#[derive(Debug)]
pub(crate) struct SettingRow {
    /// The name of the kind.
    pub(crate) kind: &'static str,
    /// The text that stands for the key.
    pub(crate) key: String,
    /// The value; `None` where the row is deleted.
    pub(crate) value: Option<Value>,
}

impl SettingRow {
    /// Makes the row of a change; `None` if its secrets cannot be sealed.
    pub(crate) fn after(change: &Change, sealer: &Sealer) -> Option<Self> {
        let name = match change {
            Change::Put(setting) => setting.key(),
            Change::Remove(key) => key.clone(),
        };
        let (kind, key) = (Kind::of(&name), key::text_of(&name)?);
        let value = match change {
            Change::Put(setting) => Some(value::write(setting, kind, &key, sealer)?),
            Change::Remove(_) => None,
        };
        Some(Self {
            kind: kind.as_str(),
            key,
            value,
        })
    }
}

/// Reads a setting from its row; `None` if a part of it is unknown to this release, or its secrets were sealed for another
/// row.
pub(crate) fn read(
    kind: &str,
    key: &str,
    text: &str,
    sealed: Option<&[u8]>,
    sealer: &Sealer,
) -> Option<Setting> {
    let kind = Kind::ALL.into_iter().find(|known| known.as_str() == kind)?;
    value::read(key::key_of(kind, key)?, kind, text, sealed, sealer)
}

/// Returns the MAC of an application's secret under the keys of `generation`.
pub(crate) fn secret_mac(generation: &Generation, app: &AppId, secret: &str) -> SecretMac {
    let mac = generation.secret(app.as_str(), secret);
    SecretMac::from_bytes(mac).of_generation(generation.number)
}

/// Returns the MACs of an application's secret under the keys of older generations.
pub(crate) fn older_secret_macs(sealer: &Sealer, app: &AppId, secret: &str) -> Vec<SecretMac> {
    let older = sealer.older().iter();
    older.map(|each| secret_mac(each, app, secret)).collect()
}

/// Parses an optional part; `None` when it is present and cannot be parsed.
fn parsed<T>(part: Option<String>, parse: impl FnOnce(&str) -> Option<T>) -> Option<Option<T>> {
    match part {
        None => Some(None),
        Some(part) => parse(&part).map(Some),
    }
}
