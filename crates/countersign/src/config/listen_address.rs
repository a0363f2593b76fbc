//! Addresses to listen on, as people write them.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// Reads an address: `127.0.0.1:8480`, `[::1]:8480`, `localhost:8480`, or a part of one (`:8480`, `8480`, `localhost`), also
/// after `http://`. Without a host, and for `localhost`, it is 127.0.0.1; without a port it has `port`.
///
/// # Errors
/// A sentence for the person who wrote it.
pub(crate) fn parse(text: &str, port: u16) -> Result<SocketAddr, String> {
    let bare = text.trim();
    let bare = bare.strip_prefix("http://").unwrap_or(bare);
    let bare = bare.strip_suffix('/').unwrap_or(bare);
    if let Ok(address) = bare.parse() {
        return Ok(address);
    }
    let (host_text, port_text) = match bare.rsplit_once(':') {
        _ if host(bare).is_some() => (bare, None),
        Some((host, port)) => (host, Some(port)),
        None if is_number(bare) => ("", Some(bare)),
        None => (bare, None),
    };
    let host = host(host_text)
        .ok_or("an address is such as 127.0.0.1:8480, localhost:8480 or 8480; of names only localhost is known")?;
    let port = match port_text {
        None => port,
        Some(text) if is_number(text) => text
            .parse()
            .map_err(|_| "a port is a number from 0 to 65535".to_owned())?,
        Some(_) => return Err("a port is a number from 0 to 65535".to_owned()),
    };
    Ok(SocketAddr::new(host, port))
}

fn host(text: &str) -> Option<IpAddr> {
    match text {
        "" => Some(Ipv4Addr::LOCALHOST.into()),
        "*" => Some(Ipv4Addr::UNSPECIFIED.into()),
        _ if text.eq_ignore_ascii_case("localhost") => Some(Ipv4Addr::LOCALHOST.into()),
        _ => {
            let inner = text
                .strip_prefix('[')
                .and_then(|text| text.strip_suffix(']'));
            inner.unwrap_or(text).parse().ok()
        }
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_spellings_of_an_address_are_understood() {
        for (text, address) in [
            ("127.0.0.1:9000", "127.0.0.1:9000"),
            ("127.0.0.2", "127.0.0.2:8480"),
            ("[::1]:9000", "[::1]:9000"),
            ("::1", "[::1]:8480"),
            ("[::1]", "[::1]:8480"),
            ("localhost:0", "127.0.0.1:0"),
            ("LocalHost", "127.0.0.1:8480"),
            (":9000", "127.0.0.1:9000"),
            ("9000", "127.0.0.1:9000"),
            (" 9000 ", "127.0.0.1:9000"),
            ("http://localhost:9000/", "127.0.0.1:9000"),
            ("*:9000", "0.0.0.0:9000"),
        ] {
            assert_eq!(parse(text, 8480), Ok(address.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn an_address_that_is_none_is_refused() {
        for text in [
            "65536",
            "localhost:+1",
            "localhost:",
            "host:80",
            "1.2.3:80",
            "[::1",
            "a b",
            "127.0.0.1:80:80",
        ] {
            assert!(parse(text, 8480).is_err(), "{text}");
        }
    }
}
