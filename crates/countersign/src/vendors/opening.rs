//! From the record of a vendor account to its provider.

use countersign_core::ports::setup::ProviderRecord;
use countersign_providers::account::{Account, InvalidSetup, Problem, Resources};
use countersign_providers::carriage::Guarded;
use countersign_providers::egress::Reach;
use countersign_providers::kinds;

use crate::traces::Tracer;

/// The account of a record, whose requests may go as far as `reach`.
pub(crate) fn account(record: &ProviderRecord, reach: Reach) -> Result<Account, InvalidSetup> {
    let settings = serde_json::from_str(&record.settings);
    Ok(Account {
        name: record.name.clone(),
        settings: settings.map_err(|error| Problem::new("settings", error))?,
        secrets: record.secrets.clone(),
        reach,
    })
}

/// The provider of a record, whose calls have spans by `tracer`. No word of its vendor that repeats a secret of the account gets through.
pub(crate) fn open(
    record: &ProviderRecord,
    resources: Resources,
    tracer: &Tracer,
) -> Result<Guarded, InvalidSetup> {
    let clock = std::sync::Arc::clone(&resources.clock);
    let account = account(record, resources.egress.reach())?;
    let provider = kinds::open(&record.kind, account, resources)?;
    let provider = tracer.vendor(provider, &record.kind);
    let replaced = record.replaced_receipts.as_ref();
    let receipts = [
        Some(&record.receipts),
        replaced.map(|replaced| &replaced.value),
    ];
    let secrets = record
        .secrets
        .values()
        .chain(receipts.into_iter().flatten());
    let secrets: Vec<_> = secrets.cloned().collect();
    Ok(Guarded::new(provider, clock).withholding(&secrets))
}
