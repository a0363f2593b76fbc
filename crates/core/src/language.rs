//! The languages of messages: their tags, and how an application chooses among them.

mod spoken;
mod tag;

use crate::phone::PhoneNumber;

pub use tag::LanguageTag;

/// How the language of an application's messages is chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum LanguageChoice {
    /// By the country of the number.
    #[default]
    ByNumber,
    /// By the request, and by the number where the request names no language.
    ByRequest,
    /// This language, always.
    Fixed(LanguageTag),
}

impl LanguageChoice {
    /// Reads `number`, `request` or the tag of a language.
    ///
    /// ```
    /// use countersign_core::language::LanguageChoice;
    /// let fixed = LanguageChoice::parse("fr_fr").unwrap();
    /// assert_eq!(fixed.as_str(), "fr-FR");
    /// assert_eq!(LanguageChoice::parse("browser"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "number" => Some(LanguageChoice::ByNumber),
            "request" => Some(LanguageChoice::ByRequest),
            tag => LanguageTag::parse(tag).map(LanguageChoice::Fixed),
        }
    }

    /// The text that [`LanguageChoice::parse`] reads.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            LanguageChoice::ByNumber => "number",
            LanguageChoice::ByRequest => "request",
            LanguageChoice::Fixed(tag) => tag.as_str(),
        }
    }
}

/// The languages of an application's messages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Languages {
    /// How the language of a message is chosen.
    pub choice: LanguageChoice,
    /// The language for numbers of countries without a language of their own here, and for messages that have no text
    /// in the language that was chosen; `en-US` where absent.
    pub default: Option<LanguageTag>,
}

impl Languages {
    /// Returns the language for a message to `phone`, where `asked` is the language that the request names.
    #[must_use]
    pub fn of_message(&self, phone: &PhoneNumber, asked: Option<&LanguageTag>) -> LanguageTag {
        let of_number = || self.of_number(phone);
        match (&self.choice, asked) {
            (LanguageChoice::Fixed(tag), _) => tag.clone(),
            (LanguageChoice::ByRequest, Some(asked)) => asked.clone(),
            (LanguageChoice::ByRequest | LanguageChoice::ByNumber, _) => of_number(),
        }
    }

    /// Returns the language that the owner of `phone` most likely reads.
    fn of_number(&self, phone: &PhoneNumber) -> LanguageTag {
        let spoken = spoken::in_country(phone.country().as_str());
        spoken.unwrap_or_else(|| self.default.clone().unwrap_or_else(LanguageTag::english))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(text: &str) -> LanguageTag {
        LanguageTag::parse(text).unwrap()
    }

    #[test]
    fn a_number_is_read_in_the_language_of_its_country() {
        let swahili = Languages {
            choice: LanguageChoice::ByNumber,
            default: Some(tag("sw")),
        };
        for (number, language, with_default) in [
            ("+8613800138000", "zh-CN", "zh-CN"),
            ("+886912345678", "zh-TW", "zh-TW"),
            ("+85251234567", "zh-TW", "zh-TW"),
            ("+85366123456", "zh-TW", "zh-TW"),
            ("+819012345678", "ja-JP", "ja-JP"),
            ("+12015550123", "en-US", "en-US"),
            ("+33612345678", "fr-FR", "fr-FR"),
            ("+4366412345678", "de-AT", "de-AT"),
            ("+6581234567", "en-US", "sw"),
        ] {
            let phone = PhoneNumber::parse(number, None).unwrap();
            let of = |languages: &Languages| languages.of_message(&phone, Some(&tag("ko")));
            assert_eq!(of(&Languages::default()), tag(language), "{number}");
            assert_eq!(of(&swahili), tag(with_default), "{number}");
        }
    }

    #[test]
    fn the_request_chooses_where_the_application_lets_it() {
        let phone = PhoneNumber::parse("+8613800138000", None).unwrap();
        let asked = tag("fr");
        for (choice, language, unasked) in [
            ("number", "zh-CN", "zh-CN"),
            ("request", "fr", "zh-CN"),
            ("ja-JP", "ja-JP", "ja-JP"),
        ] {
            let languages = Languages {
                choice: LanguageChoice::parse(choice).unwrap(),
                default: None,
            };
            assert_eq!(languages.choice.as_str(), choice);
            let of = |asked| languages.of_message(&phone, asked);
            assert_eq!(of(Some(&asked)), tag(language), "{choice}");
            assert_eq!(of(None), tag(unasked), "{choice}");
        }
    }
}
