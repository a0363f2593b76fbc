//! The consequence of a limit's refusal.

/// The consequence of a limit's refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The limit refuses the event.
    Enforce,
    /// The limit refuses the event, and the caller may come back with a solved challenge.
    Challenge,
    /// The ledger records the refusal and admits the event.
    Monitor,
}

impl Mode {
    /// All modes.
    pub const ALL: [Self; 3] = [Mode::Enforce, Mode::Challenge, Mode::Monitor];

    /// Returns the name of the mode.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Mode::Enforce => "enforce",
            Mode::Challenge => "challenge",
            Mode::Monitor => "monitor",
        }
    }

    /// Returns the mode with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == name)
    }
}
