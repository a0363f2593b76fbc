//! Tells the operator what only an operator can mend, and not for every message.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use countersign_core::send::outcome::{Outcome, RefusalKind};
use countersign_core::time::Timestamp;

/// How long nothing more is said of a provider.
const SILENCE: Duration = Duration::from_secs(60);

/// When something was last said of one provider.
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
    fn once_a_minute_and_only_of_what_an_operator_can_mend() {
        let (alarm, at) = (Alarm::default(), Timestamp::from_millis);
        assert!(!alarm.is_due(RefusalKind::Transient, at(0)));
        assert!(alarm.is_due(RefusalKind::ConfigError, at(0)));
        assert!(!alarm.is_due(RefusalKind::ContentRejected, at(59_999)));
        assert!(alarm.is_due(RefusalKind::ContentRejected, at(60_000)));
    }
}
