//! Spans, handed to a collector in batches by a thread of their own. A queue of 2,048 spans stands before it; spans that
//! find it full are lost, so that a collector that is slow or down delays nothing.

mod collector;
mod ledger;
mod request;
mod vendor;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use countersign_core::ports::ledger::Ledger;
use countersign_core::ports::provider::Provider;
use opentelemetry::trace::{SpanKind, TraceContextExt as _, Tracer as _, TracerProvider as _};
use opentelemetry::{Context, InstrumentationScope, KeyValue};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use url::Url;

use self::collector::Collector;
use self::ledger::TracedLedger;
pub(crate) use self::request::{answered, carried};
use self::vendor::TracedVendor;

/// How long the collector has to take a batch.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long the end of the service waits for the last batch.
const LAST_BATCH: Duration = Duration::from_secs(2);

/// The name under which the service shows in a collector, and that of the instrumentation.
const SERVICE: &str = "countersign";

/// Makes spans, where the settings name a collector.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tracer(Option<Export>);

/// The way of spans to the collector.
#[derive(Debug, Clone)]
struct Export {
    spans: SdkTracer,
    provider: SdkTracerProvider,
}

impl Tracer {
    /// Starts the way to the collector at `endpoint`. Call this within a tokio runtime.
    ///
    /// # Errors
    /// When the HTTP client or the thread of batches cannot start.
    pub(crate) fn start(endpoint: Option<&Url>) -> anyhow::Result<Self> {
        let Some(endpoint) = endpoint else {
            return Ok(Self::default());
        };
        let base = endpoint.as_str().trim_end_matches('/');
        let exporter = SpanExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .with_http_client(Collector::new(PATIENCE)?)
            .with_endpoint(format!("{base}/v1/traces"))
            .with_timeout(PATIENCE)
            .build()
            .context("traces cannot be exported")?;
        let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
        let resource = Resource::builder_empty()
            .with_service_name(SERVICE)
            .with_attribute(version);
        let provider = SdkTracerProvider::builder()
            .with_resource(resource.build())
            .with_batch_exporter(exporter)
            .build();
        let scope = InstrumentationScope::builder(SERVICE).build();
        let spans = provider.tracer_with_scope(scope);
        Ok(Self(Some(Export { spans, provider })))
    }

    /// The ledger `inner`, with a span for each decision and each check.
    pub(crate) fn ledger(&self, inner: Arc<dyn Ledger>) -> Arc<dyn Ledger> {
        match self.0 {
            Some(_) => Arc::new(TracedLedger::new(inner, self.clone())),
            None => inner,
        }
    }

    /// The vendor `inner` of this kind, with a span for each call.
    pub(crate) fn vendor(&self, inner: Arc<dyn Provider>, kind: &str) -> Arc<dyn Provider> {
        match self.0 {
            Some(_) => Arc::new(TracedVendor::new(inner, kind.to_owned(), self.clone())),
            None => inner,
        }
    }

    /// The context `parent` with a new span in it, where there is a collector.
    fn span(
        &self,
        parent: &Context,
        name: impl Into<Cow<'static, str>>,
        kind: SpanKind,
        attributes: Vec<KeyValue>,
    ) -> Context {
        let Some(Export { spans, .. }) = &self.0 else {
            return parent.clone();
        };
        let span = spans.span_builder(name).with_kind(kind);
        let span = span.with_attributes(attributes);
        parent.with_span(span.start_with_context(spans, parent))
    }

    /// Hands the last spans over, for [`LAST_BATCH`] at most. Makes no more.
    pub(crate) async fn end(self) {
        let Some(Export { provider, .. }) = self.0 else {
            return;
        };
        // A failure is in the log already, by the collector's client.
        let last = move || provider.shutdown_with_timeout(LAST_BATCH);
        let _ = tokio::task::spawn_blocking(last).await;
    }
}
