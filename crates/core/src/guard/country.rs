//! What operators decide about a country or region: nothing is sent there, or it is watched, or neither.

use super::block::{Block, Reason};
use super::range::{Area, Range};
use crate::limit::Mode;
use crate::phone::Country;
use crate::ports::setup::Setup;
use crate::time::Timestamp;

/// What holds for sends of every application to a country or region, beside routes and limits.
///
/// It is kept as the block of that country. What is on the safe list passes in every state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CountryState {
    /// Nothing is sent there.
    Off,
    /// Sends pass, and are counted and told as watched.
    Watch,
    /// Neither.
    On,
}

impl CountryState {
    /// All states.
    pub const ALL: [CountryState; 3] = [CountryState::Off, CountryState::Watch, CountryState::On];

    /// Returns the name of the state on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            CountryState::Off => "off",
            CountryState::Watch => "watch",
            CountryState::On => "on",
        }
    }

    /// Returns the state of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// Returns the mode of the block that stands for the state; `None` for the state without one.
    #[must_use]
    pub const fn mode(self) -> Option<Mode> {
        match self {
            CountryState::Off => Some(Mode::Enforce),
            CountryState::Watch => Some(Mode::Monitor),
            CountryState::On => None,
        }
    }

    /// Returns the area of the block of a country; `None` where the country has no numbers.
    #[must_use]
    pub fn area(country: Country) -> Option<Area> {
        Some(Area {
            app: None,
            range: Range::of_country(country)?,
        })
    }

    /// Returns the state of a country at `now`, and the block that stands for it.
    #[must_use]
    pub fn of(setup: &Setup, country: Country, now: Timestamp) -> (Self, Option<&Block>) {
        let block = Self::area(country).and_then(|area| setup.blocks.get(&area));
        match block.filter(|block| block.stands(now)) {
            Some(block) if block.is_watch() => (CountryState::Watch, Some(block)),
            Some(block) if block.mode != Mode::Monitor => (CountryState::Off, Some(block)),
            _ => (CountryState::On, None),
        }
    }
}

impl Block {
    /// Returns whether an operator lets sends to the area pass, and has them counted.
    #[must_use]
    pub fn is_watch(&self) -> bool {
        self.reason == Reason::Operator && self.mode == Mode::Monitor
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::setup::{Change, Setting};

    fn setup(reason: Reason, mode: Mode) -> Setup {
        let block = Block {
            area: CountryState::area(Country::parse("DE").unwrap()).unwrap(),
            reason,
            mode,
            since: Timestamp::from_millis(1),
            until: Some(Timestamp::from_millis(9)),
            step: 0,
            lifted_at: None,
            note: String::new(),
        };
        Setup::default().after(Change::Put(Setting::Block(block)))
    }

    #[test]
    fn the_state_of_a_country_is_that_of_its_block_while_it_stands() {
        let state = |setup: &Setup, code, at| {
            let country = Country::parse(code).unwrap();
            CountryState::of(setup, country, Timestamp::from_millis(at)).0
        };
        let by_limit = || Reason::Limit("a".to_owned());
        for (reason, mode, expected) in [
            (Reason::Operator, Mode::Enforce, CountryState::Off),
            (Reason::Operator, Mode::Monitor, CountryState::Watch),
            (by_limit(), Mode::Enforce, CountryState::Off),
            (by_limit(), Mode::Monitor, CountryState::On),
        ] {
            let setup = setup(reason, mode);
            assert_eq!(state(&setup, "DE", 8), expected);
            assert_eq!(state(&setup, "DE", 9), CountryState::On);
            assert_eq!(state(&setup, "FR", 8), CountryState::On);
        }
        for state in CountryState::ALL {
            assert_eq!(CountryState::parse(state.as_str()), Some(state));
        }
        assert_eq!(CountryState::area(Country::parse("XX").unwrap()), None);
    }
}
