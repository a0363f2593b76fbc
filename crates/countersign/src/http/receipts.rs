//! `GET` or `POST /receipts/{end}`: vendors report here whether messages were delivered.
//!
//! The end of the path is 128 random bits of the provider's own; most vendors show no other proof. A report verifies no
//! code, gives no minute back and sends nothing: it goes on the timeline of its message, once.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use countersign_core::ports::provider::Provider;
use countersign_core::receipt::{Callback, InvalidCallback, LeftOut, Receipts};
use countersign_core::time::Timestamp;
use tokio::time::timeout;

use crate::http::request::body::content_encoding;
use crate::http::state::AppState;
use crate::vendors::{ReportShare, ReportedTo};

/// The most bytes of a report: some vendors report hundreds of messages in one.
const MOST: usize = 512 * 1024;

/// The time for which a report waits for a place, and the time that its body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(10);

/// The most reports of one callback that the log names.
const NAMED: usize = 10;

pub(crate) async fn handle(
    State(state): State<AppState>,
    Path(end): Path<String>,
    method: Method,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let Some(ReportedTo { provider, share }) = state.vendors.reporting_at(&end) else {
        return super::not_found::answer().await.into_response();
    };
    if let Some(encoding) = content_encoding(&headers) {
        let why = format!(
            "The content encoding {encoding} is not supported: send the report as it is.\n"
        );
        return (StatusCode::UNSUPPORTED_MEDIA_TYPE, why).into_response();
    }
    let Some(_place) = share.place(PATIENCE).await else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let body = match timeout(PATIENCE, axum::body::to_bytes(body, MOST)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => {
            let why = "A report has 512 KiB at most.\n";
            return (StatusCode::PAYLOAD_TOO_LARGE, why).into_response();
        }
        Err(_) => return StatusCode::REQUEST_TIMEOUT.into_response(),
    };
    let report = Report {
        method,
        query: query.unwrap_or_default(),
        headers,
        body,
        now: state.clock.wall(),
    };
    let Some(read) = report.read(Arc::clone(&provider), &share).await else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let read = match read {
        Ok(read) => read,
        Err(error) => {
            state.metrics.reported(provider.name(), refused(error), 1);
            tracing::warn!(provider = provider.name(), %error, "a report was not taken");
            return (status(error), format!("{error}\n")).into_response();
        }
    };
    if !read.left_out.is_empty() {
        let reports = left_out(&read.left_out);
        tracing::warn!(provider = provider.name(), reports, "reports were left out");
    }
    state
        .metrics
        .reported(provider.name(), "left_out", read.left_out.len());
    let statuses: Vec<_> = read.receipts.iter().map(|receipt| receipt.status).collect();
    let kept = state.records.receive(provider.name(), read.receipts).await;
    match kept {
        Ok(()) => {
            for status in statuses {
                state.metrics.reported(provider.name(), status.as_str(), 1);
            }
            let content_type = [(header::CONTENT_TYPE, read.answer.content_type)];
            (content_type, read.answer.body).into_response()
        }
        // The vendor reports it again.
        Err(_) => {
            state.metrics.reported(provider.name(), "not_kept", 1);
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// The word for a callback that is none of the vendor's.
const fn refused(error: InvalidCallback) -> &'static str {
    match error {
        InvalidCallback::NotExpected => "not_expected",
        InvalidCallback::Malformed => "malformed",
        InvalidCallback::Unsigned => "unsigned",
    }
}

/// The first reports that were left out, by their places in the callback.
fn left_out(reports: &[LeftOut]) -> String {
    let first = reports.iter().take(NAMED);
    let mut named: Vec<_> = first
        .map(|LeftOut { nth, why }| format!("{nth}: {why}"))
        .collect();
    let more = reports.len().saturating_sub(NAMED);
    if more > 0 {
        named.push(format!("{more} more"));
    }
    named.join(", ")
}

/// A request as it came.
struct Report {
    method: Method,
    query: String,
    headers: HeaderMap,
    body: Bytes,
    now: Timestamp,
}

impl Report {
    /// Lets `provider` read the report, off the threads that serve requests; `None` when that failed.
    async fn read(
        self,
        provider: Arc<impl Provider>,
        share: &ReportShare,
    ) -> Option<Result<Receipts, InvalidCallback>> {
        let _turn = share.turn().await?;
        let read = tokio::task::spawn_blocking(move || self.read_by(&*provider));
        read.await.ok()
    }

    fn read_by(&self, provider: &dyn Provider) -> Result<Receipts, InvalidCallback> {
        let text = |value: &axum::http::HeaderValue| value.to_str().ok().map(str::to_owned);
        let headers = self.headers.iter();
        let headers: Vec<_> = headers
            .filter_map(|(name, value)| Some((name.as_str().to_owned(), text(value)?)))
            .collect();
        provider.receipts(&Callback {
            method: self.method.as_str(),
            query: &self.query,
            headers: &headers,
            body: &self.body,
            now: self.now,
        })
    }
}

const fn status(error: InvalidCallback) -> StatusCode {
    match error {
        InvalidCallback::NotExpected => StatusCode::NOT_FOUND,
        InvalidCallback::Malformed => StatusCode::BAD_REQUEST,
        InvalidCallback::Unsigned => StatusCode::UNAUTHORIZED,
    }
}
