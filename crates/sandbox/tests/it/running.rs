//! A sandbox that runs, and short words for what is asked of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use countersign_sandbox::{Options, Sandbox};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// 2026-01-02T03:04:05Z.
pub(crate) const START: u64 = 1_767_323_045;

pub(crate) struct Running {
    pub(crate) url: String,
    /// Without a scheme.
    pub(crate) host: String,
    pub(crate) client: Client,
    seconds: Arc<AtomicU64>,
    stop: Option<oneshot::Sender<()>>,
    served: JoinHandle<()>,
}

impl Running {
    pub(crate) async fn start() -> Self {
        Self::with(|_| ()).await
    }

    /// With these options; its clock stands at [`START`].
    pub(crate) async fn with(change: impl FnOnce(&mut Options)) -> Self {
        let seconds = Arc::new(AtomicU64::new(START));
        let clock = Arc::clone(&seconds);
        let mut options = Options::new(move || {
            SystemTime::UNIX_EPOCH + Duration::from_secs(clock.load(Ordering::SeqCst))
        });
        options.retry = Duration::from_millis(10);
        change(&mut options);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let (stop, stopped) = oneshot::channel();
        let sandbox = Sandbox::new(options).unwrap();
        let served = tokio::spawn(async move {
            let stopped = async move {
                let _ = stopped.await;
            };
            sandbox.serve(listener, stopped).await.unwrap();
        });
        // Without a pool: a connection that a fault broke is nobody's next.
        let client = Client::builder()
            .no_proxy()
            .pool_max_idle_per_host(0)
            .timeout(Duration::from_secs(20))
            .build()
            .unwrap();
        Self {
            url: format!("http://{host}"),
            host,
            client,
            seconds,
            stop: Some(stop),
            served,
        }
    }

    /// The time there, in Unix seconds.
    pub(crate) fn now(&self) -> u64 {
        self.seconds.load(Ordering::SeqCst)
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.seconds.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Tells it to stop, and waits until it has.
    pub(crate) async fn stop(mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        self.served.await.unwrap();
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let url = format!("{}/sandbox/{path}", self.url);
        self.client
            .get(url)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Response {
        let url = format!("{}/sandbox/{path}", self.url);
        self.client.post(url).json(&body).send().await.unwrap()
    }

    /// Appends to the script.
    pub(crate) async fn fault(&self, vendor: &str, fault: &str, times: u32, millis: u64) {
        let line = json!({"vendor": vendor, "fault": fault, "times": times, "millis": millis});
        assert_eq!(self.post("faults", line).await.status(), 200);
    }

    pub(crate) async fn messages(&self) -> Vec<Value> {
        self.get("messages").await.as_array().unwrap().clone()
    }

    pub(crate) async fn calls(&self, vendor: &str) -> Value {
        self.get("calls").await[vendor].clone()
    }
}
