//! The client for programs without async (feature `blocking`).
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/service.rs"));
//! # fn main() -> Result<(), countersign_client::Error> {
//! # let app_host = Service::start(Manner::Answer(200, "", r#"{"statusCode":200,"message":"Operation successful"}"#)).url;
//! use countersign_client::{AuthenticationClient, Channel, SendSms};
//!
//! let client = AuthenticationClient::builder()
//!     .app_id("dev-app")
//!     .app_secret("dev-app-secret")
//!     .app_host(app_host) // such as "https://sms.example.com"
//!     .build_blocking()?;
//! let answer = client.send_sms(SendSms::new(Channel::Login, "18800008888"))?;
//! assert!(answer.is_success());
//! # Ok(()) }
//! ```

use std::fmt;
use std::sync::{Arc, mpsc};

#[cfg(feature = "tokens")]
use countersign_api::{Channel, VerificationClaims};
use tokio::runtime::{Builder, Runtime};

use crate::call::{self, Call};
use crate::{
    Error, IntrospectTokenResponse, MaySendResponse, PreCheckCode, PreCheckCodeResponse, SendSms,
    SendSmsResponse, VerifyCode, VerifyCodeResponse,
};

/// Sends and checks codes for one application, and blocks until the answers come. Cheap to clone and to share.
///
/// A thread of its own does the work of all clones. A client may be used and dropped anywhere, also on a thread
/// of an async runtime, which it then blocks.
///
/// ```
/// use countersign_client::AuthenticationClient;
///
/// let client: countersign_client::blocking::AuthenticationClient = AuthenticationClient::builder()
///     .app_id("dev-app")
///     .app_host("http://127.0.0.1:8480")
///     .build_blocking()?;
/// # Ok::<(), countersign_client::Error>(())
/// ```
#[derive(Clone)]
pub struct AuthenticationClient {
    client: crate::AuthenticationClient,
    worker: Arc<Worker>,
}

impl AuthenticationClient {
    pub(crate) fn new(client: crate::AuthenticationClient) -> Result<Self, Error> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("countersign-client")
            .enable_all()
            .build()
            .map_err(|_| Error::configuration("a thread must be startable"))?;
        let worker = Arc::new(Worker(Some(runtime)));
        Ok(Self { client, worker })
    }

    /// Asks for a code to be sent, and waits for the answer: see
    /// [`send_sms`](crate::AuthenticationClient::send_sms) of the async client.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/service.rs"));
    /// # use countersign_client::{AuthenticationClient, Channel, SendSms};
    /// # fn main() -> Result<(), countersign_client::Error> {
    /// # let app_host = Service::start(Manner::Answer(200, "", r#"{"statusCode":429,"message":"Try again in 42 seconds."}"#)).url;
    /// # let client = AuthenticationClient::builder().app_id("dev-app").app_host(app_host).build_blocking()?;
    /// let answer = client.send_sms(SendSms::new(Channel::Login, "18800008888"))?;
    /// assert_eq!(answer.status_code, 429);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error`] when there is no answer of the API.
    pub fn send_sms(&self, sms: SendSms) -> Result<SendSmsResponse, Error> {
        let client = self.client.clone();
        self.wait(&call::SEND_SMS, async move { client.send_sms(sms).await })
    }

    /// Asks what would become of a send, without sending: see [`may_send`](crate::AuthenticationClient::may_send) of the
    /// async client.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/service.rs"));
    /// # use countersign_client::{AuthenticationClient, Channel, SendSms};
    /// # fn main() -> Result<(), countersign_client::Error> {
    /// # let app_host = Service::start(Manner::Answer(200, "", r#"{"statusCode":200,"message":"ok","data":{"allowed":true,"rules":[]}}"#)).url;
    /// # let client = AuthenticationClient::builder().app_id("dev-app").app_secret("dev-app-secret").app_host(app_host)
    /// #     .build_blocking()?;
    /// let answer = client.may_send(&SendSms::new(Channel::Login, "18800008888"))?;
    /// assert!(answer.is_allowed());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error`] when there is no answer of the API, or no `app_secret` was given.
    pub fn may_send(&self, sms: &SendSms) -> Result<MaySendResponse, Error> {
        let (client, sms) = (self.client.clone(), sms.clone());
        self.wait(&call::MAY_SEND, async move { client.may_send(&sms).await })
    }

    /// Asks whether a code would pass: see [`pre_check_code`](crate::AuthenticationClient::pre_check_code) of
    /// the async client.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/service.rs"));
    /// # use countersign_client::{AuthenticationClient, Channel, PreCheckCode};
    /// # fn main() -> Result<(), countersign_client::Error> {
    /// # let app_host = Service::start(Manner::Answer(200, "", r#"{"statusCode":200,"message":"ok","data":{"isValid":true}}"#)).url;
    /// # let client = AuthenticationClient::builder().app_id("dev-app").app_host(app_host).build_blocking()?;
    /// let answer = client.pre_check_code(PreCheckCode::new(Channel::Login, "18800008888", "123456"))?;
    /// assert!(answer.is_valid());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error`] when there is no answer of the API.
    pub fn pre_check_code(&self, code: PreCheckCode) -> Result<PreCheckCodeResponse, Error> {
        let client = self.client.clone();
        self.wait(&call::PRE_CHECK_CODE, async move {
            client.pre_check_code(code).await
        })
    }

    /// Checks a code, and uses it up if it is right: see
    /// [`verify_code`](crate::AuthenticationClient::verify_code) of the async client.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/service.rs"));
    /// # use countersign_client::{AuthenticationClient, Channel, VerifyCode};
    /// # fn main() -> Result<(), countersign_client::Error> {
    /// # let app_host = Service::start(Manner::Answer(200, "", r#"{"statusCode":200,"message":"ok","data":{"isValid":true}}"#)).url;
    /// # let client = AuthenticationClient::builder().app_id("dev-app").app_secret("dev-app-secret").app_host(app_host)
    /// #     .build_blocking()?;
    /// let answer = client.verify_code(VerifyCode::new(Channel::Login, "18800008888", "123456"))?;
    /// assert!(answer.is_valid());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error`] when there is no answer of the API, or no `app_secret` was given.
    pub fn verify_code(&self, code: VerifyCode) -> Result<VerifyCodeResponse, Error> {
        let client = self.client.clone();
        self.wait(
            &call::VERIFY_CODE,
            async move { client.verify_code(code).await },
        )
    }

    /// Reads a verification token: see [`verify_token`](crate::AuthenticationClient::verify_token) of the async
    /// client.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/service.rs"));
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/signer.rs"));
    /// # use countersign_client::AuthenticationClient;
    /// # fn main() -> Result<(), countersign_client::Error> {
    /// # let signer = Signer::new("k1");
    /// # let app_host = Service::start(Manner::Answer(200, "", signer.key_set())).url;
    /// # let token = signer.token(&claims(&format!("{app_host}/oidc"), "dev-app", 300));
    /// # let client = AuthenticationClient::builder().app_id("dev-app").app_host(app_host).build_blocking()?;
    /// let claims = client.verify_token(&token)?;
    /// assert_eq!(claims.phone_number, "+8618800008888");
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::InvalidToken`](crate::ErrorKind::InvalidToken) for a token that is not to be trusted;
    /// another kind when the keys could not be fetched.
    #[cfg(feature = "tokens")]
    pub fn verify_token(&self, token: &str) -> Result<VerificationClaims, Error> {
        let (client, token) = (self.client.clone(), token.to_owned());
        self.wait(
            &call::KEYS,
            async move { client.verify_token(&token).await },
        )
    }

    /// Reads a verification token of one channel: see
    /// [`verify_token_for`](crate::AuthenticationClient::verify_token_for) of the async client.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/service.rs"));
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/signer.rs"));
    /// # use countersign_client::{AuthenticationClient, Channel};
    /// # fn main() -> Result<(), countersign_client::Error> {
    /// # let signer = Signer::new("k1");
    /// # let app_host = Service::start(Manner::Answer(200, "", signer.key_set())).url;
    /// # let token = signer.token(&claims(&format!("{app_host}/oidc"), "dev-app", 300));
    /// # let client = AuthenticationClient::builder().app_id("dev-app").app_host(app_host).build_blocking()?;
    /// assert!(client.verify_token_for(Channel::Login, &token).is_ok());
    /// assert!(client.verify_token_for(Channel::DeleteAccount, &token).is_err());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The errors of [`verify_token`](Self::verify_token).
    #[cfg(feature = "tokens")]
    pub fn verify_token_for(
        &self,
        channel: Channel,
        token: &str,
    ) -> Result<VerificationClaims, Error> {
        let (client, token) = (self.client.clone(), token.to_owned());
        self.wait(&call::KEYS, async move {
            client.verify_token_for(channel, &token).await
        })
    }

    /// Asks the service about a verification token, which is active once: see
    /// [`introspect_token`](crate::AuthenticationClient::introspect_token) of the async client.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/service.rs"));
    /// # use countersign_client::AuthenticationClient;
    /// # fn main() -> Result<(), countersign_client::Error> {
    /// # let app_host = Service::start(Manner::Answer(200, "", r#"{"statusCode":200,"message":"ok","data":{"active":false}}"#)).url;
    /// # let client = AuthenticationClient::builder().app_id("dev-app").app_secret("dev-app-secret").app_host(app_host)
    /// #     .build_blocking()?;
    /// # let token = "eyJ";
    /// assert!(!client.introspect_token(token)?.is_active());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error`] when there is no answer of the API, or no `app_secret` was given.
    pub fn introspect_token(&self, token: &str) -> Result<IntrospectTokenResponse, Error> {
        let (client, token) = (self.client.clone(), token.to_owned());
        self.wait(&call::INTROSPECT_TOKEN, async move {
            client.introspect_token(&token).await
        })
    }

    fn wait<T: Send + 'static>(
        &self,
        call: &Call,
        work: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Result<T, Error> {
        let (answered, answer) = mpsc::sync_channel(1);
        self.worker.run(async move {
            let _ = answered.send(work.await);
        });
        answer
            .recv()
            .unwrap_or_else(|_| Err(Error::interrupted(None).in_doubt(call.doubt)))
    }
}

impl fmt::Debug for AuthenticationClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.client.fmt(f)
    }
}

/// The runtime; `None` only while it is dropped.
struct Worker(Option<Runtime>);

impl Worker {
    fn run(&self, work: impl Future<Output = ()> + Send + 'static) {
        if let Some(runtime) = &self.0 {
            runtime.spawn(work);
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            // Unlike dropping a runtime, this waits for nothing and may happen inside another runtime.
            runtime.shutdown_background();
        }
    }
}
