//! The spans of the ledger: one for each decision on a send, and one for each check.

use std::sync::Arc;

use async_trait::async_trait;
use countersign_core::code::check::{Checked, CodeCheck, TokenUse, Unlock};
use countersign_core::limit::{LimitState, Rules};
use countersign_core::message::{Decision, Intent};
use countersign_core::ports::StoreError;
use countersign_core::ports::ledger::{Ledger, LedgerState, Settled};
use countersign_core::send::settle::Settlement;
use opentelemetry::trace::{FutureExt as _, SpanKind, Status, TraceContextExt as _};
use opentelemetry::{Context, KeyValue};

use super::Tracer;
use crate::metrics;

/// A ledger whose decisions and checks have spans.
pub(super) struct TracedLedger {
    inner: Arc<dyn Ledger>,
    tracer: Tracer,
}

impl TracedLedger {
    pub(super) fn new(inner: Arc<dyn Ledger>, tracer: Tracer) -> Self {
        Self { inner, tracer }
    }

    /// Does `work` in a span of its own, whose outcome `word` names.
    async fn traced<T>(
        &self,
        (name, attributes): (&'static str, Vec<KeyValue>),
        work: impl Future<Output = Result<T, StoreError>>,
        word: impl FnOnce(&T) -> &'static str,
    ) -> Result<T, StoreError> {
        let under = Context::current();
        let context = self
            .tracer
            .span(&under, name, SpanKind::Internal, attributes);
        let done = work.with_context(context.clone()).await;
        let span = context.span();
        match &done {
            Ok(done) => span.set_attribute(KeyValue::new("countersign.outcome", word(done))),
            Err(_) => span.set_status(Status::error("")),
        }
        span.end();
        done
    }
}

#[async_trait]
impl Ledger for TracedLedger {
    async fn decide(&self, intent: Intent, rules: Rules) -> Result<Decision, StoreError> {
        let channel = KeyValue::new("countersign.channel", intent.channel.as_str());
        let message = KeyValue::new("countersign.message_id", intent.id.to_string());
        // The request is about this channel too.
        Context::map_current(|request| request.span().set_attribute(channel.clone()));
        let span = ("decide", vec![channel, message]);
        let word = |decided: &Decision| match decided.admitted() {
            true => "admitted",
            false => "refused",
        };
        self.traced(span, self.inner.decide(intent, rules), word)
            .await
    }

    async fn preview(&self, rules: Rules) -> Result<Vec<LimitState>, StoreError> {
        self.inner.preview(rules).await
    }

    async fn settle(&self, settlement: Settlement) -> Result<Settled, StoreError> {
        self.inner.settle(settlement).await
    }

    async fn check(&self, check: CodeCheck) -> Result<Checked, StoreError> {
        let span = ("check", Vec::new());
        self.traced(span, self.inner.check(check), metrics::finding)
            .await
    }

    async fn unlock(&self, unlock: Unlock) -> Result<(), StoreError> {
        self.inner.unlock(unlock).await
    }

    async fn use_token(&self, token: TokenUse) -> Result<bool, StoreError> {
        self.inner.use_token(token).await
    }

    async fn probe(&self) -> Result<(), StoreError> {
        self.inner.probe().await
    }

    fn state(&self) -> LedgerState {
        self.inner.state()
    }
}
