//! What limits add up, at the terminal: numbers, and amounts of money.

use countersign_core::limit::{Counts, InvalidWeight};
use countersign_core::price::Currency;

/// Returns a weight as people read it: an amount of money where there is a currency, of which it is ten-thousandths.
pub(super) fn told(weight: u64, currency: Option<&str>) -> String {
    counted(currency).told(weight)
}

/// Reads a weight as people write it: `20`, or an amount such as `499.90` where there is a currency.
///
/// # Errors
/// [`InvalidWeight`].
pub(super) fn read(text: &str, currency: Option<&str>) -> Result<u64, InvalidWeight> {
    counted(currency).read(text)
}

fn counted(currency: Option<&str>) -> Counts {
    let money = currency.and_then(Currency::parse).map(Counts::Money);
    money.unwrap_or_default()
}
