//! Refusals of heads that are no HTTP or too large. The HTTP library answers them without a body; a call of the API
//! gets the body that every other answer of the API has.

use std::fmt;
use std::sync::Arc;

use axum::http::StatusCode;

/// Makes the JSON of a refusal with this status; `None` where the answer of the HTTP library will do.
#[derive(Clone)]
pub struct Refusals(Arc<Body>);

type Body = dyn Fn(StatusCode) -> Option<Vec<u8>> + Send + Sync;

impl fmt::Debug for Refusals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refusals").finish_non_exhaustive()
    }
}

impl Refusals {
    /// Refusals with the bodies that `body` makes.
    pub fn new(body: impl Fn(StatusCode) -> Option<Vec<u8>> + Send + Sync + 'static) -> Self {
        Self(Arc::new(body))
    }

    /// Leaves every refusal to the HTTP library.
    #[must_use]
    pub fn bare() -> Self {
        Self::new(|_| None)
    }

    /// Returns the bytes to send instead of `answer`, the beginning of a refusal by the HTTP library.
    pub(super) fn instead_of(&self, answer: &[u8]) -> Option<Vec<u8>> {
        let status = answer.strip_prefix(b"HTTP/1.1 ")?.get(..3)?;
        let status = StatusCode::from_bytes(status).ok()?;
        let body = (self.0)(status)?;
        let head = format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
             cache-control: no-store\r\nx-content-type-options: nosniff\r\nconnection: close\r\n\r\n",
            body.len()
        );
        Some([head.into_bytes(), body].concat())
    }
}

/// Whether the head of a request that begins with these bytes is a call of the API whose answer has a body.
pub(super) fn is_call(head: &[u8]) -> bool {
    let mut words = head.splitn(3, |byte| *byte == b' ');
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        return false;
    };
    let path = target.iter().skip_while(|byte| **byte == b'/');
    let path: Vec<_> = path.take(4).copied().collect();
    method != b"HEAD" && target.starts_with(b"/") && (path == b"api/" || path == b"api")
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
            assert!(is_call(head.as_bytes()), "{head}");
        }
        for head in [
            "HEAD /api/v3/x HTTP/1.1",
            "GET /apis HTTP/1.1",
            "GET / HTTP/1.1",
            "GET",
            "",
        ] {
            assert!(!is_call(head.as_bytes()), "{head}");
        }
    }
}
