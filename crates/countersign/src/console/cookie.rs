//! The cookie that names a session.
//!
//! Over plain HTTP on this machine its name has the port: cookies do not tell ports apart, and two services would sign each
//! other's people out.

use axum::http::{HeaderMap, HeaderValue, header};

/// The cookie of the service at one address.
#[derive(Debug, Clone)]
pub(super) struct Cookie {
    name: String,
}

impl Cookie {
    /// The cookie of a service in development that others reach at `url`.
    pub(super) fn of_development(url: &str) -> Self {
        let port = url.rsplit(':').next().unwrap_or_default();
        let port: String = port.chars().take_while(char::is_ascii_digit).collect();
        Self {
            name: format!("countersign-dev-{port}"),
        }
    }

    /// The token that a request shows.
    pub(super) fn shown<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        let values = headers.get_all(header::COOKIE).iter();
        let mut pairs = values
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='));
        pairs
            .find(|(name, _)| *name == self.name)
            .map(|(_, value)| value)
    }

    /// The header that gives a browser this token until the browser ends.
    pub(super) fn give(&self, token: &str) -> Option<HeaderValue> {
        HeaderValue::from_str(&format!(
            "{}={token}; Path=/; HttpOnly; SameSite=Lax",
            self.name
        ))
        .ok()
    }

    /// The header that takes the token away.
    pub(super) fn take(&self) -> Option<HeaderValue> {
        let gone = format!("{}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0", self.name);
        HeaderValue::from_str(&gone).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_services_on_one_machine_have_two_cookies() {
        let (one, other) = (
            Cookie::of_development("http://127.0.0.1:8480"),
            Cookie::of_development("http://localhost:8490"),
        );
        let both = HeaderValue::from_static(
            "a=b; countersign-dev-8490=second; countersign-dev-8480=first",
        );
        let headers = [(header::COOKIE, both)].into_iter().collect();
        assert_eq!(
            (one.shown(&headers), other.shown(&headers)),
            (Some("first"), Some("second"))
        );
    }
}
