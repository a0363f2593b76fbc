//! The script of faults: which vendor fails in which way, and how often.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::vendor::Vendor;

/// A way to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fault {
    /// The message is taken, and answered late.
    Delay,
    /// Nothing is read or taken, and nothing answered, ever.
    Stall,
    /// The message is taken, and never answered.
    StallAfterAccept,
    /// The message is taken, and the connection reset without an answer.
    Reset,
    /// The connection is reset before the request is looked at.
    ResetBeforeRead,
    /// The message is taken, and answered by a bare HTTP 500.
    #[serde(rename = "error_500")]
    Error500,
    /// The message is taken, and answered by HTTP 200 with a page of HTML.
    Garbage,
    /// The message is taken, and answered by bytes that are no HTTP.
    NotHttp,
    /// The message is taken, and its answer breaks off in the middle.
    HalfBody,
    /// Refused: too much at once.
    Throttle,
    /// Refused: no such number.
    BadNumber,
    /// Refused: something about the account.
    ConfigError,
    /// Refused: the words.
    Content,
    /// Refused: the vendor is busy, and has not taken it.
    SystemBusy,
}

/// A refusal that a vendor has a code for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RefusalReason {
    Throttle,
    BadNumber,
    ConfigError,
    Content,
    SystemBusy,
}

impl Fault {
    /// Whether it comes to pass before anything of the request is read.
    pub(crate) const fn is_early(self) -> bool {
        matches!(self, Fault::Stall | Fault::ResetBeforeRead)
    }

    /// The refusal, if this fault is one.
    pub(crate) const fn refusal(self) -> Option<RefusalReason> {
        match self {
            Fault::Throttle => Some(RefusalReason::Throttle),
            Fault::BadNumber => Some(RefusalReason::BadNumber),
            Fault::ConfigError => Some(RefusalReason::ConfigError),
            Fault::Content => Some(RefusalReason::Content),
            Fault::SystemBusy => Some(RefusalReason::SystemBusy),
            _ => None,
        }
    }
}

/// One line of the script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScriptLine {
    pub(crate) vendor: Vendor,
    pub(crate) fault: Fault,
    /// How often; for ever if left out.
    #[serde(default)]
    pub(crate) times: Option<u32>,
    /// How long a delay is.
    #[serde(default = "one_second")]
    pub(crate) millis: u64,
}

const fn one_second() -> u64 {
    1_000
}

/// The script. Lines about a vendor come to pass in their order, each as often as it says.
#[derive(Default)]
pub(crate) struct Faults(Mutex<Vec<ScriptLine>>);

impl Faults {
    pub(crate) fn add(&self, line: ScriptLine) {
        self.lines().push(line);
    }

    pub(crate) fn clear(&self) {
        self.lines().clear();
    }

    pub(crate) fn all(&self) -> Vec<ScriptLine> {
        self.lines().clone()
    }

    /// Takes the fault that is due for a request to this vendor, if it belongs to that stage, and the length of a delay.
    pub(crate) fn take(&self, vendor: Vendor, early: bool) -> Option<(Fault, Duration)> {
        let mut lines = self.lines();
        let place = lines.iter().position(|line| line.vendor == vendor)?;
        let line = lines.get_mut(place)?;
        if line.fault.is_early() != early {
            return None;
        }
        let due = (line.fault, Duration::from_millis(line.millis));
        if let Some(times) = &mut line.times {
            *times = times.saturating_sub(1);
            if *times == 0 {
                lines.remove(place);
            }
        }
        Some(due)
    }

    fn lines(&self) -> std::sync::MutexGuard<'_, Vec<ScriptLine>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(vendor: Vendor, fault: Fault, times: Option<u32>) -> ScriptLine {
        let millis = 0;
        ScriptLine {
            vendor,
            fault,
            times,
            millis,
        }
    }

    #[test]
    fn a_script_is_followed_in_its_order() {
        let faults = Faults::default();
        faults.add(line(Vendor::Http, Fault::Reset, Some(2)));
        faults.add(line(Vendor::TencentCloud, Fault::Stall, None));
        faults.add(line(Vendor::Http, Fault::Throttle, None));
        let due = |vendor, early| faults.take(vendor, early).map(|(fault, _)| fault);
        assert_eq!(due(Vendor::Http, true), None);
        assert_eq!(due(Vendor::Http, false), Some(Fault::Reset));
        assert_eq!(due(Vendor::Http, false), Some(Fault::Reset));
        for _ in 0..3 {
            assert_eq!(due(Vendor::Http, false), Some(Fault::Throttle));
            assert_eq!(due(Vendor::TencentCloud, true), Some(Fault::Stall));
            assert_eq!(due(Vendor::TencentCloud, false), None);
        }
        assert_eq!(due(Vendor::Chuanglan, false), None);
    }
}
