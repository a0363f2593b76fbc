//! The span of a call to a vendor.

use std::sync::Arc;

use async_trait::async_trait;
use countersign_core::phone::PhoneNumber;
use countersign_core::ports::provider::{Content, Credentials, Provider, Sms};
use countersign_core::receipt::{Callback, InvalidCallback, Receipts};
use countersign_core::send::outcome::Outcome;
use opentelemetry::trace::{FutureExt as _, SpanKind, TraceContextExt as _};
use opentelemetry::{Context, KeyValue};

use super::Tracer;
use crate::metrics;

/// A vendor whose calls have spans.
pub(super) struct TracedVendor {
    inner: Arc<dyn Provider>,
    kind: String,
    tracer: Tracer,
}

impl TracedVendor {
    pub(super) fn new(inner: Arc<dyn Provider>, kind: String, tracer: Tracer) -> Self {
        Self {
            inner,
            kind,
            tracer,
        }
    }
}

/// A call under way. Its span ends with it, also where nobody waits for the vendor any more: then the outcome is
/// unknown.
struct Call {
    context: Context,
    outcome: &'static str,
}

impl Drop for Call {
    fn drop(&mut self) {
        let span = self.context.span();
        span.set_attribute(KeyValue::new("countersign.outcome", self.outcome));
        span.end();
    }
}

#[async_trait]
impl Provider for TracedVendor {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn content(&self, phone: &PhoneNumber) -> Content {
        self.inner.content(phone)
    }

    fn warm(&self) {
        self.inner.warm();
    }

    async fn send(&self, sms: &Sms) -> Outcome {
        let attributes = vec![
            KeyValue::new("countersign.provider", self.name().to_owned()),
            KeyValue::new("countersign.provider_kind", self.kind.clone()),
        ];
        let under = Context::current();
        let mut call = Call {
            context: self
                .tracer
                .span(&under, "call", SpanKind::Client, attributes),
            outcome: "unknown",
        };
        let work = self.inner.send(sms).with_context(call.context.clone());
        let outcome = work.await;
        call.outcome = metrics::word(&outcome);
        outcome
    }

    async fn credentials(&self) -> Credentials {
        self.inner.credentials().await
    }

    fn receipts(&self, callback: &Callback<'_>) -> Result<Receipts, InvalidCallback> {
        self.inner.receipts(callback)
    }
}
