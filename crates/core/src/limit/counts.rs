//! What limits add up, and how people read and write it.

use crate::price::{Amount, Currency, InvalidAmount};

/// What a limit adds up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Counts {
    /// Events: each weighs 1.
    #[default]
    Messages,
    /// The different numbers that events are about: an event about a number that has a hit in the window weighs nothing.
    Numbers,
    /// Money of this currency: an event weighs its [price](super::Rules::with_price).
    Money(Currency),
}

impl Counts {
    /// Returns the largest maximum of a limit that adds this up: 4,294,967,295 messages or numbers, or a thousand million units
    /// of a currency.
    #[must_use]
    pub const fn largest_max(self) -> u64 {
        match self {
            Counts::Messages | Counts::Numbers => u32::MAX as u64,
            Counts::Money(_) => 1_000_000_000 * Amount::UNIT,
        }
    }

    /// Returns `weight` as people read it: a number, or an amount of money with its currency.
    #[must_use]
    pub fn told(self, weight: u64) -> String {
        match self {
            Counts::Messages | Counts::Numbers => weight.to_string(),
            Counts::Money(currency) => {
                format!("{} {currency}", Amount::from_ten_thousandths(weight))
            }
        }
    }

    /// Reads a weight as people write it: `20`, or of money an amount such as `499.90`.
    ///
    /// # Errors
    /// [`InvalidWeight`].
    pub fn read(self, text: &str) -> Result<u64, InvalidWeight> {
        let Counts::Money(currency) = self else {
            return text
                .parse()
                .map_err(|_| InvalidWeight::Count(text.to_owned()));
        };
        let amount = Amount::parse(text).map_err(|why| InvalidWeight::Amount {
            text: text.to_owned(),
            currency,
            why,
        })?;
        Ok(amount.ten_thousandths())
    }

    /// Returns the currency of the money that is added up.
    #[must_use]
    pub const fn currency(self) -> Option<Currency> {
        match self {
            Counts::Messages | Counts::Numbers => None,
            Counts::Money(currency) => Some(currency),
        }
    }

    /// Returns whether money is added up.
    #[must_use]
    pub const fn is_money(self) -> bool {
        self.currency().is_some()
    }
}

/// The reason why a text is no weight of a limit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidWeight {
    /// Messages and numbers are counted whole.
    #[error("{0:?} is no whole number")]
    Count(String),
    /// The text is no amount of money.
    #[error("{text:?} is no amount of {currency}: {why}")]
    Amount {
        /// The text.
        text: String,
        /// The currency of the limit.
        currency: Currency,
        /// The constraint that the text breaks.
        why: InvalidAmount,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn yuan() -> Counts {
        Counts::Money(Currency::parse("CNY").unwrap())
    }

    #[test]
    fn a_weight_is_read_as_it_is_told() {
        for (counts, text, weight) in [
            (Counts::Messages, "20", 20),
            (Counts::Numbers, "0", 0),
            (yuan(), "499.90 CNY", 4_999_000),
            (yuan(), "0.0001 CNY", 1),
        ] {
            assert_eq!(counts.told(weight), text);
            let written = text.trim_end_matches(" CNY");
            assert_eq!(counts.read(written), Ok(weight));
        }
        assert_eq!(yuan().read("500"), Ok(5_000_000));
    }

    #[test]
    fn a_text_that_is_no_weight_of_the_limit_is_refused() {
        let says = |counts: Counts, text| counts.read(text).unwrap_err().to_string();
        assert_eq!(says(Counts::Messages, "0.5"), "\"0.5\" is no whole number");
        assert_eq!(says(Counts::Numbers, "-1"), "\"-1\" is no whole number");
        let decimals = "\"0.00001\" is no amount of CNY: an amount has at most 4 decimals";
        assert_eq!(says(yuan(), "0.00001"), decimals);
    }
}
