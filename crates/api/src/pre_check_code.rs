use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::Channel;

/// The body of `POST /api/v3/pre-check-code`. The service ignores an `emailCodePayload` beside it, which the Go
/// SDK sends.
///
/// ```
/// use countersign_api::PreCheckCodeRequest;
/// let body = r#"{"codeType":"SMS","smsCodePayload":{
///     "phone":"18800008888","passCode":"123456","channel":"CHANNEL_LOGIN"}}"#;
/// let body: PreCheckCodeRequest = serde_json::from_str(body).unwrap();
/// assert_eq!(body.code_type, "SMS");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PreCheckCodeRequest {
    /// `SMS`: the service does not serve codes by e-mail.
    pub code_type: String,
    /// The code and its purpose; required.
    #[serde(
        default,
        deserialize_with = "object",
        skip_serializing_if = "Option::is_none"
    )]
    pub sms_code_payload: Option<SmsCodePayload>,
    /// The solution of the [challenge](crate::DemandedChallenge) that an answer to the same request demanded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge_solution: Option<String>,
}

/// A code from an SMS, as a person typed it.
///
/// ```
/// use countersign_api::{Channel, SmsCodePayload};
/// let payload = SmsCodePayload {
///     phone: "18800008888".to_owned(),
///     phone_country_code: None,
///     pass_code: "123456".to_owned(),
///     channel: Channel::Login,
/// };
/// assert!(!format!("{payload:?}").contains("123456"));
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SmsCodePayload {
    /// The number, as in `send-sms` (where the field is called `phoneNumber`).
    pub phone: String,
    /// The country code, such as `+86`. Absent, null and empty all mean +86, unless the number names its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_country_code: Option<String>,
    /// The code.
    pub pass_code: String,
    /// The purpose of the code.
    pub channel: Channel,
}

// Written by hand, since numbers and codes must not be printed.
impl fmt::Debug for SmsCodePayload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmsCodePayload")
            .field("channel", &self.channel)
            .finish_non_exhaustive()
    }
}

/// Reads an object or null. The implementation that serde derives would also read a list as a struct.
fn object<'de, D: Deserializer<'de>>(reader: D) -> Result<Option<SmsCodePayload>, D::Error> {
    Option::<Object>::deserialize(reader).map(|read| read.map(|Object(payload)| payload))
}

struct Object(SmsCodePayload);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        reader.deserialize_map(ObjectVisitor)
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Object;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object, A::Error> {
        SmsCodePayload::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}

/// The data of the answer to `pre-check-code`.
///
/// ```
/// use countersign_api::PreCheckedCode;
/// let data = PreCheckedCode { is_valid: true, message: None };
/// assert_eq!(serde_json::to_string(&data).unwrap(), r#"{"isValid":true}"#);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PreCheckedCode {
    /// Whether the code would pass. It is not used up.
    pub is_valid: bool,
    /// One sentence, the same for every reason why the code would not pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}
