//! The operator at work from another machine: management requests that an access key signs, as in the Node SDK.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use countersign_core::time::Timestamp;
use reqwest::Method;
use serde_json::json;

use crate::answer::Answer;
use crate::server::Server;

pub(crate) const DEV: (&str, &str) = ("dev-access-key", "dev-access-key-secret");
pub(crate) const HEAD: [(&str, &str); 2] = [
    ("x-authing-signature-method", "HMAC-SHA1"),
    ("x-authing-signature-version", "1.0"),
];

/// A signed request, to be changed before it is sent.
#[derive(Clone)]
pub(crate) struct Signed {
    pub(crate) method: Method,
    /// Path and query, below the address of the server.
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Signed {
    /// As the Node SDK composes it: `resource` is what it signs of path and parameters.
    pub(crate) fn new(
        (id, secret): (&str, &str),
        (method, target): (Method, &str),
        (body, resource): (&str, &str),
        headers: &[(&str, &str)],
    ) -> Self {
        let mut sorted = headers.to_vec();
        sorted.sort_unstable();
        let lines = sorted
            .iter()
            .map(|(name, value)| format!("{name}:{value}\n"));
        let text = format!("{method}\n{}{resource}", lines.collect::<String>());
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.as_bytes());
        let mac = BASE64_STANDARD.encode(hmac::sign(&key, text.as_bytes()));
        let pairs = headers.iter().copied();
        let shown = format!("authing {id}:{mac}");
        Self {
            method,
            target: target.to_owned(),
            headers: pairs
                .chain([("authorization", shown.as_str())])
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            body: body.to_owned(),
        }
    }

    /// `list-applications?page=1&limit=10` at `date`.
    pub(crate) fn list(key: (&str, &str), date: &str, nonce: &str) -> Self {
        let [method, version] = HEAD;
        let headers = [
            ("date", date),
            ("x-authing-signature-nonce", nonce),
            method,
            version,
        ];
        let target = "/api/v3/list-applications?page=1&limit=10";
        let resource = "/api/v3/list-applications?limit=10&page=1";
        Self::new(key, (Method::GET, target), ("", resource), &headers)
    }

    /// `create-application` at `date`, with more members than are read there.
    pub(crate) fn create(date: &str, nonce: &str) -> Self {
        let [method, version] = HEAD;
        let headers = [
            ("date", date),
            ("x-authing-signature-nonce", nonce),
            method,
            version,
        ];
        let body = json!({"appName": "商店", "x": {"b": [1, null], "a": "é"}}).to_string();
        let x = json!({"b": [1, null], "a": "é"});
        let resource = format!("/api/v3/create-application?appName=商店&x={x}");
        let target = (Method::POST, "/api/v3/create-application");
        Self::new(DEV, target, (&body, &resource), &headers)
    }

    pub(crate) fn with(mut self, name: &str, value: Option<&str>) -> Self {
        self.headers.retain(|(known, _)| known != name);
        let added = value.map(|value| (name.to_owned(), value.to_owned()));
        self.headers.extend(added);
        self
    }

    pub(crate) async fn send(&self, server: &Server) -> Answer {
        self.sending(server).await
    }

    /// [`send`](Self::send), as a task of its own.
    pub(crate) fn sending(&self, server: &Server) -> impl Future<Output = Answer> + use<> {
        let url = format!("{}{}", server.url, self.target);
        let mut request = server.client().request(self.method.clone(), url);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if !self.body.is_empty() {
            request = request
                .header("content-type", "application/json")
                .body(self.body.clone());
        }
        async move { Answer::read(request.send().await.unwrap()).await }
    }
}

pub(crate) const PASSED: (u64, Option<u64>) = (200, None);
pub(crate) const UNAUTHORIZED: (u64, Option<u64>) = (401, None);

pub(crate) fn refused(api_code: u64) -> (u64, Option<u64>) {
    (401, Some(api_code))
}

/// The time by the server, as HTTP writes it.
pub(crate) async fn date(server: &Server) -> String {
    let answer = server.get("/api/v3/system").await;
    answer.header("date").unwrap().to_owned()
}

/// The time by the server plus `later` milliseconds, in milliseconds since 1970.
pub(crate) async fn millis(server: &Server, later: i64) -> String {
    let now = Timestamp::parse_http_date(&date(server).await).unwrap();
    (now.as_millis() + later).to_string()
}
