//! Every fault that an answer can report, in one table.

mod en_us;
mod ja_jp;
mod samples;
mod throttle;
mod zh_cn;
mod zh_tw;

use crate::{DemandedChallenge, Lang};

pub use throttle::Throttle;

/// A fault, with its `statusCode`, `apiCode` and sentence.
///
/// Our own codes come from the block 2990000 to 2990099.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The request has the wrong shape.
    Malformed {
        /// The wrong field or header; `None` for the body as a whole.
        field: Option<String>,
        /// The problem of the field.
        problem: FieldProblem,
    },
    /// The number is not a valid mobile number.
    BadPhone {
        /// The reason.
        why: BadPhone,
    },
    /// The request names no application.
    NoApplication,
    /// The application does not exist.
    UnknownApplication,
    /// The application exists already.
    ApplicationExists,
    /// A new signing key is waiting already.
    SigningKeyWaits {
        /// The time at which the waiting key begins to sign, RFC 3339, UTC.
        signs_from: String,
    },
    /// The credentials are missing or wrong.
    Unauthorized,
    /// The request is signed, and the signature is not valid.
    BadSignature {
        /// The reason.
        why: BadSignature,
    },
    /// The access key does not exist.
    UnknownAccessKey,
    /// No SMS service is configured for the number's country.
    CountryNotServed {
        /// The country, ISO 3166-1 alpha-2.
        country: String,
    },
    /// A provider carries numbers of the country, and sends there are not allowed.
    CountryNotAllowed {
        /// The country, ISO 3166-1 alpha-2.
        country: String,
    },
    /// A limit refused.
    Throttled {
        /// The kind of the limit.
        by: Throttle,
        /// Whole seconds until the limit no longer refuses; the length of its window where it never admits.
        retry_after: u64,
        /// Whether the limit never admits, however long a caller waits.
        forever: bool,
    },
    /// A rule demands that the caller solves a challenge first. Nothing was sent, compared or counted.
    ChallengeRequired {
        /// The challenge.
        challenge: Box<DemandedChallenge>,
    },
    /// Settings cannot be stored as they are.
    BadSetting {
        /// The fields at fault: at least one.
        fields: Vec<BadField>,
    },
    /// No setting with this name or purpose exists.
    UnknownSetting {
        /// The requested setting, in English.
        what: String,
    },
    /// The setting cannot be removed while another one needs it.
    SettingInUse {
        /// The setting that needs it, in English.
        by: String,
    },
    /// The setting has changed since the caller read it, so the service did not change it again.
    ChangedMeanwhile {
        /// The version of the setting now; 0 if it does not exist.
        version: u64,
    },
    /// An earlier call with the same idempotency key had another body.
    KeyOfAnotherBody,
    /// The first call with the same idempotency key has not come to its end.
    KeyUnderWay,
    /// A page of another origin asked for a change of a service in development.
    ForeignPage,
    /// The request came for another machine than the one of a service in development, or through one.
    OtherMachine,
    /// The body did not arrive in time.
    TooSlow,
    /// The body has a content encoding that the service does not read.
    UnknownEncoding {
        /// The encoding, as the caller named it: short and printable.
        encoding: String,
    },
    /// The body is larger than the service reads.
    TooLarge,
    /// The head of the request is larger than the service reads.
    HeadTooLarge,
    /// The request is not HTTP/1.1.
    NotHttp,
    /// The service does not serve the path.
    NotServed {
        /// The requested method and path.
        asked: String,
    },
    /// An unforeseen failure.
    Internal,
    /// The service is overloaded, or its store is down. It sent nothing and told no caller whether a code was
    /// right. A check may have counted and may have used the code up; a send may have taken its minute.
    Unavailable,
    /// Sends are held for a minute, since an older copy of the database was put back. Nothing was sent.
    Held {
        /// The time to wait, in whole seconds.
        retry_after: u64,
    },
    /// Too many wrong codes came from the caller's address. Nothing was compared.
    GuessesThrottled {
        /// The time to wait, in whole seconds.
        retry_after: u64,
    },
    /// No provider could be reached. Nothing was sent.
    ProviderUnreachable,
    /// The provider refused the message. Nothing was sent.
    ProviderRefused {
        /// The part of the reason that a caller may hear.
        why: NotSent,
        /// The seconds after which the vendor may take a message to this number, where the vendor says so.
        retry_after: Option<u64>,
    },
}

/// The part of a provider's reason that a caller of `send-sms` hears. The rest is for the operator: it is in the log
/// and on the timeline of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotSent {
    /// The number cannot receive messages.
    BadNumber,
    /// The number got too many messages lately.
    TooManyMessages,
    /// Another send may succeed in a moment.
    Momentary,
    /// Only the operator can mend it.
    Unsaid,
}

/// The problem of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldProblem {
    /// The field is missing or null.
    Required,
    /// The field is present twice.
    Duplicate,
    /// Not text.
    NotText,
    /// Not a list of texts.
    NotTexts,
    /// Neither true nor false.
    NotBool,
    /// Not an object.
    NotObject,
    /// Not a list.
    NotAList,
    /// Not one of the channels.
    NotAChannel,
    /// Not `SMS`.
    NotACodeType,
    /// More than 200 characters.
    NotANote,
    /// Nested deeper than 16 levels.
    TooDeep,
    /// Not JSON. Holds the position of the first error.
    Syntax {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// Not `application/json` in UTF-8.
    NotJson,
    /// Not 1 to 64 characters of `A-Z a-z 0-9 - _`.
    NotAnAppId,
    /// Not 1 to 64 printable characters.
    NotAnAppName,
    /// Not 1 to 20 characters by the rules of texts.
    NotAnSmsName,
    /// Not an origin such as `https://shop.example`.
    NotAnOrigin,
    /// Not addresses and networks such as `203.0.113.7` and `10.1.0.0/16`, 64 at most.
    NotNetworks,
    /// A network so wide that strangers are in it.
    NetworkTooWide,
    /// Not a domain name such as `shop.example`.
    NotAWebHost,
    /// Not the ISO 3166-1 alpha-2 code of a country that has phone numbers.
    NotACountry,
    /// Not the ISO 3166-1 alpha-2 codes of countries that have phone numbers.
    NotCountries,
    /// Not `number`, `request` or the tag of a language.
    NotALanguageChoice,
    /// Not a well-formed tag of a language.
    NotALanguageTag,
    /// Not `RS256` or `ES256`.
    NotATokenAlgorithm,
    /// Not 11 characters of `A-Z a-z 0-9 + /`.
    NotAnAndroidAppHash,
    /// The text of a message would not fit one SMS, even in its shortest wording.
    TextTooLong {
        /// The purpose of the code, as a channel's name.
        channel: &'static str,
        /// The language of the text, as a tag.
        language: &'static str,
        /// The room that the text needs.
        needed: usize,
        /// The room there is: 160 characters of GSM 7-bit, 70 of any other script, or 140 bytes.
        limit: usize,
    },
    /// Not a UUID.
    NotAUuid,
    /// Not a whole number from 1 to 1000.
    NotALimit,
    /// The number of an act on the audit record, from 1.
    NotASeq,
    /// The number of an act, a colon, and its hash.
    NotAHead,
    /// Not a whole number of 0 or more.
    NotAVersion,
    /// Not an RFC 3339 time.
    NotATime,
    /// Not 1 to 255 visible ASCII characters.
    NotAnIdempotencyKey,
}

/// A field of a setting that cannot be stored as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadField {
    /// The field; within settings or secrets, its path there, such as `secrets.password`.
    pub field: String,
    /// The problem, in English: a fragment without a full stop.
    pub why: String,
}

impl BadField {
    /// Returns the sentences about `fields`, one a line.
    fn lines(fields: &[Self], sentence: impl Fn(&Self) -> String) -> String {
        let sentences: Vec<_> = fields.iter().map(sentence).collect();
        sentences.join("\n")
    }
}

/// The reason why a number cannot get a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadPhone {
    /// The number has this character, which numbers do not have.
    Character(char),
    /// The country code does not exist.
    CountryCode,
    /// Number and country code name different countries.
    Contradiction,
    /// The number does not exist in its country's plan.
    NotValid,
    /// The number is not a mobile number.
    NotMobile,
    /// Neither the number nor a country code names a country, and the number is no mobile number of China.
    NotOfAssumedCountry,
    /// The number is in a form of an older numbering plan. Holds the form of today, with `x` for digits that stay.
    OlderForm(&'static str),
}

/// The reason why a signature is not valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadSignature {
    /// The signature is not that of this request by this access key, or the key does not exist.
    NotValid,
    /// The signature was not made with HMAC-SHA1.
    Method,
    /// The signature is not of version 1.0.
    Version,
    /// The time of the request is neither an HTTP date nor milliseconds.
    Date,
    /// The request has no time.
    NoDate,
    /// The time of the request is too far from ours.
    Skew,
    /// The signature was used before.
    Used,
}

impl Fault {
    /// The `statusCode` of the answer.
    ///
    /// ```
    /// assert_eq!(countersign_api::Fault::TooLarge.status_code(), 413);
    /// ```
    #[must_use]
    pub const fn status_code(&self) -> u16 {
        match self {
            Fault::Malformed { .. }
            | Fault::BadPhone { .. }
            | Fault::NoApplication
            | Fault::NotHttp
            | Fault::BadSetting { .. } => 400,
            Fault::Unauthorized | Fault::BadSignature { .. } => 401,
            Fault::UnknownApplication | Fault::UnknownSetting { .. } | Fault::UnknownAccessKey => {
                404
            }
            Fault::ForeignPage | Fault::ChallengeRequired { .. } => 403,
            Fault::TooSlow => 408,
            Fault::ApplicationExists
            | Fault::SigningKeyWaits { .. }
            | Fault::SettingInUse { .. }
            | Fault::ChangedMeanwhile { .. }
            | Fault::KeyUnderWay => 409,
            Fault::TooLarge => 413,
            Fault::UnknownEncoding { .. } => 415,
            Fault::OtherMachine => 421,
            Fault::CountryNotServed { .. }
            | Fault::CountryNotAllowed { .. }
            | Fault::KeyOfAnotherBody => 422,
            Fault::Throttled { .. } | Fault::GuessesThrottled { .. } => 429,
            Fault::HeadTooLarge => 431,
            Fault::Internal => 500,
            Fault::NotServed { .. } => 501,
            Fault::Unavailable | Fault::Held { .. } => 503,
            Fault::ProviderUnreachable => 601,
            Fault::ProviderRefused { .. } => 602,
        }
    }

    /// The `apiCode` of the answer, where the fault has a business meaning.
    ///
    /// ```
    /// assert_eq!(countersign_api::Fault::UnknownApplication.api_code(), Some(2011));
    /// ```
    #[must_use]
    pub const fn api_code(&self) -> Option<u32> {
        match self {
            Fault::BadPhone { .. } => Some(2028),
            Fault::NoApplication => Some(2101),
            Fault::UnknownApplication => Some(2011),
            Fault::BadSignature { why } => Some(match why {
                BadSignature::NotValid => 1300,
                BadSignature::Method => 1301,
                BadSignature::Version => 1302,
                BadSignature::Date => 1303,
                BadSignature::NoDate => 1304,
                BadSignature::Skew => 1305,
                BadSignature::Used => 1306,
            }),
            Fault::ChallengeRequired { .. } => Some(2000),
            Fault::CountryNotServed { .. } => Some(2_990_001),
            Fault::CountryNotAllowed { .. } => Some(2_990_002),
            Fault::KeyOfAnotherBody => Some(2_990_006),
            Fault::Throttled { by, .. } => by.api_code(),
            Fault::GuessesThrottled { .. } => Throttle::Caller.api_code(),
            _ => None,
        }
    }

    /// The time that the caller should wait, in whole seconds, where waiting helps.
    ///
    /// ```
    /// use countersign_api::{Fault, Throttle};
    /// let fault = Fault::Throttled { by: Throttle::Minute, retry_after: 7, forever: false };
    /// assert_eq!(fault.retry_after(), Some(7));
    /// ```
    #[must_use]
    pub const fn retry_after(&self) -> Option<u64> {
        match self {
            Fault::Throttled { retry_after, .. }
            | Fault::GuessesThrottled { retry_after }
            | Fault::Held { retry_after } => Some(*retry_after),
            Fault::ProviderRefused { retry_after, .. } => *retry_after,
            Fault::Unavailable => Some(1),
            _ => None,
        }
    }

    /// The challenge that the caller must solve, where that helps: the `data` of the answer.
    ///
    /// ```
    /// assert_eq!(countersign_api::Fault::TooLarge.challenge(), None);
    /// ```
    #[must_use]
    pub fn challenge(&self) -> Option<&DemandedChallenge> {
        match self {
            Fault::ChallengeRequired { challenge } => Some(challenge),
            _ => None,
        }
    }

    /// The sentence for people, in the language `lang`.
    ///
    /// ```
    /// use countersign_api::{Fault, Lang, Throttle};
    /// let fault = Fault::Throttled { by: Throttle::Minute, retry_after: 42, forever: false };
    /// assert_eq!(fault.message(Lang::EnUs), "A code was sent a moment ago. Try again in 42 seconds.");
    /// ```
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        match lang {
            Lang::ZhCn => zh_cn::message(self),
            Lang::EnUs => en_us::message(self),
            Lang::ZhTw => zh_tw::message(self),
            Lang::JaJp => ja_jp::message(self),
        }
    }
}

/// Returns the name of a character that may be invisible, such as `U+202A`.
fn code_point(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_fault_has_a_sentence_of_its_own_in_every_language() {
        let mut seen = HashSet::new();
        for (name, fault) in Fault::samples() {
            for lang in Lang::ALL {
                let message = fault.message(lang);
                assert!(message.ends_with(['.', '。']), "{name} {lang:?}: {message}");
                assert_eq!(
                    message.is_ascii(),
                    lang == Lang::EnUs,
                    "{name} {lang:?}: {message}"
                );
                assert!(
                    seen.insert(message.clone()),
                    "{name} {lang:?} again: {message}"
                );
            }
        }
    }

    #[test]
    fn codes_of_our_own_stay_in_their_block() {
        for (name, fault) in Fault::samples() {
            let fine = fault
                .api_code()
                .is_none_or(|code| code < 10_000 || (2_990_000..=2_990_099).contains(&code));
            assert!(fine, "{name}");
        }
    }
}
