//! The facts about a setting as an act tells them: the names of the HTTP API, secrets as dots, numbers masked.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::masking::told;
use crate::application::Application;
use crate::country_rules::Countries;
use crate::guard::{Block, Reason, Safe, SafeEntry};
use crate::language::Languages;
use crate::limit::{Counts, LimitChange, Mode, Override};
use crate::ports::setup::{
    AccessKey, ApplicationRecord, LimitRecord, ProviderRecord, Replaced, SecretMac, Setting,
};
use crate::price::Currency;
use crate::secret::Secret;
use crate::send::route::Route;
use crate::staff::Applications;
use crate::staff::person::{Person, Status};
use crate::template::{Template, VendorTemplate};
use crate::test_number::TestNumber;
use crate::zone::Zone;

/// The facts about one setting, by name.
pub(super) struct Facts(BTreeMap<String, Fact>);

#[derive(PartialEq)]
enum Fact {
    Plain(Value),
    Secret(Secret),
    Mac(SecretMac),
    /// A secret of which nothing is told, not even its end.
    Hidden(Secret),
}

impl Facts {
    /// Returns how a change is told, before and after: all facts where one of the two is missing, else those that differ.
    pub(super) fn told(before: Option<&Setting>, after: Option<&Setting>) -> [Option<Value>; 2] {
        let (before, after) = match (before, after) {
            // A limit is there without its changes too.
            (None, Some(Setting::Limit(record))) | (Some(Setting::Limit(record)), None) => {
                let (was, is) = (before.map(Self::of), after.map(Self::of));
                let unchanged = || Self::of_limit(&LimitChange::default(), record);
                (
                    Some(was.unwrap_or_else(unchanged)),
                    Some(is.unwrap_or_else(unchanged)),
                )
            }
            (before, after) => (before.map(Self::of), after.map(Self::of)),
        };
        match (before, after) {
            (Some(before), Some(after)) => [
                Some(before.shown(|name, fact| after.0.get(name) != Some(fact))),
                Some(after.shown(|name, fact| before.0.get(name) != Some(fact))),
            ],
            (before, after) => [before, after].map(|facts| Some(facts?.shown(|_, _| true))),
        }
    }

    fn of(setting: &Setting) -> Self {
        let mut facts = Self(BTreeMap::new());
        match setting {
            Setting::Application(record) => facts.application(record),
            Setting::Provider(record) => facts.provider(record),
            Setting::Route(_, route) => facts.route(route),
            Setting::Template(_, template) => facts.template(template),
            Setting::AccessKey(AccessKey { secret, .. }) => facts.secret("secret", secret),
            Setting::TestNumber(test) => facts.test_number(test),
            Setting::Block(block) => facts.block(block),
            Setting::Safe(entry) => facts.safe(entry),
            Setting::Person(person) => facts.person(person),
            Setting::Limit(record) => return Self::of_limit(&record.change, record),
        }
        facts
    }

    /// The facts about a limit after `change` of what the settings say.
    fn of_limit(change: &LimitChange, record: &LimitRecord) -> Self {
        let LimitRecord {
            name: _,
            change: _,
            settings,
            currency,
        } = record;
        let LimitChange {
            max,
            mode,
            window,
            overrides,
        } = settings.clone().then(change.clone());
        let mut facts = Self(BTreeMap::new());
        let overrides = overrides.iter().flatten();
        let overrides: Vec<_> = overrides
            .map(|other| override_told(other, *currency))
            .collect();
        let parts = [
            ("max", max.map(|max| maximum(max, *currency))),
            ("mode", mode.map(|mode| mode.as_str().into())),
            (
                "windowSeconds",
                window.map(|window| window.as_secs().into()),
            ),
            ("overrides", Some(overrides.into())),
        ];
        for (name, value) in parts {
            if let Some(value) = value {
                facts.plain(name, value);
            }
        }
        facts
    }

    // Every field is named below, so that a new one is told or left out on purpose.

    fn application(&mut self, record: &ApplicationRecord) {
        let ApplicationRecord {
            application,
            secret,
            replaced_secret,
            is_disabled,
        } = record;
        let Application {
            id: _,
            name,
            sms_name,
            origins,
            backends,
            web_host,
            android_app_hash,
            default_country,
            allowed_countries,
            languages: Languages { choice, default },
            challenges,
            token_algorithm,
            created_at: _,
        } = &**application;
        let origins: Vec<_> = origins.iter().map(|origin| origin.as_str()).collect();
        let country = default_country.map(|country| country.to_string());
        self.text("appName", Some(name.as_str()));
        self.text("smsName", sms_name.as_ref().map(|name| name.as_str()));
        self.plain("allowedOrigins", json!(origins));
        self.plain("backends", json!(backends.to_texts()));
        self.text("webHost", web_host.as_ref().map(|host| host.as_str()));
        let hash = android_app_hash.as_ref();
        self.text("androidAppHash", hash.map(|hash| hash.as_str()));
        self.text("defaultCountry", country.as_deref());
        if let Countries::Only(_) = allowed_countries {
            self.plain("allowedCountries", json!(allowed_countries.to_texts()));
        }
        self.text("messageLanguage", Some(choice.as_str()));
        self.text("defaultLanguage", default.as_ref().map(|tag| tag.as_str()));
        self.plain("challenges", json!(challenges));
        self.text("tokenAlgorithm", Some(token_algorithm.as_str()));
        self.plain("disabled", json!(is_disabled));
        self.0.insert("secret".to_owned(), Fact::Mac(*secret));
        self.expires("replacedSecretExpires", replaced_secret.as_ref());
    }

    fn provider(&mut self, record: &ProviderRecord) {
        let ProviderRecord {
            name: _,
            kind,
            settings,
            secrets,
            receipts,
            replaced_receipts,
            created_at: _,
        } = record;
        self.text("kind", Some(kind));
        let settings: Map<String, Value> = serde_json::from_str(settings).unwrap_or_default();
        for (name, value) in settings {
            self.plain(&format!("settings.{name}"), value);
        }
        for (name, secret) in secrets {
            self.secret(&format!("secrets.{name}"), secret);
        }
        self.secret("receiptsPath", receipts);
        self.expires("replacedReceiptsPathExpires", replaced_receipts.as_ref());
    }

    fn route(&mut self, route: &Route) {
        let Route {
            providers,
            order,
            on_unknown,
        } = route;
        let providers: Vec<_> = providers
            .iter()
            .map(|(name, weight)| json!({"name": name.as_str(), "weight": weight}))
            .collect();
        self.plain("providers", json!(providers));
        self.text("order", Some(order.as_str()));
        self.text("onUnknown", Some(on_unknown.as_str()));
    }

    fn template(&mut self, template: &Template) {
        match template {
            Template::Text(text) => self.text("text", Some(&text.to_string())),
            Template::Vendor(VendorTemplate {
                id,
                signature,
                variables,
            }) => {
                let variables: Vec<_> = variables.iter().map(ToString::to_string).collect();
                self.text("vendorTemplate.id", Some(id));
                self.text("vendorTemplate.signature", signature.as_deref());
                self.plain("vendorTemplate.variables", json!(variables));
            }
        }
    }

    fn test_number(&mut self, test: &TestNumber) {
        let TestNumber {
            id: _,
            phone,
            code,
            is_exempt,
            created_at: _,
            expires_at,
        } = test;
        self.text("phoneNumber", Some(&phone.masked()));
        if let Some(code) = code {
            self.secret("passCode", code);
        }
        self.plain("exempt", json!(is_exempt));
        self.text("expires", Some(&expires_at.to_string()));
    }

    fn block(&mut self, block: &Block) {
        let Block {
            area: _,
            reason,
            mode,
            since: _,
            until,
            step,
            lifted_at,
            note,
        } = block;
        self.text("reason", Some(reason.as_str()));
        match reason {
            Reason::Conversion(reading) => {
                self.plain("sends", json!(reading.sends));
                self.plain("verified", json!(reading.verified));
            }
            Reason::Limit(name) => self.text("limit", Some(name)),
            Reason::Operator => {}
        }
        self.plain("monitored", json!(*mode == Mode::Monitor));
        self.text("until", until.map(|until| until.to_string()).as_deref());
        self.plain("step", json!(step));
        self.text("liftedAt", lifted_at.map(|at| at.to_string()).as_deref());
        self.text("note", Some(note.as_str()).filter(|note| !note.is_empty()));
    }

    fn safe(&mut self, entry: &SafeEntry) {
        let SafeEntry {
            id: _,
            who,
            until,
            note,
            created_at: _,
        } = entry;
        match who {
            Safe::Number(phone) => self.text("number", Some(&phone.masked())),
            Safe::Range(range) => self.text(range.kind().as_str(), Some(range.value())),
            Safe::Network(network) => self.text("network", Some(&network.to_string())),
        }
        self.text("until", Some(&until.to_string()));
        self.text("note", Some(note.as_str()).filter(|note| !note.is_empty()));
    }

    fn person(&mut self, person: &Person) {
        let Person {
            id: _,
            name,
            role,
            applications,
            language,
            theme,
            zone,
            status,
            epoch: _,
            created_at: _,
        } = person;
        self.text("name", name.as_ref().map(|name| name.as_str()));
        self.text("role", Some(role.as_str()));
        if let Applications::Only(these) = applications {
            let ids: Vec<_> = these.iter().map(|app| app.as_str()).collect();
            self.plain("applications", json!(ids));
        }
        self.text("language", language.as_ref().map(|tag| tag.as_str()));
        self.text(
            "theme",
            Some(theme.as_str()).filter(|theme| !theme.is_empty()),
        );
        self.text("timeZone", Some(zone.name()).filter(|_| *zone != Zone::UTC));
        match status {
            Status::Invited(invitation) => {
                self.text("invitationExpires", Some(&invitation.ends.to_string()));
            }
            Status::Active(credentials) => {
                self.hidden("password", credentials.password.clone());
                if let Some(factor) = &credentials.second_factor {
                    self.hidden("totp", Secret::new(factor.totp.reveal().to_owned()));
                    self.plain("recoveryCodesLeft", json!(factor.recovery.left()));
                }
            }
        }
    }

    fn hidden(&mut self, name: &str, secret: Secret) {
        self.0.insert(name.to_owned(), Fact::Hidden(secret));
    }

    fn plain(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), Fact::Plain(value));
    }

    fn text(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.plain(name, json!(text));
        }
    }

    fn secret(&mut self, name: &str, secret: &Secret) {
        self.0.insert(name.to_owned(), Fact::Secret(secret.clone()));
    }

    fn expires<T>(&mut self, name: &str, replaced: Option<&Replaced<T>>) {
        let until = replaced.map(|replaced| replaced.until.to_string());
        self.text(name, until.as_deref());
    }

    /// Returns the facts that `wanted` picks, as they are told.
    fn shown(&self, wanted: impl Fn(&str, &Fact) -> bool) -> Value {
        let facts = self.0.iter().filter(|(name, fact)| wanted(name, fact));
        let shown = facts.map(|(name, fact)| (name.clone(), fact.shown()));
        Value::Object(shown.collect())
    }
}

impl Fact {
    fn shown(&self) -> Value {
        match self {
            Fact::Plain(value) => plain(value),
            Fact::Secret(secret) => json!(format!("...{}", secret.hint())),
            Fact::Mac(_) | Fact::Hidden(_) => json!("..."),
        }
    }
}

/// Returns the maximum of a limit: a number, or an amount of money with its currency.
fn maximum(max: u64, currency: Option<Currency>) -> Value {
    match currency {
        Some(currency) => Counts::Money(currency).told(max).into(),
        None => max.into(),
    }
}

fn override_told(other: &Override, currency: Option<Currency>) -> Value {
    let parts = [
        (
            "appId",
            other.application.as_ref().map(|app| app.as_str().into()),
        ),
        (
            "country",
            other.country.map(|country| country.as_str().into()),
        ),
        ("callingCode", other.calling_code.map(Value::from)),
        ("max", Some(maximum(other.max, currency))),
    ];
    // The record holds no null.
    let parts = parts.into_iter();
    let known = parts.filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(known.collect())
}

fn plain(value: &Value) -> Value {
    match value {
        Value::String(text) => json!(told(text)),
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(members) => {
            let members = members.iter();
            let told = members.map(|(name, member)| (name.clone(), plain(member)));
            Value::Object(told.collect())
        }
        other => other.clone(),
    }
}
