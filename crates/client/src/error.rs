use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::SendSmsResponse;

type Source = Arc<dyn StdError + Send + Sync>;
/// A type that converts into the source of an error.
type Cause = Box<dyn StdError + Send + Sync>;

/// The reason why there is no answer, or why a client could not be built.
///
/// A refusal by the API is an answer, not an error ([`SendSmsResponse`]), unless
/// [`into_result`](SendSmsResponse::into_result) makes it one.
///
/// The important question after an error is whether the code may be on its way, or used up.
/// [`Error::nothing_was_sent`] answers it: only if it returns `true` is a second send certain not to be a
/// second message, and a second check certain to be the first.
///
/// No error shows a secret, a phone number, a token or any part of an answer that does not come from the API.
///
/// ```
/// # use countersign_client::{AuthenticationClient, Channel, ErrorKind, SendSms};
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), countersign_client::Error> {
/// let client = AuthenticationClient::builder()
///     .app_id("dev-app")
///     .app_host("http://127.0.0.1:1") // no service listens there
///     .build()?;
/// let error = client.send_sms(SendSms::new(Channel::Login, "18800008888")).await.unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Connect);
/// assert!(error.nothing_was_sent());
/// assert_eq!(error.to_string(), "no connection to 127.0.0.1:1, so nothing was sent");
/// # Ok(()) }
/// ```
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    text: String,
    timeout: bool,
    http_status: Option<u16>,
    refusal: Option<SendSmsResponse>,
    source: Option<Source>,
}

/// The kind of an error.
///
/// ```
/// use countersign_client::{AuthenticationClient, ErrorKind};
///
/// let error = AuthenticationClient::builder().app_id("dev-app").build().unwrap_err();
/// let advice = match error.kind() {
///     ErrorKind::Configuration => "mend the program",
///     ErrorKind::Connect => "try again",
///     ErrorKind::Refused => "look at the status code",
///     _ => "the code may be on its way: ask the user to wait for it",
/// };
/// assert_eq!(advice, "mend the program");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client cannot work as it was set up or is used. Nothing was sent.
    Configuration,
    /// There is no connection to the service: the name is unknown, the connection was refused or took
    /// too long, or TLS failed. Nothing was sent.
    Connect,
    /// The request went out, and the answer did not come in time.
    Timeout,
    /// The request went out, and the connection broke before the answer was complete.
    Interrupted,
    /// The answer does not come from the API: its HTTP status is not a success, it is no JSON, or it is larger
    /// than an answer can be.
    BadAnswer,
    /// The API answered with another `statusCode` than 200. Only
    /// [`into_result`](SendSmsResponse::into_result) makes this error.
    Refused,
    /// The token is not to be trusted: forged, expired, or for another service, application or channel. A new
    /// request does not change that; `verify_token` makes this error.
    InvalidToken,
}

impl Error {
    /// Returns the kind of the error.
    ///
    /// ```
    /// use countersign_client::{AuthenticationClient, ErrorKind};
    ///
    /// let error = AuthenticationClient::builder().build().unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Configuration);
    /// assert_eq!(error.to_string(), "app_id must be given");
    /// ```
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns whether it is certain that no request left this program, so that sending again cannot send
    /// twice.
    ///
    /// After a refusal this is `false`, since a request was sent; the [status
    /// code](SendSmsResponse::status_code) tells its outcome. For an invalid token it is `false` too, since the
    /// client may have asked for the keys.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/service.rs"));
    /// # use countersign_client::{AuthenticationClient, Channel, SendSms};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), countersign_client::Error> {
    /// # let app_host = Service::start(Manner::Close).url;
    /// let client = AuthenticationClient::builder().app_id("dev-app").app_host(app_host).build()?;
    /// // This service hangs up when it has read the request.
    /// let error = client.send_sms(SendSms::new(Channel::Login, "18800008888")).await.unwrap_err();
    /// assert!(!error.nothing_was_sent());
    /// assert_eq!(error.to_string(), "the connection broke before the answer: the code may be on its way");
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn nothing_was_sent(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Configuration | ErrorKind::Connect)
    }

    /// Returns whether time ran out, while connecting or while waiting for the answer.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/service.rs"));
    /// # use countersign_client::{AuthenticationClient, Channel, SendSms};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), countersign_client::Error> {
    /// # let app_host = Service::start(Manner::Silence).url;
    /// use std::time::Duration;
    ///
    /// let client = AuthenticationClient::builder()
    ///     .app_id("dev-app")
    ///     .app_host(app_host)
    ///     .timeout(Duration::from_millis(500))
    ///     .build()?;
    /// // This service never answers.
    /// let error = client.send_sms(SendSms::new(Channel::Login, "18800008888")).await.unwrap_err();
    /// assert!(error.is_timeout());
    /// assert_eq!(error.to_string(), "no answer within 500ms: the code may be on its way");
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.0.timeout
    }

    /// Returns the HTTP status of a [bad answer](ErrorKind::BadAnswer), where it had one.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/service.rs"));
    /// # use countersign_client::{AuthenticationClient, Channel, SendSms};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), countersign_client::Error> {
    /// # let app_host = Service::start(Manner::Answer(502, "", "<h1>Bad Gateway</h1>")).url;
    /// let client = AuthenticationClient::builder().app_id("dev-app").app_host(app_host).build()?;
    /// let error = client.send_sms(SendSms::new(Channel::Login, "18800008888")).await.unwrap_err();
    /// assert_eq!(error.http_status(), Some(502));
    /// assert_eq!(error.to_string(), "HTTP 502 is no answer of the API: the code may be on its way");
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn http_status(&self) -> Option<u16> {
        self.0.http_status
    }

    /// Returns the answer that [`into_result`](SendSmsResponse::into_result) made an error of.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/service.rs"));
    /// # use countersign_client::{AuthenticationClient, Channel, SendSms};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), countersign_client::Error> {
    /// # let app_host = Service::start(Manner::Answer(200, "", r#"{"statusCode":429,"message":"Try again in 42 seconds."}"#)).url;
    /// let client = AuthenticationClient::builder().app_id("dev-app").app_host(app_host).build()?;
    /// let answer = client.send_sms(SendSms::new(Channel::Login, "18800008888")).await?;
    /// let error = answer.into_result().unwrap_err();
    /// assert_eq!(error.to_string(), "refused with statusCode 429: Try again in 42 seconds.");
    /// assert_eq!(error.refusal().map(|answer| answer.status_code), Some(429));
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn refusal(&self) -> Option<&SendSmsResponse> {
        self.0.refusal.as_ref()
    }

    fn new(kind: ErrorKind, text: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            text: text.into(),
            timeout: false,
            http_status: None,
            refusal: None,
            source: None,
        }))
    }

    fn because(mut self, source: impl Into<Cause>) -> Self {
        self.0.source = Some(source.into().into());
        self
    }

    /// Returns a copy of the error for another caller.
    #[cfg(feature = "tokens")]
    pub(crate) fn again(&self) -> Self {
        Self(self.0.clone())
    }

    /// Adds the state that is unknown, where a request went out and no answer came.
    pub(crate) fn in_doubt(mut self, doubt: &str) -> Self {
        use ErrorKind::{BadAnswer, Interrupted, Timeout};
        if matches!(self.0.kind, Timeout | Interrupted | BadAnswer) {
            self.0.text = format!("{}: {doubt}", self.0.text);
        }
        self
    }

    /// Makes an error about the constraint that the program breaks.
    pub(crate) fn configuration(constraint: impl Into<String>) -> Self {
        Self::new(ErrorKind::Configuration, constraint)
    }

    pub(crate) fn connect(to: &str, source: impl Into<Cause>) -> Self {
        let text = format!("no connection to {to}, so nothing was sent");
        Self::new(ErrorKind::Connect, text).because(source)
    }

    pub(crate) fn connect_timeout(to: &str, limit: Duration) -> Self {
        let text = format!("no connection to {to} within {limit:?}, so nothing was sent");
        let mut error = Self::new(ErrorKind::Connect, text);
        error.0.timeout = true;
        error
    }

    pub(crate) fn timeout(limit: Duration) -> Self {
        let text = format!("no answer within {limit:?}");
        let mut error = Self::new(ErrorKind::Timeout, text);
        error.0.timeout = true;
        error
    }

    pub(crate) fn interrupted(source: Option<Cause>) -> Self {
        let text = "the connection broke before the answer";
        let mut error = Self::new(ErrorKind::Interrupted, text);
        error.0.source = source.map(Into::into);
        error
    }

    /// Makes an error about an answer of `what`, which must not hold any part of the body.
    pub(crate) fn bad_answer(http_status: Option<u16>, what: &str) -> Self {
        let text = format!("{what} is no answer of the API");
        let mut error = Self::new(ErrorKind::BadAnswer, text);
        error.0.http_status = http_status;
        error
    }

    /// Makes an error about the constraint that the token breaks. It must not hold any part of the token.
    #[cfg(feature = "tokens")]
    pub(crate) fn invalid_token(constraint: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidToken, constraint)
    }

    pub(crate) fn refused(answer: SendSmsResponse) -> Self {
        let text = format!(
            "refused with statusCode {}: {}",
            answer.status_code, answer.message
        );
        let mut error = Self::new(ErrorKind::Refused, text);
        error.0.refusal = Some(answer);
        error
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.text)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Error");
        shown
            .field("kind", &self.0.kind)
            .field("text", &self.0.text);
        if let Some(answer) = &self.0.refusal {
            shown.field("refusal", answer);
        }
        if let Some(source) = &self.0.source {
            shown.field("source", source);
        }
        shown.finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
