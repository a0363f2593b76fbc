//! The tags of languages (RFC 5646), as far as messages have them.

use std::sync::Arc;

/// The tag of a language, such as `fr-FR`, in its usual spelling: `zh-Hant-TW`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LanguageTag(Arc<str>);

/// The parts of a tag, in the order in which they stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Language,
    ExtendedLanguage,
    Script,
    Region,
    Variant,
    /// The letter or digit that begins an extension.
    Singleton,
    Extension,
}

impl LanguageTag {
    /// The most characters of a tag.
    pub const LONGEST: usize = 35;

    /// Reads a well-formed tag in any case, with hyphens or underscores: a language of two or three letters, and perhaps
    /// a script, a region, variants and extensions. Whether they are registered is not looked up. `None` for any other
    /// text.
    ///
    /// ```
    /// use countersign_core::language::LanguageTag;
    /// assert_eq!(LanguageTag::parse("en_us").unwrap().as_str(), "en-US");
    /// assert_eq!(LanguageTag::parse("fr-"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > Self::LONGEST {
            return None;
        }
        let mut parts = text.split(['-', '_']);
        let language = parts.next()?;
        let letters = language.bytes().all(|byte| byte.is_ascii_alphabetic());
        if !letters || !matches!(language.len(), 2 | 3) {
            return None;
        }
        let (mut tag, mut last) = (language.to_ascii_lowercase(), Part::Language);
        for text in parts {
            last = last.next(text)?;
            tag.push('-');
            tag.push_str(&last.spell(text));
        }
        (last != Part::Singleton).then(|| Self(tag.into()))
    }

    /// American English, in which a message is written where there is no text in another language.
    #[must_use]
    pub fn english() -> Self {
        Self::of_built_in("en-US")
    }

    /// The tag of a language of built-in texts, which is in its usual spelling.
    pub(crate) fn of_built_in(tag: &'static str) -> Self {
        Self(tag.into())
    }

    /// The tag as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The language alone, such as `fr`.
    #[must_use]
    pub fn language(&self) -> &str {
        self.0.split('-').next().unwrap_or_default()
    }

    /// Returns the tag, and then the shorter ones that it is a case of: `zh-Hant-HK`, `zh-Hant`, `zh`.
    pub fn and_shorter(&self) -> impl Iterator<Item = LanguageTag> {
        let shorter = |tag: &LanguageTag| Some(Self(tag.0.rsplit_once('-')?.0.into()));
        std::iter::successors(Some(self.clone()), shorter)
    }
}

impl Part {
    /// Returns the part that `text` is after this one; `None` where it cannot stand there.
    fn next(self, text: &str) -> Option<Self> {
        let letters = text.bytes().all(|byte| byte.is_ascii_alphabetic());
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        if !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return None;
        }
        let next = match text.len() {
            1 => return (self != Part::Singleton).then_some(Part::Singleton),
            2..=8 if self >= Part::Singleton => Part::Extension,
            3 if letters => Part::ExtendedLanguage,
            4 if letters => Part::Script,
            2 if letters => Part::Region,
            3 if digits => Part::Region,
            4 if text.starts_with(|first: char| first.is_ascii_digit()) => Part::Variant,
            5..=8 => Part::Variant,
            _ => return None,
        };
        let repeats = matches!(next, Part::Variant | Part::Extension);
        (next > self || (next == self && repeats)).then_some(next)
    }

    /// Spells a part in the usual case.
    fn spell(self, text: &str) -> String {
        let lower = text.to_ascii_lowercase();
        match (self, lower.split_at_checked(1)) {
            (Part::Region, _) => lower.to_ascii_uppercase(),
            (Part::Script, Some((first, rest))) => first.to_ascii_uppercase() + rest,
            _ => lower,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_well_formed_tag_is_read_in_its_usual_spelling() {
        for (text, tag) in [
            ("fr-FR", "fr-FR"),
            ("EN_us", "en-US"),
            (" zh-hant-hk ", "zh-Hant-HK"),
            ("es-419", "es-419"),
            ("gsw", "gsw"),
            ("zh-yue-HK", "zh-yue-HK"),
            ("de-ch-1901", "de-CH-1901"),
            ("sl-rozaj-biske", "sl-rozaj-biske"),
            ("de-DE-u-co-phonebk", "de-DE-u-co-phonebk"),
            ("en-x-shop", "en-x-shop"),
        ] {
            let read = LanguageTag::parse(text);
            assert_eq!(read.as_ref().map(LanguageTag::as_str), Some(tag), "{text}");
            assert_eq!(LanguageTag::parse(tag), read, "{tag}");
        }
        for text in [
            "",
            "f",
            "french",
            "12",
            "fr-",
            "-FR",
            "fr--FR",
            "fr FR",
            "fr-FR-Latn",
            "fr-FR-BE",
            "fr-u",
            "fr-u-x-ab",
            "fr-é",
            "fr-abcdefghi",
            "français",
            "en-aaaaaaaa-bbbbbbbb-cccccccc-dddddddd",
            "fr,en",
            "*",
        ] {
            assert_eq!(LanguageTag::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_tag_is_a_case_of_its_shorter_ones() {
        let tag = LanguageTag::parse("zh-Hant-HK").unwrap();
        let tags: Vec<_> = tag.and_shorter().map(|tag| tag.0.to_string()).collect();
        assert_eq!(tags, ["zh-Hant-HK", "zh-Hant", "zh"]);
        assert_eq!(tag.language(), "zh");
    }
}
