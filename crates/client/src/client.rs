use std::fmt;
use std::sync::Arc;

use countersign_api::{APP_ID_HEADER, LANG_HEADER, Lang};
use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use hyper::header::{ACCEPT, CONNECTION, CONTENT_TYPE, HOST, HeaderValue, USER_AGENT};

use crate::transport::Transport;
use crate::{AuthenticationClientBuilder, Error, SendSms, SendSmsResponse};

/// Sends codes for one application. Cheap to clone and to share: make one and keep it.
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

struct Inner {
    app_id: HeaderValue,
    lang: Option<Lang>,
    transport: Transport,
}

impl AuthenticationClient {
    /// Where a client begins.
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

    pub(crate) fn new(app_id: HeaderValue, lang: Option<Lang>, transport: Transport) -> Self {
        Self(Arc::new(Inner {
            app_id,
            lang,
            transport,
        }))
    }

    /// Asks for a code to be sent.
    ///
    /// The request goes out once, over a connection of its own, and is never repeated, whatever happens.
    /// To drop the future before it is ready does not take the request back.
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
    /// When there is no answer of the API. A refusal *is* an answer, with another `status_code` than 200,
    /// unless [`into_result`](SendSmsResponse::into_result) makes it an error.
    pub async fn send_sms(&self, sms: SendSms) -> Result<SendSmsResponse, Error> {
        let answer = self.0.transport.send(self.request(&sms)?).await?;
        SendSmsResponse::read(&answer.body, answer.retry_after).map_err(|what| {
            let what = format!("HTTP {} with {what}", answer.http_status);
            Error::bad_answer(Some(answer.http_status), &what)
        })
    }

    fn request(&self, sms: &SendSms) -> Result<Request<Full<Bytes>>, Error> {
        let body = sms.body();
        let body = body.map_err(|_| Error::configuration("the request must be JSON"))?;
        let host = &self.0.transport.host;
        let mut request = Request::post(host.path("/api/v3/send-sms"))
            .header(HOST, host.authority())
            .header(
                USER_AGENT,
                concat!("countersign-client/", env!("CARGO_PKG_VERSION")),
            )
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/json")
            .header(CONNECTION, "close")
            .header(APP_ID_HEADER, self.0.app_id.clone());
        if let Some(lang) = self.0.lang {
            request = request.header(LANG_HEADER, lang.as_str());
        }
        request
            .body(Full::from(body))
            .map_err(|_| Error::configuration("app_host must be usable in an HTTP request"))
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
