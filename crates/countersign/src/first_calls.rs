//! The first two calls of a newcomer to a service in development: send a code, and check it.

use std::fmt;

use countersign_api::{Channel, SendSmsRequest, VerifyCodeRequest};
use countersign_core::country_rules::Countries;
use countersign_core::phone::Country;
use serde::Serialize;

/// The number of the examples: one of the United States that belongs to nobody.
const NUMBER: &str = "+14155550132";

/// The number of the examples where the United States are not served: one of the Chinese mainland.
const MAINLAND_NUMBER: &str = "18800008888";

/// The place of the code in the example of a check.
const CODE: &str = "CODE";

/// The first two calls to a service in development, as commands for a shell.
#[derive(Clone)]
pub struct FirstCalls {
    /// The URL of the service, without a path.
    pub url: String,
    /// The application of development.
    pub app_id: &'static str,
    /// The secret of that application, which everybody knows.
    pub app_secret: &'static str,
    /// The number that the code goes to.
    pub number: &'static str,
    /// The curl that sends a code, in three lines.
    pub send: String,
    /// The curl that checks a code as the application's server would, in three lines. `CODE` stands for the code.
    pub verify: String,
}

impl fmt::Debug for FirstCalls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FirstCalls")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

impl FirstCalls {
    /// The first calls to the service at `url`, which serves `countries` and knows the application `app_id` by
    /// `app_secret`.
    ///
    /// # Errors
    /// When a body cannot be written as JSON.
    pub fn new(
        url: String,
        app_id: &'static str,
        app_secret: &'static str,
        countries: &Countries,
    ) -> serde_json::Result<Self> {
        let number = number(countries);
        let send = SendSmsRequest {
            challenge_solution: None,
            channel: Channel::Login,
            phone_number: number.to_owned(),
            phone_country_code: None,
        };
        let verify = VerifyCodeRequest {
            channel: Channel::Login,
            phone_number: number.to_owned(),
            phone_country_code: None,
            pass_code: CODE.to_owned(),
            with_token: None,
            client_id: None,
            client_secret: None,
        };
        let names_app = format!("-H 'x-authing-app-id: {app_id}'");
        let proves_app = format!("-u {app_id}:{app_secret}");
        Ok(Self {
            send: curl(&url, "send-sms", &names_app, &send)?,
            verify: curl(&url, "verify-code", &proves_app, &verify)?,
            url,
            app_id,
            app_secret,
            number,
        })
    }
}

/// The number of the examples where `countries` are served.
fn number(countries: &Countries) -> &'static str {
    let serves = |code| Country::parse(code).is_some_and(|country| countries.contains(country));
    match serves("CN") && !serves("US") {
        true => MAINLAND_NUMBER,
        false => NUMBER,
    }
}

fn curl(
    url: &str,
    endpoint: &str,
    caller: &str,
    body: &impl Serialize,
) -> serde_json::Result<String> {
    let body = serde_json::to_string(body)?;
    Ok(format!(
        "curl -s {url}/api/v3/{endpoint} {caller} \\\n  \
           -H 'content-type: application/json' -H 'x-authing-lang: en-US' \\\n  \
           -d '{body}'"
    ))
}
