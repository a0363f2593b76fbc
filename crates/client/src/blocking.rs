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

use tokio::runtime::{Builder, Runtime};

use crate::{Error, SendSms, SendSmsResponse};

/// Sends codes for one application, and waits for the answers. Cheap to clone and to share.
///
/// One thread of its own does the work of all its clones. It may be used and dropped anywhere, also on
/// a thread of an async runtime, which it then blocks.
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
    /// When there is no answer of the API.
    pub fn send_sms(&self, sms: SendSms) -> Result<SendSmsResponse, Error> {
        let (answered, answer) = mpsc::sync_channel(1);
        let client = self.client.clone();
        self.worker.run(async move {
            let _ = answered.send(client.send_sms(sms).await);
        });
        answer
            .recv()
            .unwrap_or_else(|_| Err(Error::interrupted(None)))
    }
}

impl fmt::Debug for AuthenticationClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.client.fmt(f)
    }
}

/// `None` only while it is dropped.
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
            // Unlike the drop of a runtime, this waits for nothing and may happen inside of another.
            runtime.shutdown_background();
        }
    }
}
