//! The control endpoints, by which a person or a test asks the sandbox itself.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::routing::get;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::call::{Answer, is_json};
use crate::faults::ScriptLine;
use crate::reports::ReportJob;
use crate::shared::Shared;
use crate::vendor::Vendor;

/// The most messages that are shown, unless the query says how many.
const SHOWN: usize = 1_000;

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/messages", get(messages))
        .route("/calls", get(calls))
        .route("/faults", get(faults).post(add_fault).delete(clear_faults))
        .route("/reports", get(reports).post(set_reports))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MessageFilter {
    vendor: Option<Vendor>,
    to: Option<String>,
    limit: Option<usize>,
}

async fn messages(
    State(shared): State<Arc<Shared>>,
    Query(filter): Query<MessageFilter>,
) -> Answer {
    let found = shared.inbox.find(filter.limit.unwrap_or(SHOWN), |message| {
        filter.vendor.is_none_or(|vendor| message.vendor == vendor)
            && filter.to.as_ref().is_none_or(|to| {
                // In a query an unencoded plus is a space.
                message.to.trim_start_matches('+') == to.trim_start_matches(['+', ' '])
            })
    });
    Answer::json(200, &json!(found))
}

async fn calls(State(shared): State<Arc<Shared>>) -> Answer {
    Answer::json(200, &json!(shared.tally.all()))
}

async fn faults(State(shared): State<Arc<Shared>>) -> Answer {
    Answer::json(200, &json!(shared.faults.all()))
}

async fn add_fault(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Answer {
    match read::<ScriptLine>(&headers, &body) {
        Ok(line) if line.times == Some(0) => wrong("times: must be at least 1"),
        Ok(line) => {
            shared.faults.add(line);
            faults(State(shared)).await
        }
        Err(answer) => answer,
    }
}

async fn clear_faults(State(shared): State<Arc<Shared>>) -> Answer {
    shared.faults.clear();
    faults(State(shared)).await
}

async fn reports(State(shared): State<Arc<Shared>>) -> Answer {
    Answer::json(200, &shared.reports.shown())
}

async fn set_reports(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Answer {
    match read::<ReportJob>(&headers, &body) {
        Ok(job) => match shared.reports.set(job) {
            Ok(()) => reports(State(shared)).await,
            Err(error) => wrong(&error),
        },
        Err(answer) => answer,
    }
}

fn read<T: DeserializeOwned>(headers: &HeaderMap, body: &[u8]) -> Result<T, Answer> {
    if !is_json(headers) {
        let why = "content-type: must be application/json";
        return Err(Answer::json(415, &json!({ "error": why })));
    }
    serde_json::from_slice(body).map_err(|error| wrong(&error.to_string()))
}

fn wrong(why: &str) -> Answer {
    Answer::json(400, &json!({ "error": why }))
}
