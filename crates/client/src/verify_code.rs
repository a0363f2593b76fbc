use std::fmt;
use std::time::Duration;

use countersign_api::Channel;
use serde::Serialize;
use serde_json::Value;

use crate::code::Code;
use crate::response::{Data, Response, number, seconds, text};

/// A code to check, and to use up if it is right.
///
/// ```
/// use countersign_client::{Channel, VerifyCode};
///
/// let code = VerifyCode::new(Channel::Login, "4155550132", "123456").phone_country_code("+1");
/// assert!(!format!("{code:?}").contains("123456"));
/// ```
#[derive(Clone, PartialEq, Eq)]
#[must_use = "it is checked by `AuthenticationClient::verify_code`"]
pub struct VerifyCode {
    code: Code,
    with_token: Option<bool>,
    idempotency_key: Option<String>,
}

impl VerifyCode {
    /// Takes a code as a person typed it, with the channel and number given to [`SendSms`](crate::SendSms).
    ///
    /// ```
    /// use countersign_client::{Channel, VerifyCode};
    ///
    /// let code = VerifyCode::new(Channel::Login, "18800008888", "123456");
    /// # drop(code);
    /// ```
    pub fn new(
        channel: Channel,
        phone_number: impl Into<String>,
        pass_code: impl Into<String>,
    ) -> Self {
        let code = Code::new(channel.as_str().into(), phone_number, pass_code);
        Self {
            code,
            with_token: None,
            idempotency_key: None,
        }
    }

    /// Takes a code for a channel that this version of the SDK has no name for.
    ///
    /// ```
    /// use countersign_client::{Channel, VerifyCode};
    ///
    /// assert_eq!(
    ///     VerifyCode::with_channel_name("CHANNEL_LOGIN", "18800008888", "123456"),
    ///     VerifyCode::new(Channel::Login, "18800008888", "123456"),
    /// );
    /// ```
    pub fn with_channel_name(
        name: impl Into<String>,
        phone_number: impl Into<String>,
        pass_code: impl Into<String>,
    ) -> Self {
        let code = Code::new(name.into().into(), phone_number, pass_code);
        Self {
            code,
            with_token: None,
            idempotency_key: None,
        }
    }

    /// Sets the country code of the number, such as `+86`, which is also the service's default.
    ///
    /// ```
    /// use countersign_client::{Channel, VerifyCode};
    ///
    /// let code = VerifyCode::new(Channel::Login, "4155550132", "123456").phone_country_code("+1");
    /// # drop(code);
    /// ```
    pub fn phone_country_code(mut self, code: impl Into<String>) -> Self {
        self.code.phone_country_code = Some(code.into());
        self
    }

    /// Asks for no [verification token](VerifiedCode::verification_token): for a program that acts on the
    /// answer at once. Signing costs the service far more than the check.
    ///
    /// ```
    /// use countersign_client::{Channel, VerifyCode};
    ///
    /// let code = VerifyCode::new(Channel::Login, "18800008888", "123456").without_token();
    /// # drop(code);
    /// ```
    pub fn without_token(mut self) -> Self {
        self.with_token = Some(false);
        self
    }

    /// Sets the idempotency key: 1 to 255 visible ASCII characters. The client makes a new one for each call otherwise.
    /// Within 10 minutes the service gives each repeat the first answer, with the same token, and counts nothing.
    ///
    /// ```
    /// use countersign_client::{Channel, VerifyCode};
    ///
    /// let code = VerifyCode::new(Channel::Login, "18800008888", "123456").idempotency_key("order-4711");
    /// # drop(code);
    /// ```
    pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.idempotency_key = Some(key.into());
        self
    }

    pub(crate) fn chosen_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    pub(crate) fn body(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(&Body {
            channel: &self.code.channel,
            phone_number: &self.code.phone_number,
            phone_country_code: self.code.phone_country_code.as_deref(),
            pass_code: &self.code.pass_code,
            with_token: self.with_token,
        })
    }
}

impl fmt::Debug for VerifyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.code.show("VerifyCode", f)
    }
}

/// The body, for a channel of any name. It is that of `countersign_api::VerifyCodeRequest` otherwise.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    channel: &'a str,
    phone_number: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_country_code: Option<&'a str>,
    pass_code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    with_token: Option<bool>,
}

/// The answer to [`verify_code`](crate::AuthenticationClient::verify_code). Call
/// [`is_valid`](Response::<VerifiedCode>::is_valid) on it.
///
/// ```
/// use countersign_client::VerifyCodeResponse;
///
/// fn token(answer: VerifyCodeResponse) -> Option<String> {
///     if answer.is_valid() { answer.data.verification_token } else { None }
/// }
/// # let _ = token;
/// ```
pub type VerifyCodeResponse = Response<VerifiedCode>;

/// The data of the answer to [`verify_code`](crate::AuthenticationClient::verify_code).
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/service.rs"));
/// # use countersign_client::{AuthenticationClient, Channel, VerifyCode};
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), countersign_client::Error> {
/// # let app_host = Service::start(Manner::Answer(200, "",
/// #     r#"{"statusCode":200,"message":"ok","data":{"isValid":false,"reason":"wrong","triesLeft":4}}"#)).url;
/// # let client = AuthenticationClient::builder().app_id("dev-app").app_secret("dev-app-secret").app_host(app_host).build()?;
/// use countersign_client::InvalidReason;
///
/// let answer = client.verify_code(VerifyCode::new(Channel::Login, "18800008888", "123456")).await?;
/// let page = match answer.data.reason {
///     _ if answer.is_valid() => "welcome".to_owned(),
///     Some(InvalidReason::Wrong) => format!("{} tries left", answer.data.tries_left.unwrap_or(0)),
///     _ => "ask for another code".to_owned(),
/// };
/// assert_eq!(page, "4 tries left");
/// # Ok(()) }
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerifiedCode {
    /// Whether the code was right. The check used it up then.
    pub is_valid: bool,
    /// The reason why the code is not valid.
    pub reason: Option<InvalidReason>,
    /// The number of further wrong guesses that the code survives.
    pub tries_left: Option<u32>,
    /// A signed statement that this number proved this channel for this application just now, which other
    /// programs can read with `verify_token`. Present on success.
    pub verification_token: Option<String>,
    /// The life of the token.
    pub token_expires_in: Option<Duration>,
}

// Written by hand, since a token is as sensitive as a code.
impl fmt::Debug for VerifiedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedCode")
            .field("is_valid", &self.is_valid)
            .field("reason", &self.reason)
            .field("tries_left", &self.tries_left)
            .field("token_expires_in", &self.token_expires_in)
            .finish_non_exhaustive()
    }
}

/// The reason why a code is not valid. It is for the program: tell people only what to do next.
///
/// ```
/// use countersign_client::InvalidReason;
///
/// fn another_code_helps(reason: InvalidReason) -> bool {
///     use InvalidReason::{Locked, Malformed, Replaced, Wrong};
///     !matches!(reason, Wrong | Replaced | Locked | Malformed)
/// }
/// assert!(another_code_helps(InvalidReason::Expired));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InvalidReason {
    /// The guess is not the code that was sent.
    Wrong,
    /// The guess is a code that a newer one replaced. It cost the newest code a try.
    Replaced,
    /// The code's life is over.
    Expired,
    /// The guess is a code that was used before.
    Used,
    /// Too many wrong guesses used up the code's tries.
    Exhausted,
    /// The application, channel and number have no code on record.
    NotSent,
    /// Too many wrong guesses about this number, over all codes. The service compared nothing.
    Locked,
    /// The text cannot be a code. The service compared and counted nothing.
    Malformed,
    /// A reason that this version of the SDK has no name for.
    Other,
}

impl InvalidReason {
    fn read(name: &str) -> Self {
        match name {
            "wrong" => Self::Wrong,
            "replaced" => Self::Replaced,
            "expired" => Self::Expired,
            "used" => Self::Used,
            "exhausted" => Self::Exhausted,
            "not_sent" => Self::NotSent,
            "locked" => Self::Locked,
            "malformed" => Self::Malformed,
            _ => Self::Other,
        }
    }
}

impl Data for VerifiedCode {
    fn read(data: &Value) -> Self {
        Self {
            is_valid: data.get("isValid") == Some(&Value::Bool(true)),
            reason: data
                .get("reason")
                .and_then(Value::as_str)
                .map(InvalidReason::read),
            tries_left: number(data, "triesLeft"),
            verification_token: text(data, "verificationToken"),
            token_expires_in: seconds(data, "tokenExpiresIn"),
        }
    }
}

impl Response<VerifiedCode> {
    /// Returns whether the code was right, and is used up now: `status_code` is 200, and `isValid` is true.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/service.rs"));
    /// # use countersign_client::{AuthenticationClient, Channel, VerifyCode};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), countersign_client::Error> {
    /// # let app_host = Service::start(Manner::Answer(200, "", r#"{"statusCode":200,"message":"ok","data":{"isValid":true}}"#)).url;
    /// # let client = AuthenticationClient::builder().app_id("dev-app").app_secret("dev-app-secret").app_host(app_host).build()?;
    /// let code = VerifyCode::new(Channel::Login, "18800008888", "123456").without_token();
    /// assert!(client.verify_code(code).await?.is_valid());
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.is_success() && self.data.is_valid
    }
}

#[cfg(test)]
mod tests {
    use countersign_api::VerifyCodeRequest;
    use serde_json::json;

    use super::*;

    #[test]
    fn the_body_is_the_one_of_the_wire_types() {
        for channel in Channel::ALL {
            for (country, with_token) in [
                (None, None),
                (Some("+86"), Some(false)),
                (Some(""), Some(false)),
            ] {
                let mut code = VerifyCode::new(channel, "18800008888", "012345");
                if let Some(country) = country {
                    code = code.phone_country_code(country);
                }
                if with_token.is_some() {
                    code = code.without_token();
                }
                let wire = VerifyCodeRequest {
                    channel,
                    phone_number: "18800008888".to_owned(),
                    phone_country_code: country.map(str::to_owned),
                    pass_code: "012345".to_owned(),
                    with_token,
                    client_id: None,
                    client_secret: None,
                };
                assert_eq!(code.body().unwrap(), serde_json::to_vec(&wire).unwrap());
            }
        }
    }

    #[test]
    fn the_reasons_of_the_wire_types_have_names() {
        use countersign_api::InvalidReason as Wire;
        for (wire, name) in [
            (Wire::Wrong, InvalidReason::Wrong),
            (Wire::Replaced, InvalidReason::Replaced),
            (Wire::Expired, InvalidReason::Expired),
            (Wire::Used, InvalidReason::Used),
            (Wire::Exhausted, InvalidReason::Exhausted),
            (Wire::NotSent, InvalidReason::NotSent),
            (Wire::Locked, InvalidReason::Locked),
            (Wire::Malformed, InvalidReason::Malformed),
        ] {
            let data = json!({"isValid": false, "reason": wire});
            assert_eq!(VerifiedCode::read(&data).reason, Some(name));
        }
    }

    #[test]
    fn the_data_of_the_wire_types_is_read() {
        let sent = countersign_api::VerifiedCode {
            is_valid: true,
            tries_left: Some(3),
            verification_token: Some("eyJ".to_owned()),
            token_expires_in: Some(300),
            ..countersign_api::VerifiedCode::default()
        };
        let read = VerifiedCode::read(&serde_json::to_value(&sent).unwrap());
        assert!(read.is_valid && read.reason.is_none());
        assert_eq!(read.tries_left, Some(3));
        assert_eq!(read.verification_token.as_deref(), Some("eyJ"));
        assert_eq!(read.token_expires_in, Some(Duration::from_secs(300)));
    }
}
