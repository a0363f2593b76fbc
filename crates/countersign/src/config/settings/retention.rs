//! How long what happened is kept: `[retention]`.

use countersign_core::retention::{InvalidRetention, Retention};
use serde::Deserialize;

/// `[retention]`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RetentionSection {
    messages_days: u32,
    security_days: u32,
}

impl RetentionSection {
    pub(super) fn settings(self) -> Result<Retention, InvalidRetention> {
        Retention::new(self.messages_days, self.security_days)
    }
}
