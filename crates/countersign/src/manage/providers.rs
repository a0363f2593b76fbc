//! Vendor accounts: set up and delete.

use std::collections::BTreeMap;

use countersign_core::audit::Author;
use countersign_core::entropy::{Entropy, random_hex};
use countersign_core::ports::setup::{
    Change, ProviderRecord, Setting, SettingKey, SetupVersion, Versioned,
};
use countersign_core::secret::Secret;
use countersign_core::send::route::ProviderName;
use countersign_core::time::Timestamp;
use countersign_providers::account::InvalidSetup;

use super::error::{BrokenField, BrokenFields};
use super::{Manage, ManageError, Rule, check_version, routes};

/// A vendor account as an operator wants it.
#[derive(Debug, Clone)]
pub struct ProviderDraft {
    /// The name of the account: a new one, or one that exists.
    pub name: ProviderName,
    /// The vendor's protocol, such as `tencent-cloud`.
    pub kind: String,
    /// The settings of that kind, as a JSON object. They take the place of all settings before.
    pub settings: String,
    /// The secrets that change, by name; an empty one removes the secret of that name.
    pub secrets: BTreeMap<String, Secret>,
}

impl Manage {
    /// Sets up a vendor account, or changes the one with the draft's name, if that has the version `if_version` or
    /// `if_version` is `None`. Secrets that the draft leaves out stay, unless requests would go to another host.
    ///
    /// # Errors
    /// [`ManageError::Changed`]; [`ManageError::Fields`] when a setting or a secret cannot be as it is.
    pub async fn set_provider(
        &self,
        by: Author,
        draft: ProviderDraft,
        if_version: Option<SetupVersion>,
    ) -> Result<Versioned<ProviderRecord>, ManageError> {
        let name = draft.name.clone();
        let (vendors, entropy) = (self.parts.vendors.clone(), self.parts.entropy.clone());
        let now = self.parts.clock.now();
        let setup = self
            .change(by, move |setup| {
                let before = setup.providers.get(&draft.name);
                check_version(setup, &SettingKey::Provider(draft.name.clone()), if_version)?;
                let record = record(&draft, before.map(|held| &**held), &*entropy, now)?;
                vendors.check(&record).map_err(invalid)?;
                Ok(Change::Put(Setting::Provider(record)))
            })
            .await?;
        setup
            .providers
            .get(&name)
            .cloned()
            .ok_or_else(|| unknown(&name))
    }

    /// Judges a new vendor account without setting it up.
    ///
    /// # Errors
    /// [`ManageError::Fields`] when a setting or a secret cannot be as it is.
    pub fn check_provider(&self, draft: &ProviderDraft) -> Result<(), ManageError> {
        let now = self.parts.clock.now();
        let record = record(draft, None, &*self.parts.entropy, now)?;
        self.parts.vendors.check(&record).map_err(invalid)
    }

    /// Returns the request that an account of kind `http` would send, as text without secrets, without setting it up.
    ///
    /// # Errors
    /// [`ManageError::Fields`] when a setting cannot be as it is.
    pub fn sample_request(&self, draft: &ProviderDraft) -> Result<String, ManageError> {
        let now = self.parts.clock.now();
        self.sample_of(&record(draft, None, &*self.parts.entropy, now)?)
    }

    /// Returns the request that an account on record would send, as [`Manage::sample_request`] does.
    ///
    /// # Errors
    /// [`ManageError::Fields`].
    pub fn sample_of(&self, record: &ProviderRecord) -> Result<String, ManageError> {
        self.parts.vendors.sample(record).map_err(invalid)
    }

    /// Deletes a vendor account and its secrets.
    ///
    /// # Errors
    /// [`ManageError::Unknown`]; [`ManageError::InUse`] while a route names it.
    pub async fn delete_provider(&self, by: Author, name: ProviderName) -> Result<(), ManageError> {
        self.change(by, move |setup| {
            if !setup.providers.contains_key(&name) {
                return Err(unknown(&name));
            }
            if let Some(scope) = routes::naming(setup, &name) {
                return Err(ManageError::InUse {
                    by: routes::words(scope),
                });
            }
            Ok(Change::Remove(SettingKey::Provider(name.clone())))
        })
        .await?;
        Ok(())
    }
}

pub(super) fn unknown(name: &ProviderName) -> ManageError {
    ManageError::Unknown(format!("provider {name}"))
}

/// Names every setting and secret that an account gets wrong.
fn invalid(invalid: InvalidSetup) -> ManageError {
    let problems = invalid.problems().map(|problem| {
        let words = problem.constraint.clone();
        BrokenField::new(&problem.path, Rule::Vendor(words))
    });
    BrokenFields::of(problems).map_or(ManageError::Internal, ManageError::Fields)
}

/// Makes the record of a draft, in place of the record `before`.
fn record(
    draft: &ProviderDraft,
    before: Option<&ProviderRecord>,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> Result<ProviderRecord, ManageError> {
    let receipts = match before {
        Some(before) => before.receipts.clone(),
        None => Secret::new(random_hex::<16>(entropy)?),
    };
    Ok(ProviderRecord {
        name: draft.name.clone(),
        kind: draft.kind.clone(),
        settings: draft.settings.clone(),
        secrets: secrets(draft, before)?,
        receipts,
        replaced_receipts: before.and_then(|before| before.replaced_receipts.clone()),
        created_at: before.map_or(now, |before| before.created_at),
    })
}

/// Returns the secrets of the account after the change: those before, as far as the kind stays, changed by the draft.
fn secrets(
    draft: &ProviderDraft,
    before: Option<&ProviderRecord>,
) -> Result<BTreeMap<String, Secret>, ManageError> {
    let before = before.filter(|before| before.kind == draft.kind);
    if let Some(before) = before.filter(|before| hosts(&before.settings) != hosts(&draft.settings))
    {
        all_given_anew(before, draft)?;
    }
    let mut secrets = before
        .map(|before| before.secrets.clone())
        .unwrap_or_default();
    secrets.extend(draft.secrets.clone());
    secrets.retain(|_, secret| !secret.reveal().is_empty());
    Ok(secrets)
}

/// Returns where the requests of an account go, as far as its settings say so: scheme, host and port of each URL.
fn hosts(settings: &str) -> Vec<String> {
    let settings: serde_json::Value = serde_json::from_str(settings).unwrap_or_default();
    let url = |field| settings.get(field).and_then(serde_json::Value::as_str);
    let origin = |url: &str| match reqwest::Url::parse(url) {
        Ok(url) => url.origin().ascii_serialization(),
        Err(_) => url.to_owned(),
    };
    let named = ["endpoint", "url"].into_iter().filter_map(url);
    named.map(origin).collect()
}

/// Refuses a draft that would send a secret of before to another host: whoever may change a URL must not read there
/// the secrets that no answer shows.
fn all_given_anew(before: &ProviderRecord, draft: &ProviderDraft) -> Result<(), ManageError> {
    let mut names = before.secrets.keys();
    let missing = names.find(|name| !draft.secrets.contains_key(*name));
    missing.map_or(Ok(()), |name| {
        let field = format!("secrets.{name}");
        Err(ManageError::rule(&field, Rule::OtherHost))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::OsEntropy;

    fn set(
        settings: &serde_json::Value,
        secrets: &[(&str, &str)],
        before: Option<&ProviderRecord>,
    ) -> Result<ProviderRecord, ManageError> {
        let secrets = secrets.iter();
        let draft = ProviderDraft {
            name: ProviderName::parse("acme").unwrap(),
            kind: "http".to_owned(),
            settings: settings.to_string(),
            secrets: secrets
                .map(|(name, secret)| ((*name).to_owned(), Secret::new((*secret).to_owned())))
                .collect(),
        };
        record(&draft, before, &OsEntropy, Timestamp::default())
    }

    #[test]
    fn secrets_stay_while_requests_go_to_the_same_host() {
        let to = |url: &str| serde_json::json!({"url": url});
        let secrets = [("token", "t"), ("webhook_secret", "w")];
        let before = set(&to("https://sms.acme.example/v1"), &secrets, None).unwrap();
        let before = Some(&before);
        for url in [
            "https://sms.acme.example/v2?a=b",
            "https://SMS.acme.example:443",
            "https:sms.acme.example",
            "https://sms.acme.example?x",
        ] {
            let after = set(&to(url), &[], before).unwrap();
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
                let refused = set(&to(url), given, before).unwrap_err();
                assert!(refused.to_string().starts_with("secrets."), "{url}");
            }
            let given = [("token", "t2"), ("webhook_secret", "")];
            let after = set(&to(url), &given, before).unwrap();
            let token = after.secrets.get("token").map(Secret::reveal);
            assert_eq!((token, after.secrets.len()), (Some("t2"), 1), "{url}");
        }
        // From the vendor's own host to one that is named.
        let own = set(&serde_json::json!({}), &secrets, None).unwrap();
        let named = serde_json::json!({"endpoint": "https://evil.example"});
        assert!(set(&named, &[], Some(&own)).is_err());
    }
}
