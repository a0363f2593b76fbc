use hyper::Uri;
use hyper::http::uri::Scheme;

use crate::Error;

/// The address of the API.
#[derive(Debug, Clone)]
pub(crate) struct AppHost {
    uri: Uri,
    /// The host and, where given, the port.
    authority: String,
    /// The path that the API's own paths are appended to; no slash at its end.
    base: String,
}

const CONSTRAINT: &str =
    "app_host must be an http or https address such as https://sms.example.com";

impl AppHost {
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let constraint = || Error::configuration(CONSTRAINT);
        let uri: Uri = text.trim().parse().map_err(|_| constraint())?;
        let authority = uri.authority().ok_or_else(constraint)?;
        if authority.as_str().contains('@') {
            return Err(Error::configuration(
                "app_host must not hold a user name or a password",
            ));
        }
        let scheme = matches!(uri.scheme_str(), Some("http" | "https"));
        let no_port = authority.as_str() == authority.host();
        let port = no_port || authority.port_u16().is_some();
        if !scheme || !port || authority.host().is_empty() {
            return Err(constraint());
        }
        let authority = authority.to_string();
        if uri.query().is_some() {
            return Err(Error::configuration("app_host must not have a query"));
        }
        let base = uri.path().trim_end_matches('/').to_owned();
        Ok(Self {
            uri,
            authority,
            base,
        })
    }

    pub(crate) fn is_https(&self) -> bool {
        self.uri.scheme() == Some(&Scheme::HTTPS)
    }

    pub(crate) fn uri(&self) -> &Uri {
        &self.uri
    }

    /// Returns the host and, where given, the port: the value of a `Host` header.
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }

    /// Returns the host, an IPv6 address without brackets.
    #[cfg(feature = "rustls")]
    pub(crate) fn name(&self) -> &str {
        self.uri.host().unwrap_or_default().trim_matches(['[', ']'])
    }

    /// Returns the default issuer of the service's tokens.
    #[cfg(feature = "tokens")]
    pub(crate) fn issuer(&self) -> String {
        let scheme = if self.is_https() { "https" } else { "http" };
        format!("{scheme}://{}{}/oidc", self.authority, self.base)
    }

    /// Returns the path of `POST {app_host}{path}`.
    pub(crate) fn path(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_host_and_perhaps_a_path() {
        for (text, authority, path) in [
            ("http://127.0.0.1:8480", "127.0.0.1:8480", "/x"),
            ("https://sms.example.com/", "sms.example.com", "/x"),
            (
                " HTTPS://sms.example.com/otp// ",
                "sms.example.com",
                "/otp/x",
            ),
            ("http://[::1]:80", "[::1]:80", "/x"),
        ] {
            let host = AppHost::parse(text).unwrap();
            assert_eq!(
                (host.authority(), host.path("/x").as_str()),
                (authority, path)
            );
        }
    }

    #[cfg(feature = "tokens")]
    #[test]
    fn an_address_names_an_issuer() {
        for (text, issuer) in [
            ("http://127.0.0.1:8480", "http://127.0.0.1:8480/oidc"),
            ("https://sms.example.com/", "https://sms.example.com/oidc"),
            (
                " HTTPS://sms.example.com/otp// ",
                "https://sms.example.com/otp/oidc",
            ),
        ] {
            assert_eq!(AppHost::parse(text).unwrap().issuer(), issuer);
        }
    }

    #[test]
    fn an_invalid_address_is_refused_without_repeating_it() {
        for text in [
            "",
            "127.0.0.1:8480",
            "sms.example.com",
            "/api",
            "ftp://sms.example.com",
            "https://",
            "https://:443",
            "https://user:hunter2@sms.example.com",
            "https://sms.example.com/?key=hunter2",
            "https://例子.example.com",
            "https://sms.example.com:99999",
        ] {
            let error = AppHost::parse(text).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{text}");
        }
    }
}
