//! Groups of faults that many endpoints have in common, by the names of
//! [`Fault::samples`](countersign_api::Fault::samples).

/// Names of faults.
pub(crate) type Names = &'static [&'static str];

/// The faults of every endpoint.
pub(crate) const COMMON: Names = &["internal", "unavailable"];

/// The faults of every endpoint with a body.
pub(crate) const BODY: Names = &[
    "fieldMissing",
    "fieldTwice",
    "fieldNotText",
    "bodyNotObject",
    "bodyTooDeep",
    "bodyNotJson",
    "contentType",
    "contentEncoding",
    "bodyTooLarge",
    "bodyTooSlow",
];

/// The faults of every endpoint that takes an idempotency key.
pub(crate) const IDEMPOTENCY_KEY: Names = &["badIdempotencyKey", "keyUnderWay", "keyOfAnotherBody"];

/// The faults of every endpoint for callers who name an application.
pub(crate) const NAMED_APPLICATION: Names = &["noApplication", "unknownApplication"];

/// The faults of every endpoint for callers who show the secret of an application: it is wrong, or the application is
/// disabled.
pub(crate) const CREDENTIALS: Names = &["unauthorized", "unknownApplication"];

/// The faults of every endpoint for operators.
pub(crate) const OPERATOR: Names = &[
    "unauthorized",
    "signatureNotValid",
    "signatureMethod",
    "signatureVersion",
    "signatureDate",
    "signatureNoDate",
    "signatureSkew",
    "signatureUsed",
];

/// The faults of a phone number and its country code.
pub(crate) const PHONE: Names = &[
    "phoneCharacter",
    "phoneCountryCode",
    "phoneContradiction",
    "phoneNotValid",
    "phoneNotMobile",
    "phoneOlderForm",
];

/// The fault of a number beside no application, read in the country that the service assumes.
pub(crate) const ASSUMED: Names = &["phoneNotOfAssumedCountry"];

/// The refusals of limits on sends.
pub(crate) const LIMITS: Names = &[
    "throttled",
    "numberThrottled",
    "callerThrottled",
    "everybodyThrottled",
    "neverAllowed",
];

/// The faults of a change that names the version it has seen.
pub(crate) const IF_VERSION: Names = &["badVersion", "changedMeanwhile"];

/// The faults of the fields of an application.
pub(crate) const APPLICATION: Names = &[
    "fieldNotTexts",
    "fieldNotBool",
    "badAppId",
    "badAppName",
    "badSmsName",
    "badOrigin",
    "badBackends",
    "backendsTooWide",
    "badWebHost",
    "badAndroidAppHash",
    "badCountry",
    "badCountries",
    "badLanguageChoice",
    "badLanguage",
    "badTokenAlgorithm",
    "textTooLong",
];

/// The faults of a route's scope and of a template's, which may name an application.
pub(crate) const SCOPE: Names = &["badSetting", "badAppId", "unknownApplication"];

/// The faults of a template, beside those of its scope.
pub(crate) const TEMPLATE: Names = &["fieldNotTexts", "unknownChannel"];
