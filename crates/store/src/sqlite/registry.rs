//! What an operator has set up, all of it in memory, and its rows.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use countersign_core::application::AppId;
use countersign_core::channel::Channel;
use countersign_core::phone::Country;
use countersign_core::ports::registry::{
    AccessKey, Change, ProviderRecord, Registry, TemplateKind,
};
use countersign_core::secret::Secret;
use countersign_core::send::route::{OnUnknown, Order, ProviderName, Route, RouteScope};
use countersign_core::template::{Language, Template, TemplateScope, VendorTemplate};
use countersign_core::time::Timestamp;
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::seal::Sealer;

/// What is set up in one store.
pub(super) struct Settings(RwLock<Arc<Registry>>);

/// A change, and the row that it leaves.
#[derive(Debug)]
pub(crate) struct Setting {
    change: Change,
    kind: Kind,
    key: String,
    /// Its value and what is sealed of it; `None` where the row goes.
    value: Option<(String, Option<Vec<u8>>)>,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Provider,
    Route,
    Template,
    AccessKey,
}

impl Kind {
    const ALL: [Kind; 4] = [Kind::Provider, Kind::Route, Kind::Template, Kind::AccessKey];

    const fn as_str(self) -> &'static str {
        match self {
            Kind::Provider => "provider",
            Kind::Route => "route",
            Kind::Template => "template",
            Kind::AccessKey => "access_key",
        }
    }
}

#[derive(Serialize, Deserialize)]
struct ProviderValue {
    kind: String,
    settings: String,
    created_at: i64,
}

/// The secrets of a provider, and the end of the path at which it reports.
#[derive(Serialize, Deserialize)]
struct ProviderSecrets {
    secrets: BTreeMap<String, String>,
    receipts: String,
}

#[derive(Serialize, Deserialize)]
struct RouteValue {
    providers: Vec<(String, u16)>,
    weighted: bool,
    failover_same_code: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum TemplateValue {
    Text(String),
    Vendor {
        id: String,
        signature: Option<String>,
        variables: Vec<String>,
    },
}

#[derive(Serialize, Deserialize)]
struct AccessKeyValue {
    created_at: i64,
}

/// As a key: what it is of, in a fixed order.
type RouteKey = (Option<String>, Option<String>);
type TemplateKey = (
    bool,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
);

impl Settings {
    pub(super) fn read(log: &Connection, sealer: &Sealer) -> rusqlite::Result<Self> {
        let mut select = log.prepare("SELECT kind, key, value, sealed FROM setting")?;
        let mut rows = select.query([])?;
        let mut registry = Registry::default();
        while let Some(row) = rows.next()? {
            let (kind, key): (String, String) = (row.get("kind")?, row.get("key")?);
            let value = row.get_ref("value")?.as_str()?;
            let sealed = row.get_ref("sealed")?.as_blob_or_null()?;
            match read(&kind, &key, value, sealed, sealer) {
                Some(change) => registry.apply(change),
                None => tracing::error!(kind, "a setting in the database cannot be read"),
            }
        }
        Ok(Self(RwLock::new(Arc::new(registry))))
    }

    pub(super) fn registry(&self) -> Arc<Registry> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes a change that is durable.
    pub(super) fn apply(&self, setting: &Setting) {
        let mut held = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let mut registry = Registry::clone(&held);
        registry.apply(setting.change.clone());
        *held = Arc::new(registry);
    }
}

impl Setting {
    /// The row of `change`; `None` if its secrets cannot be sealed.
    pub(super) fn of(change: Change, sealer: &Sealer) -> Option<Self> {
        let (kind, key, value) = match &change {
            Change::Provider(provider) => {
                let key = provider.name.to_string();
                let sealed = seal_provider(provider, sealer)?;
                let value = json(&ProviderValue {
                    kind: provider.kind.clone(),
                    settings: provider.settings.clone(),
                    created_at: provider.created_at.as_millis(),
                })?;
                (Kind::Provider, key, Some((value, Some(sealed))))
            }
            Change::NoProvider(name) => (Kind::Provider, name.to_string(), None),
            Change::Route(scope, route) => {
                let value = json(&RouteValue {
                    providers: route
                        .providers
                        .iter()
                        .map(|(name, share)| (name.to_string(), *share))
                        .collect(),
                    weighted: route.order == Order::Weighted,
                    failover_same_code: route.on_unknown == OnUnknown::FailoverSameCode,
                })?;
                (Kind::Route, route_key(scope)?, Some((value, None)))
            }
            Change::NoRoute(scope) => (Kind::Route, route_key(scope)?, None),
            Change::Template(scope, template) => {
                let value = json(&match template {
                    Template::Text(text) => TemplateValue::Text(text.to_string()),
                    Template::Vendor(vendor) => TemplateValue::Vendor {
                        id: vendor.id.clone(),
                        signature: vendor.signature.clone(),
                        variables: vendor.variables.iter().map(ToString::to_string).collect(),
                    },
                })?;
                let key = template_key(scope, template.kind())?;
                (Kind::Template, key, Some((value, None)))
            }
            Change::NoTemplate(scope, kind) => (Kind::Template, template_key(scope, *kind)?, None),
            Change::AccessKey(access) => {
                let value = json(&AccessKeyValue {
                    created_at: access.created_at.as_millis(),
                })?;
                let secret = access.secret.reveal().as_bytes();
                let sealed = sealer.seal_setting(Kind::AccessKey.as_str(), &access.id, secret)?;
                (
                    Kind::AccessKey,
                    access.id.clone(),
                    Some((value, Some(sealed))),
                )
            }
            Change::NoAccessKey(id) => (Kind::AccessKey, id.clone(), None),
        };
        Some(Self {
            kind,
            key,
            value,
            change,
        })
    }

    pub(super) fn write(&self, log: &Connection) -> rusqlite::Result<()> {
        let kind = self.kind.as_str();
        match &self.value {
            Some((value, sealed)) => log
                .prepare_cached("INSERT OR REPLACE INTO setting VALUES (?, ?, ?, ?)")?
                .execute(params![kind, self.key, value, sealed])?,
            None => log
                .prepare_cached("DELETE FROM setting WHERE kind = ? AND key = ?")?
                .execute(params![kind, self.key])?,
        };
        Ok(())
    }
}

fn seal_provider(provider: &ProviderRecord, sealer: &Sealer) -> Option<Vec<u8>> {
    let clear = |secret: &Secret| secret.reveal().to_owned();
    let secrets = ProviderSecrets {
        secrets: provider
            .secrets
            .iter()
            .map(|(name, secret)| (name.clone(), clear(secret)))
            .collect(),
        receipts: clear(&provider.receipts),
    };
    let secrets = Zeroizing::new(json(&secrets)?);
    sealer.seal_setting(
        Kind::Provider.as_str(),
        provider.name.as_str(),
        secrets.as_bytes(),
    )
}

/// The change that puts what a row holds; `None` if it cannot be read.
fn read(
    kind: &str,
    key: &str,
    value: &str,
    sealed: Option<&[u8]>,
    sealer: &Sealer,
) -> Option<Change> {
    let open = || sealer.open_setting(kind, key, sealed?);
    let kind = Kind::ALL.into_iter().find(|known| known.as_str() == kind)?;
    Some(match kind {
        Kind::Provider => {
            let value: ProviderValue = serde_json::from_str(value).ok()?;
            let clear: ProviderSecrets = serde_json::from_slice(&open()?).ok()?;
            let secrets = clear.secrets.into_iter();
            Change::Provider(ProviderRecord {
                name: ProviderName::parse(key).ok()?,
                kind: value.kind,
                settings: value.settings,
                secrets: secrets
                    .map(|(name, secret)| (name, Secret::new(secret)))
                    .collect(),
                receipts: Secret::new(clear.receipts),
                created_at: Timestamp::from_millis(value.created_at),
            })
        }
        Kind::Route => {
            let value: RouteValue = serde_json::from_str(value).ok()?;
            let providers = value.providers.into_iter();
            let named =
                |(name, share): (String, u16)| Some((ProviderName::parse(&name).ok()?, share));
            let route = Route {
                providers: providers.map(named).collect::<Option<_>>()?,
                order: if value.weighted {
                    Order::Weighted
                } else {
                    Order::Listed
                },
                on_unknown: if value.failover_same_code {
                    OnUnknown::FailoverSameCode
                } else {
                    OnUnknown::Keep
                },
            };
            Change::Route(route_scope(key)?, route)
        }
        Kind::Template => {
            let template = match serde_json::from_str(value).ok()? {
                TemplateValue::Text(text) => Template::Text(text.parse().ok()?),
                TemplateValue::Vendor {
                    id,
                    signature,
                    variables,
                } => Template::Vendor(VendorTemplate {
                    id,
                    signature,
                    variables: variables
                        .iter()
                        .map(|variable| variable.parse().ok())
                        .collect::<Option<_>>()?,
                }),
            };
            Change::Template(template_scope(key)?, template)
        }
        Kind::AccessKey => {
            let value: AccessKeyValue = serde_json::from_str(value).ok()?;
            Change::AccessKey(AccessKey {
                id: key.to_owned(),
                secret: Secret::new(std::str::from_utf8(&open()?).ok()?.to_owned()),
                created_at: Timestamp::from_millis(value.created_at),
            })
        }
    })
}

fn route_key(scope: &RouteScope) -> Option<String> {
    let key: RouteKey = (
        scope.app.as_ref().map(|app| app.as_str().to_owned()),
        scope.country.as_ref().map(ToString::to_string),
    );
    json(&key)
}

fn route_scope(key: &str) -> Option<RouteScope> {
    let (app, country): RouteKey = serde_json::from_str(key).ok()?;
    Some(RouteScope {
        app: each(app, |app| AppId::parse(app).ok())?,
        country: each(country, Country::parse)?,
    })
}

fn template_key(scope: &TemplateScope, kind: TemplateKind) -> Option<String> {
    let key: TemplateKey = (
        kind == TemplateKind::Vendor,
        scope.app.as_ref().map(|app| app.as_str().to_owned()),
        scope.channel.map(|channel| channel.as_str().to_owned()),
        scope.provider.as_ref().map(ToString::to_string),
        scope.language.map(|language| language.as_str().to_owned()),
    );
    json(&key)
}

fn template_scope(key: &str) -> Option<TemplateScope> {
    let (_, app, channel, provider, language): TemplateKey = serde_json::from_str(key).ok()?;
    Some(TemplateScope {
        app: each(app, |app| AppId::parse(app).ok())?,
        channel: each(channel, Channel::parse)?,
        provider: each(provider, |name| ProviderName::parse(name).ok())?,
        language: each(language, Language::parse)?,
    })
}

/// What is there, parsed; `None` if it cannot be.
fn each<T>(part: Option<String>, parse: impl FnOnce(&str) -> Option<T>) -> Option<Option<T>> {
    match part {
        None => Some(None),
        Some(part) => parse(&part).map(Some),
    }
}

fn json(value: &impl Serialize) -> Option<String> {
    serde_json::to_string(value).ok()
}
