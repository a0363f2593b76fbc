//! Traces for an OpenTelemetry collector: a span for each request, each decision and check of the ledger, and each call
//! to a vendor.
//!
//! No span holds a code, a number, a secret, a query or a body. The build without the feature `otlp` has the same
//! functions, which do nothing and cost nothing.

#[cfg(not(feature = "otlp"))]
mod absent;
#[cfg(feature = "otlp")]
mod exported;

#[cfg(not(feature = "otlp"))]
pub(crate) use absent::{Tracer, answered, carried};
#[cfg(feature = "otlp")]
pub(crate) use exported::{Tracer, answered, carried};

use countersign_core::application::AppId;
use countersign_core::id::RequestId;

/// The facts about an answer under `/api/v3` that the span of its request holds.
#[cfg_attr(not(feature = "otlp"), expect(dead_code))]
pub(crate) struct Answered<'a> {
    pub(crate) request_id: RequestId,
    /// The route that matched.
    pub(crate) route: Option<&'a str>,
    /// The application, where the request named one that exists.
    pub(crate) app_id: Option<&'a AppId>,
    /// `statusCode` of the envelope.
    pub(crate) status_code: u16,
    /// `apiCode` of the envelope.
    pub(crate) api_code: Option<u32>,
}
