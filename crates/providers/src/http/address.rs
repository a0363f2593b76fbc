//! A URL with gaps. Whatever fills them, it leads to the same host.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;

use super::gaps::{Filling, Gap, Template};
use crate::account::InvalidSetup;
use crate::egress::{InvalidUrl, Reach};

/// What has a meaning somewhere in a URL, and everything that is not ASCII.
const MEANS_SOMETHING: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A URL with gaps in its path and its query.
pub(super) struct Address {
    base: Url,
    path: Template,
    query: Option<Template>,
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
            Some((path, query)) => (path, Some(Template::of("url", query)?)),
        };
        let path = if path.is_empty() { "/" } else { path };
        let path = Template::of("url", path)?;
        let address = Self { base, path, query };
        let probe = address.with(|_| "0".into());
        probe
            .ok_or_else(|| InvalidSetup::setting("url", "the path must not have . or .. in it"))?;
        Ok(address)
    }

    pub(super) fn gaps(&self) -> impl Iterator<Item = Gap> {
        let query = self.query.iter().flat_map(Template::gaps);
        self.path.gaps().chain(query)
    }

    /// `None` when what fills the path would lead to another one.
    pub(super) fn fill(&self, filling: Filling<'_>) -> Option<Url> {
        self.with(|gap| filling.value(gap))
    }

    fn with<'a>(&self, value: impl Fn(Gap) -> Cow<'a, str>) -> Option<Url> {
        let encoded = |gap| {
            let value = value(gap);
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
