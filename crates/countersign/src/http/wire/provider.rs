//! Vendor accounts between the wire and the rules: what the operator may set, and how it is shown.

use std::collections::BTreeMap;

use countersign_api::{Fault, Json, ProviderHealth, SetSmsProviderRequest, SmsProviderDto};
use countersign_core::entropy::Entropy;
use countersign_core::ports::setup::ProviderRecord;
use countersign_core::secret::Secret;
use countersign_core::send::route::ProviderName;
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
    let setup = carriers.setup();
    let found = setup.providers.get(name).map(|held| (**held).clone());
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
    let settings = serde_json::to_string(&asked.settings).map_err(|_| Fault::Internal)?;
    let of_this_kind = before.filter(|before| before.kind == asked.kind);
    if let Some(before) = of_this_kind.filter(|before| host(&before.settings) != host(&settings)) {
        given_anew(before, &asked.secrets)?;
    }
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
        settings,
        secrets,
        receipts,
        created_at: before.map_or(now, |before| before.created_at),
    })
}

/// Where an account's requests go, as far as its settings say so: scheme, host and port.
fn host(settings: &str) -> Vec<String> {
    let settings: serde_json::Value = serde_json::from_str(settings).unwrap_or_default();
    let url = |field| settings.get(field).and_then(serde_json::Value::as_str);
    let origin = |url: &str| match reqwest::Url::parse(url) {
        Ok(url) => url.origin().ascii_serialization(),
        Err(_) => url.to_owned(),
    };
    let named = ["endpoint", "url"].into_iter().filter_map(url);
    named.map(origin).collect()
}

/// Secrets do not go along to another host by themselves: nobody shall read there what is never shown here.
fn given_anew(before: &ProviderRecord, asked: &BTreeMap<String, String>) -> Result<(), Fault> {
    let missing = before
        .secrets
        .keys()
        .find(|name| !asked.contains_key(*name));
    missing.map_or(Ok(()), |name| {
        let why =
            "requests go to another host than before: give it again, or empty to take it away";
        Err(bad(&format!("secrets.{name}"), why))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::OsEntropy;

    fn asked(settings: serde_json::Value, secrets: &[(&str, &str)]) -> SetSmsProviderRequest {
        let secrets: BTreeMap<_, _> = secrets.iter().copied().collect();
        let body = serde_json::json!({
            "name": "acme", "kind": "http", "settings": settings, "secrets": secrets,
        });
        serde_json::from_value(body).unwrap()
    }

    fn set(
        asked: SetSmsProviderRequest,
        before: Option<&ProviderRecord>,
    ) -> Result<ProviderRecord, Fault> {
        record(asked, before, &OsEntropy, Timestamp::default())
    }

    #[test]
    fn secrets_stay_while_requests_go_to_the_same_host() {
        let to = |url: &str| serde_json::json!({"url": url});
        let secrets = [("token", "t"), ("webhook_secret", "w")];
        let before = set(asked(to("https://sms.acme.example/v1"), &secrets), None).unwrap();
        let before = Some(&before);
        for url in [
            "https://sms.acme.example/v2?a=b",
            "https://SMS.acme.example:443",
            "https:sms.acme.example",
            "https://sms.acme.example?x",
        ] {
            let after = set(asked(to(url), &[]), before).unwrap();
            assert_eq!(after.secrets.len(), 2, "{url}");
        }
        for url in [
            "https://evil.example/v1",
            "https:evil.example",
            "https://evil.example\\.sms.acme.example",
            "http://sms.acme.example/v1",
            "https://sms.acme.example:444/v1",
            "https://sms.acme.example.evil.example/v1",
            "https://sms.acme.example@evil.example/v1",
            "",
        ] {
            for given in [&[][..], &[("token", "t2")]] {
                let refused = set(asked(to(url), given), before).unwrap_err();
                assert!(format!("{refused:?}").contains("secrets."), "{url}");
            }
            let given = [("token", "t2"), ("webhook_secret", "")];
            let after = set(asked(to(url), &given), before).unwrap();
            let token = after.secrets.get("token").map(Secret::reveal);
            assert_eq!((token, after.secrets.len()), (Some("t2"), 1), "{url}");
        }
        // From the vendor's own host to one that is named.
        let own = set(asked(serde_json::json!({}), &secrets), None).unwrap();
        let named = serde_json::json!({"endpoint": "https://evil.example"});
        assert!(set(asked(named, &[]), Some(&own)).is_err());
    }
}
