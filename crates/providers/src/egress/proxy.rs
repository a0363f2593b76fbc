//! The address of an HTTP proxy, through which a network lets its requests out.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use reqwest::Url;

/// An HTTP proxy that makes tunnels (`CONNECT`).
#[derive(Clone)]
pub struct Proxy {
    /// Host and port.
    pub(super) authority: String,
    /// The value of `Proxy-Authorization`.
    pub(super) authorization: Option<String>,
}

/// Why a text names no proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a proxy is such as http://proxy.example:3128 or http://user:password@proxy.example:3128")]
pub struct InvalidProxy;

// The authorization is a secret.
impl std::fmt::Debug for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Proxy")
            .field("authority", &self.authority)
            .finish_non_exhaustive()
    }
}

impl Proxy {
    /// Reads the URL of a proxy.
    ///
    /// # Errors
    /// [`InvalidProxy`] where it is no URL of http, or has a path.
    pub fn parse(text: &str) -> Result<Self, InvalidProxy> {
        let url = Url::parse(text).map_err(|_| InvalidProxy)?;
        let is_plain = url.scheme() == "http"
            && matches!(url.path(), "" | "/")
            && url.query().is_none()
            && url.fragment().is_none();
        let host = url.host_str().filter(|_| is_plain).ok_or(InvalidProxy)?;
        let port = url.port_or_known_default().ok_or(InvalidProxy)?;
        Ok(Self {
            authority: format!("{host}:{port}"),
            authorization: authorization(&url),
        })
    }
}

fn authorization(url: &Url) -> Option<String> {
    let decoded = |text: &str| percent_decode_str(text).collect::<Vec<u8>>();
    let is_named = !url.username().is_empty() || url.password().is_some();
    let user = decoded(url.username());
    let password = decoded(url.password().unwrap_or_default());
    is_named.then(|| {
        format!(
            "Basic {}",
            STANDARD.encode([&user[..], b":", &password].concat())
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_a_url_with_or_without_a_password() {
        let plain = Proxy::parse("http://proxy.example").unwrap();
        assert_eq!(plain.authority, "proxy.example:80");
        assert_eq!(plain.authorization, None);
        let known = Proxy::parse("http://us%40er:pass@[::1]:3128/").unwrap();
        assert_eq!(known.authority, "[::1]:3128");
        assert_eq!(
            known.authorization.as_deref(),
            Some("Basic dXNAZXI6cGFzcw==")
        );
        assert!(!format!("{known:?}").contains("dXN"));
        for text in [
            "proxy:3128",
            "https://proxy",
            "socks5://proxy",
            "http://proxy/x",
            "http://proxy?x",
        ] {
            assert!(Proxy::parse(text).is_err(), "{text}");
        }
    }
}
