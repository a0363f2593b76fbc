//! The reasons why a text is not a number that a code can be sent to.

/// The reason why a text is not a number that a code can be sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPhone {
    /// A character other than digits, spaces, `-`, `.`, parentheses and one leading `+`. Holds the first one.
    #[error(
        "a phone number has digits, spaces, - . ( ) and one leading + only, and not U+{:04X}",
        u32::from(*.0)
    )]
    Character(char),
    /// The country code is neither a calling code nor a calling code with an area code of one of its countries.
    #[error("a country code is the calling code of a country, such as +86")]
    CountryCode,
    /// The number names a country, and the country code names another one.
    #[error("the number names another country than the country code")]
    Contradiction,
    /// The numbering plan of the country has no such number, or a dialling prefix stands in front of it.
    #[error("not a valid number of its country")]
    NotValid,
    /// A landline, premium, shared-cost, satellite or other number that must not get codes.
    #[error("not a mobile number")]
    NotMobile,
    /// A form of an older numbering plan that could mean several numbers. Holds the form that works, with `x` for
    /// each digit that stays.
    #[error("an older form of a number; today it is written {0}")]
    OlderForm(&'static str),
}
