//! Networks of IP addresses: the proxies that a deployment trusts, and the back ends of an application.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use ipnet::{IpNet, Ipv4Net};

/// A network of IP addresses, such as `10.0.0.0/8`, or one address.
///
/// An address or network of IPv4 within IPv6, such as `::ffff:192.0.2.1`, is that of IPv4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network(IpNet);

/// The reason why a text is not a [`Network`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidNetwork {
    /// The text names no address and no network.
    #[error("not an address or a network such as 203.0.113.7 or 10.0.0.0/8")]
    Syntax,
    /// The network has so many addresses that strangers are among them.
    #[error("wider than /{WIDEST_V4}, or /{WIDEST_V6} of IPv6")]
    TooWide,
}

/// The shortest prefixes: those of the widest networks for private use, `10.0.0.0/8` and `fc00::/7`.
const WIDEST_V4: u8 = 8;
const WIDEST_V6: u8 = 7;

/// The number of leading bits that say that an address of IPv6 is one of IPv4.
const MAPPED: u8 = 96;

impl Network {
    /// Reads an address, or a network as an address and the length of its prefix. Bits after the prefix do not count.
    ///
    /// # Errors
    /// [`InvalidNetwork`].
    pub fn parse(text: &str) -> Result<Self, InvalidNetwork> {
        let alone = || text.parse::<IpAddr>().map(IpNet::from);
        let net = text.parse::<IpNet>().or_else(|_| alone());
        let net = canonical(net.map_err(|_| InvalidNetwork::Syntax)?);
        let widest = match net {
            IpNet::V4(_) => WIDEST_V4,
            IpNet::V6(_) => WIDEST_V6,
        };
        if net.prefix_len() < widest {
            return Err(InvalidNetwork::TooWide);
        }
        Ok(Self(net.trunc()))
    }

    /// Returns whether an address belongs to the network.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

/// The network of IPv4 that a network of IPv6 stands for, or else the network itself.
fn canonical(net: IpNet) -> IpNet {
    let IpNet::V6(within) = net else {
        return net;
    };
    let v4 = within.addr().to_ipv4_mapped();
    let prefix = within.prefix_len().checked_sub(MAPPED);
    let v4 = v4
        .zip(prefix)
        .and_then(|(v4, prefix)| Ipv4Net::new(v4, prefix).ok());
    v4.map_or(net, IpNet::V4)
}

/// The address alone, where the network has no other.
impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.prefix_len() == self.0.max_prefix_len() {
            true => self.0.addr().fmt(f),
            false => self.0.fmt(f),
        }
    }
}

/// A list of networks: at most [`Networks::MOST`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Networks(Arc<[Network]>);

/// The reason why a list is not a [`Networks`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a list has at most {} networks", Networks::MOST)]
pub struct TooManyNetworks;

impl Networks {
    /// The maximum number of networks of one list.
    pub const MOST: usize = 64;

    /// Takes `networks`.
    ///
    /// # Errors
    /// [`TooManyNetworks`] when there are more than [`Networks::MOST`].
    pub fn new(networks: Vec<Network>) -> Result<Self, TooManyNetworks> {
        if networks.len() > Self::MOST {
            return Err(TooManyNetworks);
        }
        Ok(Self(networks.into()))
    }

    /// The addresses by which a machine speaks to itself.
    #[must_use]
    pub fn loopback() -> Self {
        let v4 = Ipv4Net::new_assert(Ipv4Addr::LOCALHOST, 8).trunc();
        let v6 = IpAddr::V6(Ipv6Addr::LOCALHOST);
        Self(Arc::from([IpNet::V4(v4), IpNet::from(v6)].map(Network)))
    }

    /// Returns whether an address belongs to one of the networks.
    #[must_use]
    pub fn contain(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }

    /// Returns whether there is no network.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the networks as texts.
    #[must_use]
    pub fn to_texts(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        Network::parse(text).unwrap()
    }

    #[test]
    fn a_network_is_written_without_the_bits_that_do_not_count() {
        for (text, written) in [
            ("203.0.113.7", "203.0.113.7"),
            ("203.0.113.7/32", "203.0.113.7"),
            ("10.1.2.3/8", "10.0.0.0/8"),
            ("::ffff:10.1.2.3", "10.1.2.3"),
            ("::ffff:10.1.2.3/104", "10.0.0.0/8"),
            ("2001:DB8::1", "2001:db8::1"),
            ("fd12::/7", "fc00::/7"),
        ] {
            assert_eq!(network(text).to_string(), written, "{text}");
        }
    }

    #[test]
    fn a_network_with_strangers_in_it_is_refused() {
        for text in [
            "0.0.0.0/0",
            "::/0",
            "128.0.0.0/7",
            "::ffff:0:0/96",
            "2000::/6",
        ] {
            let parsed = Network::parse(text);
            assert_eq!(parsed, Err(InvalidNetwork::TooWide), "{text}");
        }
    }

    #[test]
    fn a_text_that_names_no_network_is_refused() {
        for text in [
            "",
            "10",
            "10.0.0.0/33",
            "10.0.0.0/",
            "a.example",
            " 10.0.0.1",
            "[::1]",
        ] {
            let parsed = Network::parse(text);
            assert_eq!(parsed, Err(InvalidNetwork::Syntax), "{text:?}");
        }
    }

    // shows: B8
    #[test]
    fn an_address_of_ipv4_within_ipv6_belongs_to_the_network_of_ipv4() {
        let contains = |net: &str, address: &str| network(net).contains(address.parse().unwrap());
        assert!(contains("10.0.0.0/8", "10.255.0.1"));
        assert!(contains("10.0.0.0/8", "::ffff:10.255.0.1"));
        assert!(contains("::ffff:10.0.0.1", "10.0.0.1"));
        assert!(!contains("10.0.0.0/8", "11.0.0.1"));
        assert!(
            !contains("::/8", "::ffff:10.0.0.1"),
            "that is no address of IPv6"
        );
    }

    #[test]
    fn a_list_of_too_many_networks_is_refused() {
        let networks = |count| Networks::new(vec![network("10.0.0.1"); count]);
        assert!(networks(Networks::MOST).is_ok());
        assert_eq!(networks(Networks::MOST + 1), Err(TooManyNetworks));
        assert!(!Networks::default().contain("127.0.0.1".parse().unwrap()));
    }
}
