//! A person as the value of a row. What the person proves itself with is sealed beside the clear part.

use std::collections::BTreeSet;

use countersign_core::application::AppId;
use countersign_core::language::LanguageTag;
use countersign_core::secret::Secret;
use countersign_core::staff::person::{
    Credentials, Invitation, Person, PersonId, PersonName, SecondFactor, Status,
};
use countersign_core::staff::recovery::RecoveryCodes;
use countersign_core::staff::token::TokenHash;
use countersign_core::staff::totp::TotpSecret;
use countersign_core::staff::{Applications, Role};
use countersign_core::time::Timestamp;
use countersign_core::zone::Zone;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::value::json;
use crate::moving::hex::Bytes;

/// The clear part of a person.
#[derive(Serialize, Deserialize)]
struct PersonValue {
    name: Option<String>,
    role: String,
    /// Absent where the person may work with all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    applications: Option<Vec<String>>,
    language: Option<String>,
    theme: String,
    /// Absent where it is UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    zone: Option<String>,
    epoch: u32,
    created_at: i64,
}

/// The sealed part of a person.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum PersonSecrets {
    Invited {
        token: Bytes,
        ends: i64,
    },
    Active {
        password: String,
        second_factor: Option<FactorSecrets>,
    },
}

#[derive(Serialize, Deserialize)]
struct FactorSecrets {
    totp: String,
    recovery_key: Bytes,
    recovery: Vec<Bytes>,
}

/// Returns the clear part.
pub(super) fn text(person: &Person) -> Option<String> {
    let applications = match &person.applications {
        Applications::All => None,
        Applications::Only(these) => {
            let ids = these.iter().map(|app| app.as_str().to_owned());
            Some(ids.collect())
        }
    };
    let language = person.language.as_ref();
    json(&PersonValue {
        name: person.name.as_ref().map(ToString::to_string),
        role: person.role.as_str().to_owned(),
        applications,
        language: language.map(|tag| tag.as_str().to_owned()),
        theme: person.theme.clone(),
        zone: Some(person.zone.name().to_owned()).filter(|_| person.zone != Zone::UTC),
        epoch: person.epoch,
        created_at: person.created_at.as_millis(),
    })
}

/// Returns the part that is sealed.
pub(super) fn secrets(person: &Person) -> Option<Zeroizing<String>> {
    let secrets = match &person.status {
        Status::Invited(invitation) => PersonSecrets::Invited {
            token: Bytes::from(&invitation.token.as_bytes()[..]),
            ends: invitation.ends.as_millis(),
        },
        Status::Active(credentials) => PersonSecrets::Active {
            password: credentials.password.reveal().to_owned(),
            second_factor: credentials.second_factor.as_ref().map(factor_secrets),
        },
    };
    json(&secrets).map(Zeroizing::new)
}

fn factor_secrets(factor: &SecondFactor) -> FactorSecrets {
    let (key, unused) = factor.recovery.parts();
    FactorSecrets {
        totp: factor.totp.reveal().to_owned(),
        recovery_key: Bytes::from(&key[..]),
        recovery: unused.iter().map(|mac| Bytes::from(&mac[..])).collect(),
    }
}

/// Reads a person; `None` if a part is unknown to this release. A list of applications in which none can be read allows none.
pub(super) fn read(id: PersonId, text: &str, secrets: &[u8]) -> Option<Person> {
    let value: PersonValue = serde_json::from_str(text).ok()?;
    let applications = match value.applications {
        None => Applications::All,
        Some(ids) => {
            let known: BTreeSet<_> = ids.iter().filter_map(|id| AppId::parse(id).ok()).collect();
            Applications::Only(known)
        }
    };
    Some(Person {
        id,
        name: match value.name {
            None => None,
            Some(name) => Some(PersonName::parse(&name)?),
        },
        role: Role::parse(&value.role)?,
        applications,
        language: value.language.as_deref().and_then(LanguageTag::parse),
        theme: value.theme,
        zone: value
            .zone
            .as_deref()
            .and_then(Zone::parse)
            .unwrap_or_default(),
        status: status(serde_json::from_slice(secrets).ok()?)?,
        epoch: value.epoch,
        created_at: Timestamp::from_millis(value.created_at),
    })
}

fn status(secrets: PersonSecrets) -> Option<Status> {
    Some(match secrets {
        PersonSecrets::Invited { token, ends } => Status::Invited(Invitation {
            token: TokenHash::from_bytes(token.array()?),
            ends: Timestamp::from_millis(ends),
        }),
        PersonSecrets::Active {
            password,
            second_factor,
        } => Status::Active(Credentials {
            password: Secret::new(password),
            second_factor: match second_factor {
                None => None,
                Some(factor) => Some(second_factor_of(&factor)?),
            },
        }),
    })
}

fn second_factor_of(factor: &FactorSecrets) -> Option<SecondFactor> {
    let unused = factor.recovery.iter().map(Bytes::array);
    Some(SecondFactor {
        totp: TotpSecret::parse(&factor.totp)?,
        recovery: RecoveryCodes::kept(factor.recovery_key.array()?, unused.collect::<Option<_>>()?),
    })
}
