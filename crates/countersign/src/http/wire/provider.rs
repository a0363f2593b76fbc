//! Vendor accounts, from the wire types to those of the rules and back.

use std::collections::BTreeMap;

use countersign_api::{
    BadField, Fault, Json, ProviderHealth, SetSmsProviderRequest, SmsProviderDto,
};
use countersign_core::ports::setup::{ProviderRecord, Versioned};
use countersign_core::secret::Secret;
use countersign_core::send::route::ProviderName;

use super::application::expires;
use crate::http::state::AppState;
use crate::manage::ProviderDraft;
use crate::operator::{Access, Permission};

/// The path at which vendors report, up to the part that each account has of its own.
pub(crate) const RECEIPTS: &str = "/receipts/";

pub(crate) fn name(text: &str, field: &str) -> Result<ProviderName, Fault> {
    ProviderName::parse(text).map_err(|error| bad(field, error))
}

/// Makes the fault of a setting that cannot be as it is.
pub(crate) fn bad(field: &str, why: impl ToString) -> Fault {
    let (field, why) = (field.to_owned(), why.to_string());
    Fault::BadSetting {
        fields: vec![BadField { field, why }],
    }
}

/// Reads a provider's name that may be absent or empty.
pub(crate) fn optional_name(text: Option<&str>) -> Result<Option<ProviderName>, Fault> {
    let given = text.filter(|text| !text.is_empty());
    given.map(|text| name(text, "provider")).transpose()
}

/// Reads the account that is asked for.
pub(crate) fn draft(body: SetSmsProviderRequest) -> Result<ProviderDraft, Fault> {
    let secrets = body.secrets.into_iter();
    Ok(ProviderDraft {
        name: name(&body.name, "name")?,
        kind: body.kind,
        settings: serde_json::to_string(&body.settings).map_err(|_| Fault::Internal)?,
        secrets: secrets
            .map(|(name, secret)| (name, Secret::new(secret)))
            .collect(),
    })
}

/// Shows the end of a secret to an operator who may see the ends of secrets, and to others that there is one.
fn end_of(secret: &Secret, access: &Access) -> String {
    match access.allows(Permission::ManageKeys) {
        true => format!("...{}", secret.hint()),
        false => "...".to_owned(),
    }
}

/// Shows an account to an operator of this access, with the health of its vendor.
pub(crate) fn dto(
    record: &Versioned<ProviderRecord>,
    state: &AppState,
    access: &Access,
) -> SmsProviderDto {
    let settings: BTreeMap<String, Json> =
        serde_json::from_str(&record.settings).unwrap_or_default();
    let hints = record.secrets.iter();
    let path = format!("{RECEIPTS}{}", record.receipts.reveal());
    let health = state
        .vendors
        .provider(&record.name)
        .and_then(|provider| provider.health());
    SmsProviderDto {
        name: record.name.to_string(),
        kind: record.kind.clone(),
        settings,
        secrets: hints
            .map(|(name, secret)| (name.clone(), end_of(secret, access)))
            .collect(),
        receipts_url: format!("{}{path}", state.url),
        receipts_path: path,
        replaced_receipts_path_expires: expires(
            record.replaced_receipts.as_ref(),
            state.clock.now(),
        ),
        created_at: record.created_at.to_string(),
        version: record.version.number(),
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
    use crate::operator::{Applications, Role};

    #[test]
    fn the_end_of_a_secret_is_for_operators_who_manage_keys() {
        let secret = Secret::new("ExampleAccessKeySecret0000000001".to_owned());
        for (role, shown) in [
            (Role::Owner, "...0001"),
            (Role::Operator, "..."),
            (Role::Support, "..."),
            (Role::Auditor, "..."),
        ] {
            let access = Access::of(role, Applications::All);
            assert_eq!(end_of(&secret, &access), shown, "{role:?}");
        }
        assert_eq!(end_of(&secret, &Access::FULL), "...0001");
    }
}
