//! The place of a simulation's store, and the midnight at which its virtual day begins.

use std::time::Duration;

use countersign_core::code::keyring::PasscodeKeys;
use countersign_core::code::passcode::PasscodeKey;
use countersign_core::entropy::Entropy;
use countersign_core::time::Timestamp;
use countersign_store::{OwnedFolder, StoreKeys};

use super::folder::Folder;
use crate::SimulationError;

/// A data folder that a simulation leaves its store in, as a service would have that went by these keys.
#[derive(Debug)]
pub struct Keep {
    /// The folder, which holds no database yet.
    pub folder: OwnedFolder,
    /// The keys of the store, newest first.
    pub keys: Vec<StoreKeys>,
    /// The keys of codes.
    pub passcodes: PasscodeKeys,
    /// The present: the day is the last one that is over by then.
    pub now: Timestamp,
}

/// The place of a store, ready to be opened.
pub(super) struct Place {
    pub(super) owned: OwnedFolder,
    pub(super) keys: Vec<StoreKeys>,
    pub(super) passcodes: PasscodeKeys,
    pub(super) midnight: Timestamp,
    /// The folder of a store that ends with the simulation.
    pub(super) temporary: Option<Folder>,
}

/// The midnight at which the day of a store begins that ends with the simulation: that of 1 October 2026 on the Chinese
/// mainland.
const MIDNIGHT: Timestamp = Timestamp::from_millis(1_790_784_000_000);

const DAY: Duration = Duration::from_hours(24);

/// The time after the end of the day in which people who asked late still wait, type and ask again.
const LAST_STEPS: Duration = Duration::from_hours(2);

/// The keys of a store that ends with the simulation, and of its codes.
const KEYS: StoreKeys = StoreKeys {
    index: [1; 32],
    seal: [2; 32],
};
const CODES: [u8; 32] = [3; 32];

impl Place {
    /// Makes a folder that ends with the simulation.
    ///
    /// # Errors
    /// [`SimulationError`] when the folder cannot be used.
    pub(super) fn temporary(entropy: &dyn Entropy) -> Result<Self, SimulationError> {
        let folder = Folder::name(entropy)?;
        Ok(Self {
            owned: OwnedFolder::claim(&folder.path())?,
            keys: vec![KEYS],
            passcodes: PasscodeKey::new(CODES).into(),
            midnight: MIDNIGHT,
            temporary: Some(folder),
        })
    }

    /// Takes a folder that outlives the simulation.
    pub(super) fn kept(keep: Keep) -> Self {
        Self {
            owned: keep.folder,
            keys: keep.keys,
            passcodes: keep.passcodes,
            midnight: midnight_before(keep.now),
            temporary: None,
        }
    }
}

/// Returns the midnight of the Chinese mainland that began the last day which is over at `now`, last steps included.
fn midnight_before(now: Timestamp) -> Timestamp {
    let day = i64::try_from(DAY.as_millis()).unwrap_or(i64::MAX);
    let latest = now.before(DAY + LAST_STEPS).as_millis();
    let days = latest.saturating_sub(MIDNIGHT.as_millis()).div_euclid(day);
    let midnight = days
        .saturating_mul(day)
        .saturating_add(MIDNIGHT.as_millis());
    Timestamp::from_millis(midnight)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_day_is_the_last_one_that_is_over() {
        let over = MIDNIGHT.after(DAY + LAST_STEPS);
        let millisecond = Duration::from_millis(1);
        let begins = |now: Timestamp| midnight_before(now);
        assert_eq!(begins(over), MIDNIGHT);
        assert_eq!(begins(over.before(millisecond)), MIDNIGHT.before(DAY));
        assert_eq!(begins(over.after(DAY).before(millisecond)), MIDNIGHT);
        assert_eq!(begins(over.after(DAY)), MIDNIGHT.after(DAY));
    }
}
