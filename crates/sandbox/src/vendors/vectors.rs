//! The vectors of signatures, read for tests.

use axum::http::{HeaderName, HeaderValue, Request};
use jiff::Timestamp;
use serde_json::Value;

use crate::call::Call;

/// The vectors of a vendor whose name begins with a prefix: at least one.
pub(super) fn vectors(vendor: &str, case: &str) -> Vec<Value> {
    let all = include_str!("../../vectors/signatures.json");
    let all: Vec<Value> = serde_json::from_str(all).unwrap();
    let found: Vec<_> = all
        .into_iter()
        .filter(|one| one["vendor"] == vendor && field(one, "case").starts_with(case))
        .collect();
    assert!(!found.is_empty(), "no vector {vendor} {case}");
    found
}

/// A text of an object.
pub(super) fn field(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap().to_owned()
}

/// An object of texts.
pub(super) fn map(value: &Value) -> Vec<(String, String)> {
    let object = value.as_object().unwrap().iter();
    object
        .map(|(name, value)| (name.to_lowercase(), value.as_str().unwrap().to_owned()))
        .collect()
}

/// A request to `/`.
pub(super) fn call(
    method: &str,
    query: &str,
    headers: &[(String, String)],
    body: &str,
    now: Timestamp,
) -> Call {
    let request = Request::builder().method(method).uri(format!("/?{query}"));
    let (mut head, ()) = request.body(()).unwrap().into_parts();
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        head.headers
            .insert(name, HeaderValue::from_str(value).unwrap());
    }
    Call::new(head, body.to_owned().into(), now)
}
