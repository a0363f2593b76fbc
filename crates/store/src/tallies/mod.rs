//! Tallies, as every store makes, keeps and reads them.
//!
//! | room | what is in it |
//! |---|---|
//! | [`counted`] | counting one message, as it is on record |
//! | [`quarters`] | which quarter of an hour is counted when |
//! | [`reading`] | a reading: the parts of its range, and their sum |
//! | [`counts`] | counts at rest |

pub(crate) mod counted;
pub(crate) mod counts;
pub(crate) mod quarters;
pub(crate) mod reading;

use std::collections::BTreeMap;

use countersign_core::channel::Channel;
use countersign_core::phone::Country;
use countersign_core::tally::{Kind, Tally};

/// The counts of a span, by what its messages have in common.
pub(crate) type Counts = BTreeMap<Kind, Tally>;

/// Reads a kind of messages from its columns, of which an empty one is not known; `None` for a channel that does not exist.
pub(crate) fn kind_of_columns(
    app: &str,
    channel: &str,
    country: &str,
    provider: &str,
) -> Option<Kind> {
    Some(Kind {
        app: app.to_owned(),
        channel: Channel::parse(channel)?,
        country: Country::parse(country),
        provider: (!provider.is_empty()).then(|| provider.to_owned()),
    })
}

/// Returns the columns `country` and `provider` of a kind of messages.
pub(crate) fn columns_of_kind(kind: &Kind) -> (String, &str) {
    let country = kind.country.map(|country| country.to_string());
    let provider = kind.provider.as_deref();
    (country.unwrap_or_default(), provider.unwrap_or_default())
}

/// Returns the counts of each application and channel together.
pub(crate) fn by_channel(counts: &Counts) -> BTreeMap<(&str, Channel), Tally> {
    let mut flow: BTreeMap<_, Tally> = BTreeMap::new();
    for (kind, tally) in counts {
        let together = flow.entry((kind.app.as_str(), kind.channel));
        together.or_default().add(tally);
    }
    flow
}
