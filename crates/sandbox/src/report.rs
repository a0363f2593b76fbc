//! One delivery report, and a vendor's reaction to the answer.

use jiff::Timestamp;
use reqwest::Method;
use serde_json::Value;

/// The news that a report tells: whether the message was delivered, and when.
#[derive(Clone, Copy)]
pub(crate) struct News {
    pub(crate) delivered: bool,
    pub(crate) at: Timestamp,
}

/// A report as a vendor writes it.
pub(crate) struct Report {
    pub(crate) method: Method,
    pub(crate) query: Vec<(&'static str, String)>,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

impl Report {
    /// `POST` of JSON.
    pub(crate) fn post(body: &Value) -> Self {
        Self {
            method: Method::POST,
            query: Vec::new(),
            headers: vec![("content-type", "application/json;charset=utf-8".to_owned())],
            body: body.to_string(),
        }
    }

    /// `GET` with a query.
    pub(crate) fn get(query: Vec<(&'static str, String)>) -> Self {
        Self {
            method: Method::GET,
            query,
            headers: Vec::new(),
            body: String::new(),
        }
    }
}

/// A vendor's reaction to the answer to its report.
pub(crate) struct ReportReaction {
    /// The answer is the one that the vendor's documents ask for.
    pub(crate) wanted: bool,
    /// The vendor reports once more.
    pub(crate) again: bool,
}

impl ReportReaction {
    /// A vendor's reaction to an answer with this status whose body is as `wanted` or not: it reports once more
    /// unless the status is 200.
    pub(crate) fn at(status: Option<u16>, wanted: bool) -> Self {
        let fine = status == Some(200);
        Self {
            wanted: fine && wanted,
            again: !fine,
        }
    }
}
