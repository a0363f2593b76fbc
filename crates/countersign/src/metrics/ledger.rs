//! Counts what passes through the ledger: every decision, outcome and check does.

use std::sync::Arc;

use async_trait::async_trait;
use countersign_core::code::check::{Checked, CodeCheck, TokenUse, Unlock};
use countersign_core::limit::{LimitState, Rules};
use countersign_core::message::{Decision, Intent};
use countersign_core::ports::StoreError;
use countersign_core::ports::ledger::{Ledger, LedgerState, Settled};
use countersign_core::send::attempt::{self, Attempt};
use countersign_core::send::outcome::Outcome;
use countersign_core::send::settle::Settlement;
use tokio::time::Instant;

use super::{Call, Finding, Limit, Metrics, Provider};

/// A ledger that counts and times what another one does.
pub(crate) struct MeteredLedger {
    inner: Arc<dyn Ledger>,
    metrics: Arc<Metrics>,
}

impl MeteredLedger {
    pub(crate) fn new(inner: Arc<dyn Ledger>, metrics: Arc<Metrics>) -> Self {
        Self { inner, metrics }
    }

    async fn timed<T>(
        &self,
        operation: &'static str,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let began = Instant::now();
        let result = work.await;
        self.metrics
            .store(operation, began.elapsed(), result.is_ok());
        result
    }

    fn attempted(&self, attempt: &Attempt) {
        let Some(provider) = &attempt.provider else {
            return;
        };
        let outcome = word(&attempt.outcome);
        let provider = provider.clone();
        let call = Call {
            provider: provider.clone(),
            outcome,
        };
        self.metrics.calls.get_or_create(&call).inc();
        let took = attempt.started_at.until(attempt.ended_at);
        let seconds = self
            .metrics
            .call_seconds
            .get_or_create(&Provider { provider });
        seconds.observe(took.as_secs_f64());
    }
}

#[async_trait]
impl Ledger for MeteredLedger {
    async fn decide(&self, intent: Intent, rules: Rules) -> Result<Decision, StoreError> {
        let decided = self
            .timed("decide", self.inner.decide(intent, rules))
            .await?;
        if let Some((_, limit, _)) = decided.refused_by() {
            let limit = Limit {
                limit: limit.name.clone().into_owned(),
            };
            self.metrics.refusals.get_or_create(&limit).inc();
        }
        Ok(decided)
    }

    async fn preview(&self, rules: Rules) -> Result<Vec<LimitState>, StoreError> {
        self.timed("preview", self.inner.preview(rules)).await
    }

    async fn settle(&self, settlement: Settlement) -> Result<Settled, StoreError> {
        settlement
            .attempts
            .iter()
            .for_each(|attempt| self.attempted(attempt));
        if let Some(outcome) = attempt::outcome(&settlement.attempts) {
            let outcome = super::Outcome {
                outcome: word(outcome),
            };
            self.metrics.sends.get_or_create(&outcome).inc();
        }
        self.timed("settle", self.inner.settle(settlement)).await
    }

    async fn check(&self, check: CodeCheck) -> Result<Checked, StoreError> {
        let checked = self.timed("check", self.inner.check(check)).await?;
        let finding = Finding {
            finding: finding(&checked),
        };
        self.metrics.checks.get_or_create(&finding).inc();
        Ok(checked)
    }

    async fn unlock(&self, unlock: Unlock) -> Result<(), StoreError> {
        self.timed("unlock", self.inner.unlock(unlock)).await
    }

    async fn probe(&self) -> Result<(), StoreError> {
        self.timed("probe", self.inner.probe()).await
    }

    fn state(&self) -> LedgerState {
        self.inner.state()
    }

    async fn use_token(&self, token: TokenUse) -> Result<bool, StoreError> {
        self.timed("use_token", self.inner.use_token(token)).await
    }
}

/// The word for an outcome, in metrics and traces.
pub(crate) const fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Accepted { .. } => "accepted",
        Outcome::Unknown { .. } => "unknown",
        Outcome::NotAccepted(why) => why.kind.as_str(),
    }
}

/// The word for the finding of a check, in metrics and traces.
pub(crate) const fn finding(checked: &Checked) -> &'static str {
    match checked {
        Checked::Refused(_) => "refused",
        Checked::Malformed => "malformed",
        Checked::Right { .. } => "right",
        Checked::Wrong { .. } => "wrong",
        Checked::Exhausted => "exhausted",
        Checked::Expired => "expired",
        Checked::Used => "used",
        Checked::Replaced { .. } => "replaced",
        Checked::NotSent => "not_sent",
        Checked::Locked { .. } => "locked",
    }
}
