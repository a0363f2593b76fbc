//! The loopback provider: it posts each message to a listener on this machine, so that tests can count, delay, refuse
//! and drop messages from outside the process.
//!
//! | the listener | means |
//! |---|---|
//! | answers 2xx, optionally `{"providerMessageId": "..."}` | accepted |
//! | answers 4xx, or 301, 302, 307 or 308 | not accepted |
//! | is not there (connection refused) | not accepted |
//! | anything else, or 8 s of silence | unknown |

use std::error::Error;
use std::io;
use std::net::IpAddr;
use std::time::Duration;

use async_trait::async_trait;
use countersign_core::ports::provider::{Provider, Sms};
use countersign_core::send::outcome::{NotAccepted, Outcome, RefusalKind};
use reqwest::{Client, Response, Url, redirect, retry};
use serde::{Deserialize, Serialize};

use crate::egress::{self, ExchangeError};
use crate::meaning::answer;

/// A provider that posts to one URL on the loopback interface.
#[derive(Debug)]
pub struct Loopback {
    url: Url,
    client: Client,
}

/// Why a URL is refused.
#[derive(Debug, thiserror::Error)]
pub enum InvalidLoopback {
    /// Not a URL.
    #[error("--provider http:URL needs a URL such as http:http://127.0.0.1:9000/sms")]
    Url,
    /// Not on this machine, which codes in clear must not leave.
    #[error(
        "--provider http:URL posts codes in clear, so URL must be http://127.0.0.1, http://[::1] or http://localhost"
    )]
    NotLoopback,
    /// The HTTP client could not be set up.
    #[error("the HTTP client cannot start: {0}")]
    Client(reqwest::Error),
}

impl Loopback {
    /// A provider that posts to `url`, such as `http://127.0.0.1:9000/sms`.
    ///
    /// # Errors
    /// [`InvalidLoopback`] when it is not plain HTTP to the loopback interface.
    pub fn new(url: &str) -> Result<Self, InvalidLoopback> {
        let url = Url::parse(url).map_err(|_| InvalidLoopback::Url)?;
        if url.scheme() != "http" || !is_loopback(&url) {
            return Err(InvalidLoopback::NotLoopback);
        }
        let client = Client::builder()
            .user_agent(egress::USER_AGENT)
            .no_proxy()
            .redirect(redirect::Policy::none())
            // One message, one request: the client must not repeat it, nor write it to a connection
            // that the listener may have closed already.
            .retry(retry::never())
            .pool_max_idle_per_host(0)
            .build()
            .map_err(InvalidLoopback::Client)?;
        Ok(Self { url, client })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Delivery<'a> {
    message_id: String,
    to: &'a str,
    channel: &'a str,
    text: &'a str,
    pass_code: &'a str,
}

#[async_trait]
impl Provider for Loopback {
    fn name(&self) -> &str {
        "http"
    }

    async fn send(&self, sms: &Sms) -> Outcome {
        let delivery = Delivery {
            message_id: sms.message_id.to_string(),
            to: sms.to.e164(),
            channel: sms.channel.as_str(),
            text: sms.text.reveal(),
            pass_code: sms.passcode.reveal(),
        };
        match self
            .client
            .post(self.url.clone())
            .json(&delivery)
            .send()
            .await
        {
            Ok(response) => read(response).await,
            Err(error) if is_refused(&error) => ExchangeError::NotConnected("refused").outcome(),
            Err(_) => Outcome::Unknown {
                cause: "the connection broke before an answer".to_owned(),
            },
        }
    }
}

async fn read(response: Response) -> Outcome {
    let status = response.status();
    if status.is_success() {
        let id = tokio::time::timeout(REST, provider_message_id(response)).await;
        return Outcome::Accepted {
            provider_message_id: id.unwrap_or_default(),
        };
    }
    let code = answer::status(status.as_u16());
    let kind = match status.as_u16() {
        301 | 302 | 307 | 308 | 401 | 403 | 404 => RefusalKind::ConfigError,
        429 => RefusalKind::Throttled,
        400..500 => RefusalKind::Other,
        _ => return Outcome::Unknown { cause: code },
    };
    Outcome::NotAccepted(NotAccepted {
        kind,
        vendor_code: Some(code),
        retry_after: None,
    })
}

/// Whether the connection was refused. Any other failure may have come after the message left.
fn is_refused(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        let io = error.downcast_ref::<io::Error>();
        if io.is_some_and(|error| error.kind() == io::ErrorKind::ConnectionRefused) {
            return true;
        }
        cause = error.source();
    }
    false
}

/// How long to wait for the body of an answer whose status said "accepted".
const REST: Duration = Duration::from_secs(1);

/// The most bytes that are read of an answer.
const ANSWER: usize = 16 * 1024;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    provider_message_id: String,
}

/// The id in the answer, if there is one. Without it the message is accepted all the same.
async fn provider_message_id(mut response: Response) -> Option<String> {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > ANSWER {
            return None;
        }
    }
    let answer: Answer = serde_json::from_slice(&body).ok()?;
    (answer.provider_message_id.len() <= 128).then_some(answer.provider_message_id)
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost"
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_that_leads_off_this_machine_is_refused() {
        for url in [
            "http://127.0.0.1:9/",
            "http://[::1]:9/x",
            "http://localhost:9",
            "http://127.1.2.3:9",
        ] {
            assert!(Loopback::new(url).is_ok(), "{url}");
        }
        for url in [
            "http://10.0.0.1/",
            "http://example.com/",
            "http://127.0.0.1.example.com/",
            "https://127.0.0.1/",
            "http://localhost@example.com/",
            "file:///etc/passwd",
            "http://0.0.0.0/",
        ] {
            assert!(
                matches!(Loopback::new(url), Err(InvalidLoopback::NotLoopback)),
                "{url}"
            );
        }
        assert!(matches!(Loopback::new("9000"), Err(InvalidLoopback::Url)));
    }
}
