//! The script of faults: which vendor fails in which way, and how often.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::vendor::Vendor;

/// Declares [`Fault`] with one line a fault: its variant, its name, what becomes of the message, and what the caller sees.
macro_rules! faults {
    ($($variant:ident = $name:literal: $effect:expr, $answer:literal;)*) => {
        /// A way to fail.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub(crate) enum Fault {
            $(#[serde(rename = $name)] $variant,)*
        }

        impl Fault {
            /// Every fault. Every vendor has all of them.
            pub(crate) const ALL: &[Fault] = &[$(Fault::$variant,)*];

            /// The name, such as `stall_after_accept`.
            pub(crate) const fn as_str(self) -> &'static str {
                match self {
                    $(Fault::$variant => $name,)*
                }
            }

            /// What becomes of the message.
            pub(crate) const fn effect(self) -> Effect {
                match self {
                    $(Fault::$variant => $effect,)*
                }
            }

            /// What the caller sees, as a person reads it.
            pub(crate) const fn answer(self) -> &'static str {
                match self {
                    $(Fault::$variant => $answer,)*
                }
            }
        }
    };
}

faults! {
    Delay = "delay": Effect::Taken, "the vendor's answer, late by `millis`: 1000 if left out";
    StallAfterAccept = "stall_after_accept": Effect::Taken, "no answer, ever";
    Reset = "reset": Effect::Taken, "a reset of the connection";
    Error500 = "error_500": Effect::Taken, "a bare HTTP 500";
    Garbage = "garbage": Effect::Taken, "HTTP 200 with a page of HTML";
    NotHttp = "not_http": Effect::Taken, "bytes that are no HTTP";
    HalfBody = "half_body": Effect::Taken, "an answer that breaks off in the middle";
    Stall = "stall": Effect::Unread, "no answer, ever";
    ResetBeforeRead = "reset_before_read": Effect::Unread, "a reset of the connection";
    Throttle = "throttle": Effect::Refused(RefusalReason::Throttle), "the code for an account that sends too fast";
    BadNumber = "bad_number": Effect::Refused(RefusalReason::BadNumber), "the code for a number that does not exist";
    ConfigError = "config_error": Effect::Refused(RefusalReason::ConfigError), "a code for something about the account";
    Content = "content": Effect::Refused(RefusalReason::Content), "the code for a forbidden word";
    SystemBusy = "system_busy": Effect::Refused(RefusalReason::SystemBusy), "the code for a vendor that is busy";
}

/// The effect of a fault on the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Nothing of the request is read.
    Unread,
    /// The message is sent, as without the fault.
    Taken,
    /// The message is not sent, and the vendor says so by its code for the reason.
    Refused(RefusalReason),
}

impl Effect {
    /// What becomes of the message, as a person reads it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Effect::Unread => "not read",
            Effect::Taken => "taken",
            Effect::Refused(_) => "refused",
        }
    }
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

impl RefusalReason {
    /// The sentence beside a vendor's code.
    pub(crate) const fn sentence(self) -> &'static str {
        match self {
            RefusalReason::Throttle => "the account sends too fast",
            RefusalReason::BadNumber => "no such number",
            RefusalReason::ConfigError => "the account has no such signature or sender",
            RefusalReason::Content => "a forbidden word",
            RefusalReason::SystemBusy => "the system is busy",
        }
    }
}

impl Fault {
    /// Whether it comes to pass before anything of the request is read.
    pub(crate) fn is_early(self) -> bool {
        self.effect() == Effect::Unread
    }

    /// The reason of the refusal, if this fault is one.
    pub(crate) const fn refusal(self) -> Option<RefusalReason> {
        match self.effect() {
            Effect::Refused(why) => Some(why),
            Effect::Unread | Effect::Taken => None,
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
