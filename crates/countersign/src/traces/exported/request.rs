//! The span of a request: from its head to its answer.

use std::convert::Infallible;

use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use opentelemetry::propagation::{Extractor, TextMapPropagator as _};
use opentelemetry::trace::{FutureExt as _, SpanKind, Status, TraceContextExt as _};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::propagation::TraceContextPropagator;

use super::Tracer;
use crate::traces::Answered;

/// A request, and the context with its span.
pub(crate) struct Request(Context);

impl Tracer {
    /// Begins the span of the request with this head. The caller's span is its parent, where `traceparent` names one.
    pub(crate) fn request(&self, parts: &Parts) -> Request {
        if self.0.is_none() {
            return Request(Context::new());
        }
        let head = TraceParent(&parts.headers);
        let parent = TraceContextPropagator::new().extract_with_context(&Context::new(), &head);
        let method = method(&parts.method);
        let attributes = vec![KeyValue::new("http.request.method", method)];
        Request(self.span(&parent, method, SpanKind::Server, attributes))
    }
}

impl Request {
    /// `answer` as the work of this request: its spans are children, and the span ends with it.
    pub(crate) fn around(
        self,
        answer: impl Future<Output = Result<Response, Infallible>> + Send,
    ) -> impl Future<Output = Result<Response, Infallible>> + Send {
        let context = self.0.clone();
        let answered = async move {
            let answer = answer.await?;
            let span = context.span();
            let status = answer.status();
            span.set_attribute(KeyValue::new(
                "http.response.status_code",
                i64::from(status.as_u16()),
            ));
            if status.is_server_error() {
                span.set_status(Status::error(""));
            }
            // Work that goes on after the answer holds the context longer.
            span.end();
            Ok(answer)
        };
        answered.with_context(self.0)
    }
}

/// Tells the span of the request under way how it was answered, and names the span after the route.
pub(crate) fn answered(answer: &Answered<'_>) {
    Context::map_current(|context| {
        let span = context.span();
        if !span.is_recording() {
            return;
        }
        let id = answer.request_id.to_string();
        span.set_attribute(KeyValue::new("countersign.request_id", id));
        let status = i64::from(answer.status_code);
        span.set_attribute(KeyValue::new("countersign.status_code", status));
        if let Some(code) = answer.api_code {
            span.set_attribute(KeyValue::new("countersign.api_code", i64::from(code)));
        }
        if let Some(app) = answer.app_id {
            let app = app.as_str().to_owned();
            span.set_attribute(KeyValue::new("countersign.app_id", app));
        }
        if let Some(route) = answer.route {
            span.set_attribute(KeyValue::new("http.route", route.to_owned()));
            span.update_name(route.to_owned());
        }
        if answer.status_code >= 500 {
            span.set_status(Status::error(""));
        }
    });
}

/// `work`, which goes on in another task, as part of what is under way.
pub(crate) fn carried<F: Future>(work: F) -> impl Future<Output = F::Output> + use<F> {
    work.with_current_context()
}

/// The header `traceparent` and no other: nothing else that a caller writes gets into a trace.
struct TraceParent<'a>(&'a HeaderMap);

impl Extractor for TraceParent<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        let mut named = self.0.get_all("traceparent").iter();
        let only = named.next().filter(|_| key == "traceparent")?;
        named.next().is_none().then_some(only)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        vec!["traceparent"]
    }
}

/// The method, if it is one of HTTP's own: callers could write anything into others, a phone number too.
fn method(method: &Method) -> &'static str {
    let known = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"];
    let found = known.into_iter().find(|known| method.as_str() == *known);
    found.unwrap_or("_OTHER")
}
