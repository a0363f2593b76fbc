//! The settings of the guard.

use std::time::Duration;

use crate::limit::Mode;
use crate::policy;

/// The settings of the guard of a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GuardSettings {
    /// The consequence of a low conversion, once the guard has [watched](Self::watches) for long enough:
    /// [`Mode::Enforce`] challenges and blocks, [`Mode::Challenge`] asks for a challenge where it would block, and
    /// [`Mode::Monitor`] refuses nothing. An operator's block holds in every mode.
    pub mode: Mode,
    /// The time since the creation of the oldest application in which the guard only monitors.
    pub watches: Duration,
    /// The longest life of a code: younger sends are not judged, since their people may still type.
    pub life: Duration,
}

impl GuardSettings {
    /// The name under which refusals by a low conversion are shown, and a change of the mode is kept at run time: no limit has it.
    pub const NAME: &str = "guard-conversion";

    /// The longest time for which the guard may only watch: 90 days.
    pub const LONGEST_WATCH: Duration = Duration::from_hours(2_160);
}

impl Default for GuardSettings {
    /// Returns the settings of a deployment in production that has changed none.
    fn default() -> Self {
        Self {
            mode: Mode::Enforce,
            watches: Duration::from_secs(7 * 24 * 3600),
            life: policy::LONGEST_LIFE,
        }
    }
}
