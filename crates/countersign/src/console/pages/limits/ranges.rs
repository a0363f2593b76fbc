//! The kinds of numbers that blocks and the safe list are about, and what may be wrong with them, in words.

use countersign_core::guard::{InvalidRange, RangeKind};
use countersign_core::network::InvalidNetwork;
use countersign_core::phone::InvalidPhone;

use crate::console::entry::Visit;
use crate::console::words::{GuardWords, guard, rules};

/// The name of a kind of ranges.
pub(in crate::console) const fn name(kind: RangeKind, words: &GuardWords) -> &'static str {
    match kind {
        RangeKind::Country => words.country,
        RangeKind::CallingCode => words.calling_code,
        RangeKind::Carrier => words.carrier,
        RangeKind::Prefix => words.prefix,
        RangeKind::Block => words.hundred,
    }
}

/// What is wrong with a range.
pub(super) fn bad_range(visit: &Visit, why: InvalidRange) -> String {
    match why {
        InvalidRange::Country => visit.words().guard.bad_country.to_owned(),
        InvalidRange::Digits { least, most, .. } => guard::bad_digits(visit.language, least, most),
    }
}

/// What is wrong with a network.
pub(super) fn bad_network(visit: &Visit, why: InvalidNetwork) -> String {
    let words = &visit.words().guard;
    let sentence = match why {
        InvalidNetwork::Syntax => words.bad_network,
        InvalidNetwork::TooWide => words.wide_network,
    };
    sentence.to_owned()
}

/// What is wrong with a number.
pub(super) fn bad_number(visit: &Visit, why: &InvalidPhone) -> String {
    rules::bad_number(visit.language, why)
}
