//! A request to a vendor, and the vendor's answer.

use axum::body::Bytes;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::message::{Message, Params};

/// A whole request to a vendor.
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) path: String,
    /// Still encoded.
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The time at which it came.
    pub(crate) now: Timestamp,
}

impl Call {
    pub(crate) fn new(head: Parts, body: Bytes, now: Timestamp) -> Self {
        Self {
            method: head.method,
            path: head.uri.path().to_owned(),
            query: head.uri.query().unwrap_or_default().to_owned(),
            headers: head.headers,
            body,
            now,
        }
    }

    /// The header of that name, trimmed.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        Some(self.headers.get(name)?.to_str().ok()?.trim())
    }

    /// The query, decoded as forms are.
    pub(crate) fn query_pairs(&self) -> Vec<(String, String)> {
        pairs(self.query.as_bytes())
    }

    /// The body, where it is a form.
    pub(crate) fn form_pairs(&self) -> Vec<(String, String)> {
        let form = self
            .header("content-type")
            .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
        if form { pairs(&self.body) } else { Vec::new() }
    }

    /// The query and the form together.
    pub(crate) fn params(&self) -> Params {
        let query = self.query_pairs().into_iter();
        query.chain(self.form_pairs()).collect()
    }

    /// The body, where it is a JSON object and says so.
    pub(crate) fn json(&self) -> Option<Map<String, Value>> {
        let body = Some(&self.body).filter(|_| is_json(&self.headers))?;
        serde_json::from_slice(body).ok()
    }
}

/// Whether `content-type` is JSON. A page of another site can make a browser send JSON as text, but not as JSON.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
}

fn pairs(encoded: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(encoded).into_owned().collect()
}

/// An answer, in a vendor's words.
#[derive(Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

impl Answer {
    /// JSON with this status. The SDK of Tencent Cloud sees no error under a content type that says more.
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self {
            status,
            headers: vec![("content-type", "application/json".to_owned())],
            body: body.to_string(),
        }
    }

    /// Text with this status.
    pub(crate) fn text(status: u16, body: &str) -> Self {
        Self {
            status,
            headers: vec![("content-type", "text/plain".to_owned())],
            body: body.to_owned(),
        }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, self.body).into_response();
        response.headers_mut().remove(header::CONTENT_TYPE);
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response
                    .headers_mut()
                    .insert(HeaderName::from_static(name), value);
            }
        }
        response
    }
}

/// A refusal of a request: the vendor's code, and the answer that holds it.
pub(crate) struct Refusal {
    pub(crate) code: String,
    pub(crate) answer: Answer,
}

impl Refusal {
    pub(crate) fn new(code: impl Into<String>, answer: Answer) -> Self {
        Self {
            code: code.into(),
            answer,
        }
    }
}

/// The result of a request that was in order.
pub(crate) struct Judgement {
    /// The messages that were taken.
    pub(crate) messages: Vec<Message>,
    /// The codes of the messages that were refused.
    pub(crate) refused: Vec<String>,
    pub(crate) answer: Answer,
}

impl Judgement {
    /// All messages were taken.
    pub(crate) fn taken(messages: Vec<Message>, answer: Answer) -> Self {
        Self {
            messages,
            refused: Vec::new(),
            answer,
        }
    }
}
