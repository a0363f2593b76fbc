//! A tenant's product.

mod name;
mod token_algorithm;

use std::ops::Deref;
use std::sync::Arc;

use url::Url;

use crate::autofill::{AndroidAppHash, WebHost};
use crate::country_rules::Countries;
use crate::language::Languages;
use crate::network::Networks;
use crate::phone::{Country, InvalidPhone, PhoneNumber};
use crate::time::Timestamp;

pub use name::{AppName, InvalidAppName, InvalidSmsName, SmsName};
pub use token_algorithm::TokenAlgorithm;

/// An application. Anyone may know its id (`x-authing-app-id`); its own servers prove themselves by a secret.
///
/// This type does not hold the secret: the store keeps a keyed MAC of it and answers whether a secret matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// The public id.
    pub id: AppId,
    /// The name that operators read.
    pub name: AppName,
    /// The name in messages, where it is not the same; see [`Application::name_in_messages`].
    pub sms_name: Option<SmsName>,
    /// The origins of the web pages that may call on behalf of the application.
    pub origins: Origins,
    /// The addresses of its servers, which send for end users.
    pub backends: Networks,
    /// The host whose web pages may read the application's codes from messages.
    pub web_host: Option<WebHost>,
    /// The hash of the Android app that may read the application's messages.
    pub android_app_hash: Option<AndroidAppHash>,
    /// The country in which a number that names none is read; the mainland of China where absent.
    pub default_country: Option<Country>,
    /// The countries that it sends to, among those that the deployment allows.
    pub allowed_countries: Countries,
    /// The languages of its messages.
    pub languages: Languages,
    /// Whether its callers can solve a [challenge](crate::challenge).
    pub challenges: bool,
    /// The algorithm that signs its verification tokens.
    pub token_algorithm: TokenAlgorithm,
    /// The time at which the application was created.
    pub created_at: Timestamp,
}

impl Application {
    /// Returns the name that messages carry: the one that was chosen for them, else the name, where it obeys the
    /// rules of texts, else [none](SmsName::none).
    #[must_use]
    pub fn name_in_messages(&self) -> &SmsName {
        self.sms_name.as_ref().unwrap_or(self.name.in_messages())
    }

    /// Reads a number as the people of this application write it ([`PhoneNumber::parse_at`]).
    ///
    /// # Errors
    /// Those of [`PhoneNumber::parse_at`].
    pub fn phone(
        &self,
        number: &str,
        calling_code: Option<&str>,
    ) -> Result<PhoneNumber, InvalidPhone> {
        PhoneNumber::parse_at(self.home(), number, calling_code)
    }

    /// Returns the country in which a number that names none is read.
    #[must_use]
    pub fn home(&self) -> Country {
        self.default_country.unwrap_or(Country::CHINA)
    }
}

/// The public id of an application: 1 to 64 characters of `A-Z a-z 0-9 - _`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AppId(Arc<str>);

/// The reason why a text is not an [`AppId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an application id has 1 to 64 characters of A-Z a-z 0-9 - _")]
pub struct InvalidAppId;

impl AppId {
    /// Checks and takes `text`.
    ///
    /// # Errors
    /// [`InvalidAppId`] when it is empty, too long or has another character.
    pub fn parse(text: &str) -> Result<Self, InvalidAppId> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if text.is_empty() || text.len() > 64 || !text.chars().all(allowed) {
            return Err(InvalidAppId);
        }
        Ok(Self(text.into()))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The origins whose web pages may call as an application: at most [`Origins::MOST`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origins(Vec<Origin>);

/// The reason why a list is not an [`Origins`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an application has at most {} origins", Origins::MOST)]
pub struct TooManyOrigins;

impl Origins {
    /// The maximum number of origins of one application.
    pub const MOST: usize = 20;

    /// Takes `origins`.
    ///
    /// # Errors
    /// [`TooManyOrigins`] when there are more than [`Origins::MOST`].
    pub fn new(origins: Vec<Origin>) -> Result<Self, TooManyOrigins> {
        if origins.len() > Self::MOST {
            return Err(TooManyOrigins);
        }
        Ok(Self(origins))
    }
}

impl Deref for Origins {
    type Target = [Origin];

    fn deref(&self) -> &[Origin] {
        &self.0
    }
}

/// The place a web page comes from: `https://shop.example`, `http://localhost:3000`, `http://localhost:*` for any port
/// of this machine, or an app's own scheme, such as `capacitor://localhost`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

/// The reason why a text is not an [`Origin`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an origin is a scheme, a host and a port, such as https://shop.example")]
pub struct InvalidOrigin;

impl Origin {
    /// Checks and takes `text`.
    ///
    /// # Errors
    /// [`InvalidOrigin`] when it has a path, is of a scheme whose pages have no origin of their own, or has a wildcard
    /// anywhere except as the port of this machine.
    pub fn parse(text: &str) -> Result<Self, InvalidOrigin> {
        if LOCAL
            .iter()
            .any(|host| text.strip_prefix(host) == Some(":*"))
        {
            return Ok(Self(text.to_owned()));
        }
        if let Some(origin) = of_an_app(text) {
            return Ok(Self(origin));
        }
        let url = Url::parse(text).map_err(|_| InvalidOrigin)?;
        let origin = url.origin().ascii_serialization();
        let http = matches!(url.scheme(), "http" | "https");
        // Refuse everything beyond an origin: user, path, query, fragment and wildcards.
        let only = url.as_str().trim_end_matches('/') == origin && !origin.contains('*');
        if http && only {
            Ok(Self(origin))
        } else {
            Err(InvalidOrigin)
        }
    }

    /// Returns whether the `Origin` header of a browser names this origin.
    #[must_use]
    pub fn matches(&self, header: &str) -> bool {
        match self.0.strip_suffix(":*") {
            None => self.0 == header,
            Some(host) => match header.strip_prefix(host) {
                Some("") => true,
                Some(port) => port
                    .strip_prefix(':')
                    .is_some_and(|port| port.parse::<u16>().is_ok()),
                None => false,
            },
        }
    }

    /// The origin as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Reads the origin of an app that shows pages under a scheme of its own: the scheme, `://`, a name and perhaps a port.
/// The name is kept as it is: browsers compare it letter by letter.
fn of_an_app(text: &str) -> Option<String> {
    let (scheme, host) = text.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let (name, port) = host.split_once(':').unwrap_or((host, "1"));
    let is_of_a_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    let is_of_a_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    let is_app = scheme.starts_with(|first: char| first.is_ascii_lowercase())
        && scheme.bytes().all(is_of_a_scheme)
        && !NOT_OF_APPS.contains(&scheme.as_str())
        && !name.is_empty()
        && name.bytes().all(is_of_a_name)
        && port.bytes().all(|byte| byte.is_ascii_digit())
        && port.parse::<u16>().is_ok();
    is_app.then(|| format!("{scheme}://{host}"))
}

/// The schemes of the web, and those whose pages have no origin.
const NOT_OF_APPS: [&str; 11] = [
    "http",
    "https",
    "ws",
    "wss",
    "ftp",
    "file",
    "data",
    "blob",
    "javascript",
    "about",
    "null",
];

/// The hosts whose port may be a wildcard.
const LOCAL: [&str; 2] = ["http://localhost", "http://127.0.0.1"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_with_anything_else_is_refused() {
        for (text, origin) in [
            ("https://shop.example", "https://shop.example"),
            ("https://Shop.Example/", "https://shop.example"),
            ("https://shop.example:443", "https://shop.example"),
            ("http://localhost:3000", "http://localhost:3000"),
            ("http://localhost:*", "http://localhost:*"),
            ("capacitor://localhost", "capacitor://localhost"),
            ("Ionic://localhost", "ionic://localhost"),
            ("tauri://localhost:1420", "tauri://localhost:1420"),
            (
                "chrome-extension://abcdefghijklmnop",
                "chrome-extension://abcdefghijklmnop",
            ),
            ("com.example.app://Main", "com.example.app://Main"),
        ] {
            assert_eq!(Origin::parse(text).unwrap().as_str(), origin);
        }
        for bad in [
            "",
            "*",
            "null",
            "shop.example",
            "https://*.example",
            "https://shop.example:*",
            "https://a/b",
            "https://u@a",
            "https://a?x",
            "ftp://a",
            "file:///x",
            "javascript:x",
            "http://localhost:*/x",
            "capacitor://",
            "capacitor://*",
            "capacitor://localhost/",
            "capacitor://localhost:*",
            "capacitor://localhost:99999",
            "capacitor://u@localhost",
            "file://localhost",
            "1app://localhost",
            "://localhost",
        ] {
            assert_eq!(Origin::parse(bad), Err(InvalidOrigin), "{bad:?}");
        }
    }

    #[test]
    fn an_origin_matches_itself_and_a_wildcard_matches_ports() {
        let shop = Origin::parse("https://shop.example").unwrap();
        assert!(shop.matches("https://shop.example"));
        for other in [
            "https://shop.example.evil.com",
            "http://shop.example",
            "https://shop.example:444",
            "null",
            "",
        ] {
            assert!(!shop.matches(other), "{other:?}");
        }
        let local = Origin::parse("http://localhost:*").unwrap();
        for port in ["http://localhost", "http://localhost:3000"] {
            assert!(local.matches(port), "{port}");
        }
        for other in [
            "http://localhost.evil.com",
            "http://localhost:3000.evil.com",
            "http://localhost:",
            "https://localhost:3000",
        ] {
            assert!(!local.matches(other), "{other:?}");
        }
    }

    #[test]
    fn a_long_or_odd_application_id_is_refused() {
        assert!(AppId::parse("dev-app").is_ok());
        assert!(AppId::parse("64f0c2_A").is_ok());
        for bad in ["", "a b", "é", "a/b", &"x".repeat(65)] {
            assert_eq!(AppId::parse(bad), Err(InvalidAppId), "{bad:?}");
        }
    }
}
