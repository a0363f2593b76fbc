//! The languages of messages.

use crate::phone::{Country, PhoneNumber};

/// The language of a message to a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    /// Simplified Chinese.
    ZhCn,
    /// English.
    EnUs,
}

impl Language {
    /// Every language that a message may be in.
    pub const ALL: [Language; 2] = [Language::ZhCn, Language::EnUs];

    /// The tag of the language, such as `zh-CN`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Language::ZhCn => "zh-CN",
            Language::EnUs => "en-US",
        }
    }

    /// The language of that tag, or `None`.
    #[must_use]
    pub fn parse(tag: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|language| language.as_str() == tag)
    }

    /// What the owner of `phone` most likely reads. The language of an API call says nothing about that:
    /// some official SDKs send one whoever their user is.
    #[must_use]
    pub fn of(phone: &PhoneNumber) -> Self {
        if phone.country() == Country::CHINA {
            Language::ZhCn
        } else {
            Language::EnUs
        }
    }
}
