//! The port to what an operator has set up: providers, routes, templates, access keys.
//!
//! There is little of it, it changes seldom, and every send looks at it. So a registry hands out all of it at
//! once, as it was after some change, and a change is durable before it is seen.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;

use super::store::StoreError;
use crate::secret::Secret;
use crate::send::route::{ProviderName, Route, RouteScope};
use crate::template::{Template, TemplateScope};
use crate::time::Timestamp;

/// A vendor account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderRecord {
    /// Its name.
    pub name: ProviderName,
    /// Which vendor's protocol it speaks, such as `tencent-cloud`.
    pub kind: String,
    /// What that kind wants to know, as a JSON object.
    pub settings: String,
    /// Its secrets, by name.
    pub secrets: BTreeMap<String, Secret>,
    /// What the path ends with at which it reports: 128 bits that nobody guesses, as hexadecimal digits.
    pub receipts: Secret,
    /// When it was first set up.
    pub created_at: Timestamp,
}

/// What a program of the operator's proves itself with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessKey {
    /// Its public half.
    pub id: String,
    /// Its secret half.
    pub secret: Secret,
    /// When it was made.
    pub created_at: Timestamp,
}

/// All that has been set up, as it was after some change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Registry {
    /// Vendor accounts.
    pub providers: BTreeMap<ProviderName, ProviderRecord>,
    /// Routes.
    pub routes: BTreeMap<RouteScope, Route>,
    /// Templates: a scope has at most one text and one of a vendor's.
    pub templates: BTreeMap<(TemplateScope, TemplateKind), Template>,
    /// Access keys, by their public half.
    pub access_keys: BTreeMap<String, AccessKey>,
}

/// Which of two templates a scope may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TemplateKind {
    /// A text with gaps.
    Text,
    /// One that a vendor has approved.
    Vendor,
}

impl Template {
    /// Which of the two it is.
    #[must_use]
    pub const fn kind(&self) -> TemplateKind {
        match self {
            Template::Text(_) => TemplateKind::Text,
            Template::Vendor(_) => TemplateKind::Vendor,
        }
    }
}

/// One change to a [`Registry`]. What is put takes the place of what has its name or scope.
#[derive(Debug, Clone)]
pub enum Change {
    /// Puts a provider.
    Provider(ProviderRecord),
    /// Takes one away.
    NoProvider(ProviderName),
    /// Puts a route.
    Route(RouteScope, Route),
    /// Takes one away.
    NoRoute(RouteScope),
    /// Puts a template.
    Template(TemplateScope, Template),
    /// Takes one away.
    NoTemplate(TemplateScope, TemplateKind),
    /// Puts an access key.
    AccessKey(AccessKey),
    /// Takes one away.
    NoAccessKey(String),
}

impl Registry {
    /// Makes `change`.
    pub fn apply(&mut self, change: Change) {
        match change {
            Change::Provider(provider) => {
                self.providers.insert(provider.name.clone(), provider);
            }
            Change::NoProvider(name) => {
                self.providers.remove(&name);
            }
            Change::Route(scope, route) => {
                self.routes.insert(scope, route);
            }
            Change::NoRoute(scope) => {
                self.routes.remove(&scope);
            }
            Change::Template(scope, template) => {
                self.templates.insert((scope, template.kind()), template);
            }
            Change::NoTemplate(scope, kind) => {
                self.templates.remove(&(scope, kind));
            }
            Change::AccessKey(key) => {
                self.access_keys.insert(key.id.clone(), key);
            }
            Change::NoAccessKey(id) => {
                self.access_keys.remove(&id);
            }
        }
    }
}

/// Keeps a [`Registry`].
#[async_trait]
pub trait Registrar: Send + Sync + 'static {
    /// What is set up.
    fn registry(&self) -> Arc<Registry>;

    /// Makes a change, one after the other, and answers what is set up then. Takes as long as it takes: whoever
    /// drops the future does not know whether the change is made.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be made durable. Then nothing is changed.
    async fn change(&self, change: Change) -> Result<Arc<Registry>, StoreError>;
}
