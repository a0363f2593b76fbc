//! The figures that rule the life of a code.

use std::time::Duration;

/// How long a code lives and how it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodePolicy {
    /// Number of digits.
    pub digits: u8,
    /// How long a code can be used after it was decided on.
    pub life: Duration,
}

impl Default for CodePolicy {
    /// Six digits, five minutes.
    fn default() -> Self {
        Self {
            digits: 6,
            life: Duration::from_secs(300),
        }
    }
}

/// The rolling window in which a number gets one code per application and channel.
pub const MINUTE: Duration = Duration::from_secs(60);

/// How often, per number and channel in a rolling [`MINUTE`], a definite failure to send gives the
/// minute back.
pub const GIVE_BACKS_PER_MINUTE: u32 = 3;

/// The longest from the making of a message to its hand-over to a provider. A process that stood still
/// for longer (stopped, suspended, starved) does not send what it decided before: its minute may be over
/// and another message under way.
pub const HAND_OVER: Duration = Duration::from_secs(3);

/// The longest that a provider may take over one message. SDK callers give up after 10 s.
pub const SEND_DEADLINE: Duration = Duration::from_secs(8);
