//! What messages cost in a simulation.

use std::fmt;

use countersign_core::phone::Country;

/// Money in thousandths of a yuan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Money(u64);

impl Money {
    /// Returns the price of a message to a number of `country`, in the order of what vendors ask.
    pub(crate) fn of_a_message(country: Country) -> Self {
        Self(match country.as_str() {
            "CN" => 45,
            _ => 900,
        })
    }

    /// Returns the sum of both.
    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }

    /// Returns the thousandths of a yuan.
    pub(crate) const fn thousandths(self) -> u64 {
        self.0
    }
}

/// Writes yuan with two digits after the point.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cents = self.0 / 10;
        write!(f, "{}.{:02}", cents / 100, cents % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_written_in_yuan() {
        let home = Money::of_a_message(Country::CHINA);
        let abroad = Money::of_a_message(Country::parse("ID").unwrap());
        assert_eq!(abroad.and(home).to_string(), "0.94");
        assert_eq!(Money(12_340).to_string(), "12.34");
    }
}
