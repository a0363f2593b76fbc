//! The cost of a message, once its attempts are known.

use crate::phone::Country;
use crate::price::{Price, PriceTable};
use crate::send::attempt::Attempt;

/// Returns the cost of the attempts that may have sent a message to `country`, in the currency of the reserved price.
pub(super) fn cost(
    attempts: &[Attempt],
    reserved: Option<Price>,
    prices: &PriceTable,
    country: Country,
) -> u64 {
    let Some(reserved) = reserved else {
        return 0; // no limit counts its money
    };
    let paid = attempts
        .iter()
        .filter(|attempt| attempt.outcome.may_have_been_sent());
    let priced = paid.filter_map(|attempt| prices.price(attempt.provider.as_deref()?, country));
    let amount = priced
        .filter(|price| price.currency == reserved.currency)
        .map(|price| price.amount)
        .sum();
    Price { amount, ..reserved }.weight()
}
