//! The values of settings in their rows: readable JSON, and the sealed secrets beside it.

use std::collections::BTreeMap;
use std::sync::Arc;

use countersign_core::application::{
    AppId, AppName, Application, Origin, Origins, SmsName, TokenAlgorithm,
};
use countersign_core::autofill::{AndroidAppHash, WebHost};
use countersign_core::country_rules::Countries;
use countersign_core::guard::Safe;
use countersign_core::language::{LanguageChoice, LanguageTag, Languages};
use countersign_core::network::{Network, Networks};
use countersign_core::phone::{Country, PhoneNumber};
use countersign_core::ports::setup::{
    AccessKey, ApplicationRecord, ProviderRecord, Replaced, SecretMac, Setting, SettingKey,
};
use countersign_core::secret::Secret;
use countersign_core::send::route::{OnUnknown, ProviderName, Route, Selection};
use countersign_core::template::{Template, VendorTemplate};
use countersign_core::test_number::TestNumber;
use countersign_core::time::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::key::Kind;
use super::{guarding, limit, person};
use crate::seal::Sealer;

/// The value of a setting.
#[derive(Debug)]
pub(crate) struct Value {
    /// A JSON object, readable.
    pub(crate) text: String,
    /// The setting's secrets, sealed under its row and beside `text`. For an application, the MAC of its secret, and of
    /// the secret before, if that is good for a while.
    pub(crate) sealed: Option<Vec<u8>>,
}

#[derive(Serialize, Deserialize)]
struct ApplicationValue {
    name: String,
    origins: Vec<String>,
    /// Absent where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    backends: Vec<String>,
    web_host: Option<String>,
    android_app_hash: Option<String>,
    /// Absent in what releases before 0.2 wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    default_country: Option<String>,
    /// Absent where the application sends to every country that the deployment allows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    allowed_countries: Vec<String>,
    /// Absent in what releases before 0.2 wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sms_name: Option<String>,
    /// Absent where the number chooses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message_language: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    default_language: Option<String>,
    /// Absent where its callers cannot solve challenges.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    challenges: bool,
    /// Absent where RSA signs its tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    token_algorithm: Option<String>,
    /// Absent in what releases before 0.2 wrote.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    disabled: bool,
    /// The end of the secret before, in Unix milliseconds. Absent in what releases before 0.2 wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    replaced_secret_until: Option<i64>,
    /// The generation of keys that made the MAC of the secret. Absent for the first.
    #[serde(default = "first", skip_serializing_if = "is_first")]
    secret_generation: u32,
    /// The generation of keys that made the MAC of the secret before. Absent for the first.
    #[serde(default = "first", skip_serializing_if = "is_first")]
    replaced_secret_generation: u32,
    created_at: i64,
}

/// Returns the number of the first generation of keys.
const fn first() -> u32 {
    1
}

const fn is_first(generation: &u32) -> bool {
    *generation == first()
}

#[derive(Serialize, Deserialize)]
struct ProviderValue {
    kind: String,
    settings: String,
    /// The end of the path before, in Unix milliseconds. Absent in what releases before 0.2 wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    replaced_receipts_until: Option<i64>,
    created_at: i64,
}

/// The sealed part of a provider.
#[derive(Serialize, Deserialize)]
struct ProviderSecrets {
    secrets: BTreeMap<String, String>,
    receipts: String,
    /// Absent in what releases before 0.2 wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    replaced_receipts: Option<String>,
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

#[derive(Serialize, Deserialize)]
struct TestNumberValue {
    exempt: bool,
    created_at: i64,
    expires_at: i64,
}

/// The sealed part of a test number.
#[derive(Serialize, Deserialize)]
struct TestNumberSecrets {
    phone: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<String>,
}

/// Writes the value of a setting; `None` if its secrets cannot be sealed.
pub(super) fn write(setting: &Setting, kind: Kind, key: &str, sealer: &Sealer) -> Option<Value> {
    let sealed = |text: String, secret: &[u8]| {
        let sealed = sealer.seal_setting(kind.as_str(), key, &text, secret)?;
        Some(Value {
            text,
            sealed: Some(sealed),
        })
    };
    Some(match setting {
        Setting::Application(record) => Value {
            text: json(&application_value(record))?,
            sealed: Some(secret_macs(record)),
        },
        Setting::Provider(provider) => {
            let text = json(&ProviderValue {
                kind: provider.kind.clone(),
                settings: provider.settings.clone(),
                replaced_receipts_until: end(provider.replaced_receipts.as_ref()),
                created_at: provider.created_at.as_millis(),
            })?;
            sealed(text, provider_secrets(provider)?.as_bytes())?
        }
        Setting::Route(_, route) => Value {
            text: json(&route_value(route))?,
            sealed: None,
        },
        Setting::Template(_, template) => Value {
            text: json(&template_value(template))?,
            sealed: None,
        },
        Setting::Limit(record) => Value {
            text: limit::write(record)?,
            sealed: None,
        },
        Setting::AccessKey(access) => {
            let text = json(&AccessKeyValue {
                created_at: access.created_at.as_millis(),
            })?;
            sealed(text, access.secret.reveal().as_bytes())?
        }
        Setting::TestNumber(test) => {
            let text = json(&TestNumberValue {
                exempt: test.is_exempt,
                created_at: test.created_at.as_millis(),
                expires_at: test.expires_at.as_millis(),
            })?;
            let secrets = json(&TestNumberSecrets {
                phone: test.phone.e164().to_owned(),
                code: test.code.as_ref().map(|code| code.reveal().to_owned()),
            });
            sealed(text, Zeroizing::new(secrets?).as_bytes())?
        }
        Setting::Block(block) => Value {
            text: guarding::block_text(block)?,
            sealed: None,
        },
        Setting::Safe(entry) => {
            let text = guarding::safe_text(entry)?;
            match &entry.who {
                Safe::Number(phone) => sealed(text, phone.e164().as_bytes())?,
                Safe::Range(_) | Safe::Network(_) => Value { text, sealed: None },
            }
        }
        Setting::Person(person) => {
            let secrets = person::secrets(person)?;
            sealed(person::text(person)?, secrets.as_bytes())?
        }
    })
}

/// Returns the end of a value that was replaced, in Unix milliseconds.
fn end<T>(replaced: Option<&Replaced<T>>) -> Option<i64> {
    replaced.map(|replaced| replaced.until.as_millis())
}

fn secret_macs(record: &ApplicationRecord) -> Vec<u8> {
    let replaced = record
        .replaced_secret
        .iter()
        .map(|replaced| &replaced.value);
    let macs = std::iter::once(&record.secret).chain(replaced);
    macs.flat_map(SecretMac::as_bytes).copied().collect()
}

fn application_value(record: &ApplicationRecord) -> ApplicationValue {
    let app = &record.application;
    let origins = app.origins.iter().map(|origin| origin.as_str().to_owned());
    let hash = app.android_app_hash.as_ref();
    let Languages { choice, default } = &app.languages;
    ApplicationValue {
        name: app.name.as_str().to_owned(),
        origins: origins.collect(),
        backends: app.backends.to_texts(),
        web_host: app.web_host.as_ref().map(|host| host.as_str().to_owned()),
        android_app_hash: hash.map(|hash| hash.as_str().to_owned()),
        default_country: app.default_country.map(|country| country.to_string()),
        allowed_countries: app.allowed_countries.to_texts(),
        sms_name: app.sms_name.as_ref().map(|name| name.as_str().to_owned()),
        message_language: (*choice != LanguageChoice::ByNumber).then(|| choice.as_str().to_owned()),
        default_language: default.as_ref().map(|tag| tag.as_str().to_owned()),
        challenges: app.challenges,
        token_algorithm: (app.token_algorithm != TokenAlgorithm::default())
            .then(|| app.token_algorithm.as_str().to_owned()),
        disabled: record.is_disabled,
        replaced_secret_until: end(record.replaced_secret.as_ref()),
        secret_generation: record.secret.generation(),
        replaced_secret_generation: record
            .replaced_secret
            .as_ref()
            .map_or_else(first, |replaced| replaced.value.generation()),
        created_at: app.created_at.as_millis(),
    }
}

fn provider_secrets(provider: &ProviderRecord) -> Option<Zeroizing<String>> {
    let clear = |secret: &Secret| secret.reveal().to_owned();
    let secrets = provider.secrets.iter();
    let secrets = ProviderSecrets {
        secrets: secrets
            .map(|(name, secret)| (name.clone(), clear(secret)))
            .collect(),
        receipts: clear(&provider.receipts),
        replaced_receipts: provider
            .replaced_receipts
            .as_ref()
            .map(|replaced| clear(&replaced.value)),
    };
    json(&secrets).map(Zeroizing::new)
}

fn route_value(route: &Route) -> RouteValue {
    let providers = route.providers.iter();
    RouteValue {
        providers: providers
            .map(|(name, share)| (name.to_string(), *share))
            .collect(),
        weighted: route.order == Selection::Weighted,
        failover_same_code: route.on_unknown == OnUnknown::FailoverSameCode,
    }
}

fn template_value(template: &Template) -> TemplateValue {
    match template {
        Template::Text(text) => TemplateValue::Text(text.to_string()),
        Template::Vendor(vendor) => TemplateValue::Vendor {
            id: vendor.id.clone(),
            signature: vendor.signature.clone(),
            variables: vendor.variables.iter().map(ToString::to_string).collect(),
        },
    }
}

/// Reads the setting with this key from its value; `None` if the value cannot be read, or its secrets were sealed for
/// another row or beside another text.
pub(super) fn read(
    key: SettingKey,
    kind: Kind,
    text: &str,
    sealed: Option<&[u8]>,
    sealer: &Sealer,
) -> Option<Setting> {
    let open = |key: &str| sealer.open_setting(kind.as_str(), key, text, sealed?);
    Some(match key {
        SettingKey::Application(id) => Setting::Application(application(id, text, sealed?)?),
        SettingKey::Provider(name) => {
            let secrets = open(name.as_str())?;
            Setting::Provider(provider(name, text, &secrets)?)
        }
        SettingKey::Route(scope) => Setting::Route(scope, route(text)?),
        SettingKey::Template(scope, _) => Setting::Template(scope, template(text)?),
        SettingKey::Limit(name) => Setting::Limit(limit::read(name, text)?),
        SettingKey::AccessKey(id) => {
            let value: AccessKeyValue = serde_json::from_str(text).ok()?;
            let secret = open(&id)?;
            Setting::AccessKey(AccessKey {
                secret: Secret::new(std::str::from_utf8(&secret).ok()?.to_owned()),
                id,
                created_at: Timestamp::from_millis(value.created_at),
            })
        }
        SettingKey::TestNumber(id) => {
            let secrets = open(&id)?;
            Setting::TestNumber(test_number(id, text, &secrets)?)
        }
        SettingKey::Block(area) => Setting::Block(guarding::block(area, text)?),
        SettingKey::Safe(id) => {
            let number = open(&id);
            Setting::Safe(guarding::safe(
                id,
                text,
                number.as_deref().map(Vec::as_slice),
            )?)
        }
        SettingKey::Person(id) => {
            let secrets = open(id.as_str())?;
            Setting::Person(person::read(id, text, &secrets)?)
        }
    })
}

fn test_number(id: String, text: &str, secrets: &[u8]) -> Option<TestNumber> {
    let value: TestNumberValue = serde_json::from_str(text).ok()?;
    let clear: TestNumberSecrets = serde_json::from_slice(secrets).ok()?;
    Some(TestNumber {
        id,
        phone: PhoneNumber::parse(&clear.phone, None).ok()?,
        code: clear.code.map(Secret::new),
        is_exempt: value.exempt,
        created_at: Timestamp::from_millis(value.created_at),
        expires_at: Timestamp::from_millis(value.expires_at),
    })
}

/// Reads an application. An origin, a back end, a web host or an app hash that this release refuses is left out; the
/// application and its id stay.
fn application(id: AppId, text: &str, macs: &[u8]) -> Option<ApplicationRecord> {
    let value: ApplicationValue = serde_json::from_str(text).ok()?;
    let origins = value.origins.iter();
    let origins = origins.filter_map(|origin| Origin::parse(origin).ok());
    let backends = value.backends.iter();
    let backends = backends.filter_map(|backend| Network::parse(backend).ok());
    let host = value.web_host.and_then(|host| WebHost::parse(&host).ok());
    let hash = value.android_app_hash;
    let (choice, default) = (value.message_language, value.default_language);
    let choice = choice.as_deref().and_then(LanguageChoice::parse);
    let algorithm = value.token_algorithm.as_deref();
    let algorithm = algorithm.and_then(TokenAlgorithm::parse);
    let (secret, replaced) = macs.split_at_checked(32)?;
    let mac = |bytes: &[u8]| Some(SecretMac::from_bytes(bytes.try_into().ok()?));
    let replaced_secret = match value.replaced_secret_until {
        None => None,
        Some(until) => Some(Replaced {
            value: mac(replaced)?.of_generation(value.replaced_secret_generation),
            until: Timestamp::from_millis(until),
        }),
    };
    let application = Application {
        id,
        name: AppName::recorded(&value.name),
        sms_name: value.sms_name.and_then(|name| SmsName::parse(&name).ok()),
        origins: Origins::new(origins.collect()).unwrap_or_default(),
        backends: Networks::new(backends.collect()).unwrap_or_default(),
        web_host: host,
        android_app_hash: hash.and_then(|hash| AndroidAppHash::parse(&hash).ok()),
        default_country: value.default_country.and_then(|name| Country::parse(&name)),
        allowed_countries: allowed_countries(&value.allowed_countries),
        languages: Languages {
            choice: choice.unwrap_or_default(),
            default: default.as_deref().and_then(LanguageTag::parse),
        },
        challenges: value.challenges,
        token_algorithm: algorithm.unwrap_or_default(),
        created_at: Timestamp::from_millis(value.created_at),
    };
    Some(ApplicationRecord {
        application: Arc::new(application),
        secret: mac(secret)?.of_generation(value.secret_generation),
        replaced_secret,
        is_disabled: value.disabled,
    })
}

/// Reads a list of countries. A list in which this release knows no country allows none, never all.
fn allowed_countries(codes: &[String]) -> Countries {
    if codes.is_empty() {
        return Countries::All;
    }
    let known = codes.iter().filter_map(|code| Country::parse(code));
    Countries::Only(known.collect())
}

fn provider(name: ProviderName, text: &str, secrets: &[u8]) -> Option<ProviderRecord> {
    let value: ProviderValue = serde_json::from_str(text).ok()?;
    let clear: ProviderSecrets = serde_json::from_slice(secrets).ok()?;
    let secrets = clear.secrets.into_iter();
    Some(ProviderRecord {
        name,
        kind: value.kind,
        settings: value.settings,
        secrets: secrets
            .map(|(name, secret)| (name, Secret::new(secret)))
            .collect(),
        receipts: Secret::new(clear.receipts),
        replaced_receipts: match value.replaced_receipts_until {
            None => None,
            Some(until) => Some(Replaced {
                value: Secret::new(clear.replaced_receipts?),
                until: Timestamp::from_millis(until),
            }),
        },
        created_at: Timestamp::from_millis(value.created_at),
    })
}

fn route(text: &str) -> Option<Route> {
    let value: RouteValue = serde_json::from_str(text).ok()?;
    let providers = value.providers.into_iter();
    let named = |(name, share): (String, u16)| Some((ProviderName::parse(&name).ok()?, share));
    Some(Route {
        providers: providers.map(named).collect::<Option<_>>()?,
        order: if value.weighted {
            Selection::Weighted
        } else {
            Selection::Listed
        },
        on_unknown: if value.failover_same_code {
            OnUnknown::FailoverSameCode
        } else {
            OnUnknown::Keep
        },
    })
}

fn template(text: &str) -> Option<Template> {
    Some(match serde_json::from_str(text).ok()? {
        TemplateValue::Text(text) => Template::Text(text.parse().ok()?),
        TemplateValue::Vendor {
            id,
            signature,
            variables,
        } => {
            let variables = variables.iter().map(|variable| variable.parse().ok());
            Template::Vendor(VendorTemplate {
                id,
                signature,
                variables: variables.collect::<Option<_>>()?,
            })
        }
    })
}

pub(super) fn json(value: &impl Serialize) -> Option<String> {
    serde_json::to_string(value).ok()
}
