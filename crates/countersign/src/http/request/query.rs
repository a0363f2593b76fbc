//! Reading the parameters of a query.

use std::str::FromStr;

use countersign_api::{Fault, FieldProblem};
use countersign_core::channel::Channel;
use countersign_core::time::Timestamp;

use super::malformed::malformed;

/// The most entries of a page.
const MOST: u16 = 1_000;

/// Iterates over the names and values of a query, as they were sent.
pub(crate) fn pairs(query: &str) -> impl Iterator<Item = (&str, &str)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

/// The fault of a parameter that is not what it should be.
pub(crate) fn wrong(name: &str, problem: FieldProblem) -> Fault {
    malformed(Some(name.to_owned()), problem)
}

/// Reads a time. The plus sign of its zone may come as it is or encoded.
///
/// # Errors
/// [`Fault::Malformed`] where it is none.
pub(crate) fn time(name: &str, value: &str) -> Result<Timestamp, Fault> {
    let time = Timestamp::parse(&value.replace("%3A", ":").replace("%2B", "+"));
    time.ok_or_else(|| wrong(name, FieldProblem::NotATime))
}

/// Reads a channel by its name.
///
/// # Errors
/// [`Fault::Malformed`] where it is none.
pub(crate) fn channel(name: &str, value: &str) -> Result<Channel, Fault> {
    Channel::parse(value).ok_or_else(|| wrong(name, FieldProblem::NotAChannel))
}

/// Reads the length of a page: 1 to 1000.
///
/// # Errors
/// [`Fault::Malformed`] where it is none.
pub(crate) fn limit<N: FromStr + PartialOrd + From<u16>>(
    name: &str,
    value: &str,
) -> Result<N, Fault> {
    let limit = value.parse().ok();
    let limit = limit.filter(|limit| (N::from(1)..=N::from(MOST)).contains(limit));
    limit.ok_or_else(|| wrong(name, FieldProblem::NotALimit))
}
