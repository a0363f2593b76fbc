//! The alarm for refusals that only an operator can mend, at most one a minute.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use countersign_core::send::outcome::{Outcome, RefusalKind};
use countersign_core::time::Timestamp;

/// The shortest time between two log lines about one provider.
const SILENCE: Duration = Duration::from_secs(60);

/// The time of the last log line about one provider.
#[derive(Debug, Default)]
pub(crate) struct Alarm(Mutex<Option<Timestamp>>);

impl Alarm {
    /// Logs an outcome that an operator must act on, at most once a minute.
    pub(crate) fn look_at(&self, provider: &str, outcome: &Outcome, now: Timestamp) {
        let Outcome::NotAccepted(why) = outcome else {
            return;
        };
        if self.is_due(why.kind, now) {
            tracing::error!(
                provider,
                kind = why.kind.as_str(),
                vendor_code = why.vendor_code.as_deref(),
                "a provider refuses messages until an operator mends something"
            );
        }
    }

    fn is_due(&self, kind: RefusalKind, now: Timestamp) -> bool {
        if !matches!(
            kind,
            RefusalKind::ConfigError | RefusalKind::ContentRejected
        ) {
            return false;
        }
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
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
    fn the_alarm_goes_once_a_minute_and_only_for_what_an_operator_can_mend() {
        let (alarm, at) = (Alarm::default(), Timestamp::from_millis);
        assert!(!alarm.is_due(RefusalKind::Transient, at(0)));
        assert!(alarm.is_due(RefusalKind::ConfigError, at(0)));
        assert!(!alarm.is_due(RefusalKind::ContentRejected, at(59_999)));
        assert!(alarm.is_due(RefusalKind::ContentRejected, at(60_000)));
    }
}
