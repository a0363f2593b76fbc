use super::throttle::{Span, Throttle, Unit, Units};
use super::{BadField, BadPhone, BadSignature, Fault, FieldProblem, NotSent, code_point};
use crate::Channel;

pub(super) fn message(fault: &Fault) -> String {
    match fault {
        Fault::Malformed { field, problem } => {
            let field = field.as_deref().unwrap_or("The body");
            format!("{field} {}.", problem_of(*problem))
        }
        Fault::BadPhone { why } => phone(*why),
        Fault::NoApplication => "The header x-authing-app-id is missing: it must name the application.".to_owned(),
        Fault::UnknownApplication => "There is no application with this x-authing-app-id or appId.".to_owned(),
        Fault::ApplicationExists => "An application with this appId exists already.".to_owned(),
        Fault::SigningKeyWaits { signs_from } => {
            format!("A new signing key waits already: it begins to sign at {signs_from}. Rotate again after that.")
        }
        Fault::Unauthorized => "The credentials are missing or wrong.".to_owned(),
        Fault::BadSignature { why } => signature(*why).to_owned(),
        Fault::UnknownAccessKey => "There is no access key with this accessKeyId.".to_owned(),
        Fault::CountryNotServed { country } => {
            format!("No international SMS service is configured for the country of this number ({country}).")
        }
        Fault::CountryNotAllowed { country } => {
            format!("Codes are not sent to the country of this number ({country}).")
        }
        Fault::Throttled { by, retry_after, forever } => throttled(*by, *retry_after, *forever),
        Fault::BadSetting { fields } => {
            BadField::lines(fields, |BadField { field, why }| format!("{field}: {why}."))
        }
        Fault::UnknownSetting { what } => format!("There is no such setting: {what}."),
        Fault::SettingInUse { by } => format!("It cannot be deleted, because it is in use by {by}."),
        Fault::ChangedMeanwhile { version } => {
            format!("It was changed meanwhile: its version is {version} now (0: it does not exist). Read it again before you change it.")
        }
        Fault::KeyOfAnotherBody => "This Idempotency-Key was used with another body. A repeat must have the same body; another call needs another key.".to_owned(),
        Fault::KeyUnderWay => "The first call with this Idempotency-Key is still under way. Repeat it in a moment, with the same key.".to_owned(),
        Fault::ChallengeRequired { .. } => "Please confirm that you are not a robot: solve the challenge and try again.".to_owned(),
        Fault::ForeignPage => "A page of another origin may change nothing here: the application that the request names does not allow its origin.".to_owned(),
        Fault::OtherMachine => "This service is for development and answers on this machine only: under localhost or 127.0.0.1, and through no proxy for others.".to_owned(),
        Fault::TooSlow => "The body did not arrive within 10 seconds.".to_owned(),
        Fault::TooLarge => "The body is larger than 16 KiB.".to_owned(),
        Fault::UnknownEncoding { encoding } => format!("The content encoding {encoding} is not supported: send the body as it is."),
        Fault::HeadTooLarge => "The head of the request is larger than 16 KiB or has more than 64 fields.".to_owned(),
        Fault::NotHttp => "The request is not valid HTTP/1.1.".to_owned(),
        Fault::NotServed { asked } => format!("{asked} is not served here: see /openapi.json."),
        Fault::Internal => "Something went wrong here. Quote the requestId when you ask for help.".to_owned(),
        Fault::Unavailable => {
            "The service cannot answer at the moment. Nothing was sent and nothing was told. Try again in a moment.".to_owned()
        }
        Fault::Held { retry_after } => format!(
            "The service has just started again and sends no code yet. Nothing was sent. Try again in {wait}.",
            wait = Span::of(*retry_after).in_words(&UNITS)
        ),
        Fault::GuessesThrottled { retry_after } => format!(
            "Too many wrong codes came from this address. Try again in {wait}.",
            wait = Span::of(*retry_after).in_words(&UNITS)
        ),
        Fault::ProviderUnreachable => {
            "Nothing was sent. Try again in a moment, or quote the requestId when you ask for help.".to_owned()
        }
        Fault::ProviderRefused { why, .. } => not_sent(*why).to_owned(),
    }
}

/// Returns the sentence for a refusal by a limit of this kind.
fn throttled(by: Throttle, retry_after: u64, forever: bool) -> String {
    let wait = || Span::of(retry_after).in_words(&UNITS);
    match (by, forever) {
        (Throttle::Minute, _) => match retry_after {
            1 => "A code was sent a moment ago. Try again in 1 second.".to_owned(),
            _ => format!("A code was sent a moment ago. Try again in {retry_after} seconds."),
        },
        (Throttle::Number, false) => format!(
            "Too many codes were requested for this number. Try again in {}.",
            wait()
        ),
        (Throttle::Number, true) => "No codes are sent to this number.".to_owned(),
        (Throttle::Caller, false) => format!(
            "Too many codes were requested from this address. Try again in {}.",
            wait()
        ),
        (Throttle::Caller, true) => "No codes are sent for requests from this address.".to_owned(),
        (Throttle::Everybody, false) => format!(
            "Too many codes are being requested at the moment. Try again in {}.",
            wait()
        ),
        (Throttle::Everybody, true) => "No codes are sent for requests like this one.".to_owned(),
    }
}

const UNITS: Units = Units {
    day: Unit("day", "days"),
    hour: Unit("hour", "hours"),
    minute: Unit("minute", "minutes"),
    second: Unit("second", "seconds"),
    between: " and ",
};

/// Returns the sentence for a message that a provider refused.
fn not_sent(why: NotSent) -> &'static str {
    match why {
        NotSent::BadNumber => "Nothing was sent: this number cannot receive messages.",
        NotSent::TooManyMessages => {
            "Nothing was sent: this number got too many messages lately. Try again later."
        }
        NotSent::Momentary => "Nothing was sent. Try again in a moment.",
        NotSent::Unsaid => "Nothing was sent. Quote the requestId when you ask for help.",
    }
}

fn signature(why: BadSignature) -> &'static str {
    match why {
        BadSignature::NotValid => "The signature is not that of this request by this access key.",
        BadSignature::Method => "x-authing-signature-method must be HMAC-SHA1.",
        BadSignature::Version => "x-authing-signature-version must be 1.0.",
        BadSignature::Date => {
            "date or x-authing-date must be an HTTP date in GMT, or milliseconds since 1970."
        }
        BadSignature::NoDate => "The signed request has neither date nor x-authing-date.",
        BadSignature::Skew => {
            "The time of the signed request is 15 minutes or more from that of this service."
        }
        BadSignature::Used => {
            "This signature was used before: sign every request anew, with a nonce of its own."
        }
    }
}

fn phone(why: BadPhone) -> String {
    match why {
        BadPhone::Character(found) => {
            return format!(
                "phoneNumber may have digits, spaces, - . ( ) and one leading + only, and not {}.",
                code_point(found)
            );
        }
        BadPhone::CountryCode => {
            "phoneCountryCode must be the calling code of a country, such as +86."
        }
        BadPhone::Contradiction => "phoneNumber names another country than phoneCountryCode.",
        BadPhone::NotValid => "phoneNumber is not a valid number of its country.",
        BadPhone::NotMobile => "phoneNumber is not a mobile number.",
        BadPhone::NotOfAssumedCountry => {
            "phoneNumber is not a mobile number of China (+86), which was assumed: name its country with phoneCountryCode, or begin with +."
        }
        BadPhone::OlderForm(form) => {
            return format!(
                "phoneNumber is not in a form of today: such a number is written {form}."
            );
        }
    }
    .to_owned()
}

fn problem_of(problem: FieldProblem) -> String {
    match problem {
        FieldProblem::Required => "is required",
        FieldProblem::Duplicate => "is given more than once",
        FieldProblem::NotText => "must be a string",
        FieldProblem::NotTexts => "must be a list of strings",
        FieldProblem::NotAList => "must be a list",
        FieldProblem::NotBool => "must be true or false",
        FieldProblem::NotACodeType => "must be SMS: codes by e-mail are not served here",
        FieldProblem::NotANote => "must have 200 characters at most",
        FieldProblem::NotObject => "must be a JSON object",
        FieldProblem::NotAChannel => {
            return format!("must be one of {}", Channel::NAMES.join(", "));
        }
        FieldProblem::TooDeep => "may be nested 16 levels deep at most",
        FieldProblem::Syntax { line, column } => {
            return format!(
                "must be a JSON object; it stops being JSON at line {line}, column {column}"
            );
        }
        FieldProblem::NotJson => "must be application/json in UTF-8",
        FieldProblem::NotAnAppId => "must have 1 to 64 characters of A-Z a-z 0-9 - _",
        FieldProblem::NotAnAppName => "must have 1 to 64 printable characters",
        FieldProblem::NotAnSmsName => {
            "must have 1 to 20 letters, digits, spaces and usual punctuation of one script beside ASCII, no five digits in a row, and nothing that reads as a link"
        }
        FieldProblem::NotAnOrigin => {
            "must be origins such as https://shop.example or http://localhost:3000, 20 at most"
        }
        FieldProblem::NotNetworks => "must be addresses or networks such as 203.0.113.7 or 10.1.0.0/16, 64 at most",
        FieldProblem::NetworkTooWide => "may hold no network wider than /8 (IPv6: /7): strangers would count as servers of the application",
        FieldProblem::NotAWebHost => "must be a domain name such as shop.example, without scheme and port",
        FieldProblem::NotACountry => "must be a country with phone numbers by its two-letter code, such as CN",
        FieldProblem::NotCountries => "must be countries with phone numbers by their two-letter codes, such as CN and HK",
        FieldProblem::NotALanguageChoice => "must be number, request, or the tag of a language, such as fr-FR",
        FieldProblem::NotATokenAlgorithm => "must be RS256 or ES256",
        FieldProblem::NotALanguageTag => "must be the tag of a language, such as fr-FR",
        FieldProblem::NotAnAndroidAppHash => "must have exactly 11 characters of A-Z a-z 0-9 + /",
        FieldProblem::TextTooLong { channel, language, needed, limit } => {
            return format!("makes the text for {channel} in {language} too long for one SMS: at its shortest it would take {needed} of {limit} places");
        }
        FieldProblem::NotAUuid => "must be a UUID",
        FieldProblem::NotALimit => "must be a whole number from 1 to 1000",
        FieldProblem::NotASeq => "must be the number of an act, such as 7",
        FieldProblem::NotAHead => "must be the number of an act, a colon, and its hash of 64 hexadecimal digits",
        FieldProblem::NotAVersion => "must be a whole number, 0 or more",
        FieldProblem::NotATime => "must be an RFC 3339 time, such as 2026-11-21T20:00:00Z",
        FieldProblem::NotAnIdempotencyKey => "must have 1 to 255 visible ASCII characters",
    }
    .to_owned()
}
