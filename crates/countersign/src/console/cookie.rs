//! The cookie that names a session, and how cookies of pages are read and set.
//!
//! With https its name begins with `__Host-`: no neighbour below the same domain can set it, and no page over plain HTTP.
//! Over plain HTTP on this machine its name has the port: cookies do not tell ports apart, and two services would sign each
//! other's people out.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

/// The cookie of the service at one address.
#[derive(Debug, Clone)]
pub(super) struct Cookie {
    name: String,
    /// Whether browsers send it over https alone.
    is_secure: bool,
}

impl Cookie {
    /// The cookie of a service in development that others reach at `url`.
    pub(super) fn of_development(url: &str) -> Self {
        let port = url.rsplit(':').next().unwrap_or_default();
        let port: String = port.chars().take_while(char::is_ascii_digit).collect();
        Self {
            name: format!("countersign-dev-{port}"),
            is_secure: false,
        }
    }

    /// The cookie of a console at `url`. Over plain HTTP on loopback it is that of development.
    pub(super) fn of_production(url: &str) -> Self {
        match url.starts_with("http://") {
            true => Self::of_development(url),
            false => Self {
                name: "__Host-countersign".to_owned(),
                is_secure: true,
            },
        }
    }

    /// The token that a request shows.
    pub(super) fn shown<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        value(headers, &self.name)
    }

    /// The header that gives a browser this token until the browser ends.
    pub(super) fn give(&self, token: &str) -> Option<HeaderValue> {
        HeaderValue::from_str(&format!("{}={token}; {}", self.name, self.rules())).ok()
    }

    /// The header that takes the token away.
    pub(super) fn take(&self) -> Option<HeaderValue> {
        let gone = format!("{}=; {}; Max-Age=0", self.name, self.rules());
        HeaderValue::from_str(&gone).ok()
    }

    fn rules(&self) -> &'static str {
        match self.is_secure {
            true => "Path=/; Secure; HttpOnly; SameSite=Lax",
            false => "Path=/; HttpOnly; SameSite=Lax",
        }
    }
}

/// The value of the cookie of this name that a request shows.
pub(super) fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let values = headers.get_all(header::COOKIE).iter();
    let mut pairs = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let found = pairs.find(|(held, _)| *held == name);
    found.map(|(_, value)| value)
}

/// Gives the browser a cookie for pages of the console, for `life` seconds: no script reads it, and no other site's page sends it.
pub(super) fn set(answer: &mut Response, name: &str, value: &str, life: u32) {
    let cookie =
        format!("{name}={value}; Path=/console; Max-Age={life}; HttpOnly; SameSite=Strict");
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
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

    // shows: G2
    #[test]
    fn a_cookie_over_https_is_for_this_host_alone() {
        let cookie = Cookie::of_production("https://console.example.com");
        let rules = "Path=/; Secure; HttpOnly; SameSite=Lax";
        let given = cookie.give("token").unwrap();
        assert_eq!(given, format!("__Host-countersign=token; {rules}"));
        let gone = cookie.take().unwrap();
        assert_eq!(gone, format!("__Host-countersign=; {rules}; Max-Age=0"));
        let local = Cookie::of_production("http://127.0.0.1:8481");
        assert!(
            !local
                .give("token")
                .unwrap()
                .to_str()
                .unwrap()
                .contains("Secure")
        );
    }
}
