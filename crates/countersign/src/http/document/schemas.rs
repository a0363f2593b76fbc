//! The schemas of the wire types, for the OpenAPI document.

use countersign_api::{
    AccessKeyDto, AddTestNumberRequest, AltchaBinding, AltchaChallenge, AltchaParameters,
    ApplicationDto, AttemptDto, AuditActDto, AuditActor, AuditExport, AuditTarget,
    AuditVerification, ChallengeKind, ChallengeVerifier, Channel, CheckAppIdSecretRequest,
    CheckDto, CheckedSecret, CountryDto, CountryName, CountryNames, CreateApplicationRequest,
    CreatedAccessKey, CreatedApplication, DeleteAccessKeyRequest, DeleteSmsProviderRequest,
    DeleteSmsRouteRequest, DemandedChallenge, ErasePhoneRequest, ErasedPhone, FilledTemplateDto,
    FindMessagesRequest, IntrospectTokenRequest, InvalidReason, JsonWebKey, JsonWebKeySet,
    LintedSmsTemplate, ManagementToken, ManagementTokenRequest, MessageDto, PreCheckCodeRequest,
    PreCheckedCode, PreviewSmsTemplateRequest, PreviewedSms, ProviderHealth, PublicKey, ReceiptDto,
    RecordBackupRequest, RemoveTestNumberRequest, RotatedSigningKey, RoutedProvider,
    SendSmsRequest, SetSmsProviderRequest, SigningKeyDto, SigningKeyState, SmsCodePayload,
    SmsCounts, SmsProviderDto, SmsRouteDto, SmsStatistics, SmsStatisticsRow, SmsTemplateDto,
    SystemInfo, SystemVersion, TemplateFinding, TestNumberDto, TestSmsProviderRequest, TimeStep,
    UnlockDto, UnlockPhoneRequest, UpdateApplicationRequest, VendorTemplateDto, VerdictDto,
    VerificationClaims, VerifiedCode, VerifyCodeRequest,
};
use serde_json::{Map, Value, json};
use utoipa::{PartialSchema, ToSchema};

/// The schemas of all wire types, by name.
pub(crate) fn all() -> Value {
    let mut schemas = Map::new();
    add::<AccessKeyDto>(&mut schemas);
    add::<AltchaBinding>(&mut schemas);
    add::<AltchaChallenge>(&mut schemas);
    add::<AltchaParameters>(&mut schemas);
    add::<ApplicationDto>(&mut schemas);
    add::<ChallengeKind>(&mut schemas);
    add::<ChallengeVerifier>(&mut schemas);
    add::<DemandedChallenge>(&mut schemas);
    add::<AttemptDto>(&mut schemas);
    add::<AuditActDto>(&mut schemas);
    add::<AuditActor>(&mut schemas);
    add::<AuditExport>(&mut schemas);
    add::<AuditTarget>(&mut schemas);
    add::<AuditVerification>(&mut schemas);
    add::<RecordBackupRequest>(&mut schemas);
    add::<Channel>(&mut schemas);
    add::<CheckAppIdSecretRequest>(&mut schemas);
    add::<CheckDto>(&mut schemas);
    add::<CheckedSecret>(&mut schemas);
    add::<CountryDto>(&mut schemas);
    add::<CountryName>(&mut schemas);
    add::<CountryNames>(&mut schemas);
    add::<CreateApplicationRequest>(&mut schemas);
    add::<CreatedAccessKey>(&mut schemas);
    add::<CreatedApplication>(&mut schemas);
    add::<DeleteAccessKeyRequest>(&mut schemas);
    add::<IntrospectTokenRequest>(&mut schemas);
    add::<InvalidReason>(&mut schemas);
    add::<JsonWebKey>(&mut schemas);
    add::<JsonWebKeySet>(&mut schemas);
    add::<ManagementToken>(&mut schemas);
    add::<ManagementTokenRequest>(&mut schemas);
    add::<MessageDto>(&mut schemas);
    add::<PreCheckCodeRequest>(&mut schemas);
    add::<PreCheckedCode>(&mut schemas);
    add::<PublicKey>(&mut schemas);
    add::<RotatedSigningKey>(&mut schemas);
    add::<SendSmsRequest>(&mut schemas);
    add::<SigningKeyDto>(&mut schemas);
    add::<SigningKeyState>(&mut schemas);
    add::<SmsCodePayload>(&mut schemas);
    add::<SystemInfo>(&mut schemas);
    add::<SystemVersion>(&mut schemas);
    add::<ErasePhoneRequest>(&mut schemas);
    add::<ErasedPhone>(&mut schemas);
    add::<AddTestNumberRequest>(&mut schemas);
    add::<TestNumberDto>(&mut schemas);
    add::<RemoveTestNumberRequest>(&mut schemas);
    add::<UnlockDto>(&mut schemas);
    add::<UnlockPhoneRequest>(&mut schemas);
    add::<FindMessagesRequest>(&mut schemas);
    add::<UpdateApplicationRequest>(&mut schemas);
    add::<DeleteSmsProviderRequest>(&mut schemas);
    add::<DeleteSmsRouteRequest>(&mut schemas);
    add::<ProviderHealth>(&mut schemas);
    add::<ReceiptDto>(&mut schemas);
    add::<RoutedProvider>(&mut schemas);
    add::<SetSmsProviderRequest>(&mut schemas);
    add::<SmsProviderDto>(&mut schemas);
    add::<SmsRouteDto>(&mut schemas);
    add::<SmsCounts>(&mut schemas);
    add::<SmsStatistics>(&mut schemas);
    add::<SmsStatisticsRow>(&mut schemas);
    add::<TimeStep>(&mut schemas);
    add::<TestSmsProviderRequest>(&mut schemas);
    add::<FilledTemplateDto>(&mut schemas);
    add::<LintedSmsTemplate>(&mut schemas);
    add::<PreviewSmsTemplateRequest>(&mut schemas);
    add::<PreviewedSms>(&mut schemas);
    add::<SmsTemplateDto>(&mut schemas);
    add::<TemplateFinding>(&mut schemas);
    add::<VendorTemplateDto>(&mut schemas);
    add::<VerdictDto>(&mut schemas);
    add::<VerificationClaims>(&mut schemas);
    add::<VerifiedCode>(&mut schemas);
    add::<VerifyCodeRequest>(&mut schemas);
    schemas.insert("IntrospectedToken".to_owned(), introspected_token());
    schemas.into()
}

/// The schema of `IntrospectedToken`: an active token has claims and no other has, which a derived schema cannot say.
fn introspected_token() -> Value {
    let active = |value: bool| {
        json!({
            "type": "object",
            "properties": {"active": {"type": "boolean", "const": value}},
            "required": ["active"],
        })
    };
    json!({
        "description": "Whether the token is good, this first time, and what it says.",
        "oneOf": [
            {"allOf": [active(true), {"$ref": "#/components/schemas/VerificationClaims"}]},
            active(false),
        ],
    })
}

fn add<T: ToSchema + PartialSchema>(schemas: &mut Map<String, Value>) {
    let mut schema = json!(T::schema());
    plain(&mut schema);
    unsigned(&mut schema);
    schemas.insert(T::name().into_owned(), schema);
}

/// Gives an unsigned 64-bit integer its own maximum in place of the format `int64`, which is signed.
fn unsigned(schema: &mut Value) {
    if schema["format"] == "int64" && schema["minimum"] == 0 {
        schema["maximum"] = u64::MAX.into();
        if let Some(members) = schema.as_object_mut() {
            members.remove("format");
        }
    }
    match schema {
        Value::Object(members) => members.values_mut().for_each(unsigned),
        Value::Array(items) => items.iter_mut().for_each(unsigned),
        _ => {}
    }
}

/// Leaves examples and links of the Rust documentation out of descriptions.
fn plain(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(text) if name == "description" => *text = prose(text),
                    member => plain(member),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(plain),
        _ => {}
    }
}

fn prose(text: &str) -> String {
    let text = text.split("```").next().unwrap_or_default().trim_end();
    let mut plain = String::new();
    for (n, part) in text.split("](crate::").enumerate() {
        // The target of a link follows its name, up to the parenthesis.
        let rest = match n {
            0 => part,
            _ => part.split_once(')').map_or("", |(_, rest)| rest),
        };
        match rest.rsplit_once('[') {
            Some((before, name)) if text.contains(&format!("[{name}](crate::")) => {
                plain += before;
                plain += name;
            }
            _ => plain += rest,
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_are_prose() {
        for (text, plain) in [
            ("A number.", "A number."),
            ("A code.\n\n```\nassert!(true);\n```", "A code."),
            (
                "As [`Fault`](crate::Fault) has it [1].",
                "As `Fault` has it [1].",
            ),
            ("[a](crate::A) and [b](crate::B)", "a and b"),
        ] {
            assert_eq!(prose(text), plain);
        }
    }
}
