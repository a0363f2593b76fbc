//! The repeats of a call whose connection broke, and the key that makes them safe.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::time::Duration;

use hyper::header::HeaderValue;

use crate::{Error, ErrorKind};

/// The header that tells the service that a request is a repeat.
pub(crate) const HEADER: &str = "idempotency-key";

/// The pauses before the repeats of a call.
pub(crate) const PAUSES: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(1)];

/// The `statusCode` of a repeat that came while the first request was still under way.
const UNDER_WAY: u16 = 409;

/// Returns the header for a call: with the key that the program chose, or with a new one.
///
/// # Errors
/// [`ErrorKind::Configuration`] for a key that the service would refuse.
pub(crate) fn key(chosen: Option<&str>) -> Result<HeaderValue, Error> {
    let unusable =
        || Error::configuration("idempotency_key must have 1 to 255 visible ASCII characters");
    let key = chosen.map_or_else(fresh, str::to_owned);
    let is_visible = key.bytes().all(|byte| byte.is_ascii_graphic());
    match key.len() {
        1..=255 if is_visible => HeaderValue::from_str(&key).map_err(|_| unusable()),
        _ => Err(unusable()),
    }
}

/// Makes a key of 128 bits that no other call has. The standard library keys each `RandomState` anew, by randomness of
/// the operating system.
fn fresh() -> String {
    let half = || RandomState::new().hash_one(HEADER);
    format!("{:016x}{:016x}", half(), half())
}

/// Returns whether the same request may be made again, after this result of the request before.
pub(crate) fn is_due<T>(
    result: &Result<T, Error>,
    status_code: impl Fn(&T) -> u16,
    n: usize,
) -> bool {
    match result {
        Err(error) if n == 0 => error.kind() == ErrorKind::Interrupted,
        Err(error) => matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::Connect),
        Ok(answer) => n > 0 && status_code(answer) == UNDER_WAY,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_call_has_a_key_of_its_own() {
        let keys: HashSet<_> = (0..1_000).map(|_| fresh()).collect();
        assert_eq!(keys.len(), 1_000);
        assert!(keys.iter().all(|key| key.len() == 32));
    }

    #[test]
    fn a_chosen_key_is_sent_unchanged_or_refused() {
        assert_eq!(key(Some("order-1")).unwrap(), "order-1");
        for bad in ["", "a b", "é", &"k".repeat(256)] {
            assert_eq!(key(Some(bad)).unwrap_err().kind(), ErrorKind::Configuration);
        }
    }
}
