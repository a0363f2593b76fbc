//! The origins of calls, and their votes on a vendor.

use std::collections::HashMap;

use countersign_core::ports::provider::Sms;

/// The calls that have one vote together: those of one application to the numbers of one prefix.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Origin {
    app: String,
    prefix: String,
}

impl Origin {
    /// The origin of `sms`.
    pub(super) fn of(sms: &Sms) -> Self {
        Self::named(sms.app_id.as_str(), sms.to.prefix())
    }

    /// The origin of calls of `app` to the numbers of `prefix`.
    pub(super) fn named(app: &str, prefix: &str) -> Self {
        Self {
            app: app.to_owned(),
            prefix: prefix.to_owned(),
        }
    }
}

/// Votes on a vendor: one of each origin, which is against the vendor when half of the calls of the origin failed, and
/// one against it of each failed call without an origin.
#[derive(Debug, Default)]
pub(super) struct Votes {
    origins: HashMap<Origin, Tally>,
    /// How many origins vote against the vendor.
    against: usize,
    /// How many failed calls have no origin.
    alone: usize,
}

/// The calls of one origin.
#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    calls: usize,
    failed: usize,
}

impl Tally {
    fn is_against(self) -> bool {
        self.failed > 0 && 2 * self.failed >= self.calls
    }
}

impl Votes {
    /// How many votes are against the vendor.
    pub(super) fn against(&self) -> usize {
        self.against + self.alone
    }

    /// How many votes there are.
    pub(super) fn all(&self) -> usize {
        self.origins.len() + self.alone
    }

    /// Counts a call.
    pub(super) fn count(&mut self, origin: Option<&Origin>, failed: bool) {
        self.change(origin, failed, |count| count + 1);
    }

    /// Takes back a call that was counted.
    pub(super) fn forget(&mut self, origin: Option<&Origin>, failed: bool) {
        self.change(origin, failed, |count| count.saturating_sub(1));
    }

    fn change(&mut self, origin: Option<&Origin>, failed: bool, step: fn(usize) -> usize) {
        let Some(origin) = origin else {
            self.alone = step(self.alone);
            return;
        };
        let before = self.origins.remove(origin).unwrap_or_default();
        let after = Tally {
            calls: step(before.calls),
            failed: if failed {
                step(before.failed)
            } else {
                before.failed
            },
        };
        self.against -= usize::from(before.is_against());
        self.against += usize::from(after.is_against());
        if after.calls > 0 {
            self.origins.insert(origin.clone(), after);
        }
    }
}
