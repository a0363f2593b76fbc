//! A URL with placeholders in its path and its query. Values are encoded, and no value leads to another host or path.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;

use super::encoded::{check_escapes, check_query};
use super::placeholders::{MessageValues, Pattern, Placeholder};
use crate::account::InvalidSetup;
use crate::egress::{InvalidUrl, Reach};

/// The characters that are percent-encoded: all that have a meaning in a URL, and all that are not ASCII.
const MEANS_SOMETHING: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A URL with placeholders in its path and its query.
pub(super) struct Address {
    base: Url,
    path: Pattern,
    query: Option<Pattern>,
    /// The whole URL, where it has no placeholders.
    fixed: Option<Url>,
}

impl Address {
    pub(super) fn parse(text: &str, reach: Reach) -> Result<Self, InvalidSetup> {
        let refused = |why| InvalidSetup::setting("url", why);
        let odd = |c: char| c <= ' ' || c == '\x7f' || c == '\\' || c == '#';
        let (scheme, rest) = text
            .split_once("://")
            .ok_or_else(|| refused(InvalidUrl::Form))?;
        if text.contains(odd) {
            return Err(refused(InvalidUrl::Form));
        }
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (host, tail) = rest.split_at(end);
        if [scheme, host].iter().any(|part| part.contains(['{', '}'])) {
            let why = "placeholders may stand in the path and in the query only";
            return Err(InvalidSetup::setting("url", why));
        }
        let base = reach.url(&format!("{scheme}://{host}/")).map_err(refused)?;
        let (path, query) = match tail.split_once('?') {
            None => (tail, None),
            Some((path, query)) => {
                check_query("url", query)?;
                (path, Some(Pattern::of("url", query)?))
            }
        };
        check_escapes("url", path)?;
        let path = if path.is_empty() { "/" } else { path };
        let path = Pattern::of("url", path)?;
        let address = Self {
            base,
            path,
            query,
            fixed: None,
        };
        let probe = address
            .with(|_| "0".into())
            .ok_or_else(|| InvalidSetup::setting("url", "the path must not have . or .. in it"))?;
        let is_fixed = address.placeholders().next().is_none();
        Ok(Self {
            fixed: is_fixed.then_some(probe),
            ..address
        })
    }

    /// The scheme, the host and the port, which no message changes.
    pub(super) fn origin(&self) -> &Url {
        &self.base
    }

    pub(super) fn placeholders(&self) -> impl Iterator<Item = Placeholder> {
        let query = self.query.iter().flat_map(Pattern::placeholders);
        self.path.placeholders().chain(query)
    }

    /// The URL for one message; `None` when a value would lead to another path.
    pub(super) fn fill(&self, values: MessageValues<'_>) -> Option<Url> {
        match &self.fixed {
            Some(url) => Some(url.clone()),
            None => self.with(|placeholder| values.value(placeholder)),
        }
    }

    fn with<'a>(&self, value: impl Fn(Placeholder) -> Cow<'a, str>) -> Option<Url> {
        let encoded = |placeholder| {
            let value = value(placeholder);
            Cow::from(utf8_percent_encode(&value, MEANS_SOMETHING).to_string())
        };
        let mut url = self.base.clone();
        url.set_path(&self.path.with(encoded));
        url.set_query(
            self.query
                .as_ref()
                .map(|query| query.with(encoded))
                .as_deref(),
        );
        let slashes = |text: &str| text.matches('/').count();
        let written: usize = self.path.words().map(slashes).sum();
        (slashes(url.path()) == written).then_some(url)
    }
}
