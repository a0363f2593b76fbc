use std::time::Duration;

use countersign_client::{AuthenticationClient, Channel, PreCheckCode, SendSms};
use serde_json::{Value, json};

use super::Caller;
use crate::answer::Answer;
use crate::server::Server;

/// Anyone who knows the id of an application, such as its web page, its app or a stranger.
#[derive(Clone)]
pub(crate) struct Public {
    caller: Caller,
    app: String,
}

impl Public {
    /// Anyone at the application `app`, in English.
    pub(crate) fn of(server: &Server, app: &str) -> Self {
        Self::by(Caller::of(server), app)
    }

    pub(super) fn by(caller: Caller, app: &str) -> Self {
        Self {
            caller: caller.with("x-authing-app-id", app),
            app: app.to_owned(),
        }
    }

    /// The public that asks for answers in `language`, such as `zh-CN`.
    pub(crate) fn in_language(mut self, language: &str) -> Self {
        self.caller = self.caller.with("x-authing-lang", language);
        self
    }

    /// The public that sends this `Idempotency-Key` with every request.
    pub(crate) fn with_key(mut self, key: &str) -> Self {
        self.caller = self.caller.with("idempotency-key", key);
        self
    }

    /// `POST /api/v3/{name}`.
    pub(crate) async fn post(&self, name: &str, body: Value) -> Answer {
        self.caller.post(name, body).await
    }

    /// `POST /api/v3/send-sms`.
    pub(crate) async fn send_sms(&self, channel: &str, number: &str) -> Answer {
        let body = json!({"channel": channel, "phoneNumber": number});
        self.post("send-sms", body).await
    }

    /// Asks for a login code for `number`: the `statusCode`.
    pub(crate) async fn login(&self, number: &str) -> u64 {
        self.send_sms("CHANNEL_LOGIN", number).await.status()
    }

    /// The Rust SDK, which waits long enough for the last answer of a burst.
    pub(crate) fn sdk(&self) -> Sdk {
        let sdk = AuthenticationClient::builder()
            .app_id(&self.app)
            .app_host(&self.caller.url)
            .timeout(Duration::from_secs(120))
            .connect_timeout(Duration::from_secs(60));
        Sdk(sdk.build().unwrap())
    }

    /// `POST /api/v3/pre-check-code`.
    pub(crate) async fn pre_check_code(&self, channel: &str, number: &str, code: &str) -> Answer {
        self.post("pre-check-code", check_body(channel, number, code))
            .await
    }
}

/// The body of `pre-check-code`.
pub(crate) fn check_body(channel: &str, number: &str, code: &str) -> Value {
    json!({"codeType": "SMS", "smsCodePayload": {
        "phone": number, "passCode": code, "channel": channel,
    }})
}

/// The public with the Rust SDK.
#[derive(Clone)]
pub(crate) struct Sdk(AuthenticationClient);

impl Sdk {
    /// Asks for a login code for `number`: the `statusCode`.
    pub(crate) async fn login(&self, number: &str) -> u16 {
        self.try_login(number).await.expect("an answer").0
    }

    /// Asks for a login code for `number`: `statusCode` and `requestId`, or `None` if the server dies before it
    /// answers.
    pub(crate) async fn try_login(&self, number: &str) -> Option<(u16, String)> {
        let sms = SendSms::new(Channel::Login, number);
        let answer = self.0.send_sms(sms).await.ok()?;
        let request_id = answer.request_id.expect("a requestId in every answer");
        Some((answer.status_code, request_id))
    }

    /// Whether the code would pass.
    pub(crate) async fn pre_check_code(&self, guess: PreCheckCode) -> bool {
        let answer = self.0.pre_check_code(guess).await;
        answer.expect("an answer").is_valid()
    }
}
