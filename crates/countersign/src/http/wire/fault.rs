//! The faults that errors of the rules, of the store and of management become on the wire.

use std::time::Duration;

use countersign_api::{BadField, BadPhone, Fault, FieldProblem, NotSent, Throttle};
use countersign_core::limit::{LimitKind, Refusal};
use countersign_core::phone::{InvalidPhone, PhoneNumber};
use countersign_core::ports::StoreError;
use countersign_core::send::messenger::SendError;
use countersign_core::send::outcome::RefusalKind;

use crate::http::request::malformed::malformed;
use crate::manage::{BrokenField, BrokenFields, ManageError, Rule};

/// The fault of a store that could not do a step. (`From` is not possible: both types are of other crates.)
pub(crate) fn of_store(error: StoreError) -> Fault {
    match error {
        StoreError::Held { wait } => Fault::Held {
            retry_after: whole_seconds(wait),
        },
        StoreError::Overloaded | StoreError::Unavailable(_) => Fault::Unavailable,
    }
}

/// The fault of a phone number that cannot get a code.
pub(crate) fn bad_phone(error: InvalidPhone) -> Fault {
    let why = match error {
        InvalidPhone::Character(found) => BadPhone::Character(found),
        InvalidPhone::CountryCode => BadPhone::CountryCode,
        InvalidPhone::Contradiction => BadPhone::Contradiction,
        InvalidPhone::NotValid => BadPhone::NotValid,
        InvalidPhone::NotMobile => BadPhone::NotMobile,
        InvalidPhone::OlderForm(form) => BadPhone::OlderForm(form),
    };
    Fault::BadPhone { why }
}

/// Reads a number that stands beside no application, so that no application says in which country it is dialled. A
/// refusal names the country that was assumed.
pub(crate) fn number(number: &str, code: Option<&str>) -> Result<PhoneNumber, Fault> {
    PhoneNumber::parse(number, code).map_err(|error| match error {
        InvalidPhone::NotValid | InvalidPhone::NotMobile
            if !PhoneNumber::names_country(number, code) =>
        {
            let why = BadPhone::NotOfAssumedCountry;
            Fault::BadPhone { why }
        }
        error => bad_phone(error),
    })
}

impl From<ManageError> for Fault {
    fn from(error: ManageError) -> Self {
        match error {
            ManageError::Fields(fields) => broken_rules(&fields),
            ManageError::UnknownApplication => Fault::UnknownApplication,
            ManageError::UnknownAccessKey => Fault::UnknownAccessKey,
            ManageError::Unknown(what) => Fault::UnknownSetting { what },
            ManageError::ApplicationExists => Fault::ApplicationExists,
            ManageError::InUse { by } => Fault::SettingInUse { by },
            ManageError::Changed { version, .. } => Fault::ChangedMeanwhile {
                version: version.number(),
            },
            ManageError::SigningKeyWaits { signs_from } => Fault::SigningKeyWaits {
                signs_from: signs_from.to_string(),
            },
            ManageError::NotSent(error) => not_sent(error),
            ManageError::Unavailable => Fault::Unavailable,
            ManageError::Internal => Fault::Internal,
        }
    }
}

/// The fault of the most important field, and of all others whose rules have no fault of their own.
fn broken_rules(broken: &BrokenFields) -> Fault {
    let BrokenField { field, rule } = broken.first();
    let field = Some(field.clone());
    match rule {
        Rule::NoteTooLong => malformed(field, FieldProblem::NotANote),
        Rule::TextTooLong(why) => malformed(
            field,
            FieldProblem::TextTooLong {
                channel: why.channel.as_str(),
                language: why.language.as_str(),
                needed: why.needed,
                limit: why.limit,
            },
        ),
        _ => Fault::BadSetting {
            fields: broken.iter().filter_map(bad_field).collect(),
        },
    }
}

fn bad_field(broken: &BrokenField) -> Option<BadField> {
    match &broken.rule {
        Rule::NoteTooLong | Rule::TextTooLong(_) => None,
        rule => Some(BadField {
            field: broken.field.clone(),
            why: rule.to_string(),
        }),
    }
}

/// The fault of a code that was not sent.
pub(crate) fn not_sent(error: SendError) -> Fault {
    match error {
        SendError::CountryNotServed(country) => Fault::CountryNotServed {
            country: country.to_string(),
        },
        SendError::CountryNotAllowed(country) => Fault::CountryNotAllowed {
            country: country.to_string(),
        },
        SendError::Limited(refusal) | SendError::ChallengeNeeded(refusal) => Fault::Throttled {
            by: throttle(refusal.kind),
            retry_after: whole_seconds(refusal.wait()),
            forever: refusal.until.is_none(),
        },
        SendError::NotAccepted(why) if was_not_reached(why.kind) => Fault::ProviderUnreachable,
        SendError::NotAccepted(why) => Fault::ProviderRefused {
            why: told(why.kind),
            retry_after: why.retry_after.map(whole_seconds),
        },
        SendError::Store(error) => of_store(error),
        SendError::Entropy(_) | SendError::TooLate => Fault::Unavailable,
    }
}

/// The fault of a guess that a limit on where guesses come from refuses.
pub(crate) fn guess_refused(refusal: &Refusal) -> Fault {
    Fault::GuessesThrottled {
        retry_after: whole_seconds(refusal.wait()),
    }
}

const fn throttle(kind: LimitKind) -> Throttle {
    match kind {
        LimitKind::Minute => Throttle::Minute,
        LimitKind::Number => Throttle::Number,
        LimitKind::Caller => Throttle::Caller,
        LimitKind::Everybody => Throttle::Everybody,
    }
}

/// The part of a provider's reason that a caller hears: what the person who waits can do. The operator's troubles are
/// told to the operator, on the timeline and in the log.
const fn told(kind: RefusalKind) -> NotSent {
    match kind {
        RefusalKind::BadNumber => NotSent::BadNumber,
        RefusalKind::RecipientLimited => NotSent::TooManyMessages,
        RefusalKind::Throttled | RefusalKind::Transient => NotSent::Momentary,
        _ => NotSent::Unsaid,
    }
}

/// Whether no provider answered: it could not be reached, or its breaker or bulkhead refused the call.
const fn was_not_reached(kind: RefusalKind) -> bool {
    matches!(
        kind,
        RefusalKind::Unreachable | RefusalKind::CircuitOpen | RefusalKind::Busy
    )
}

/// The least number of whole seconds that is not shorter than `wait`, and at least one.
pub(crate) fn whole_seconds(wait: Duration) -> u64 {
    u64::try_from(wait.as_millis().div_ceil(1000))
        .unwrap_or(u64::MAX)
        .max(1)
}
