//! The web host and the Android app that may read a code from a message and fill it in.

use url::Host;

/// The host of the web pages that may read the code of a message (WebOTP, Safari's AutoFill): a DNS name in
/// lower case without scheme or port, such as `shop.example`; or `localhost`, for development.
///
/// The host may differ from the hosts of the application's origins, since a page that reads the code need not
/// call the service from the browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebHost(String);

/// The reason why a text is not a [`WebHost`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a web host is a domain name without scheme and port, such as shop.example")]
pub struct InvalidWebHost;

impl WebHost {
    /// Checks and takes `text`. Capitals become small letters; a name in another script takes the form that
    /// browsers give it (`xn--...`).
    ///
    /// # Errors
    /// [`InvalidWebHost`] for an address, for a name of one label other than `localhost`, and for anything with
    /// a scheme, a port or a path.
    pub fn parse(text: &str) -> Result<Self, InvalidWebHost> {
        // Refuse a percent sign, since the URL parser would decode it.
        if text.contains('%') {
            return Err(InvalidWebHost);
        }
        match Host::parse(text) {
            Ok(Host::Domain(name)) if name == "localhost" || is_public(&name) => Ok(Self(name)),
            _ => Err(InvalidWebHost),
        }
    }

    /// The host as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns whether `name` could be registered: its labels consist of letters, digits and inner hyphens, and the
/// last label is not a number.
fn is_public(name: &str) -> bool {
    let label = |label: &str| {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        (1..=63).contains(&label.len())
            && label.bytes().all(plain)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let Some((_, last)) = name.rsplit_once('.') else {
        return false;
    };
    let top = last.len() >= 2
        && (last.starts_with("xn--") || last.bytes().all(|b| b.is_ascii_lowercase()));
    name.len() <= 253 && name.split('.').all(label) && top
}

/// The hash by which Google Play services know the Android app that a message is for (SMS Retriever): exactly
/// 11 characters of `A-Z a-z 0-9 + /`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AndroidAppHash(String);

/// The reason why a text is not an [`AndroidAppHash`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an Android app hash has exactly 11 characters of A-Z a-z 0-9 + /")]
pub struct InvalidAndroidAppHash;

impl AndroidAppHash {
    /// Checks and takes `text`.
    ///
    /// # Errors
    /// [`InvalidAndroidAppHash`] when it has another length or another character.
    pub fn parse(text: &str) -> Result<Self, InvalidAndroidAppHash> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'+' || b == b'/';
        if text.len() == 11 && text.bytes().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidAndroidAppHash)
        }
    }

    /// The hash as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_web_host_that_is_no_domain_name_is_refused() {
        for (text, host) in [
            ("shop.example", "shop.example"),
            ("Login.Shop.Example", "login.shop.example"),
            ("a-1.co.uk", "a-1.co.uk"),
            ("localhost", "localhost"),
            ("商城.中国", "xn--czru2d.xn--fiqs8s"),
            ("xn--czru2d.xn--fiqs8s", "xn--czru2d.xn--fiqs8s"),
        ] {
            assert_eq!(WebHost::parse(text).unwrap().as_str(), host, "{text:?}");
        }
        let label = "a".repeat(64);
        let long = format!("{}.example", ["a"; 124].join("."));
        for bad in [
            "",
            " ",
            "shop",
            "com",
            "https://shop.example",
            "shop.example:8443",
            "localhost:3000",
            "shop.example/",
            "shop.example.",
            ".shop.example",
            "shop..example",
            "-shop.example",
            "shop-.example",
            "sh_op.example",
            "*.shop.example",
            "shop example.com",
            "shop.example\n@evil.example",
            "@shop.example",
            "u@shop.example",
            "shop%2eexample",
            "127.0.0.1",
            "127.1",
            "[::1]",
            "shop.1",
            "shop.e",
            "shop.ex1",
            &format!("{label}.example"),
            &long,
        ] {
            assert_eq!(WebHost::parse(bad), Err(InvalidWebHost), "{bad:?}");
        }
    }

    #[test]
    fn an_android_app_hash_is_eleven_characters_of_base64() {
        for hash in ["FA+9qCX9VSu", "u0tUcRo4UQ7", "///////////"] {
            assert_eq!(AndroidAppHash::parse(hash).unwrap().as_str(), hash);
        }
        for bad in [
            "",
            "FA+9qCX9VS",
            "FA+9qCX9VSuu",
            "FA+9qCX9VS=",
            "FA-9qCX9VSu",
            "FA+9qCX9VS ",
            "FA+9qCX9é",
        ] {
            assert_eq!(
                AndroidAppHash::parse(bad),
                Err(InvalidAndroidAppHash),
                "{bad:?}"
            );
        }
    }
}
