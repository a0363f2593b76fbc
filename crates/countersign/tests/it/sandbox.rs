//! A running `countersign sandbox`, its faults and its counts.

use std::process::Stdio;
use std::time::Duration;

use reqwest::Client;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::server::{BINARY, client};

/// The running sandbox, which plays all vendors; killed when dropped.
pub(crate) struct Sandbox {
    pub(crate) url: String,
    client: Client,
    _child: Child,
}

impl Sandbox {
    pub(crate) async fn start() -> Self {
        let mut child = Command::new(BINARY)
            .args(["sandbox", "--listen", "127.0.0.1:0", "--quiet"])
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next_line().await.unwrap().expect("a first line");
        Self {
            url: first.strip_prefix("listening on ").unwrap().to_owned(),
            client: client(),
            _child: child,
        }
    }

    /// `vendor` has this fault from now on.
    pub(crate) async fn fails(&self, vendor: &str, fault: &str) {
        self.control("faults", json!({"vendor": vendor, "fault": fault}))
            .await;
    }

    /// `vendor` has this fault once.
    pub(crate) async fn fails_once(&self, vendor: &str, fault: &str) {
        let line = json!({"vendor": vendor, "fault": fault, "times": 1});
        self.control("faults", line).await;
    }

    /// `vendor` delays its answers by `by` from now on.
    pub(crate) async fn delays(&self, vendor: &str, by: Duration) {
        let millis = u64::try_from(by.as_millis()).unwrap();
        let line = json!({"vendor": vendor, "fault": "delay", "millis": millis});
        self.control("faults", line).await;
    }

    /// `vendor` reports in that manner to `url`, at once.
    pub(crate) async fn reports_to(&self, vendor: &str, url: &str, manner: &str) {
        let order = json!({"vendor": vendor, "url": url, "reports": manner, "millis": 0});
        self.control("reports", order).await;
    }

    /// The reports of all vendors, newest first: each with the HTTP `status` of its answer.
    pub(crate) async fn reported(&self) -> Vec<Value> {
        let mut shown = self.look("reports").await;
        serde_json::from_value(shown["made"].take()).unwrap()
    }

    /// The messages that `vendor` took for this number (E.164), newest first.
    pub(crate) async fn messages(&self, vendor: &str, to: &str) -> Vec<Value> {
        let digits = to.trim_start_matches('+');
        let found = self
            .look(&format!("messages?vendor={vendor}&to={digits}"))
            .await;
        serde_json::from_value(found).unwrap()
    }

    /// The one code that `vendor` sent to this number.
    pub(crate) async fn code(&self, vendor: &str, to: &str) -> String {
        let messages = self.messages(vendor, to).await;
        assert_eq!(messages.len(), 1, "messages of {vendor}");
        messages[0]["code"].as_str().unwrap().to_owned()
    }

    /// The codes of all messages.
    pub(crate) async fn codes(&self) -> Vec<String> {
        let messages = self.look("messages?limit=100000").await;
        let codes = messages.as_array().unwrap().iter();
        codes
            .map(|message| message["code"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The counts of `vendor`.
    pub(crate) async fn counts(&self, vendor: &str) -> Value {
        self.look("calls").await[vendor].take()
    }

    /// The count of all requests to `vendor`, refused ones included.
    pub(crate) async fn calls(&self, vendor: &str) -> u64 {
        self.counts(vendor).await["requests"].as_u64().unwrap()
    }

    async fn look(&self, what: &str) -> Value {
        let url = format!("{}/sandbox/{what}", self.url);
        self.client
            .get(url)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    }

    async fn control(&self, what: &str, body: Value) {
        let url = format!("{}/sandbox/{what}", self.url);
        let answer = self.client.post(url).json(&body).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    }
}

/// Polls `ask` until it has an answer, for 30 seconds at most.
pub(crate) async fn until<T>(what: &str, ask: impl AsyncFn() -> Option<T>) -> T {
    let asking = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let patience = Duration::from_secs(120);
    let answer = tokio::time::timeout(patience, asking).await;
    answer.unwrap_or_else(|_| panic!("waited in vain for {what}"))
}

/// A URL at which no server listens.
pub(crate) fn nobody() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}
