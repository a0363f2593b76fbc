//! The consequence of a limit's refusal.

/// The consequence of a limit's refusal.
///
/// The mildest mode is the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// The ledger records the refusal and admits the event.
    Monitor,
    /// The limit refuses the event, and the caller may come back with a solved challenge.
    Challenge,
    /// The limit refuses the event.
    Enforce,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mode_is_read_by_its_name() {
        for (name, mode) in [
            ("enforce", Some(Mode::Enforce)),
            ("challenge", Some(Mode::Challenge)),
            ("monitor", Some(Mode::Monitor)),
            ("Monitor", None),
            ("", None),
        ] {
            assert_eq!(Mode::parse(name), mode, "{name}");
        }
    }
}
