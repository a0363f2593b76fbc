//! The address of the caller: the connection's, or the one that a trusted proxy in front of the service names.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderValue};
use ipnet::IpNet;

/// The header in which proxies name the address that they were called from, each after those before it.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The address that a request came from, where the connection is from `peer`. Each proxy of `proxies` is believed about
/// the address before it, from the right; a caller writes what it likes further left. Where a trusted proxy names none,
/// its own address counts, so that no request goes without one.
pub(crate) fn client_address(peer: IpAddr, headers: &HeaderMap, proxies: &[IpNet]) -> IpAddr {
    let is_proxy = |address: &IpAddr| proxies.iter().any(|net| net.contains(address));
    let mut client = peer.to_canonical();
    let named = headers.get_all(FORWARDED_FOR).iter();
    let mut named = named
        .map(HeaderValue::as_bytes)
        .flat_map(|value| value.split(|byte| *byte == b','))
        .rev();
    while is_proxy(&client)
        && let Some(before) = named.next().and_then(address)
    {
        client = before;
    }
    client
}

/// An address, with or without a port.
fn address(text: &[u8]) -> Option<IpAddr> {
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
    use super::*;

    fn client(peer: &str, forwarded_for: &[&str], proxies: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded_for {
            headers.append(FORWARDED_FOR, value.parse().unwrap());
        }
        let proxies: Vec<_> = proxies.iter().map(|net| net.parse().unwrap()).collect();
        client_address(peer.parse().unwrap(), &headers, &proxies).to_string()
    }

    #[test]
    fn a_caller_that_is_no_trusted_proxy_cannot_choose_its_address() {
        for forwarded in [
            &["1.2.3.4"] as &[_],
            &["1.2.3.4", "5.6.7.8"],
            &["10.0.0.1, 1.2.3.4"],
        ] {
            assert_eq!(client("192.0.2.1", forwarded, &[]), "192.0.2.1");
            assert_eq!(client("192.0.2.1", forwarded, &["10.0.0.0/8"]), "192.0.2.1");
        }
    }

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
        ] {
            assert_eq!(
                client("10.0.0.1", forwarded, &["10.0.0.0/8"]),
                is,
                "{forwarded:?}"
            );
            let mapped = client("::ffff:10.0.0.1", forwarded, &["10.0.0.0/8"]);
            assert_eq!(mapped, is, "{forwarded:?}");
        }
    }

    #[test]
    fn a_proxy_that_names_no_address_counts_itself() {
        for forwarded in [
            &[] as &[_],
            &[""],
            &["unknown"],
            &["192.0.2.1, nonsense"],
            &["192.0.2.1, "],
        ] {
            let address = client("10.0.0.1", forwarded, &["10.0.0.0/8"]);
            assert_eq!(address, "10.0.0.1", "{forwarded:?}");
        }
        assert_eq!(
            client("10.0.0.1", &["10.0.0.3, 10.0.0.2"], &["10.0.0.0/8"]),
            "10.0.0.3"
        );
    }
}
