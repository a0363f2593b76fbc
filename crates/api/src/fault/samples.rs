//! One fault of each case, from which documents are made and tests walk the cases.

use super::{BadField, BadPhone, BadSignature, Fault, FieldProblem, NotSent, Throttle};
use crate::{
    AltchaBinding, AltchaChallenge, AltchaParameters, ChallengeKind, ChallengeVerifier,
    DemandedChallenge,
};

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
                "badTokenAlgorithm",
                malformed("tokenAlgorithm", FieldProblem::NotATokenAlgorithm),
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
                    fields: vec![BadField {
                        field: "secrets.access_key_secret".to_owned(),
                        why: "missing".to_owned(),
                    }],
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
                "challengeRequired",
                Fault::ChallengeRequired {
                    challenge: Box::new(challenge()),
                },
            ),
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

/// A challenge of a deployment that names a verifier.
fn challenge() -> DemandedChallenge {
    let parameters = AltchaParameters {
        algorithm: "PBKDF2/SHA-256".to_owned(),
        cost: 5_000,
        data: AltchaBinding {
            binding: "5e1b0cf0b7a64ddc8a9c1f2d3e4f5061".to_owned(),
            issued: 1_795_750_000_000,
        },
        expires_at: 1_795_750_300,
        key_length: 32,
        key_prefix: "00".to_owned(),
        nonce: "93f6a6d3a7d7a7b0a2f1c4e5d6b7a8c9".to_owned(),
        salt: "0c1d2e3f405162738495a6b7c8d9eafb".to_owned(),
    };
    DemandedChallenge {
        kind: ChallengeKind::Altcha,
        challenge: AltchaChallenge {
            parameters,
            signature: "b1d7d0a4f4c55f7b8d9c0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f"
                .to_owned(),
        },
        expires_in: 300,
        verifier: Some(ChallengeVerifier {
            kind: "turnstile".to_owned(),
            site_key: "1x00000000000000000000AA".to_owned(),
            action: Some("5e1b0cf0b7a64ddc8a9c1f2d3e4f5061".to_owned()),
        }),
    }
}
