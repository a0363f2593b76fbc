//! The languages of the console.

use axum::http::{HeaderMap, header};

/// A language of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    /// English as in the United States.
    English,
    /// Chinese as in the mainland.
    Chinese,
}

impl Language {
    /// All languages.
    pub(crate) const ALL: [Language; 2] = [Language::English, Language::Chinese];

    /// The tag, such as `en-US`.
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Language::English => "en-US",
            Language::Chinese => "zh-CN",
        }
    }

    /// The name of the language, in that language.
    pub(crate) const fn own_name(self) -> &'static str {
        match self {
            Language::English => "English",
            Language::Chinese => "中文",
        }
    }

    /// The language with this tag, or `None`.
    pub(crate) fn parse(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// The language that the browser prefers by `Accept-Language`; English where it names neither.
    pub(crate) fn asked(headers: &HeaderMap) -> Self {
        let values = headers.get_all(header::ACCEPT_LANGUAGE).iter();
        let ranges = values.filter_map(|value| value.to_str().ok());
        let ranges = ranges.flat_map(|value| value.split(','));
        let mut best = (0.0, Language::English);
        for range in ranges {
            let mut parts = range.split(';').map(str::trim);
            let tag = parts.next().unwrap_or_default();
            let weight = parts.find_map(|part| part.strip_prefix("q="));
            let weight: f32 = weight
                .map_or(Some(1.0), |weight| weight.parse().ok())
                .unwrap_or(0.0);
            let primary = tag.split('-').next().unwrap_or_default();
            let known = match primary.to_ascii_lowercase().as_str() {
                "en" => Language::English,
                "zh" => Language::Chinese,
                _ => continue,
            };
            // Of two that are liked equally, the first counts.
            if weight > best.0 {
                best = (weight, known);
            }
        }
        best.1
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_language_is_the_one_that_the_browser_likes_best() {
        for (accepted, language) in [
            ("zh-CN,zh;q=0.9,en;q=0.8", Language::Chinese),
            ("en-US,en;q=0.9,zh;q=0.8", Language::English),
            ("ZH", Language::Chinese),
            ("fr-FR, zh;q=0.3, en;q=0.2", Language::Chinese),
            ("zh;q=0", Language::English),
            ("zh;q=nan", Language::English),
            ("fr, *", Language::English),
            ("zho, enough", Language::English),
            ("", Language::English),
        ] {
            let accepted_value = HeaderValue::from_static(accepted);
            let headers = [(header::ACCEPT_LANGUAGE, accepted_value)]
                .into_iter()
                .collect();
            assert_eq!(Language::asked(&headers), language, "{accepted}");
        }
        assert_eq!(Language::asked(&HeaderMap::new()), Language::English);
    }
}
