//! The address of the caller: the connection's, or the one that a trusted proxy in front of the service names.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;
use countersign_core::network::Networks;
use countersign_core::send::client::EndUser;

use super::forwarded;

/// The header in which a back end names the end user that it sends for.
const REAL_IP: &str = "x-real-ip";

/// The address that a request came from, where the connection is from `peer`. Each proxy of `proxies` is believed about
/// the address before it, from the right; a caller writes what it likes further left. Where a trusted proxy names no
/// readable address, its own counts, so that no request goes without one.
pub(crate) fn client_address(peer: IpAddr, headers: &HeaderMap, proxies: &Networks) -> IpAddr {
    let mut client = peer.to_canonical();
    if !proxies.contain(client) {
        return client;
    }
    let mut named = forwarded::addresses(headers);
    while proxies.contain(client)
        && let Some(before) = named.next().flatten()
    {
        client = before;
    }
    client
}

/// The end user whom a request names. Two values that differ name none: a proxy could believe the other one.
pub(crate) fn end_user(headers: &HeaderMap) -> EndUser {
    let mut values = headers.get_all(REAL_IP).iter();
    let Some(first) = values.next() else {
        return EndUser::Unnamed;
    };
    match address(first.as_bytes()) {
        Some(address) if values.all(|value| value == first) => EndUser::At(address),
        _ => EndUser::Unreadable,
    }
}

/// An address, with or without a port.
pub(super) fn address(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?.trim();
    let alone = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    let alone = alone.unwrap_or(text).parse::<IpAddr>().ok();
    let address = alone.or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()))?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;
    use countersign_core::network::Network;

    use super::*;

    const FORWARDED_FOR: &str = "x-forwarded-for";
    const FORWARDED: &str = "forwarded";

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(HeaderName::from_static(name), value.parse().unwrap());
        }
        headers
    }

    /// The address of a caller behind `peer` with these header lines, where `10.0.0.0/8` is trusted.
    fn client(peer: &str, lines: &[(&'static str, &str)]) -> String {
        let proxies = Networks::new(vec![Network::parse("10.0.0.0/8").unwrap()]).unwrap();
        client_address(peer.parse().unwrap(), &headers(lines), &proxies).to_string()
    }

    // shows: B6
    #[test]
    fn a_caller_that_is_no_trusted_proxy_cannot_choose_its_address() {
        for forwarded in ["1.2.3.4", "1.2.3.4, 5.6.7.8", "10.0.0.1, 1.2.3.4"] {
            let lines = [(FORWARDED_FOR, forwarded), (FORWARDED, "for=1.2.3.4")];
            assert_eq!(client("192.0.2.1", &lines), "192.0.2.1");
            assert_eq!(client("::ffff:192.0.2.1", &lines[1..]), "192.0.2.1");
        }
    }

    // shows: B7
    #[test]
    fn trusted_proxies_are_believed_from_the_right() {
        for (forwarded, is) in [
            (&["192.0.2.1"] as &[_], "192.0.2.1"),
            (&["1.2.3.4, 192.0.2.1"], "192.0.2.1"),
            (&["1.2.3.4", "192.0.2.1, 10.0.0.2"], "192.0.2.1"),
            (&["1.2.3.4,192.0.2.1:4711 ,10.0.0.2"], "192.0.2.1"),
            (&["[2001:db8::1]:443"], "2001:db8::1"),
            (&["[2001:db8::1]"], "2001:db8::1"),
            (&["::ffff:192.0.2.1"], "192.0.2.1"),
            (&["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ] {
            let lines: Vec<_> = forwarded
                .iter()
                .map(|line| (FORWARDED_FOR, *line))
                .collect();
            for peer in ["10.0.0.1", "::ffff:10.0.0.1"] {
                assert_eq!(client(peer, &lines), is, "{forwarded:?}");
            }
        }
    }

    // shows: B7
    #[test]
    fn a_proxy_that_names_no_address_counts_itself() {
        for forwarded in ["", "unknown", "192.0.2.1, nonsense", "192.0.2.1, ", ","] {
            let address = client("10.0.0.1", &[(FORWARDED_FOR, forwarded)]);
            assert_eq!(address, "10.0.0.1", "{forwarded:?}");
        }
        assert_eq!(client("10.0.0.1", &[]), "10.0.0.1");
    }

    // shows: B7
    #[test]
    fn a_proxy_that_writes_forwarded_is_believed_from_the_right() {
        for (forwarded, is) in [
            (&["for=192.0.2.1"] as &[_], "192.0.2.1"),
            (
                &["for=1.2.3.4, for=192.0.2.1;proto=https;by=10.0.0.1"],
                "192.0.2.1",
            ),
            (
                &["for=1.2.3.4", "proto=http ; For=192.0.2.1, for=10.0.0.2"],
                "192.0.2.1",
            ),
            (&["for=\"192.0.2.1:4711\""], "192.0.2.1"),
            (&["FOR=\"[2001:db8::1]:4711\""], "2001:db8::1"),
            (
                &["for=\"[2001:db8::1]\";host=\"a,for=1.2.3.4;b\""],
                "2001:db8::1",
            ),
            (&["for=\"1.2.3.4, for=192.0.2.1"], "192.0.2.1"),
            // Those that name no address.
            (&["for=unknown"], "10.0.0.1"),
            (&["for=192.0.2.1, for=_hidden"], "10.0.0.1"),
            (&["for=192.0.2.1, proto=https"], "10.0.0.1"),
            (&["for=192.0.2.1;for=192.0.2.2"], "10.0.0.1"),
            (&["for"], "10.0.0.1"),
            (&[""], "10.0.0.1"),
        ] {
            let lines: Vec<_> = forwarded.iter().map(|line| (FORWARDED, *line)).collect();
            assert_eq!(client("10.0.0.1", &lines), is, "{forwarded:?}");
        }
    }

    // shows: B7
    #[test]
    fn a_forwarded_that_a_caller_sends_through_a_proxy_of_the_other_header_counts_nothing() {
        let both = [(FORWARDED, "for=1.2.3.4"), (FORWARDED_FOR, "192.0.2.1")];
        assert_eq!(client("10.0.0.1", &both), "192.0.2.1");
        let unreadable = [(FORWARDED, "for=1.2.3.4"), (FORWARDED_FOR, "unknown")];
        assert_eq!(client("10.0.0.1", &unreadable), "10.0.0.1");
    }

    #[test]
    fn an_end_user_is_one_address() {
        let user = |lines: &[&str]| {
            let lines: Vec<_> = lines.iter().map(|line| (REAL_IP, *line)).collect();
            end_user(&headers(&lines))
        };
        let at = EndUser::At("203.0.113.9".parse().unwrap());
        assert_eq!(user(&[]), EndUser::Unnamed);
        assert_eq!(user(&["203.0.113.9"]), at);
        assert_eq!(user(&["::ffff:203.0.113.9"]), at);
        assert_eq!(user(&["203.0.113.9", "203.0.113.9"]), at);
        for lines in [
            &["203.0.113.9", "203.0.113.10"] as &[_],
            &["203.0.113.9, 203.0.113.9"],
            &["nonsense"],
            &[""],
        ] {
            assert_eq!(user(lines), EndUser::Unreadable, "{lines:?}");
        }
    }
}
