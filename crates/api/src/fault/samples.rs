//! One fault of each case, from which documents are made and tests walk the cases.

use super::{BadPhone, BadSignature, Fault, FieldProblem, NotSent, Throttle};

impl Fault {
    /// One fault of each case, with a name for the case. Documents are generated from them.
    ///
    /// ```
    /// assert!(countersign_api::Fault::samples().iter().any(|(_, fault)| fault.status_code() == 429));
    /// ```
    #[must_use]
    pub fn samples() -> Vec<(&'static str, Fault)> {
        let malformed = |field: &str, problem| Fault::Malformed {
            field: Some(field.to_owned()),
            problem,
        };
        let body = |problem| Fault::Malformed {
            field: None,
            problem,
        };
        let phone = |why| Fault::BadPhone { why };
        let signature = |why| Fault::BadSignature { why };
        let refused = |why| Fault::ProviderRefused {
            why,
            retry_after: None,
        };
        let throttled = |by, retry_after| Fault::Throttled {
            by,
            retry_after,
            forever: false,
        };
        vec![
            ("fieldMissing", malformed("channel", FieldProblem::Required)),
            (
                "fieldTwice",
                malformed("phoneNumber", FieldProblem::Duplicate),
            ),
            (
                "fieldNotText",
                malformed("phoneNumber", FieldProblem::NotText),
            ),
            (
                "fieldNotTexts",
                malformed("allowedOrigins", FieldProblem::NotTexts),
            ),
            (
                "unknownChannel",
                malformed("channel", FieldProblem::NotAChannel),
            ),
            (
                "fieldNotBool",
                malformed("withToken", FieldProblem::NotBool),
            ),
            (
                "fieldNotObject",
                malformed("smsCodePayload", FieldProblem::NotObject),
            ),
            (
                "fieldNotList",
                malformed("providers", FieldProblem::NotAList),
            ),
            (
                "badCodeType",
                malformed("codeType", FieldProblem::NotACodeType),
            ),
            ("noteTooLong", malformed("note", FieldProblem::NotANote)),
            ("bodyNotObject", body(FieldProblem::NotObject)),
            ("bodyTooDeep", body(FieldProblem::TooDeep)),
            (
                "bodyNotJson",
                body(FieldProblem::Syntax {
                    line: 1,
                    column: 17,
                }),
            ),
            (
                "contentType",
                malformed("content-type", FieldProblem::NotJson),
            ),
            ("badAppId", malformed("appId", FieldProblem::NotAnAppId)),
            (
                "badAppName",
                malformed("appName", FieldProblem::NotAnAppName),
            ),
            (
                "badSmsName",
                malformed("smsName", FieldProblem::NotAnSmsName),
            ),
            (
                "badOrigin",
                malformed("allowedOrigins", FieldProblem::NotAnOrigin),
            ),
            (
                "badBackends",
                malformed("backends", FieldProblem::NotNetworks),
            ),
            (
                "backendsTooWide",
                malformed("backends", FieldProblem::NetworkTooWide),
            ),
            (
                "badWebHost",
                malformed("webHost", FieldProblem::NotAWebHost),
            ),
            (
                "badCountry",
                malformed("defaultCountry", FieldProblem::NotACountry),
            ),
            (
                "badCountries",
                malformed("allowedCountries", FieldProblem::NotCountries),
            ),
            (
                "badLanguageChoice",
                malformed("messageLanguage", FieldProblem::NotALanguageChoice),
            ),
            (
                "badLanguage",
                malformed("defaultLanguage", FieldProblem::NotALanguageTag),
            ),
            (
                "badAndroidAppHash",
                malformed("androidAppHash", FieldProblem::NotAnAndroidAppHash),
            ),
            (
                "textTooLong",
                malformed(
                    "webHost",
                    FieldProblem::TextTooLong {
                        channel: "CHANNEL_LOGIN",
                        language: "zh-CN",
                        needed: 82,
                        limit: 70,
                    },
                ),
            ),
            ("badId", malformed("messageId", FieldProblem::NotAUuid)),
            ("badLimit", malformed("limit", FieldProblem::NotALimit)),
            ("badSeq", malformed("before", FieldProblem::NotASeq)),
            ("badHead", malformed("head", FieldProblem::NotAHead)),
            (
                "badTime",
                malformed("decidedBefore", FieldProblem::NotATime),
            ),
            (
                "badVersion",
                malformed("ifVersion", FieldProblem::NotAVersion),
            ),
            ("phoneCharacter", phone(BadPhone::Character('\u{661}'))),
            ("phoneCountryCode", phone(BadPhone::CountryCode)),
            ("phoneContradiction", phone(BadPhone::Contradiction)),
            ("phoneNotValid", phone(BadPhone::NotValid)),
            ("phoneNotMobile", phone(BadPhone::NotMobile)),
            (
                "phoneNotOfAssumedCountry",
                phone(BadPhone::NotOfAssumedCountry),
            ),
            (
                "phoneOlderForm",
                phone(BadPhone::OlderForm("+590 69xxxxxxx")),
            ),
            ("noApplication", Fault::NoApplication),
            ("unauthorized", Fault::Unauthorized),
            ("signatureNotValid", signature(BadSignature::NotValid)),
            ("signatureMethod", signature(BadSignature::Method)),
            ("signatureVersion", signature(BadSignature::Version)),
            ("signatureDate", signature(BadSignature::Date)),
            ("signatureNoDate", signature(BadSignature::NoDate)),
            ("signatureSkew", signature(BadSignature::Skew)),
            ("signatureUsed", signature(BadSignature::Used)),
            ("unknownAccessKey", Fault::UnknownAccessKey),
            ("unknownApplication", Fault::UnknownApplication),
            ("foreignPage", Fault::ForeignPage),
            ("bodyTooSlow", Fault::TooSlow),
            ("applicationExists", Fault::ApplicationExists),
            ("bodyTooLarge", Fault::TooLarge),
            (
                "contentEncoding",
                Fault::UnknownEncoding {
                    encoding: "gzip".to_owned(),
                },
            ),
            ("headTooLarge", Fault::HeadTooLarge),
            ("notHttp", Fault::NotHttp),
            ("otherMachine", Fault::OtherMachine),
            (
                "countryNotServed",
                Fault::CountryNotServed {
                    country: "GB".to_owned(),
                },
            ),
            (
                "countryNotAllowed",
                Fault::CountryNotAllowed {
                    country: "GB".to_owned(),
                },
            ),
            (
                "signingKeyWaits",
                Fault::SigningKeyWaits {
                    signs_from: "2026-11-21T20:11:00.000Z".to_owned(),
                },
            ),
            (
                "badSetting",
                Fault::BadSetting {
                    field: "secrets.access_key_secret".to_owned(),
                    why: "missing".to_owned(),
                },
            ),
            (
                "unknownSetting",
                Fault::UnknownSetting {
                    what: "provider aliyun".to_owned(),
                },
            ),
            (
                "settingInUse",
                Fault::SettingInUse {
                    by: "the route of every application to CN".to_owned(),
                },
            ),
            ("changedMeanwhile", Fault::ChangedMeanwhile { version: 7 }),
            (
                "badIdempotencyKey",
                malformed("Idempotency-Key", FieldProblem::NotAnIdempotencyKey),
            ),
            ("keyUnderWay", Fault::KeyUnderWay),
            ("keyOfAnotherBody", Fault::KeyOfAnotherBody),
            ("throttled", throttled(Throttle::Minute, 42)),
            ("numberThrottled", throttled(Throttle::Number, 10_800)),
            ("callerThrottled", throttled(Throttle::Caller, 120)),
            ("everybodyThrottled", throttled(Throttle::Everybody, 30)),
            (
                "neverAllowed",
                Fault::Throttled {
                    by: Throttle::Number,
                    retry_after: 86_400,
                    forever: true,
                },
            ),
            ("internal", Fault::Internal),
            (
                "notServed",
                Fault::NotServed {
                    asked: "POST /api/v3/signin".to_owned(),
                },
            ),
            ("unavailable", Fault::Unavailable),
            ("held", Fault::Held { retry_after: 42 }),
            (
                "guessesThrottled",
                Fault::GuessesThrottled { retry_after: 120 },
            ),
            ("providerUnreachable", Fault::ProviderUnreachable),
            ("providerRefused", refused(NotSent::Unsaid)),
            ("providerBusy", refused(NotSent::Momentary)),
            ("numberUnreachable", refused(NotSent::BadNumber)),
            ("numberCapped", refused(NotSent::TooManyMessages)),
        ]
    }
}
