//! What limits add up, at the terminal: numbers, and amounts of money.

use anyhow::{Context as _, anyhow};
use countersign_core::limit::Counts;
use countersign_core::price::{Amount, Currency};

/// Returns a weight as people read it: an amount of money where there is a currency, of which it is ten-thousandths.
pub(super) fn told(weight: u64, currency: Option<&str>) -> String {
    let money = currency.and_then(Currency::parse).map(Counts::Money);
    money.unwrap_or_default().told(weight)
}

/// Reads a weight as people write it: `20`, or an amount such as `499.90` where there is a currency.
///
/// # Errors
/// A sentence that says what it must be.
pub(super) fn read(text: &str, currency: Option<&str>) -> anyhow::Result<u64> {
    match currency {
        Some(currency) => {
            let amount = Amount::parse(text);
            let amount = amount.with_context(|| format!("{text:?} is no amount of {currency}"))?;
            Ok(amount.ten_thousandths())
        }
        None => text
            .parse()
            .map_err(|_| anyhow!("{text:?} is no whole number")),
    }
}
