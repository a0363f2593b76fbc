//! Refusals of heads that are no HTTP or too large. The HTTP library answers them without a body; a call of the API
//! gets the body that every other answer of the API has.

use std::fmt;
use std::sync::Arc;

use axum::http::StatusCode;

/// Makes a refusal with this status, head and body; `None` where the answer of the HTTP library will do.
#[derive(Clone)]
pub struct Refusals(Arc<Answer>);

type Answer = dyn Fn(StatusCode, Refused) -> Option<Vec<u8>> + Send + Sync;

/// The request that is refused, as far as its first line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// A call of the API, whose answer has a body.
    Call,
    /// Anything else.
    Other,
}

impl fmt::Debug for Refusals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refusals").finish_non_exhaustive()
    }
}

impl Refusals {
    /// Refusals that `answer` makes.
    pub fn new(
        answer: impl Fn(StatusCode, Refused) -> Option<Vec<u8>> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(answer))
    }

    /// Leaves every refusal to the HTTP library.
    #[must_use]
    pub fn bare() -> Self {
        Self::new(|_, _| None)
    }

    /// Returns the bytes to send instead of `answer`, the beginning of a refusal by the HTTP library.
    pub(super) fn instead_of(&self, answer: &[u8], refused: Refused) -> Option<Vec<u8>> {
        let status = answer.strip_prefix(b"HTTP/1.1 ")?.get(..3)?;
        (self.0)(StatusCode::from_bytes(status).ok()?, refused)
    }
}

/// Tells a call of the API from other requests, by the first bytes of a head.
pub(super) fn refused(head: &[u8]) -> Refused {
    let mut words = head.splitn(3, |byte| *byte == b' ');
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        return Refused::Other;
    };
    let path = target.iter().skip_while(|byte| **byte == b'/');
    let path: Vec<_> = path.take(4).copied().collect();
    let is_api = target.starts_with(b"/") && (path == b"api/" || path == b"api");
    match is_api && method != b"HEAD" {
        true => Refused::Call,
        false => Refused::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_of_the_api_is_known_by_its_first_line() {
        for head in [
            "GET /api/v3/x HTTP/1.1",
            "POST //api/v3/send-sms?x",
            "GET /api HTTP/1.1",
        ] {
            assert_eq!(refused(head.as_bytes()), Refused::Call, "{head}");
        }
        for head in [
            "HEAD /api/v3/x HTTP/1.1",
            "GET /apis HTTP/1.1",
            "GET / HTTP/1.1",
            "GET",
            "",
        ] {
            assert_eq!(refused(head.as_bytes()), Refused::Other, "{head}");
        }
    }
}
