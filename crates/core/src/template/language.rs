//! The languages of the built-in texts.

use crate::language::LanguageTag;

/// A language that has built-in texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    /// Simplified Chinese.
    ZhCn,
    /// Traditional Chinese.
    ZhTw,
    /// English.
    EnUs,
    /// Japanese.
    JaJp,
}

impl Language {
    /// Every language that has built-in texts.
    pub const ALL: [Language; 4] = [
        Language::ZhCn,
        Language::ZhTw,
        Language::EnUs,
        Language::JaJp,
    ];

    /// The tag of the language, such as `zh-CN`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Language::ZhCn => "zh-CN",
            Language::ZhTw => "zh-TW",
            Language::EnUs => "en-US",
            Language::JaJp => "ja-JP",
        }
    }

    /// The tag of the language.
    #[must_use]
    pub fn tag(self) -> LanguageTag {
        LanguageTag::of_built_in(self.as_str())
    }

    /// Returns the language whose built-in texts serve readers of `tag`: those in `en-US` serve `en-GB`, and those in
    /// `zh-TW` serve `zh-Hant`. `None` where no built-in text is in their language.
    #[must_use]
    pub fn serving(tag: &LanguageTag) -> Option<Self> {
        let traditional = |part| matches!(part, "Hant" | "TW" | "HK" | "MO");
        let mut parts = tag.as_str().split('-').skip(1);
        match tag.language() {
            "en" => Some(Language::EnUs),
            "ja" => Some(Language::JaJp),
            "zh" => match parts.find(|part| *part == "Hans" || traditional(part)) {
                None | Some("Hans") => Some(Language::ZhCn),
                Some(_) => Some(Language::ZhTw),
            },
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_texts_serve_every_tag_of_their_language() {
        for (tag, language) in [
            ("zh-CN", Some(Language::ZhCn)),
            ("zh", Some(Language::ZhCn)),
            ("zh-Hans-HK", Some(Language::ZhCn)),
            ("zh-TW", Some(Language::ZhTw)),
            ("zh-Hant", Some(Language::ZhTw)),
            ("zh-HK", Some(Language::ZhTw)),
            ("en-US", Some(Language::EnUs)),
            ("en-GB", Some(Language::EnUs)),
            ("ja", Some(Language::JaJp)),
            ("fr-FR", None),
            ("enm", None),
        ] {
            let tag = LanguageTag::parse(tag).unwrap();
            assert_eq!(Language::serving(&tag), language, "{tag:?}");
        }
    }
}
