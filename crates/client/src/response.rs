use std::time::Duration;

use serde_json::Value;

use crate::{Challenge, Error};

/// An answer of the API, with the `data` of calls that have any. A refusal is an answer like any other, with
/// another [`status_code`](Self::status_code) than 200, as in GenAuth's SDKs;
/// [`into_result`](Self::into_result) makes it an error, for programs that do not handle refusals.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/service.rs"));
/// # use countersign_client::{AuthenticationClient, Channel, SendSms};
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), countersign_client::Error> {
/// # let app_host = Service::start(Manner::Answer(200, "retry-after: 42\r\n",
/// #     r#"{"statusCode":429,"message":"Try again in 42 seconds.","requestId":"01a1"}"#)).url;
/// # let client = AuthenticationClient::builder().app_id("dev-app").app_host(app_host).build()?;
/// let answer = client.send_sms(SendSms::new(Channel::Login, "18800008888")).await?;
/// let page = match answer.status_code {
///     200 => "enter the code that we sent".to_owned(),
///     429 => format!("wait {} s", answer.retry_after.map_or(60, |wait| wait.as_secs())),
///     _ => answer.message,
/// };
/// assert_eq!(page, "wait 42 s");
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "a refusal is an answer too: look at `status_code`, or call `into_result`"]
pub struct Response<T = ()> {
    /// 200 for success, otherwise the kind of failure. This is the `statusCode` of the body, not the HTTP
    /// status. A send succeeds when the code was sent, or when its outcome is unknown; a check succeeds also
    /// for a code that is not valid.
    ///
    /// Countersign answers 400 for a number that cannot get a code, 401 for a wrong secret, 403 with a [`challenge`](Self::challenge)
    /// that must be solved first, 404 for an unknown application, 422 for a country that is not served, 429 within the minute of an earlier code, and 500 and
    /// above for the rest.
    pub status_code: u16,
    /// One sentence for people, in the language of the client.
    pub message: String,
    /// The exact fault, where it has a business meaning, such as 2028 for a bad number.
    pub api_code: Option<u32>,
    /// The id of the request: quote it when you ask for help. GenAuth may leave it out on success.
    pub request_id: Option<String>,
    /// The time to wait, where waiting helps and the service tells it, in the header or in the data.
    pub retry_after: Option<Duration>,
    /// The challenge that must be solved before the service does what was asked, with `status_code` 403 and `api_code` 2000.
    pub challenge: Option<Challenge>,
    /// The result of the call; its default unless `status_code` is 200.
    pub data: T,
}

/// The answer to [`send_sms`](crate::AuthenticationClient::send_sms), which has no data.
///
/// ```
/// use countersign_client::SendSmsResponse;
///
/// fn seconds_to_wait(answer: &SendSmsResponse) -> Option<u64> {
///     answer.retry_after.map(|wait| wait.as_secs())
/// }
/// # let _ = seconds_to_wait;
/// ```
pub type SendSmsResponse = Response<()>;

/// The error code of the API for a challenge that must be solved first.
const CHALLENGE: u32 = 2000;

/// The data of an answer. Reading skips a field that is missing, unknown or of an unexpected type.
pub(crate) trait Data: Default {
    fn read(data: &Value) -> Self;
}

impl Data for () {
    fn read(_: &Value) -> Self {}
}

pub(crate) fn text(data: &Value, name: &str) -> Option<String> {
    data.get(name).and_then(Value::as_str).map(str::to_owned)
}

pub(crate) fn number<T: TryFrom<u64>>(data: &Value, name: &str) -> Option<T> {
    data.get(name)
        .and_then(Value::as_u64)
        .and_then(|number| T::try_from(number).ok())
}

pub(crate) fn seconds(data: &Value, name: &str) -> Option<Duration> {
    number(data, name).map(Duration::from_secs)
}

impl<T> Response<T> {
    /// Returns whether the call succeeded, as far as it is known: `status_code` is 200.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/service.rs"));
    /// # use countersign_client::{AuthenticationClient, Channel, SendSms};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), countersign_client::Error> {
    /// # let app_host = Service::start(Manner::Answer(200, "", r#"{"statusCode":200,"message":"Operation successful"}"#)).url;
    /// # let client = AuthenticationClient::builder().app_id("dev-app").app_host(app_host).build()?;
    /// let answer = client.send_sms(SendSms::new(Channel::Login, "18800008888")).await?;
    /// assert!(answer.is_success());
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.status_code == 200
    }

    /// Makes a refusal an error, of the kind [`Refused`](crate::ErrorKind::Refused).
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/service.rs"));
    /// # use countersign_client::{AuthenticationClient, Channel, SendSms};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), countersign_client::Error> {
    /// # let app_host = Service::start(Manner::Answer(200, "", r#"{"statusCode":404,"message":"There is no such application.","apiCode":2011}"#)).url;
    /// # let client = AuthenticationClient::builder().app_id("dev-app").app_host(app_host).build()?;
    /// let answer = client.send_sms(SendSms::new(Channel::Login, "18800008888")).await?;
    /// let error = answer.into_result().unwrap_err();
    /// assert_eq!(error.to_string(), "refused with statusCode 404: There is no such application.");
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error`] with the answer in [`Error::refusal`], if `status_code` is not 200.
    pub fn into_result(self) -> Result<Self, Error> {
        if self.is_success() {
            Ok(self)
        } else {
            Err(Error::refused(Response {
                status_code: self.status_code,
                message: self.message,
                api_code: self.api_code,
                request_id: self.request_id,
                retry_after: self.retry_after,
                challenge: self.challenge,
                data: (),
            }))
        }
    }

    /// Reads the envelope. The error names the problem and holds no part of the envelope.
    ///
    /// Only `statusCode` is required. A field that is missing, unknown or of an unexpected type does not make
    /// an error, since an error about a sent code would invite a second send, and one about a check would hide
    /// that it used the code up.
    pub(crate) fn read(body: &[u8], retry_after: Option<Duration>) -> Result<Self, &'static str>
    where
        T: Data,
    {
        let body: Value = serde_json::from_slice(body).map_err(|_| "a body that is not JSON")?;
        let status_code = number(&body, "statusCode").ok_or("a body without statusCode")?;
        let api_code = number(&body, "apiCode");
        let of_refusal = body.get("data").filter(|_| api_code == Some(CHALLENGE));
        let data = body.get("data").filter(|_| status_code == 200);
        Ok(Self {
            status_code,
            message: text(&body, "message").unwrap_or_default(),
            api_code,
            challenge: of_refusal.and_then(Challenge::read),
            request_id: text(&body, "requestId"),
            retry_after: retry_after.or_else(|| seconds(data?, "retryAfter")),
            data: data.map(T::read).unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use countersign_api::{Envelope, Fault, Lang};

    use super::*;

    #[test]
    fn the_envelope_of_the_wire_types_is_read() {
        let fault = Fault::UnknownApplication;
        for sent in [
            Envelope::success(Lang::EnUs, "r".to_owned()),
            Envelope::failure(&fault, Lang::ZhCn, "r".to_owned()),
        ] {
            let read = SendSmsResponse::read(&serde_json::to_vec(&sent).unwrap(), None).unwrap();
            assert_eq!(read.status_code, sent.status_code);
            assert_eq!(read.message, sent.message);
            assert_eq!(read.api_code, sent.api_code);
            assert_eq!(read.request_id, Some(sent.request_id));
        }
    }

    #[test]
    fn only_the_status_code_must_be_there() {
        for (body, api_code, request_id) in [
            (r#"{"statusCode":200}"#, None, None),
            (
                r#"{"statusCode":200,"message":null,"apiCode":null,"requestId":null}"#,
                None,
                None,
            ),
            (
                r#"{"statusCode":200,"apiCode":"2028","requestId":7,"data":[{}]}"#,
                None,
                None,
            ),
            (
                r#"{"statusCode":200,"apiCode":-1,"requestId":"r"}"#,
                None,
                Some("r"),
            ),
            (r#"{"statusCode":200,"apiCode":2028}"#, Some(2028), None),
        ] {
            let read = SendSmsResponse::read(body.as_bytes(), None).unwrap();
            assert_eq!(
                (read.status_code, read.message.as_str()),
                (200, ""),
                "{body}"
            );
            assert_eq!(read.api_code, api_code, "{body}");
            assert_eq!(read.request_id.as_deref(), request_id, "{body}");
        }
        for body in [
            "",
            "[]",
            "200",
            "{}",
            r#"{"statusCode":"200"}"#,
            r#"{"statusCode":200.5}"#,
            r#"{"statusCode":70000}"#,
        ] {
            assert!(
                SendSmsResponse::read(body.as_bytes(), None).is_err(),
                "{body}"
            );
        }
    }
}
