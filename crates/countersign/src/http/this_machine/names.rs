//! The hosts and addresses that a request names, and whether all of them are this machine's.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::http::header::{FORWARDED, HOST};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};

/// Whether a request came for this machine, and through no proxy for another one. `Host`, `X-Forwarded-Host` and the
/// host of `Forwarded` must be a loopback address, `localhost` or below it; `X-Forwarded-For` and the `for` of
/// `Forwarded`, loopback addresses.
pub(super) fn are_of_this_machine(parts: &Parts) -> bool {
    let headers = &parts.headers;
    let is_host = parts
        .uri
        .authority()
        .is_none_or(|named| is_this_machine(named.as_str()));
    is_host
        && texts(headers, &HOST).all(is_this_machine)
        && listed(headers, &HeaderName::from_static("x-forwarded-host")).all(is_this_machine)
        && listed(headers, &HeaderName::from_static("x-forwarded-for")).all(is_loopback)
        && listed(headers, &FORWARDED)
            .flat_map(|hop| hop.split(';'))
            .all(is_local_hop)
}

/// The values of a header; a value that is no text names nothing of this machine.
fn texts<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(name).iter();
    values.map(|value| value.to_str().unwrap_or("?").trim())
}

/// The parts of a header that is a list.
fn listed<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let parts = texts(headers, name).flat_map(|value| value.split(','));
    parts.map(str::trim).filter(|part| !part.is_empty())
}

/// Whether a parameter of `Forwarded`, such as `host=localhost`, names this machine or nothing.
fn is_local_hop(parameter: &str) -> bool {
    let parameter = parameter.trim();
    if parameter.is_empty() {
        return true;
    }
    let Some((name, value)) = parameter.split_once('=') else {
        return false;
    };
    let value = value.trim().trim_matches('"');
    match name.trim().to_ascii_lowercase().as_str() {
        "host" => is_this_machine(value),
        "for" => is_loopback(value),
        _ => true,
    }
}

/// Whether a host, with or without a port, is a name that only this machine has.
fn is_this_machine(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.to_ascii_lowercase();
    let is_below = |name: &str| {
        let label = name.strip_suffix(".localhost");
        label.is_some_and(|label| !label.is_empty() && label.bytes().all(is_of_a_name))
    };
    let address = name.parse::<Ipv4Addr>();
    name == "localhost"
        || name == "[::1]"
        || is_below(&name)
        || address.is_ok_and(|address| address.is_loopback())
}

fn is_of_a_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_')
}

/// Whether an address, with or without a port, is loopback.
fn is_loopback(address: &str) -> bool {
    let alone = address.trim_start_matches('[').trim_end_matches(']');
    let alone = alone.parse::<IpAddr>().ok();
    let address = alone.or_else(|| Some(address.parse::<SocketAddr>().ok()?.ip()));
    address.is_some_and(|address| address.to_canonical().is_loopback())
}
