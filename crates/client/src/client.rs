use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use countersign_api::{APP_ID_HEADER, LANG_HEADER, Lang};
#[cfg(feature = "tokens")]
use countersign_api::{Channel, VerificationClaims};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};

use tokio::time::Instant;

use crate::call::{self, Call};
use crate::introspect_token::{self, IntrospectTokenResponse};
use crate::repeat;
use crate::response::{Data, Response};
use crate::transport::Transport;
use crate::{
    AuthenticationClientBuilder, Error, MaySendResponse, PreCheckCode, PreCheckCodeResponse,
    SendSms, SendSmsResponse, VerifyCode, VerifyCodeResponse,
};

/// Sends and checks codes for one application. Cheap to clone and to share: make one and keep it.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/service.rs"));
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), countersign_client::Error> {
/// # let app_host = Service::start(Manner::Answer(200, "", r#"{"statusCode":200,"message":"Operation successful"}"#)).url;
/// use countersign_client::{AuthenticationClient, Channel, Lang, SendSms};
///
/// let client = AuthenticationClient::builder()
///     .app_id("dev-app")
///     .app_secret("dev-app-secret")
///     .app_host(app_host) // such as "https://sms.example.com"
///     .lang(Lang::EnUs)
///     .build()?;
/// let answer = client
///     .send_sms(SendSms::new(Channel::Login, "18800008888").phone_country_code("+86"))
///     .await?;
/// assert_eq!(answer.status_code, 200);
/// assert_eq!(answer.message, "Operation successful");
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct AuthenticationClient(Arc<Inner>);

/// The headers and the body of a request.
#[derive(Clone)]
struct Request {
    headers: HeaderMap,
    body: Vec<u8>,
}

pub(crate) struct Inner {
    pub(crate) app_id: HeaderValue,
    /// The value of the header `Authorization`, where a secret was given.
    pub(crate) credentials: Option<HeaderValue>,
    pub(crate) lang: Option<Lang>,
    #[cfg(feature = "challenges")]
    pub(crate) solves_challenges: bool,
    pub(crate) transport: Transport,
    #[cfg(feature = "tokens")]
    pub(crate) tokens: crate::token::Verifier,
}

impl AuthenticationClient {
    /// Starts the settings of a client.
    ///
    /// ```
    /// use countersign_client::AuthenticationClient;
    ///
    /// let client = AuthenticationClient::builder()
    ///     .app_id("dev-app")
    ///     .app_host("http://127.0.0.1:8480")
    ///     .build()?;
    /// # Ok::<(), countersign_client::Error>(())
    /// ```
    pub fn builder() -> AuthenticationClientBuilder {
        AuthenticationClientBuilder::new()
    }

    pub(crate) fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    /// Asks for a code to be sent.
    ///
    /// The request has an idempotency key, new for each call unless [`SendSms::idempotency_key`] chose one. Where the
    /// connection breaks before the answer, the client repeats the request with the same key, twice at most and within
    /// [`timeout`](AuthenticationClientBuilder::timeout): the service sends one message, and gives each repeat the first
    /// answer. A challenge that the
    /// service demands is solved where the client was told to (`solve_challenges`). Dropping the future before it is ready does not cancel the send.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/service.rs"));
    /// # use countersign_client::AuthenticationClient;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), countersign_client::Error> {
    /// # let app_host = Service::start(Manner::Answer(200, "", r#"{"statusCode":400,"message":"phoneNumber is not a mobile number.","apiCode":2028}"#)).url;
    /// # let client = AuthenticationClient::builder().app_id("dev-app").app_host(app_host).build()?;
    /// use countersign_client::{Channel, SendSms};
    ///
    /// let answer = client.send_sms(SendSms::new(Channel::Register, "01012345678")).await?;
    /// assert!(!answer.is_success());
    /// assert_eq!((answer.status_code, answer.api_code), (400, Some(2028)));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error`] when there is no answer of the API. A refusal *is* an answer, with another `status_code` than
    /// 200, unless [`into_result`](SendSmsResponse::into_result) makes it an error. With 503 nothing was sent,
    /// but the number's minute may be taken.
    pub async fn send_sms(&self, sms: SendSms) -> Result<SendSmsResponse, Error> {
        let answer = self.send_once(&sms).await?;
        #[cfg(feature = "challenges")]
        if let Some(solution) = self.solution(&answer).await {
            return self.send_once(&sms.challenge_solution(solution)).await;
        }
        Ok(answer)
    }

    async fn send_once(&self, sms: &SendSms) -> Result<SendSmsResponse, Error> {
        let key = repeat::key(sms.chosen_key())?;
        self.call_repeatedly(&call::SEND_SMS, None, sms.body(), key)
            .await
    }

    /// Asks what would become of a send, without sending: whether it is allowed, and what every rule that would judge it
    /// counts. Nothing is counted for it, so a send a moment later may be judged otherwise.
    ///
    /// The secret of the application proves that the program is its server.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/service.rs"));
    /// # use countersign_client::AuthenticationClient;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), countersign_client::Error> {
    /// # let app_host = Service::start(Manner::Answer(200, "",
    /// #     r#"{"statusCode":200,"message":"ok","data":{"allowed":false,"refusal":{"statusCode":429,"message":"Wait."},
    /// #     "rules":[{"name":"minute","mode":"enforce","count":1,"max":1,"windowSeconds":60,"nextAllowedAt":"2026-11-21T20:00:42.000Z"}]}}"#)).url;
    /// # let client = AuthenticationClient::builder().app_id("dev-app").app_secret("dev-app-secret").app_host(app_host).build()?;
    /// use countersign_client::{Channel, SendSms};
    ///
    /// let answer = client.may_send(&SendSms::new(Channel::Login, "18800008888")).await?;
    /// assert!(!answer.is_allowed());
    /// assert_eq!(answer.data.refusal, Some((429, None)));
    /// assert_eq!(answer.data.rules[0].name, "minute");
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error`] when there is no answer of the API, or no `app_secret` was given. A send that is not allowed *is* an
    /// answer.
    pub async fn may_send(&self, sms: &SendSms) -> Result<MaySendResponse, Error> {
        let credentials = Some(self.credentials()?);
        self.call(&call::MAY_SEND, credentials, sms.body()).await
    }

    /// Asks whether a code would pass, without using it up: for a form that checks the code before the whole
    /// form is sent. A wrong code costs one of the code's tries. A challenge is solved as by [`send_sms`](Self::send_sms).
    ///
    /// The call takes no secret, so its answer is for the person, not for the program. Before the program lets
    /// a person in, [`verify_code`](Self::verify_code) must accept the code.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/service.rs"));
    /// # use countersign_client::AuthenticationClient;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), countersign_client::Error> {
    /// # let app_host = Service::start(Manner::Answer(200, "",
    /// #     r#"{"statusCode":200,"message":"ok","data":{"isValid":false,"message":"The code is wrong or no longer valid."}}"#)).url;
    /// # let client = AuthenticationClient::builder().app_id("dev-app").app_host(app_host).build()?;
    /// use countersign_client::{Channel, PreCheckCode};
    ///
    /// let answer = client.pre_check_code(PreCheckCode::new(Channel::Register, "18800008888", "123456")).await?;
    /// assert!(!answer.is_valid());
    /// assert_eq!(answer.data.message.as_deref(), Some("The code is wrong or no longer valid."));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error`] when there is no answer of the API. A code that would not pass *is* an answer. With
    /// `status_code` 503 the wrong guess may have counted.
    pub async fn pre_check_code(&self, code: PreCheckCode) -> Result<PreCheckCodeResponse, Error> {
        let answer = self.pre_check_once(&code).await?;
        #[cfg(feature = "challenges")]
        if let Some(solution) = self.solution(&answer).await {
            return self
                .pre_check_once(&code.challenge_solution(solution))
                .await;
        }
        Ok(answer)
    }

    async fn pre_check_once(&self, code: &PreCheckCode) -> Result<PreCheckCodeResponse, Error> {
        self.call(&call::PRE_CHECK_CODE, None, code.body()).await
    }

    /// Solves the challenge that `answer` demands, where the client was told to.
    #[cfg(feature = "challenges")]
    async fn solution<D>(&self, answer: &Response<D>) -> Option<String> {
        let demanded = answer.challenge.as_ref();
        let challenge = demanded.filter(|_| self.0.solves_challenges)?;
        challenge.clone().solve().await
    }

    /// Checks a code, and uses it up if it is right: of all concurrent checks with one code, exactly one
    /// succeeds.
    ///
    /// Where the connection breaks before the answer, the client repeats the request with the same idempotency key, as
    /// [`send_sms`](Self::send_sms) does: the guess counts once. After an error other than
    /// [`nothing_was_sent`](Error::nothing_was_sent) the code may be used up, so ask for a new one. The secret of the application proves that the program is its server; a secret does not belong in a web page
    /// or an app.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/service.rs"));
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), countersign_client::Error> {
    /// # let app_host = Service::start(Manner::Answer(200, "",
    /// #     r#"{"statusCode":200,"message":"ok","data":{"isValid":true,"verificationToken":"eyJ","tokenExpiresIn":300}}"#)).url;
    /// use countersign_client::{AuthenticationClient, Channel, VerifyCode};
    ///
    /// let client = AuthenticationClient::builder()
    ///     .app_id("dev-app")
    ///     .app_secret("dev-app-secret")
    ///     .app_host(app_host)
    ///     .build()?;
    /// let answer = client.verify_code(VerifyCode::new(Channel::Login, "18800008888", "123456")).await?;
    /// assert!(answer.is_valid());
    /// assert!(answer.data.verification_token.is_some());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error`] when there is no answer of the API, or no `app_secret` was given. A wrong code *is* an answer.
    /// With `status_code` 503 the guess may have counted, and the code may be used up: have a new one sent.
    pub async fn verify_code(&self, code: VerifyCode) -> Result<VerifyCodeResponse, Error> {
        let credentials = Some(self.credentials()?);
        let key = repeat::key(code.chosen_key())?;
        self.call_repeatedly(&call::VERIFY_CODE, credentials, code.body(), key)
            .await
    }

    /// Reads a [verification token](crate::VerifiedCode::verification_token) for this application and any
    /// channel, which the claims name. The client makes no request for it, except now and then one for the
    /// public keys of the service.
    ///
    /// The client fetches the keys when the first token comes, when a token names an unknown key (but not
    /// within 30 s of the last time), and when the keys are ten minutes old. Concurrent calls share one
    /// request; a failed request leaves the known keys as they are. A token may be read any number of times
    /// until it ends; [`introspect_token`](Self::introspect_token) accepts each token once.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/service.rs"));
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/signer.rs"));
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), countersign_client::Error> {
    /// # let signer = Signer::new("k1");
    /// # let app_host = Service::start(Manner::Answer(200, "", signer.key_set())).url;
    /// # let token = signer.token(&claims(&format!("{app_host}/oidc"), "dev-app", 300));
    /// use countersign_client::{AuthenticationClient, Channel};
    ///
    /// let client = AuthenticationClient::builder().app_id("dev-app").app_host(app_host).build()?;
    /// let claims = client.verify_token(&token).await?;
    /// assert_eq!(claims.phone_number, "+8618800008888");
    /// assert_eq!(claims.channel, Channel::Login);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::InvalidToken`](crate::ErrorKind::InvalidToken), with the rule that the token breaks. Any
    /// other kind says why the keys could not be fetched: the token may be good.
    #[cfg(feature = "tokens")]
    pub async fn verify_token(&self, token: &str) -> Result<VerificationClaims, Error> {
        self.0.tokens.verify(token, None).await
    }

    /// Reads a verification token of one channel, like [`verify_token`](Self::verify_token). A person who
    /// proved a number in order to sign in has not asked to delete the account.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/service.rs"));
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/signer.rs"));
    /// # use countersign_client::{AuthenticationClient, Channel};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), countersign_client::Error> {
    /// # let signer = Signer::new("k1");
    /// # let app_host = Service::start(Manner::Answer(200, "", signer.key_set())).url;
    /// # let token = signer.token(&claims(&format!("{app_host}/oidc"), "dev-app", 300));
    /// # let client = AuthenticationClient::builder().app_id("dev-app").app_host(app_host).build()?;
    /// let claims = client.verify_token_for(Channel::Login, &token).await?;
    /// assert_eq!(claims.aud, "dev-app");
    /// let error = client.verify_token_for(Channel::DeleteAccount, &token).await.unwrap_err();
    /// assert_eq!(error.to_string(), "the token must be of the channel CHANNEL_DELETE_ACCOUNT");
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The errors of [`verify_token`](Self::verify_token).
    #[cfg(feature = "tokens")]
    pub async fn verify_token_for(
        &self,
        channel: Channel,
        token: &str,
    ) -> Result<VerificationClaims, Error> {
        self.0.tokens.verify(token, Some(channel)).await
    }

    /// Asks the service about a verification token, which is active once: for a step that must not happen twice
    /// with one token. Like [`verify_code`](Self::verify_code), the call takes the secret of the application,
    /// and is never repeated.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/service.rs"));
    /// # use countersign_client::AuthenticationClient;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), countersign_client::Error> {
    /// # let app_host = Service::start(Manner::Answer(200, "",
    /// #     r#"{"statusCode":200,"message":"ok","data":{"active":true,"iss":"https://sms.example.com/oidc","aud":"dev-app",
    /// #     "sub":"5c1f0e","phone_number":"+8618800008888","phone_number_verified":true,"channel":"CHANNEL_LOGIN",
    /// #     "iat":1795000000,"exp":1795000300,"jti":"01a1"}}"#)).url;
    /// # let client = AuthenticationClient::builder().app_id("dev-app").app_secret("dev-app-secret").app_host(app_host).build()?;
    /// # let token = "eyJ";
    /// let answer = client.introspect_token(token).await?;
    /// assert!(answer.is_active());
    /// let claims = answer.data.claims.expect("claims of an active token");
    /// assert_eq!(claims.phone_number, "+8618800008888");
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error`] when there is no answer of the API, or no `app_secret` was given. A token that is not good
    /// *is* an answer.
    pub async fn introspect_token(&self, token: &str) -> Result<IntrospectTokenResponse, Error> {
        let credentials = Some(self.credentials()?);
        let body = serde_json::to_vec(&introspect_token::Body { token });
        self.call(&call::INTROSPECT_TOKEN, credentials, body).await
    }

    fn credentials(&self) -> Result<HeaderValue, Error> {
        let credentials = self.0.credentials.clone();
        credentials.ok_or_else(|| Error::configuration("app_secret must be given"))
    }

    async fn call<T: Data>(
        &self,
        call: &Call,
        credentials: Option<HeaderValue>,
        body: serde_json::Result<Vec<u8>>,
    ) -> Result<Response<T>, Error> {
        let request = self.request(credentials, body)?;
        self.ask(call, request, self.0.transport.timeout).await
    }

    /// Makes a call with an idempotency key. Where the connection breaks, makes it again with the same key, while time is
    /// left. The error of the first request is the one that tells what is unknown, so it is returned where no repeat gets
    /// an answer.
    async fn call_repeatedly<T: Data>(
        &self,
        call: &Call,
        credentials: Option<HeaderValue>,
        body: serde_json::Result<Vec<u8>>,
        key: HeaderValue,
    ) -> Result<Response<T>, Error> {
        let mut request = self.request(credentials, body)?;
        request.headers.insert(repeat::HEADER, key);
        let (started, timeout) = (Instant::now(), self.0.transport.timeout);
        let mut newest = self.ask(call, request.clone(), timeout).await;
        let mut unanswered = None;
        for (n, pause) in repeat::PAUSES.into_iter().enumerate() {
            let left = timeout.saturating_sub(started.elapsed() + pause);
            if left.is_zero() || !repeat::is_due(&newest, |answer| answer.status_code, n) {
                break;
            }
            unanswered = unanswered.or(newest.err());
            tokio::time::sleep(pause).await;
            newest = self.ask(call, request.clone(), left).await;
        }
        match (newest, unanswered) {
            (Err(_), Some(first)) => Err(first),
            (newest, _) => newest,
        }
    }

    fn request(
        &self,
        credentials: Option<HeaderValue>,
        body: serde_json::Result<Vec<u8>>,
    ) -> Result<Request, Error> {
        let body = body.map_err(|_| Error::configuration("the request must be JSON"))?;
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(APP_ID_HEADER, self.0.app_id.clone());
        if let Some(lang) = self.0.lang {
            headers.insert(LANG_HEADER, HeaderValue::from_static(lang.as_str()));
        }
        if let Some(credentials) = credentials {
            headers.insert(AUTHORIZATION, credentials);
        }
        Ok(Request { headers, body })
    }

    /// Makes one request of `call`, within `timeout`.
    async fn ask<T: Data>(
        &self,
        call: &Call,
        request: Request,
        timeout: Duration,
    ) -> Result<Response<T>, Error> {
        let Request { headers, body } = request;
        let answer = self.0.transport.post(call, headers, body, timeout).await?;
        Response::read(&answer.body, answer.retry_after)
            .map_err(|what| answer.is_none_of_the_api(call, what))
    }
}

impl fmt::Debug for AuthenticationClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthenticationClient")
            .field("app_id", &self.0.app_id)
            .field("app_host", self.0.transport.host.uri())
            .field("lang", &self.0.lang)
            .field("timeout", &self.0.transport.timeout)
            .field("connect_timeout", &self.0.transport.connect_timeout)
            .finish()
    }
}
