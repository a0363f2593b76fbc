//! A kind of vendor account: its fields, and how an account becomes a provider.

pub mod field;
mod template;

use std::sync::Arc;

use countersign_core::ports::provider::Provider;
use reqwest::Url;
use serde_json::Value;

pub use self::field::{Field, Place, VendorTerm};
pub use self::template::{TemplateParts, Variables};
use crate::account::{Account, InvalidSetup, Problem, Resources};

/// A kind of vendor account.
pub struct Kind {
    /// Its name, as in `kind = "tencent-cloud"`.
    pub name: &'static str,
    /// The vendor and the countries, in one line.
    pub about: &'static str,
    /// Whether its messages are text or fill a template of the vendor's, and to which countries.
    pub content: &'static str,
    /// The vendor's template that messages of an account with these settings fill; `None` where all messages are text.
    /// The settings have been judged already.
    pub template: fn(&Value) -> Option<TemplateParts>,
    /// The country, as two letters, whose numbers a first route names; `None` for a kind that serves every country alike.
    pub country: Option<&'static str>,
    /// What an operator does with the address for delivery reports, in one line.
    pub reports: &'static str,
    /// The settings and the secrets of an account: these and no others.
    pub fields: &'static [Field],
    /// Judges an account without opening anything. The fields have been judged already.
    pub check: fn(&Account) -> Result<(), InvalidSetup>,
    /// The URL of the vendor to which the requests of an account go, without what depends on a message.
    pub endpoint: fn(&Account) -> Result<Url, InvalidSetup>,
    /// Makes the provider of an account, if [`Kind::check`] passes. A provider that keeps a session with its vendor
    /// connects in the background: opening does not wait.
    pub open: fn(Account, Resources) -> Result<Arc<dyn Provider>, InvalidSetup>,
}

impl std::fmt::Debug for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Kind").field(&self.name).finish()
    }
}

impl Kind {
    /// Refuses fields that this kind does not have, and an account without a required one.
    pub(crate) fn judge_fields(&self, account: &Account) -> Result<(), InvalidSetup> {
        let settings = account.named_settings()?;
        let has = |place, name: &str| {
            let mut fields = self.fields.iter();
            fields.any(|field| field.place == place && field.name == name)
        };
        let secrets = account.secrets.keys();
        let secrets = secrets
            .filter(|name| !has(Place::Secrets, name))
            .map(|name| Problem::secret(name, "this kind has no such secret"));
        let unknown = settings
            .keys()
            .filter(|name| !has(Place::Settings, name))
            .map(|name| Problem::setting(name, "this kind has no such setting"));
        let given = |field: &Field| match field.place {
            Place::Settings => settings.contains_key(field.name),
            Place::Secrets => account.optional_secret(field.name).is_some(),
        };
        let missing = self
            .fields
            .iter()
            .filter(|field| field.required && !given(field))
            .map(|field| Problem::new(field.path(), "missing"));
        InvalidSetup::refuse(secrets.chain(unknown).chain(missing))
    }
}
