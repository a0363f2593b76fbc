//! The alarm for refusals that only an operator can mend, and for a vendor that cannot be reached: at most one a minute.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use countersign_core::send::outcome::{Outcome, RefusalKind};
use countersign_core::time::Timestamp;

/// The shortest time between two log lines of a kind about one provider.
const SILENCE: Duration = Duration::from_secs(60);

/// The times of the last log lines about one provider.
#[derive(Debug, Default)]
pub(crate) struct Alarm {
    refused: Mutex<Option<Timestamp>>,
    unreachable: Mutex<Option<Timestamp>>,
}

impl Alarm {
    /// Logs an outcome that an operator must act on, at most once a minute.
    pub(crate) fn look_at(&self, provider: &str, outcome: &Outcome, now: Timestamp) {
        let Outcome::NotAccepted(why) = outcome else {
            return;
        };
        if !self.is_due(why.kind, now) {
            return;
        }
        let (kind, vendor_code) = (why.kind.as_str(), why.vendor_code.as_deref());
        if why.kind == RefusalKind::Unreachable {
            tracing::warn!(provider, kind, vendor_code, "a provider cannot be reached");
        } else {
            tracing::error!(
                provider,
                kind,
                vendor_code,
                "a provider refuses messages until an operator mends something"
            );
        }
    }

    fn is_due(&self, kind: RefusalKind, now: Timestamp) -> bool {
        let last = match kind {
            RefusalKind::ConfigError | RefusalKind::ContentRejected | RefusalKind::NoTemplate => {
                &self.refused
            }
            RefusalKind::Unreachable => &self.unreachable,
            _ => return false,
        };
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        let due = last.is_none_or(|last| last.after(SILENCE) <= now);
        if due {
            *last = Some(now);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alarm_goes_once_a_minute_for_refusals_and_once_for_connections() {
        let (alarm, at) = (Alarm::default(), Timestamp::from_millis);
        assert!(!alarm.is_due(RefusalKind::Transient, at(0)));
        assert!(alarm.is_due(RefusalKind::Unreachable, at(0)));
        assert!(alarm.is_due(RefusalKind::ConfigError, at(0)));
        assert!(!alarm.is_due(RefusalKind::Unreachable, at(59_999)));
        assert!(!alarm.is_due(RefusalKind::ContentRejected, at(59_999)));
        assert!(alarm.is_due(RefusalKind::ContentRejected, at(60_000)));
    }
}
