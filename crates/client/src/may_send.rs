use std::time::Duration;

use serde_json::Value;

use crate::response::{Data, Response, number, seconds, text};

/// The answer to [`may_send`](crate::AuthenticationClient::may_send). Call
/// [`is_allowed`](Response::<MaySend>::is_allowed) on it.
///
/// ```
/// use countersign_client::MaySendResponse;
///
/// fn first_to_refuse(answer: &MaySendResponse) -> Option<&str> {
///     let mut rules = answer.data.rules.iter();
///     rules.find(|rule| rule.next_allowed_at.is_some()).map(|rule| rule.name.as_str())
/// }
/// # let _ = first_to_refuse;
/// ```
pub type MaySendResponse = Response<MaySend>;

/// The data of the answer to [`may_send`](crate::AuthenticationClient::may_send).
///
/// ```
/// use countersign_client::MaySend;
///
/// assert!(!MaySend::default().allowed);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct MaySend {
    /// Whether a send would go to a provider now.
    pub allowed: bool,
    /// The `status_code` and the `api_code` of the answer that a send would get now, where it is not allowed.
    pub refusal: Option<(u16, Option<u32>)>,
    /// Every rule that would judge the send, in their order, those that only monitor included.
    pub rules: Vec<SendRule>,
}

/// A rule at this moment, for one send.
///
/// ```
/// use countersign_client::SendRule;
///
/// assert_eq!(SendRule::default().next_allowed_at, None);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SendRule {
    /// The name of the rule, such as `minute`.
    pub name: String,
    /// The consequence of its refusal: `enforce`, `challenge` or `monitor`.
    pub mode: String,
    /// The currency of `count` and `max`, in ten-thousandths of a unit, where the rule counts money; `None` where it counts sends or
    /// numbers.
    pub currency: Option<String>,
    /// How much the rule counts in its window, without this send.
    pub count: u64,
    /// How much fits into a window.
    pub max: u64,
    /// The rolling window.
    pub window: Duration,
    /// The time from which the rule would allow the send, RFC 3339, UTC; `None` where it allows it now, and where it never
    /// does.
    pub next_allowed_at: Option<String>,
}

impl Data for MaySend {
    fn read(data: &Value) -> Self {
        let rules = data.get("rules").and_then(Value::as_array);
        Self {
            allowed: data.get("allowed") == Some(&Value::Bool(true)),
            refusal: data.get("refusal").and_then(|refusal| {
                let status_code = number(refusal, "statusCode")?;
                Some((status_code, number(refusal, "apiCode")))
            }),
            rules: rules.into_iter().flatten().map(SendRule::read).collect(),
        }
    }
}

impl SendRule {
    fn read(rule: &Value) -> Self {
        Self {
            name: text(rule, "name").unwrap_or_default(),
            mode: text(rule, "mode").unwrap_or_default(),
            currency: text(rule, "currency"),
            count: number(rule, "count").unwrap_or_default(),
            max: number(rule, "max").unwrap_or_default(),
            window: seconds(rule, "windowSeconds").unwrap_or_default(),
            next_allowed_at: text(rule, "nextAllowedAt"),
        }
    }
}

impl Response<MaySend> {
    /// Returns whether a send would go to a provider now: `status_code` is 200, and `allowed` is true.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/service.rs"));
    /// # use countersign_client::{AuthenticationClient, Channel, SendSms};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), countersign_client::Error> {
    /// # let app_host = Service::start(Manner::Answer(200, "",
    /// #     r#"{"statusCode":200,"message":"ok","data":{"allowed":true,"rules":[]}}"#)).url;
    /// # let client = AuthenticationClient::builder().app_id("dev-app").app_secret("dev-app-secret").app_host(app_host).build()?;
    /// let sms = SendSms::new(Channel::Login, "18800008888");
    /// assert!(client.may_send(&sms).await?.is_allowed());
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.is_success() && self.data.allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_of_the_wire_types_is_read() {
        let sent = countersign_api::MaySendSms {
            allowed: false,
            refusal: Some(countersign_api::SendRefusal {
                status_code: 429,
                api_code: Some(2_990_003),
                message: "Too many.".to_owned(),
            }),
            rules: vec![countersign_api::SendRule {
                name: "number-day".to_owned(),
                mode: "enforce".to_owned(),
                currency: Some("CNY".to_owned()),
                count: 20,
                max: 20,
                window_seconds: 86_400,
                next_allowed_at: Some("2026-11-21T20:00:42.000Z".to_owned()),
            }],
        };
        let read = MaySend::read(&serde_json::to_value(&sent).unwrap());
        assert_eq!(
            (read.allowed, read.refusal),
            (false, Some((429, Some(2_990_003))))
        );
        let rule = SendRule {
            name: "number-day".to_owned(),
            mode: "enforce".to_owned(),
            currency: Some("CNY".to_owned()),
            count: 20,
            max: 20,
            window: Duration::from_secs(86_400),
            next_allowed_at: Some("2026-11-21T20:00:42.000Z".to_owned()),
        };
        assert_eq!(read.rules, [rule]);
    }
}
