//! A setup as a whole: the settings of a deployment at one version.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;

use super::setting::{
    AccessKey, ApplicationRecord, Change, LimitRecord, ProviderRecord, Setting, SettingKey,
};
use crate::application::{AppId, Application};
use crate::guard::{Area, Block, GuardSettings, SafeEntry};
use crate::limit::Mode;
use crate::phone::PhoneNumber;
use crate::send::route::{ProviderName, Route, RouteScope};
use crate::staff::person::{Person, PersonId, PersonName};
use crate::template::{Template, TemplateKind, TemplateScope};
use crate::test_number::TestNumber;

/// The version of a setup. Each change makes the next one. A setting has the version of the change that last put it,
/// so a version is never used again for the same key, even when a setting is removed and put anew.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct SetupVersion(u64);

impl SetupVersion {
    /// The version of a setting that does not exist.
    pub const NONE: Self = Self(0);

    /// Takes the number of a version.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Returns the version as a number.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }

    /// Returns the version that the next change makes.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// A setting together with the version of the change that put it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versioned<T> {
    /// The version of the setup from which on the setting is as it is.
    pub version: SetupVersion,
    setting: T,
}

impl<T> Deref for Versioned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.setting
    }
}

/// Everything that an operator has set up, at one version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Setup {
    /// The version of this setup.
    pub version: SetupVersion,
    /// Applications, by public id.
    pub applications: BTreeMap<AppId, Versioned<ApplicationRecord>>,
    /// Vendor accounts, by name.
    pub providers: BTreeMap<ProviderName, Versioned<ProviderRecord>>,
    /// Routes, by scope.
    pub routes: BTreeMap<RouteScope, Versioned<Route>>,
    /// Templates: a scope has at most one text and one vendor template.
    pub templates: BTreeMap<(TemplateScope, TemplateKind), Versioned<Template>>,
    /// Access keys, by public half.
    pub access_keys: BTreeMap<String, Versioned<AccessKey>>,
    /// The changes of limits, by the names of these.
    pub limits: BTreeMap<String, Versioned<LimitRecord>>,
    /// Numbers for tests, by id.
    pub test_numbers: BTreeMap<String, Versioned<TestNumber>>,
    /// The blocks that stand, and those that the guard still remembers: an area has at most one.
    pub blocks: BTreeMap<Area, Versioned<Block>>,
    /// The safe list, by id.
    pub safe: BTreeMap<String, Versioned<SafeEntry>>,
    /// The people who work with the console, and those who are invited, by id.
    pub people: BTreeMap<PersonId, Versioned<Person>>,
}

impl Setup {
    /// Returns the setup after `change`, at the next version.
    #[must_use]
    pub fn after(&self, change: Change) -> Self {
        let mut setup = self.clone();
        setup.version = self.version.next();
        match change {
            Change::Put(setting) => setup.put(setup.version, setting),
            Change::Remove(key) => setup.remove(&key),
        }
        setup
    }

    /// Puts a setting that was last changed by `version`: for a store that reads a setup from its rows.
    pub fn put(&mut self, version: SetupVersion, setting: Setting) {
        match setting {
            Setting::Application(setting) => {
                let id = setting.application.id.clone();
                self.applications.insert(id, Versioned { version, setting });
            }
            Setting::Provider(setting) => {
                let name = setting.name.clone();
                self.providers.insert(name, Versioned { version, setting });
            }
            Setting::Route(scope, setting) => {
                self.routes.insert(scope, Versioned { version, setting });
            }
            Setting::Template(scope, setting) => {
                let key = (scope, setting.kind());
                self.templates.insert(key, Versioned { version, setting });
            }
            Setting::AccessKey(setting) => {
                let id = setting.id.clone();
                self.access_keys.insert(id, Versioned { version, setting });
            }
            Setting::Limit(setting) => {
                let name = setting.name.clone();
                self.limits.insert(name, Versioned { version, setting });
            }
            Setting::TestNumber(setting) => {
                let id = setting.id.clone();
                self.test_numbers.insert(id, Versioned { version, setting });
            }
            Setting::Block(setting) => {
                let area = setting.area.clone();
                self.blocks.insert(area, Versioned { version, setting });
            }
            Setting::Safe(setting) => {
                let id = setting.id.clone();
                self.safe.insert(id, Versioned { version, setting });
            }
            Setting::Person(setting) => {
                let id = setting.id.clone();
                self.people.insert(id, Versioned { version, setting });
            }
        }
    }

    fn remove(&mut self, key: &SettingKey) {
        match key {
            SettingKey::Application(id) => drop(self.applications.remove(id)),
            SettingKey::Provider(name) => drop(self.providers.remove(name)),
            SettingKey::Route(scope) => drop(self.routes.remove(scope)),
            SettingKey::Template(scope, kind) => {
                drop(self.templates.remove(&(scope.clone(), *kind)));
            }
            SettingKey::AccessKey(id) => drop(self.access_keys.remove(id)),
            SettingKey::Limit(name) => drop(self.limits.remove(name)),
            SettingKey::TestNumber(id) => drop(self.test_numbers.remove(id)),
            SettingKey::Block(area) => drop(self.blocks.remove(area)),
            SettingKey::Safe(id) => drop(self.safe.remove(id)),
            SettingKey::Person(id) => drop(self.people.remove(id)),
        }
    }

    /// Returns the setting with this key.
    #[must_use]
    pub fn setting(&self, key: &SettingKey) -> Option<Setting> {
        Some(match key {
            SettingKey::Application(id) => {
                Setting::Application((**self.applications.get(id)?).clone())
            }
            SettingKey::Provider(name) => Setting::Provider((**self.providers.get(name)?).clone()),
            SettingKey::Route(scope) => {
                Setting::Route(scope.clone(), (**self.routes.get(scope)?).clone())
            }
            SettingKey::Template(scope, kind) => {
                let held = self.templates.get(&(scope.clone(), *kind))?;
                Setting::Template(scope.clone(), (**held).clone())
            }
            SettingKey::AccessKey(id) => Setting::AccessKey((**self.access_keys.get(id)?).clone()),
            SettingKey::Limit(name) => Setting::Limit((**self.limits.get(name)?).clone()),
            SettingKey::TestNumber(id) => {
                Setting::TestNumber((**self.test_numbers.get(id)?).clone())
            }
            SettingKey::Block(area) => Setting::Block((**self.blocks.get(area)?).clone()),
            SettingKey::Safe(id) => Setting::Safe((**self.safe.get(id)?).clone()),
            SettingKey::Person(id) => Setting::Person((**self.people.get(id)?).clone()),
        })
    }

    /// Returns the version of the change that last put the setting with this key; [`SetupVersion::NONE`] where there
    /// is no such setting.
    #[must_use]
    pub fn version_of(&self, key: &SettingKey) -> SetupVersion {
        let version = match key {
            SettingKey::Application(id) => self.applications.get(id).map(|held| held.version),
            SettingKey::Provider(name) => self.providers.get(name).map(|held| held.version),
            SettingKey::Route(scope) => self.routes.get(scope).map(|held| held.version),
            SettingKey::Template(scope, kind) => {
                let held = self.templates.get(&(scope.clone(), *kind));
                held.map(|held| held.version)
            }
            SettingKey::AccessKey(id) => self.access_keys.get(id).map(|held| held.version),
            SettingKey::Limit(name) => self.limits.get(name).map(|held| held.version),
            SettingKey::TestNumber(id) => self.test_numbers.get(id).map(|held| held.version),
            SettingKey::Block(area) => self.blocks.get(area).map(|held| held.version),
            SettingKey::Safe(id) => self.safe.get(id).map(|held| held.version),
            SettingKey::Person(id) => self.people.get(id).map(|held| held.version),
        };
        version.unwrap_or(SetupVersion::NONE)
    }

    /// Returns the mode of the guard that an operator has set at run time.
    #[must_use]
    pub fn guard_mode(&self) -> Option<Mode> {
        self.limits.get(GuardSettings::NAME)?.change.mode
    }

    /// Returns the number for tests that `phone` is, whether or not its time is over.
    #[must_use]
    pub fn test_number(&self, phone: &PhoneNumber) -> Option<&TestNumber> {
        let mut held = self.test_numbers.values();
        held.find(|test| test.phone == *phone).map(|test| &**test)
    }

    /// Returns the person of this name, who may be invited and not have come yet.
    #[must_use]
    pub fn person_named(&self, name: &PersonName) -> Option<&Person> {
        let mut people = self.people.values();
        let named = people.find(|person| person.name.as_ref() == Some(name));
        named.map(|person| &**person)
    }

    /// Returns the application with this public id, unless it is disabled: the one for callers, who cannot tell a
    /// disabled application from one that does not exist.
    #[must_use]
    pub fn enabled_application(&self, id: &AppId) -> Option<&Arc<Application>> {
        let held = self.applications.get(id).filter(|held| !held.is_disabled);
        held.map(|held| &held.application)
    }

    /// Returns the application with this public id, disabled or not.
    #[must_use]
    pub fn application(&self, id: &AppId) -> Option<&Arc<Application>> {
        self.applications.get(id).map(|held| &held.application)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;
    use crate::time::Timestamp;

    fn key(secret: &str) -> Change {
        Change::Put(Setting::AccessKey(AccessKey {
            id: "key".to_owned(),
            secret: Secret::new(secret.to_owned()),
            created_at: Timestamp::default(),
        }))
    }

    #[test]
    fn a_setting_has_the_version_of_the_change_that_last_put_it() {
        let name = SettingKey::AccessKey("key".to_owned());
        let empty = Setup::default();
        assert_eq!(empty.version_of(&name), SetupVersion::NONE);
        let put = empty.after(key("one"));
        let removed = put.after(Change::Remove(name.clone()));
        let again = removed.after(key("one"));
        let versions = [&put, &removed, &again].map(|setup| setup.version_of(&name).number());
        assert_eq!(versions, [1, 0, 3]);
        assert_eq!(again.version, SetupVersion::new(3));
    }
}
