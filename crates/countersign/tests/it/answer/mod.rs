//! An answer of the service, and how a test shows it.

use std::fmt;
use std::ops::Index;

use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use serde_json::Value;

mod layout;
mod names;

/// One answer, read whole.
///
/// `Display` is its snapshot: the HTTP status, `Retry-After`, and the body in the order of the wire. Secrets, and
/// values that differ from run to run, are replaced by the names of their forms ([`names`]).
///
/// Indexing reads a member of the JSON body, and is `null` where there is none.
pub(crate) struct Answer {
    pub(crate) http: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
    json: Value,
}

impl Answer {
    pub(crate) async fn read(response: Response) -> Self {
        let (http, headers) = (response.status(), response.headers().clone());
        let body = response.text().await.unwrap();
        Self {
            json: serde_json::from_str(&body).unwrap_or_default(),
            http,
            headers,
            body,
        }
    }

    /// The `statusCode` of the envelope.
    #[track_caller]
    pub(crate) fn status(&self) -> u64 {
        self["statusCode"]
            .as_u64()
            .unwrap_or_else(|| panic!("no envelope: {self}"))
    }

    /// The `statusCode` and the `apiCode` of the envelope.
    #[track_caller]
    pub(crate) fn codes(&self) -> (u64, Option<u64>) {
        (self.status(), self["apiCode"].as_u64())
    }

    /// The sentence of the envelope.
    #[track_caller]
    pub(crate) fn message(&self) -> &str {
        self["message"].as_str().expect("a message")
    }

    /// The `data` of a success.
    #[track_caller]
    pub(crate) fn data(&self) -> &Value {
        assert_eq!(self.status(), 200, "{self}");
        &self["data"]
    }

    /// A member of the `data` of a success that is text, such as a secret.
    #[track_caller]
    pub(crate) fn text(&self, name: &str) -> String {
        self.data()[name].as_str().expect(name).to_owned()
    }

    /// `data.isValid` of a check that was decided.
    #[track_caller]
    pub(crate) fn is_valid(&self) -> bool {
        self.data()["isValid"].as_bool().expect("isValid")
    }

    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .get(name)
            .map(|value| value.to_str().expect(name))
    }
}

impl Index<&str> for Answer {
    type Output = Value;

    fn index(&self, name: &str) -> &Value {
        &self.json[name]
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "HTTP {}", self.http.as_u16())?;
        let mut body = self.body.clone();
        if let Some(seconds) = self.header(RETRY_AFTER.as_str()) {
            writeln!(out, "retry-after: {}", names::wait(seconds))?;
            body = names::without_wait(&body, seconds);
        }
        match self.header(CONTENT_TYPE.as_str()) {
            Some("application/json") => out.write_str(&layout::json(&body)),
            other => write!(out, "content-type: {}\n{body}", other.unwrap_or("none")),
        }
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}
