//! The single settings that a setup consists of, and changes of them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use subtle::ConstantTimeEq;

use crate::application::{AppId, Application};
use crate::guard::{Area, Block, SafeEntry};
use crate::limit::LimitChange;
use crate::price::Currency;
use crate::secret::Secret;
use crate::send::route::{ProviderName, Route, RouteScope};
use crate::staff::person::{Person, PersonId};
use crate::template::{Template, TemplateKind, TemplateScope};
use crate::test_number::TestNumber;
use crate::time::Timestamp;

/// An application and the MAC of its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationRecord {
    /// The application as everyone may know it.
    pub application: Arc<Application>,
    /// The MAC of the secret that its servers prove themselves with.
    pub secret: SecretMac,
    /// The MAC of the secret before, with which they may prove themselves too for a while.
    pub replaced_secret: Option<Replaced<SecretMac>>,
    /// Whether an operator has disabled the application: to callers it is unknown then.
    pub is_disabled: bool,
}

/// A value that another one has replaced, and that is good beside the new one for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced<T> {
    /// The value.
    pub value: T,
    /// The time from which on it is good no longer.
    pub until: Timestamp,
}

impl<T> Replaced<T> {
    /// Returns the value, if it is good at `now`.
    pub fn good_at(&self, now: Timestamp) -> Option<&T> {
        (now < self.until).then_some(&self.value)
    }
}

/// The keyed MAC of an application's secret, made by
/// [`SetupStore::secret_mac`](super::SetupStore::secret_mac). Comparing two takes the same time wherever they differ.
#[derive(Clone, Copy)]
pub struct SecretMac {
    mac: [u8; 32],
    generation: u32,
}

impl SecretMac {
    /// Stands for the secret of an application that does not exist: no secret has this MAC.
    pub const NONE: Self = Self::from_bytes([0; 32]);

    /// Takes the bytes of a MAC under the first generation of keys.
    #[must_use]
    pub const fn from_bytes(mac: [u8; 32]) -> Self {
        Self { mac, generation: 1 }
    }

    /// Returns this MAC as one under the keys of `generation`.
    #[must_use]
    pub const fn of_generation(self, generation: u32) -> Self {
        Self { generation, ..self }
    }

    /// Returns the number of the generation of keys that made the MAC.
    #[must_use]
    pub const fn generation(&self) -> u32 {
        self.generation
    }

    /// Returns the bytes of the MAC, for a store to keep.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.mac
    }
}

impl PartialEq for SecretMac {
    fn eq(&self, other: &Self) -> bool {
        self.mac.ct_eq(&other.mac).into()
    }
}

impl Eq for SecretMac {}

impl fmt::Debug for SecretMac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretMac(..)")
    }
}

/// A vendor account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderRecord {
    /// The name of the account in routes and timelines.
    pub name: ProviderName,
    /// The vendor's protocol, such as `tencent-cloud`.
    pub kind: String,
    /// The settings that this kind of account has, as a JSON object.
    pub settings: String,
    /// The account's secrets, by name.
    pub secrets: BTreeMap<String, Secret>,
    /// The end of the path at which the vendor reports: 128 random bits as hexadecimal digits.
    pub receipts: Secret,
    /// The end of the path before, at which the vendor may report too for a while.
    pub replaced_receipts: Option<Replaced<Secret>>,
    /// The time at which the account was first set up.
    pub created_at: Timestamp,
}

/// An access key, with which a program of the operator's proves itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessKey {
    /// The public half.
    pub id: String,
    /// The secret half.
    pub secret: Secret,
    /// The time at which the key was made.
    pub created_at: Timestamp,
}

/// The changes that operators have made to one limit at run time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitRecord {
    /// The name of the limit.
    pub name: String,
    /// The parts that are changed.
    pub change: LimitChange,
    /// The parts of the limit as the settings had them at the last change, for the audit record.
    pub settings: LimitChange,
    /// The currency of the maxima, where the limit counted money at the last change, for the audit record.
    pub currency: Option<Currency>,
}

/// One setting: what can be put into a setup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    /// An application.
    Application(ApplicationRecord),
    /// A vendor account.
    Provider(ProviderRecord),
    /// The route of a scope.
    Route(RouteScope, Route),
    /// A template of a scope.
    Template(TemplateScope, Template),
    /// An access key.
    AccessKey(AccessKey),
    /// The changes of a limit.
    Limit(LimitRecord),
    /// A number for tests.
    TestNumber(TestNumber),
    /// A block of an area.
    Block(Block),
    /// An entry of the safe list.
    Safe(SafeEntry),
    /// A person who works with the console, or is invited to.
    Person(Person),
}

impl Setting {
    /// Returns the key under which a setup holds this setting.
    #[must_use]
    pub fn key(&self) -> SettingKey {
        match self {
            Setting::Application(record) => SettingKey::Application(record.application.id.clone()),
            Setting::Provider(record) => SettingKey::Provider(record.name.clone()),
            Setting::Route(scope, _) => SettingKey::Route(scope.clone()),
            Setting::Template(scope, template) => {
                SettingKey::Template(scope.clone(), template.kind())
            }
            Setting::AccessKey(key) => SettingKey::AccessKey(key.id.clone()),
            Setting::Limit(record) => SettingKey::Limit(record.name.clone()),
            Setting::TestNumber(test) => SettingKey::TestNumber(test.id.clone()),
            Setting::Block(block) => SettingKey::Block(block.area.clone()),
            Setting::Safe(entry) => SettingKey::Safe(entry.id.clone()),
            Setting::Person(person) => SettingKey::Person(person.id.clone()),
        }
    }
}

/// The name of a setting. A setup holds at most one setting under each key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingKey {
    /// An application, by its public id.
    Application(AppId),
    /// A vendor account, by its name.
    Provider(ProviderName),
    /// The route of a scope.
    Route(RouteScope),
    /// The template of that kind of a scope.
    Template(TemplateScope, TemplateKind),
    /// An access key, by its public half.
    AccessKey(String),
    /// The changes of a limit, by its name.
    Limit(String),
    /// A number for tests, by its id.
    TestNumber(String),
    /// The block of an area.
    Block(Area),
    /// An entry of the safe list, by its id.
    Safe(String),
    /// A person, by its id.
    Person(PersonId),
}

/// One change of a setup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Puts a setting in place of the one with the same key, if there is one.
    Put(Setting),
    /// Removes the setting with this key, if there is one.
    Remove(SettingKey),
}
