//! The kinds of settings, and the texts that stand for their keys.

use countersign_core::application::AppId;
use countersign_core::channel::Channel;
use countersign_core::language::LanguageTag;
use countersign_core::phone::Country;
use countersign_core::ports::setup::SettingKey;
use countersign_core::send::route::{ProviderName, RouteScope};
use countersign_core::staff::person::PersonId;
use countersign_core::template::{TemplateKind, TemplateScope};

use super::value::json;
use super::{guarding, parsed};

/// The kind of a setting. Its name is stored in the row and bound into what is sealed there.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Application,
    Provider,
    Route,
    Template,
    AccessKey,
    Limit,
    TestNumber,
    Block,
    Safe,
    Person,
}

impl Kind {
    pub(super) const ALL: [Kind; 10] = [
        Kind::Application,
        Kind::Provider,
        Kind::Route,
        Kind::Template,
        Kind::AccessKey,
        Kind::Limit,
        Kind::TestNumber,
        Kind::Block,
        Kind::Safe,
        Kind::Person,
    ];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Kind::Application => "application",
            Kind::Provider => "provider",
            Kind::Route => "route",
            Kind::Template => "template",
            Kind::AccessKey => "access_key",
            Kind::Limit => "limit",
            Kind::TestNumber => "test_number",
            Kind::Block => "block",
            Kind::Safe => "safe",
            Kind::Person => "person",
        }
    }

    pub(super) const fn of(key: &SettingKey) -> Self {
        match key {
            SettingKey::Application(_) => Kind::Application,
            SettingKey::Provider(_) => Kind::Provider,
            SettingKey::Route(_) => Kind::Route,
            SettingKey::Template(..) => Kind::Template,
            SettingKey::AccessKey(_) => Kind::AccessKey,
            SettingKey::Limit(_) => Kind::Limit,
            SettingKey::TestNumber(_) => Kind::TestNumber,
            SettingKey::Block(_) => Kind::Block,
            SettingKey::Safe(_) => Kind::Safe,
            SettingKey::Person(_) => Kind::Person,
        }
    }
}

/// The key of a route's scope: a list in a fixed order, as JSON.
type RouteKey = (Option<String>, Option<String>);
type TemplateKey = (
    bool,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
);

/// Returns the text that stands for a key in its row.
pub(super) fn text_of(key: &SettingKey) -> Option<String> {
    match key {
        SettingKey::Application(id) => Some(id.as_str().to_owned()),
        SettingKey::Provider(name) => Some(name.to_string()),
        SettingKey::AccessKey(id) | SettingKey::TestNumber(id) | SettingKey::Safe(id) => {
            Some(id.clone())
        }
        SettingKey::Limit(name) => Some(name.clone()),
        SettingKey::Person(id) => Some(id.to_string()),
        SettingKey::Block(area) => guarding::text_of(area),
        SettingKey::Route(scope) => {
            let key: RouteKey = (
                scope.app.as_ref().map(|app| app.as_str().to_owned()),
                scope.country.as_ref().map(ToString::to_string),
            );
            json(&key)
        }
        SettingKey::Template(scope, kind) => {
            let key: TemplateKey = (
                *kind == TemplateKind::Vendor,
                scope.app.as_ref().map(|app| app.as_str().to_owned()),
                scope.channel.map(|channel| channel.as_str().to_owned()),
                scope.provider.as_ref().map(ToString::to_string),
                scope
                    .language
                    .as_ref()
                    .map(|language| language.as_str().to_owned()),
            );
            json(&key)
        }
    }
}

/// Reads the key from the text of [`text_of`]; `None` for any other text.
pub(super) fn key_of(kind: Kind, text: &str) -> Option<SettingKey> {
    Some(match kind {
        Kind::Application => SettingKey::Application(AppId::parse(text).ok()?),
        Kind::Provider => SettingKey::Provider(ProviderName::parse(text).ok()?),
        Kind::AccessKey => SettingKey::AccessKey(text.to_owned()),
        Kind::Limit => SettingKey::Limit(text.to_owned()),
        Kind::TestNumber => SettingKey::TestNumber(text.to_owned()),
        Kind::Safe => SettingKey::Safe(text.to_owned()),
        Kind::Person => SettingKey::Person(PersonId::parse(text)?),
        Kind::Block => SettingKey::Block(guarding::area_of(text)?),
        Kind::Route => {
            let (app, country): RouteKey = serde_json::from_str(text).ok()?;
            SettingKey::Route(RouteScope {
                app: parsed(app, |app| AppId::parse(app).ok())?,
                country: parsed(country, Country::parse)?,
            })
        }
        Kind::Template => {
            let (is_vendor, app, channel, provider, language): TemplateKey =
                serde_json::from_str(text).ok()?;
            let scope = TemplateScope {
                app: parsed(app, |app| AppId::parse(app).ok())?,
                channel: parsed(channel, Channel::parse)?,
                provider: parsed(provider, |name| ProviderName::parse(name).ok())?,
                language: parsed(language, LanguageTag::parse)?,
            };
            let kind = if is_vendor {
                TemplateKind::Vendor
            } else {
                TemplateKind::Text
            };
            SettingKey::Template(scope, kind)
        }
    })
}
