//! Prices of messages: exact amounts of money, and the table that a deployment keeps of them.
//!
//! No floating point number takes part. An [`Amount`] counts ten-thousandths of a currency's unit, which is as fine as
//! vendors charge, so amounts that are added up over a month are still exact.

mod current;
mod table;

use std::fmt;
use std::iter::Sum;

pub use current::Prices;
pub use table::{InvalidPriceTable, PriceTable, Problem};

/// An exact amount of money, in ten-thousandths of the unit of a currency: `0.045` is 450.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(u64);

/// The reason why a text is no [`Amount`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAmount {
    /// Something else than digits and one dot between them.
    #[error("an amount is a decimal number such as 0.045")]
    Syntax,
    /// A fifth decimal.
    #[error("an amount has at most 4 decimals")]
    Decimals,
    /// A number beyond 64 bits of ten-thousandths.
    #[error("an amount is at most {}", Amount(u64::MAX))]
    TooLarge,
}

impl Amount {
    /// The number of ten-thousandths in a unit of a currency.
    pub const UNIT: u64 = 10_000;

    /// The number of decimals that are kept.
    const DECIMALS: usize = 4;

    /// Reads a decimal number with a dot and at most four decimals, without a sign: `12`, `0.5`, `0.0450`.
    ///
    /// # Errors
    /// [`InvalidAmount`].
    pub fn parse(text: &str) -> Result<Self, InvalidAmount> {
        let (whole, part) = match text.split_once('.') {
            Some((whole, part)) if !part.is_empty() => (whole, part),
            Some(_) => return Err(InvalidAmount::Syntax),
            None => (text, ""),
        };
        let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !are_digits(whole) || !are_digits(part) {
            return Err(InvalidAmount::Syntax);
        }
        if part.len() > Self::DECIMALS {
            return Err(InvalidAmount::Decimals);
        }
        // Digits alone fail to parse for one reason: there are too many of them.
        let whole: u64 = whole.parse().map_err(|_| InvalidAmount::TooLarge)?;
        let part: u64 = format!("{part:0<4}").parse().unwrap_or_default();
        let units = whole.checked_mul(Self::UNIT);
        let amount = units.and_then(|units| units.checked_add(part));
        amount.map(Self).ok_or(InvalidAmount::TooLarge)
    }

    /// Makes the amount of that many ten-thousandths.
    #[must_use]
    pub const fn from_ten_thousandths(count: u64) -> Self {
        Self(count)
    }

    /// Returns the number of ten-thousandths.
    #[must_use]
    pub const fn ten_thousandths(self) -> u64 {
        self.0
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::default(), |sum, amount| {
            Self(sum.0.saturating_add(amount.0))
        })
    }
}

impl fmt::Display for Amount {
    /// Writes the amount with two decimals, or with as many more as it needs: `12.00`, `0.045`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / Self::UNIT, self.0 % Self::UNIT);
        match (part % 100, part % 10) {
            (0, _) => write!(f, "{whole}.{:02}", part / 100),
            (_, 0) => write!(f, "{whole}.{:03}", part / 10),
            _ => write!(f, "{whole}.{part:04}"),
        }
    }
}

/// A currency by its ISO 4217 code, such as `CNY`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// Returns the currency of a code of three capital letters; `None` for anything else.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        let letters = <[u8; 3]>::try_from(code.as_bytes()).ok()?;
        letters
            .iter()
            .all(u8::is_ascii_uppercase)
            .then_some(Self(letters))
    }

    /// Returns the three letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The price of one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    /// The amount: of one message at most [`Price::MOST`].
    pub amount: Amount,
    /// Its currency.
    pub currency: Currency,
}

impl Price {
    /// Returns the weight of the price where a limit counts money: its ten-thousandths.
    #[must_use]
    pub const fn weight(self) -> u64 {
        self.amount.ten_thousandths()
    }

    /// The maximum price of a message, in units of any currency: a price is one of an SMS, not a mistyped balance.
    pub const MOST: Amount = Amount(100_000 * Amount::UNIT);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_exactly_and_shown_with_two_decimals_or_more() {
        for (text, count, shown) in [
            ("0", 0, "0.00"),
            ("12", 120_000, "12.00"),
            ("0.5", 5_000, "0.50"),
            ("0.045", 450, "0.045"),
            ("0.0450", 450, "0.045"),
            ("0.0451", 451, "0.0451"),
            ("0.0001", 1, "0.0001"),
            ("007.10", 71_000, "7.10"),
            ("1844674407370955.1615", u64::MAX, "1844674407370955.1615"),
        ] {
            let amount = Amount::parse(text).unwrap();
            assert_eq!(amount.ten_thousandths(), count, "{text}");
            assert_eq!(amount.to_string(), shown);
            assert_eq!(Amount::parse(shown), Ok(amount), "{text}");
        }
    }

    #[test]
    fn a_text_that_is_no_exact_amount_is_refused() {
        for text in [
            "", ".", "1.", ".5", "-1", "+1", "1e3", "0,05", "1.2.3", " 1", "٣",
        ] {
            assert_eq!(Amount::parse(text), Err(InvalidAmount::Syntax), "{text}");
        }
        assert_eq!(Amount::parse("0.00001"), Err(InvalidAmount::Decimals));
        for text in ["1844674407370955.1616", "99999999999999999999"] {
            assert_eq!(Amount::parse(text), Err(InvalidAmount::TooLarge), "{text}");
        }
        let says = InvalidAmount::TooLarge.to_string();
        assert_eq!(says, "an amount is at most 1844674407370955.1615");
    }

    #[test]
    fn a_currency_has_three_capital_letters() {
        let currency = Currency::parse("CNY").unwrap();
        assert_eq!(format!("{currency} {currency:?}"), "CNY CNY");
        for code in ["", "CN", "CNYX", "cny", "C1Y", "元"] {
            assert_eq!(Currency::parse(code), None, "{code}");
        }
    }
}
