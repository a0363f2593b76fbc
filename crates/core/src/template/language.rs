//! The languages of messages.

use crate::phone::PhoneNumber;

/// The language of a message to a phone.
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
    /// Every language that a message may be in.
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

    /// Returns the language with this tag, or `None`.
    #[must_use]
    pub fn parse(tag: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|language| language.as_str() == tag)
    }

    /// Returns the language that the owner of `phone` most likely reads. The language of an API call is no
    /// evidence of it, since some official SDKs send one language for every user.
    #[must_use]
    pub fn of(phone: &PhoneNumber) -> Self {
        match phone.country().as_str() {
            "CN" => Language::ZhCn,
            "TW" | "HK" | "MO" => Language::ZhTw,
            "JP" => Language::JaJp,
            _ => Language::EnUs,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tag_leads_back_to_its_language() {
        for language in Language::ALL {
            assert_eq!(Language::parse(language.as_str()), Some(language));
        }
        for other in ["", "zh", "zh-cn", "en-GB", "fr-FR"] {
            assert_eq!(Language::parse(other), None, "{other:?}");
        }
    }

    #[test]
    fn a_number_is_read_in_the_language_of_its_country() {
        for (number, language) in [
            ("+8613800138000", Language::ZhCn),
            ("+886912345678", Language::ZhTw),
            ("+85251234567", Language::ZhTw),
            ("+85366123456", Language::ZhTw),
            ("+819012345678", Language::JaJp),
            ("+12015550123", Language::EnUs),
            ("+6581234567", Language::EnUs),
        ] {
            let phone = PhoneNumber::parse(number, None).unwrap();
            assert_eq!(Language::of(&phone), language, "{number}");
        }
    }
}
