//! Reports that reach a provider over a session of its own.

use std::sync::Arc;

use async_trait::async_trait;
use countersign_core::ports::provider::{ReportNotKept, ReportSink};
use countersign_core::ports::records::Records;
use countersign_core::receipt::Receipt;
use countersign_core::send::route::ProviderName;

/// Records the reports that one provider hears.
pub(super) struct RecordedReports {
    pub(super) provider: ProviderName,
    pub(super) records: Arc<dyn Records>,
}

#[async_trait]
impl ReportSink for RecordedReports {
    async fn report(&self, receipts: Vec<Receipt>) -> Result<(), ReportNotKept> {
        let kept = self.records.receive(self.provider.as_str(), receipts).await;
        kept.map_err(|_| ReportNotKept)
    }
}
