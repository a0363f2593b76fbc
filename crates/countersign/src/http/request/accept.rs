//! The choice between HTML and JSON by the header `Accept` (RFC 9110, section 12.5.1).

use axum::http::{HeaderMap, header};

/// Whether the caller prefers HTML to JSON. JSON is what a caller gets who does not say, or likes both equally.
pub(crate) fn prefers_html(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT).iter();
    let ranges: Vec<_> = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(Range::parse)
        .collect();
    quality(&ranges, "text", "html") > quality(&ranges, "application", "json")
}

/// One media range, such as `text/*;q=0.5`, in lower case.
struct Range {
    kind: String,
    subtype: String,
    /// The weight, in thousandths.
    weight: u16,
}

impl Range {
    /// `None` for a text that is no media range.
    fn parse(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        let mut parts = text.split(';').map(str::trim);
        let (kind, subtype) = parts.next()?.split_once('/')?;
        let weight = parts.find_map(|part| part.strip_prefix("q="));
        Some(Self {
            kind: kind.to_owned(),
            subtype: subtype.to_owned(),
            weight: weight.map_or(Some(1000), thousandths)?,
        })
    }

    /// How exactly the range names `kind/subtype`: 2 by both names, 1 by the first, 0 as `*/*`; `None` if it does not.
    fn names(&self, kind: &str, subtype: &str) -> Option<u8> {
        match (self.kind.as_str(), self.subtype.as_str()) {
            ("*", "*") => Some(0),
            (known, "*") if known == kind => Some(1),
            (known, exact) if known == kind && exact == subtype => Some(2),
            _ => None,
        }
    }
}

/// The weight of `kind/subtype`, in thousandths: that of the range that names it most exactly, and 0 if none does.
fn quality(ranges: &[Range], kind: &str, subtype: &str) -> u16 {
    let named = ranges
        .iter()
        .filter_map(|range| Some((range.names(kind, subtype)?, range.weight)));
    named.max().map_or(0, |(_, weight)| weight)
}

/// Reads a weight from 0 to 1 with at most three decimals.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let is_short = decimals.len() <= 3 && decimals.bytes().all(|byte| byte.is_ascii_digit());
    if !matches!(whole, "0" | "1") || !is_short {
        return None;
    }
    let weight: u16 = format!("{whole}{decimals:0<3}").parse().ok()?;
    (weight <= 1000).then_some(weight)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn prefers(accept: &[&'static str]) -> bool {
        let values = accept.iter().copied().map(HeaderValue::from_static);
        let headers = values.map(|value| (header::ACCEPT, value)).collect();
        prefers_html(&headers)
    }

    #[test]
    fn a_caller_that_weighs_html_higher_than_json_prefers_html() {
        for accept in [
            &["text/html"][..],
            &["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"],
            &["text/*"],
            &["TEXT/HTML;Q=0.5"],
            &["application/json;q=0.5, text/html ; q=0.501"],
            &["text/html;level=1;q=0.4, */*;q=0.3"],
            &["application/json;q=0, */*"],
            &["application/json;q=0.9", "text/html"],
            &["text/html;q=1.000, application/json;q=0.999"],
        ] {
            assert!(prefers(accept), "{accept:?}");
        }
    }

    #[test]
    fn any_other_caller_does_not_prefer_html() {
        for accept in [
            &[][..],
            &[""],
            &["*/*"],
            &["application/json"],
            &["text/html, application/json"],
            &["text/html;q=0.9, application/json"],
            &["text/html;q=0, */*"],
            &["text/html;q=0"],
            &["text/*;q=0.2, application/*;q=0.3"],
            &["text/*, text/html;q=0.1, application/json;q=0.2"],
            &["text/plain"],
            &["html"],
            &["text/html;q=2, */*;q=0.1"],
            &["text/html;q=0.1234, application/json;q=0.1"],
            &["text/html;q=, application/json;q=0.1"],
        ] {
            assert!(!prefers(accept), "{accept:?}");
        }
    }
}
