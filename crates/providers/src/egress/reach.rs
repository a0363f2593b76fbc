//! How far requests may go: the addresses of the public internet, and more where the operator allows it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use reqwest::Url;

/// How far requests may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Public addresses over https, on port 443.
    Public,
    /// Public addresses as [`Reach::Public`] has them, and this machine over http and https on any port.
    Loopback,
    /// Every address, over http and https, on any port.
    Anywhere,
}

/// Why a URL is refused before anything is sent to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidUrl {
    /// Not an absolute URL of http or https, or with a password in it.
    #[error("not a URL such as https://vendor.example/path")]
    Form,
    /// Plain http.
    #[error("only https is allowed: the operator can allow more")]
    Scheme,
    /// Another port.
    #[error("only port 443 is allowed: the operator can allow more")]
    Port,
    /// An address of this machine or of a private network.
    #[error(
        "addresses of this machine and of private networks are not allowed: the operator can allow them"
    )]
    Address,
}

impl Reach {
    /// Reads a URL that requests may go to, as far as can be told before its name is resolved.
    ///
    /// # Errors
    /// [`InvalidUrl`] says what is wrong with it.
    pub fn url(self, text: &str) -> Result<Url, InvalidUrl> {
        let url = Url::parse(text).map_err(|_| InvalidUrl::Form)?;
        self.check(&url)?;
        Ok(url)
    }

    /// Judges a URL, as far as can be told before its name is resolved.
    pub(super) fn check(self, url: &Url) -> Result<(), InvalidUrl> {
        let plain = url.username().is_empty() && url.password().is_none();
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() || !plain {
            return Err(InvalidUrl::Form);
        }
        let literal = host(url).parse::<IpAddr>().ok();
        let named = is_localhost(host(url));
        match self {
            Reach::Anywhere => return Ok(()),
            Reach::Loopback if is_local(url) => return Ok(()),
            _ => {}
        }
        if named || literal.is_some_and(|ip| !is_public(ip)) {
            return Err(InvalidUrl::Address);
        }
        if url.scheme() != "https" {
            return Err(InvalidUrl::Scheme);
        }
        if url.port_or_known_default() != Some(443) {
            return Err(InvalidUrl::Port);
        }
        Ok(())
    }

    /// Whether an address may be dialled.
    #[must_use]
    pub fn reaches(self, ip: IpAddr) -> bool {
        match self {
            Reach::Anywhere => true,
            Reach::Loopback => ip.to_canonical().is_loopback() || is_public(ip),
            Reach::Public => is_public(ip),
        }
    }
}

/// The host of a URL, an IPv6 address without its brackets.
pub(super) fn host(url: &Url) -> &str {
    url.host_str().unwrap_or_default().trim_matches(['[', ']'])
}

/// Whether a URL is of this machine.
pub(super) fn is_local(url: &Url) -> bool {
    let literal = host(url).parse::<IpAddr>().ok();
    is_localhost(host(url)) || literal.is_some_and(|ip| ip.to_canonical().is_loopback())
}

/// Whether a name belongs to this machine, whatever it resolves to (RFC 6761).
pub(super) fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let last = name.rsplit('.').next().unwrap_or_default();
    last.eq_ignore_ascii_case("localhost")
}

/// Networks outside the public internet, by IANA's registries of special addresses (RFC 6890 and its successors), and
/// one that a cloud reserves.
const SPECIAL_V4: [(Ipv4Addr, u32); 16] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    // Azure's virtual address for its own machines: it hands out their settings.
    (Ipv4Addr::new(168, 63, 129, 16), 32),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// The one block of IPv6 that public addresses come from. Addresses that embed an IPv4 address (NAT64, 6to4, Teredo)
/// are excluded, because they lead wherever the embedded address leads.
const GLOBAL_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);
const SPECIAL_V6: [(Ipv6Addr, u32); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// Whether an address belongs to the public internet.
pub(super) fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            let within = |(net, bits): &(Ipv4Addr, u32)| {
                (u32::from(ip) ^ u32::from(*net)).leading_zeros() >= *bits
            };
            !SPECIAL_V4.iter().any(within)
        }
        IpAddr::V6(ip) => {
            let within = |(net, bits): &(Ipv6Addr, u32)| {
                (u128::from(ip) ^ u128::from(*net)).leading_zeros() >= *bits
            };
            within(&GLOBAL_V6) && !SPECIAL_V6.iter().any(within)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first and the last address of each network outside the public internet, and IPv6 addresses that embed one.
    const INSIDE: &[&str] = &[
        "0.0.0.0",
        "0.255.255.255",
        "10.0.0.0",
        "10.255.255.255",
        "100.64.0.0",
        "100.100.100.200", // metadata of Alibaba Cloud
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.255",
        "168.63.129.16",
        "169.254.0.0",
        "169.254.169.254", // metadata of most clouds
        "169.254.255.255",
        "172.16.0.0",
        "172.31.255.255",
        "192.0.0.0",
        "192.0.0.192", // metadata of Oracle's cloud
        "192.0.2.1",
        "192.88.99.1",
        "192.168.0.0",
        "192.168.255.255",
        "198.18.0.0",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:100.100.100.200",
        "::ffff:169.254.169.254",
        "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::7f00:1",
        "64:ff9b::808:808",
        "100::1",
        "2001::1",
        "2001:0:7f00:1::1",
        "2001:20::1",
        "2001:1ff:ffff::1",
        "2001:db8::1",
        "2002:7f00:1::1",
        "2002:a9fe:a9fe::1",
        "3fff::1",
        "3fff:fff:ffff::1",
        "4000::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254", // metadata of AWS
        "fe80::1",
        "febf::1",
        "fec0::1",
        "ff02::1",
    ];

    /// The public neighbours of the addresses in `INSIDE`.
    const OUTSIDE: &[&str] = &[
        "1.0.0.0",
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "168.63.129.15",
        "168.63.129.17",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "::ffff:8.8.8.8",
        "2000::1",
        "2001:200::1",
        "2001:4860:4860::8888",
        "2400:3200::1",
        "2003::1",
        "3ffe:ffff::1",
        "3fff:1000::1",
    ];

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn special_addresses_are_not_public() {
        for address in INSIDE {
            assert!(!is_public(ip(address)), "{address}");
        }
        for address in OUTSIDE {
            assert!(is_public(ip(address)), "{address}");
        }
    }

    #[test]
    fn each_reach_allows_its_addresses_and_no_others() {
        for address in OUTSIDE {
            for reach in [Reach::Public, Reach::Loopback, Reach::Anywhere] {
                assert!(reach.reaches(ip(address)), "{reach:?} {address}");
            }
        }
        let loopback = ["127.0.0.1", "127.255.255.255", "::1", "::ffff:127.0.0.1"];
        for address in INSIDE {
            assert!(!Reach::Public.reaches(ip(address)), "{address}");
            let reached = loopback.contains(address);
            assert_eq!(Reach::Loopback.reaches(ip(address)), reached, "{address}");
            assert!(Reach::Anywhere.reaches(ip(address)), "{address}");
        }
    }

    #[test]
    fn names_below_localhost_belong_to_this_machine() {
        for name in [
            "localhost",
            "localhost.",
            "LocalHost",
            "a.localhost",
            "a.b.localhost.",
        ] {
            assert!(is_localhost(name), "{name}");
        }
        for name in ["", ".", "localhost.example", "notlocalhost", "localhost.."] {
            assert!(!is_localhost(name), "{name}");
        }
    }
}
