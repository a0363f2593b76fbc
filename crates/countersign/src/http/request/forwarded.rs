//! The addresses that proxies name, in `X-Forwarded-For` or in `Forwarded` (RFC 7239).
//!
//! `X-Forwarded-For` goes before `Forwarded`: most proxies write the first and pass the second on as the caller sent it,
//! so that a caller behind them could choose its address with `Forwarded`. A proxy that writes `Forwarded` alone must
//! remove `X-Forwarded-For`.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use super::client_address::address;

/// The header in which proxies name the address that they were called from, each after those before it.
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The addresses that proxies name, the nearest proxy's first; `None` for each that is not readable.
pub(super) fn addresses(headers: &HeaderMap) -> impl Iterator<Item = Option<IpAddr>> {
    let mut usual = lines(headers, &FORWARDED_FOR).peekable();
    let is_usual = usual.peek().is_some();
    let usual = usual.flat_map(|line| line.rsplit(|byte| *byte == b','));
    let standard = lines(headers, &header::FORWARDED).filter(move |_| !is_usual);
    let standard = standard.flat_map(|line| from_the_right(line, b','));
    usual.map(address).chain(standard.map(source))
}

/// The lines of a header, the last one first.
fn lines<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
) -> impl Iterator<Item = &'a [u8]> + use<'a> {
    let lines = headers.get_all(name).iter().rev();
    lines.map(HeaderValue::as_bytes)
}

/// The address of the caller in one element of `Forwarded`, which must name it exactly once.
fn source(hop: &[u8]) -> Option<IpAddr> {
    let pairs = from_the_right(hop, b';').filter_map(|pair| {
        let at = pair.iter().position(|byte| *byte == b'=')?;
        let (name, value) = pair.split_at_checked(at)?;
        Some((name.trim_ascii(), value.get(1..)?.trim_ascii()))
    });
    let mut sources = pairs.filter(|(name, _)| name.eq_ignore_ascii_case(b"for"));
    let (_, value) = sources.next()?;
    let quoted = value.strip_prefix(b"\"");
    let quoted = quoted.and_then(|value| value.strip_suffix(b"\""));
    address(quoted.unwrap_or(value)).filter(|_| sources.next().is_none())
}

/// The parts of a list, the last one first, split where `separator` is not within quotes. A quote that a caller left
/// open, further left, changes no part that a proxy has written.
fn from_the_right(list: &[u8], separator: u8) -> impl Iterator<Item = &[u8]> {
    let mut is_quoted = false;
    list.rsplit(move |byte| {
        is_quoted ^= *byte == b'"';
        *byte == separator && !is_quoted
    })
}
