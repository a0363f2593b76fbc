//! The properties that sends counted together have in common.

use std::borrow::Cow;
use std::net::IpAddr;

use super::SendFacts;

/// A property that sends counted together have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The application.
    Application,
    /// The channel.
    Channel,
    /// The country of the number.
    Country,
    /// The number without its last four digits.
    Prefix,
    /// The number without its last two digits.
    Block,
    /// The number.
    Number,
    /// The calling code of the number: several countries share one.
    CallingCode,
    /// The calling code and the first three digits of the national number, which mostly belong to one carrier.
    Carrier,
    /// The address of the caller: of IPv6 its network of 64 bits. Sends without a caller's address have none.
    Address,
    /// The network of 48 bits of the caller's address of IPv6. Other sends have none.
    Network,
}

impl Part {
    /// All parts.
    pub const ALL: [Part; 10] = [
        Part::Application,
        Part::Channel,
        Part::Country,
        Part::Prefix,
        Part::Block,
        Part::Number,
        Part::CallingCode,
        Part::Carrier,
        Part::Address,
        Part::Network,
    ];

    /// The name of the part in buckets. It never changes, since hits are on record under it.
    pub(super) const fn short(self) -> &'static str {
        match self {
            Part::Application => "a",
            Part::Channel => "c",
            Part::Country => "r",
            Part::Prefix => "p",
            Part::Block => "b",
            Part::Number => "n",
            Part::CallingCode => "k",
            Part::Carrier => "o",
            Part::Address => "i",
            Part::Network => "w",
        }
    }

    /// The name of the part in settings.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Part::Application => "application",
            Part::Channel => "channel",
            Part::Country => "country",
            Part::Prefix => "prefix",
            Part::Block => "block",
            Part::Number => "number",
            Part::CallingCode => "calling_code",
            Part::Carrier => "carrier",
            Part::Address => "address",
            Part::Network => "network",
        }
    }

    /// Returns the value of the part for a send; `None` where the send has no such part, so that no limit by it applies.
    pub(super) fn value<'a>(self, send: &SendFacts<'a>) -> Option<Cow<'a, str>> {
        let phone = send.phone;
        Some(match self {
            Part::Application => Cow::Borrowed(send.app.as_str()),
            Part::Channel => Cow::Borrowed(send.channel.as_str()),
            Part::Country => Cow::Owned(phone.country().as_str().to_owned()),
            Part::Prefix => Cow::Borrowed(phone.prefix()),
            Part::Block => Cow::Borrowed(phone.block()),
            Part::Number => Cow::Borrowed(phone.e164()),
            Part::CallingCode => Cow::Owned(phone.calling_code().to_string()),
            Part::Carrier => Cow::Borrowed(phone.carrier()),
            Part::Address => Cow::Owned(Self::address(send.address?)),
            Part::Network => Cow::Owned(network(send.address?)?),
        })
    }

    /// Returns the value of the part [`Part::Address`].
    pub(super) fn address(address: IpAddr) -> String {
        match address {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}")
            }
        }
    }

    /// Returns whether a send has such a part.
    pub(super) fn is_of(self, send: &SendFacts<'_>) -> bool {
        match self {
            Part::Address => send.address.is_some(),
            Part::Network => matches!(send.address, Some(IpAddr::V6(_))),
            _ => true,
        }
    }
}

fn network(address: IpAddr) -> Option<String> {
    let IpAddr::V6(address) = address else {
        return None;
    };
    let [a, b, c, ..] = address.segments();
    Some(format!("{a:x}:{b:x}:{c:x}"))
}
