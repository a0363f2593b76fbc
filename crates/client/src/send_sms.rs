use std::borrow::Cow;
use std::fmt;

use countersign_api::Channel;
use serde::Serialize;

use crate::code::masked;

/// A code to send, with its purpose and number.
///
/// ```
/// use countersign_client::{Channel, SendSms};
///
/// let chinese = SendSms::new(Channel::Login, "18800008888");
/// let american = SendSms::new(Channel::Register, "4155550132").phone_country_code("+1");
/// // Numbers are personal data, so `Debug` leaves only the end of them.
/// assert!(format!("{american:?}").contains("****0132"));
/// assert!(!format!("{american:?}").contains("415555"));
/// ```
#[derive(Clone, PartialEq, Eq)]
#[must_use = "it is sent by `AuthenticationClient::send_sms`"]
pub struct SendSms {
    channel: Cow<'static, str>,
    phone_number: String,
    phone_country_code: Option<String>,
    idempotency_key: Option<String>,
    challenge_solution: Option<String>,
}

/// The body, for a channel of any name. It is that of `countersign_api::SendSmsRequest` otherwise.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    channel: &'a str,
    phone_number: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_country_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    challenge_solution: Option<&'a str>,
}

impl SendSms {
    /// Asks for a code for this purpose to this number: a national number, or one with a leading `+` and its
    /// own country code.
    ///
    /// The service judges the number, not the SDK. It answers with
    /// [`status_code`](crate::SendSmsResponse::status_code) 400 if it is no mobile number.
    ///
    /// ```
    /// use countersign_client::{Channel, SendSms};
    ///
    /// let sms = SendSms::new(Channel::ResetPassword, "18800008888");
    /// # drop(sms);
    /// ```
    pub fn new(channel: Channel, phone_number: impl Into<String>) -> Self {
        Self {
            channel: channel.as_str().into(),
            phone_number: phone_number.into(),
            phone_country_code: None,
            idempotency_key: None,
            challenge_solution: None,
        }
    }

    /// Asks for a code for a channel that this version of the SDK has no name for.
    ///
    /// ```
    /// use countersign_client::{Channel, SendSms};
    ///
    /// assert_eq!(
    ///     SendSms::with_channel_name("CHANNEL_LOGIN", "18800008888"),
    ///     SendSms::new(Channel::Login, "18800008888"),
    /// );
    /// ```
    pub fn with_channel_name(name: impl Into<String>, phone_number: impl Into<String>) -> Self {
        Self {
            channel: Cow::Owned(name.into()),
            phone_number: phone_number.into(),
            phone_country_code: None,
            idempotency_key: None,
            challenge_solution: None,
        }
    }

    /// Sets the country code of the number, such as `+86`, which is also the service's default.
    ///
    /// ```
    /// use countersign_client::{Channel, SendSms};
    ///
    /// let sms = SendSms::new(Channel::BindPhone, "4155550132").phone_country_code("+1");
    /// # drop(sms);
    /// ```
    pub fn phone_country_code(mut self, code: impl Into<String>) -> Self {
        self.phone_country_code = Some(code.into());
        self
    }

    /// Sets the idempotency key: 1 to 255 visible ASCII characters. The client makes a new one for each call otherwise.
    ///
    /// A program that may end before the answer keeps a key of its own with the order, and sends that again: within 24
    /// hours the service gives each repeat the first answer and sends nothing.
    ///
    /// ```
    /// use countersign_client::{Channel, SendSms};
    ///
    /// let sms = SendSms::new(Channel::BindPhone, "18800008888").idempotency_key("order-4711");
    /// # drop(sms);
    /// ```
    pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.idempotency_key = Some(key.into());
        self
    }

    pub(crate) fn chosen_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    /// Brings the solution of a [challenge](crate::Challenge) that the answer to the same request demanded: the text that the
    /// widget of ALTCHA puts into its form field. It is good once, within five minutes.
    ///
    /// ```
    /// use countersign_client::{Channel, SendSms};
    ///
    /// let solution = "eyJjaGFsbGVuZ2UiOnt9fQ=="; // of the form that the person sent
    /// let sms = SendSms::new(Channel::Login, "18800008888").challenge_solution(solution);
    /// # drop(sms);
    /// ```
    pub fn challenge_solution(mut self, solution: impl Into<String>) -> Self {
        self.challenge_solution = Some(solution.into());
        self
    }

    pub(crate) fn body(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(&Body {
            channel: &self.channel,
            phone_number: &self.phone_number,
            phone_country_code: self.phone_country_code.as_deref(),
            challenge_solution: self.challenge_solution.as_deref(),
        })
    }
}

impl fmt::Debug for SendSms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendSms")
            .field("channel", &self.channel)
            .field("phone_number", &masked(&self.phone_number))
            .field("phone_country_code", &self.phone_country_code)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use countersign_api::SendSmsRequest;

    use super::*;

    #[test]
    fn the_body_is_the_one_of_the_wire_types() {
        for name in Channel::NAMES {
            for code in [None, Some("+86"), Some("")] {
                let channel: Channel = serde_json::from_value(name.into()).unwrap();
                let mut sms = SendSms::new(channel, "18800008888");
                if let Some(code) = code {
                    sms = sms.phone_country_code(code);
                }
                let wire = SendSmsRequest {
                    challenge_solution: None,
                    channel,
                    phone_number: "18800008888".to_owned(),
                    phone_country_code: code.map(str::to_owned),
                };
                assert_eq!(sms.body().unwrap(), serde_json::to_vec(&wire).unwrap());
            }
        }
    }
}
