use std::fmt;

use countersign_api::Channel;
use serde::Serialize;
use serde_json::Value;

use crate::code::Code;
use crate::response::{Data, Response, text};

/// A code to check without using it up.
///
/// ```
/// use countersign_client::{Channel, PreCheckCode};
///
/// let code = PreCheckCode::new(Channel::Register, "4155550132", "123456").phone_country_code("+1");
/// assert!(!format!("{code:?}").contains("123456"));
/// ```
#[derive(Clone, PartialEq, Eq)]
#[must_use = "it is asked about by `AuthenticationClient::pre_check_code`"]
pub struct PreCheckCode {
    code: Code,
    challenge_solution: Option<String>,
}

impl PreCheckCode {
    /// Takes a code as a person typed it, with the channel and number given to [`SendSms`](crate::SendSms).
    ///
    /// ```
    /// use countersign_client::{Channel, PreCheckCode};
    ///
    /// let code = PreCheckCode::new(Channel::Register, "18800008888", "123456");
    /// # drop(code);
    /// ```
    pub fn new(
        channel: Channel,
        phone_number: impl Into<String>,
        pass_code: impl Into<String>,
    ) -> Self {
        Self::of(Code::new(channel.as_str().into(), phone_number, pass_code))
    }

    /// Takes a code for a channel that this version of the SDK has no name for.
    ///
    /// ```
    /// use countersign_client::{Channel, PreCheckCode};
    ///
    /// assert_eq!(
    ///     PreCheckCode::with_channel_name("CHANNEL_LOGIN", "18800008888", "123456"),
    ///     PreCheckCode::new(Channel::Login, "18800008888", "123456"),
    /// );
    /// ```
    pub fn with_channel_name(
        name: impl Into<String>,
        phone_number: impl Into<String>,
        pass_code: impl Into<String>,
    ) -> Self {
        Self::of(Code::new(name.into().into(), phone_number, pass_code))
    }

    fn of(code: Code) -> Self {
        Self {
            code,
            challenge_solution: None,
        }
    }

    /// Sets the country code of the number, such as `+86`, which is also the service's default.
    ///
    /// ```
    /// use countersign_client::{Channel, PreCheckCode};
    ///
    /// let code = PreCheckCode::new(Channel::Login, "4155550132", "123456").phone_country_code("+1");
    /// # drop(code);
    /// ```
    pub fn phone_country_code(mut self, code: impl Into<String>) -> Self {
        self.code.phone_country_code = Some(code.into());
        self
    }

    /// Brings the solution of a [challenge](crate::Challenge) that the answer to the same request demanded. It is good once,
    /// within five minutes.
    ///
    /// ```
    /// use countersign_client::{Channel, PreCheckCode};
    ///
    /// let solution = "eyJjaGFsbGVuZ2UiOnt9fQ=="; // of the form that the person sent
    /// let code = PreCheckCode::new(Channel::Login, "18800008888", "123456").challenge_solution(solution);
    /// # drop(code);
    /// ```
    pub fn challenge_solution(mut self, solution: impl Into<String>) -> Self {
        self.challenge_solution = Some(solution.into());
        self
    }

    pub(crate) fn body(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(&Body {
            code_type: "SMS",
            sms_code_payload: Payload {
                phone: &self.code.phone_number,
                pass_code: &self.code.pass_code,
                phone_country_code: self.code.phone_country_code.as_deref(),
                channel: &self.code.channel,
            },
            challenge_solution: self.challenge_solution.as_deref(),
        })
    }
}

impl fmt::Debug for PreCheckCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.code.show("PreCheckCode", f)
    }
}

/// The body, for a channel of any name. It is that of `countersign_api::PreCheckCodeRequest` otherwise.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    code_type: &'static str,
    sms_code_payload: Payload<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    challenge_solution: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Payload<'a> {
    phone: &'a str,
    pass_code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_country_code: Option<&'a str>,
    channel: &'a str,
}

/// The answer to [`pre_check_code`](crate::AuthenticationClient::pre_check_code). Call
/// [`is_valid`](Response::<PreCheckedCode>::is_valid) on it.
///
/// ```
/// use countersign_client::PreCheckCodeResponse;
///
/// fn hint(answer: PreCheckCodeResponse) -> Option<String> {
///     if answer.is_valid() { None } else { answer.data.message }
/// }
/// # let _ = hint;
/// ```
pub type PreCheckCodeResponse = Response<PreCheckedCode>;

/// The data of the answer to [`pre_check_code`](crate::AuthenticationClient::pre_check_code).
///
/// ```
/// use countersign_client::PreCheckedCode;
///
/// assert!(!PreCheckedCode::default().is_valid);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PreCheckedCode {
    /// Whether the code would pass. The call does not use it up.
    pub is_valid: bool,
    /// One sentence for people about a code that would not pass.
    pub message: Option<String>,
}

impl Data for PreCheckedCode {
    fn read(data: &Value) -> Self {
        Self {
            is_valid: data.get("isValid") == Some(&Value::Bool(true)),
            message: text(data, "message"),
        }
    }
}

impl Response<PreCheckedCode> {
    /// Returns whether the code would pass: `status_code` is 200, and `isValid` is true.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/service.rs"));
    /// # use countersign_client::{AuthenticationClient, Channel, PreCheckCode};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), countersign_client::Error> {
    /// # let app_host = Service::start(Manner::Answer(200, "", r#"{"statusCode":200,"message":"ok","data":{"isValid":true}}"#)).url;
    /// # let client = AuthenticationClient::builder().app_id("dev-app").app_host(app_host).build()?;
    /// let answer = client.pre_check_code(PreCheckCode::new(Channel::Login, "18800008888", "123456")).await?;
    /// assert!(answer.is_valid());
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.is_success() && self.data.is_valid
    }
}

#[cfg(test)]
mod tests {
    use countersign_api::{PreCheckCodeRequest, SmsCodePayload};

    use super::*;

    #[test]
    fn the_body_is_the_one_of_the_wire_types() {
        for channel in Channel::ALL {
            for country in [None, Some("+86"), Some("")] {
                let mut code = PreCheckCode::new(channel, "18800008888", "012345");
                if let Some(country) = country {
                    code = code.phone_country_code(country);
                    code = code.challenge_solution("eyJj");
                }
                let wire = PreCheckCodeRequest {
                    challenge_solution: country.map(|_| "eyJj".to_owned()),
                    code_type: "SMS".to_owned(),
                    sms_code_payload: Some(SmsCodePayload {
                        phone: "18800008888".to_owned(),
                        phone_country_code: country.map(str::to_owned),
                        pass_code: "012345".to_owned(),
                        channel,
                    }),
                };
                let read: PreCheckCodeRequest =
                    serde_json::from_slice(&code.body().unwrap()).unwrap();
                assert!(read == wire);
            }
        }
    }
}
