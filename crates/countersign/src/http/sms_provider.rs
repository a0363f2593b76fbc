//! Vendor accounts between the wire and the rules: what the operator may set, and how it is shown.

use std::collections::BTreeMap;

use countersign_api::{Fault, Json, ProviderHealth, SetSmsProviderRequest, SmsProviderDto};
use countersign_core::entropy::Entropy;
use countersign_core::ports::registry::{ProviderRecord, Secret};
use countersign_core::route::ProviderName;
use countersign_core::time::Timestamp;

use crate::carriers::Carriers;

/// Where vendors report; the rest of the path is the provider's own.
pub(crate) const RECEIPTS: &str = "/receipts/";

pub(crate) fn name(text: &str, field: &str) -> Result<ProviderName, Fault> {
    ProviderName::parse(text).map_err(|error| bad(field, error))
}

/// The fault of a setting that cannot be as it is.
pub(crate) fn bad(field: &str, why: impl ToString) -> Fault {
    Fault::BadSetting {
        field: field.to_owned(),
        why: why.to_string(),
    }
}

/// The provider of that name, which is there.
pub(crate) fn known(carriers: &Carriers, name: &ProviderName) -> Result<ProviderRecord, Fault> {
    let registry = carriers.registry();
    let found = registry.providers.get(name).cloned();
    found.ok_or_else(|| Fault::UnknownSetting {
        what: format!("provider {name}"),
    })
}

/// The account that is asked for, in place of one `before`.
pub(crate) fn record(
    asked: SetSmsProviderRequest,
    before: Option<&ProviderRecord>,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> Result<ProviderRecord, Fault> {
    let name = name(&asked.name, "name")?;
    let of_this_kind = before.filter(|before| before.kind == asked.kind);
    let mut secrets = of_this_kind
        .map(|before| before.secrets.clone())
        .unwrap_or_default();
    secrets.extend(
        asked
            .secrets
            .into_iter()
            .map(|(name, secret)| (name, Secret::new(secret))),
    );
    // An empty one takes away what there was.
    secrets.retain(|_, secret| !secret.reveal().is_empty());
    let receipts = match before {
        Some(before) => before.receipts.clone(),
        None => path(entropy)?,
    };
    Ok(ProviderRecord {
        name,
        kind: asked.kind,
        settings: serde_json::to_string(&asked.settings).map_err(|_| Fault::Internal)?,
        secrets,
        receipts,
        created_at: before.map_or(now, |before| before.created_at),
    })
}

/// The end of a path that nobody guesses.
fn path(entropy: &dyn Entropy) -> Result<Secret, Fault> {
    let mut bytes = [0; 16];
    entropy.fill(&mut bytes).map_err(|_| Fault::Unavailable)?;
    Ok(Secret::new(hex::encode(bytes)))
}

/// An account as the operator sees it.
pub(crate) fn dto(record: &ProviderRecord, carriers: &Carriers) -> SmsProviderDto {
    let settings: BTreeMap<String, Json> =
        serde_json::from_str(&record.settings).unwrap_or_default();
    let hints = record.secrets.iter();
    let health = carriers
        .provider(&record.name)
        .and_then(|provider| provider.health());
    SmsProviderDto {
        name: record.name.to_string(),
        kind: record.kind.clone(),
        settings,
        secrets: hints
            .map(|(name, secret)| (name.clone(), format!("...{}", secret.hint())))
            .collect(),
        receipts_path: format!("{RECEIPTS}{}", record.receipts.reveal()),
        created_at: record.created_at.to_string(),
        health: health.map(|health| ProviderHealth {
            circuit: health.circuit.as_str().to_owned(),
            calls: health.calls as u64,
            failed: health.failed as u64,
            in_flight: health.in_flight as u64,
        }),
    }
}
