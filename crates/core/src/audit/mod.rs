//! The audit record: every act of an operator, and of the service itself, in a chain of hashes.
//!
//! An [`Act`] says who did what to which thing, through which door and from where, and how the thing was before and
//! after. A store gives each act the next number and chains it to the act before ([`chain`]); the port is
//! [`AuditLog`](crate::ports::audit::AuditLog). A change of the setup and an unlock make their act themselves
//! ([`Act::of_change`], [`Act::of_unlock`]), so that no caller can leave one out or tell it wrongly.
//!
//! An act holds no secret (its last four characters at most) and no whole phone number.

pub mod chain;
mod facts;
mod masking;

use std::net::IpAddr;

use serde_json::{Map, Value, json};

use crate::code::check::Unlock;
use crate::guard::Area;
use crate::id::RequestId;
use crate::phone::PhoneNumber;
use crate::ports::setup::{Change, Setting, SettingKey, Setup};
use crate::staff::person::{Person, SecondFactor, Status};
use crate::template::TemplateKind;
use facts::Facts;

/// The party that acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A person or program that can read the data folder.
    Owner,
    /// A program with the access key of this id.
    AccessKey(String),
    /// A person of this name, who is signed in to the console.
    Person(String),
    /// The service itself, such as at its start.
    Service,
}

/// The way by which an act reached the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// The command line on the machine of the data folder.
    CommandLine,
    /// The management API.
    Api,
    /// A page of the console.
    Console,
    /// No door: the service acts.
    Service,
}

impl Door {
    /// All doors.
    pub const ALL: [Door; 4] = [Door::CommandLine, Door::Api, Door::Console, Door::Service];

    /// Returns the name in the record.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Door::CommandLine => "command_line",
            Door::Api => "management_api",
            Door::Console => "console",
            Door::Service => "service",
        }
    }
}

/// The author of an act: who, through which door, from where, in which request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// The party that acts.
    pub who: Actor,
    /// The way by which the act came.
    pub door: Door,
    /// The address of the caller, where it is known.
    pub from: Option<IpAddr>,
    /// The request that asked for the act, where there was one.
    pub request: Option<RequestId>,
}

impl Author {
    /// The service itself.
    #[must_use]
    pub const fn service() -> Self {
        Self::without_request(Actor::Service, Door::Service)
    }

    /// The owner of the data folder, at the command line, where no service was asked.
    #[must_use]
    pub const fn at_the_command_line() -> Self {
        Self::without_request(Actor::Owner, Door::CommandLine)
    }

    const fn without_request(who: Actor, door: Door) -> Self {
        Self {
            who,
            door,
            from: None,
            request: None,
        }
    }
}

/// The kinds of acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// An application was created.
    ApplicationCreated,
    /// An application was changed.
    ApplicationUpdated,
    /// The servers of an application got a new secret.
    ApplicationSecretRenewed,
    /// An application was disabled.
    ApplicationDisabled,
    /// An application was enabled again.
    ApplicationEnabled,
    /// An application was deleted.
    ApplicationDeleted,
    /// A vendor account was set up or changed.
    ProviderSet,
    /// A vendor account was deleted.
    ProviderDeleted,
    /// A test message was asked of a vendor account.
    ProviderTested,
    /// The vendor of an account got a new path for its reports.
    ReceiptsPathRenewed,
    /// A route was set.
    RouteSet,
    /// A route was deleted.
    RouteDeleted,
    /// A template was set.
    TemplateSet,
    /// A template was deleted.
    TemplateDeleted,
    /// An access key was made.
    AccessKeyCreated,
    /// An access key was deleted.
    AccessKeyDeleted,
    /// A limit was changed.
    LimitSet,
    /// The changes of a limit were taken back.
    LimitReset,
    /// A number for tests was set up or changed.
    TestNumberSet,
    /// A number for tests was removed.
    TestNumberRemoved,
    /// A block of an area began.
    BlockBegun,
    /// An operator lifted a block.
    BlockLifted,
    /// A block that makes no difference any more was taken off the setup.
    BlockForgotten,
    /// An entry was put on the safe list.
    SafeEntryAdded,
    /// An entry was taken off the safe list.
    SafeEntryRemoved,
    /// The next signing key was made and published.
    SigningKeyRotated,
    /// The database began to be written with new master keys.
    MasterKeysRotated,
    /// The whole number of a message was shown.
    NumberRevealed,
    /// The wrong guesses about a number were forgotten.
    NumberUnlocked,
    /// A number was taken out of everything that is kept.
    NumberErased,
    /// A backup of the data folder was made.
    BackupMade,
    /// A start took the database as one that was put back.
    RestoreAccepted,
    /// Numbers on record were read again by other numbering plans.
    NumbersReread,
    /// Somebody was invited to work with the console, or invited anew.
    PersonInvited,
    /// An invitation was accepted.
    PersonJoined,
    /// The name, the role, the applications or the choices of a person were changed.
    PersonUpdated,
    /// The password and the second factor of a person were taken away, and the person was invited anew.
    PersonReset,
    /// A person was removed, or an invitation taken back.
    PersonRemoved,
    /// A person changed the password, the second factor or the recovery codes.
    CredentialsChanged,
    /// A person signed in with a recovery code.
    RecoveryCodeUsed,
    /// A person signed in.
    SignedIn,
    /// Somebody tried to sign in as a person, with a wrong password or second factor.
    SignInFailed,
    /// A person signed out.
    SignedOut,
    /// Sessions of a person were ended from elsewhere.
    SessionsEnded,
    /// A management endpoint was called.
    EndpointCalled,
}

impl Verb {
    /// All verbs.
    pub const ALL: [Verb; 45] = [
        Verb::ApplicationCreated,
        Verb::ApplicationUpdated,
        Verb::ApplicationSecretRenewed,
        Verb::ApplicationDisabled,
        Verb::ApplicationEnabled,
        Verb::ApplicationDeleted,
        Verb::ProviderSet,
        Verb::ProviderDeleted,
        Verb::ProviderTested,
        Verb::ReceiptsPathRenewed,
        Verb::RouteSet,
        Verb::RouteDeleted,
        Verb::TemplateSet,
        Verb::TemplateDeleted,
        Verb::AccessKeyCreated,
        Verb::AccessKeyDeleted,
        Verb::LimitSet,
        Verb::LimitReset,
        Verb::TestNumberSet,
        Verb::TestNumberRemoved,
        Verb::BlockBegun,
        Verb::BlockLifted,
        Verb::BlockForgotten,
        Verb::SafeEntryAdded,
        Verb::SafeEntryRemoved,
        Verb::SigningKeyRotated,
        Verb::MasterKeysRotated,
        Verb::NumberRevealed,
        Verb::NumberUnlocked,
        Verb::NumberErased,
        Verb::BackupMade,
        Verb::RestoreAccepted,
        Verb::NumbersReread,
        Verb::PersonInvited,
        Verb::PersonJoined,
        Verb::PersonUpdated,
        Verb::PersonReset,
        Verb::PersonRemoved,
        Verb::CredentialsChanged,
        Verb::RecoveryCodeUsed,
        Verb::SignedIn,
        Verb::SignInFailed,
        Verb::SignedOut,
        Verb::SessionsEnded,
        Verb::EndpointCalled,
    ];

    /// Returns the name in the record, which never changes.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Verb::ApplicationCreated => "application_created",
            Verb::ApplicationUpdated => "application_updated",
            Verb::ApplicationSecretRenewed => "application_secret_renewed",
            Verb::ApplicationDisabled => "application_disabled",
            Verb::ApplicationEnabled => "application_enabled",
            Verb::ApplicationDeleted => "application_deleted",
            Verb::ProviderSet => "provider_set",
            Verb::ProviderDeleted => "provider_deleted",
            Verb::ProviderTested => "provider_tested",
            Verb::ReceiptsPathRenewed => "receipts_path_renewed",
            Verb::RouteSet => "route_set",
            Verb::RouteDeleted => "route_deleted",
            Verb::TemplateSet => "template_set",
            Verb::TemplateDeleted => "template_deleted",
            Verb::AccessKeyCreated => "access_key_created",
            Verb::AccessKeyDeleted => "access_key_deleted",
            Verb::LimitSet => "limit_set",
            Verb::LimitReset => "limit_reset",
            Verb::TestNumberSet => "test_number_set",
            Verb::TestNumberRemoved => "test_number_removed",
            Verb::BlockBegun => "block_begun",
            Verb::BlockLifted => "block_lifted",
            Verb::BlockForgotten => "block_forgotten",
            Verb::SafeEntryAdded => "safe_entry_added",
            Verb::SafeEntryRemoved => "safe_entry_removed",
            Verb::SigningKeyRotated => "signing_key_rotated",
            Verb::MasterKeysRotated => "master_keys_rotated",
            Verb::NumberRevealed => "number_revealed",
            Verb::NumberUnlocked => "number_unlocked",
            Verb::NumberErased => "number_erased",
            Verb::BackupMade => "backup_made",
            Verb::RestoreAccepted => "restore_accepted",
            Verb::NumbersReread => "numbers_reread",
            Verb::PersonInvited => "person_invited",
            Verb::PersonJoined => "person_joined",
            Verb::PersonUpdated => "person_updated",
            Verb::PersonReset => "person_reset",
            Verb::PersonRemoved => "person_removed",
            Verb::CredentialsChanged => "credentials_changed",
            Verb::RecoveryCodeUsed => "recovery_code_used",
            Verb::SignedIn => "signed_in",
            Verb::SignInFailed => "sign_in_failed",
            Verb::SignedOut => "signed_out",
            Verb::SessionsEnded => "sessions_ended",
            Verb::EndpointCalled => "endpoint_called",
        }
    }

    /// Returns the verb with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verb| verb.as_str() == name)
    }
}

/// The thing that an act is about: its kind, and its name within that kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The kind, such as `application`.
    pub kind: &'static str,
    /// The name, such as an application's id or a masked number.
    pub name: String,
}

impl Target {
    /// The thing `name` of this kind.
    #[must_use]
    pub const fn new(kind: &'static str, name: String) -> Self {
        Self { kind, name }
    }

    /// Returns the id of the application to which the thing `name` of the kind `kind` belongs; `None` where it belongs to
    /// none, or to all.
    #[must_use]
    pub fn application_of<'a>(kind: &str, name: &'a str) -> Option<&'a str> {
        let app = match kind {
            "application" => name,
            "route" | "template" | "block" => name.split('/').next()?,
            _ => return None,
        };
        (app != "*").then_some(app)
    }

    /// A phone number, masked.
    #[must_use]
    pub fn number(phone: &PhoneNumber) -> Self {
        Self::new("number", phone.masked())
    }

    /// The database of the service.
    #[must_use]
    pub fn database() -> Self {
        Self::new("database", "countersign".to_owned())
    }

    /// A setting. The scope of a route is `app/country`, and that of a template `app/channel/provider/language/kind`,
    /// each with `*` for all. That of a
    /// block is `app/kind/value`.
    #[must_use]
    pub fn setting(key: &SettingKey) -> Self {
        let part = |part: Option<String>| part.unwrap_or_else(|| "*".to_owned());
        match key {
            SettingKey::Application(id) => Self::new("application", id.as_str().to_owned()),
            SettingKey::Provider(name) => Self::new("provider", name.to_string()),
            SettingKey::AccessKey(id) => Self::new("access_key", id.clone()),
            SettingKey::Limit(name) => Self::new("limit", name.clone()),
            SettingKey::TestNumber(id) => Self::new("test_number", id.clone()),
            SettingKey::Safe(id) => Self::new("safe_entry", id.clone()),
            SettingKey::Person(id) => Self::new("person", id.to_string()),
            SettingKey::Block(Area { app, range }) => {
                let app = app.as_ref().map(|app| app.as_str().to_owned());
                let name = [
                    part(app),
                    range.kind().as_str().to_owned(),
                    range.value().to_owned(),
                ];
                Self::new("block", name.join("/"))
            }
            SettingKey::Route(scope) => {
                let app = scope.app.as_ref().map(|app| app.as_str().to_owned());
                let country = scope.country.map(|country| country.to_string());
                Self::new("route", [app, country].map(part).join("/"))
            }
            SettingKey::Template(scope, kind) => {
                let parts = [
                    scope.app.as_ref().map(|app| app.as_str().to_owned()),
                    scope.channel.map(|channel| channel.as_str().to_owned()),
                    scope.provider.as_ref().map(ToString::to_string),
                    scope.language.as_ref().map(|tag| tag.as_str().to_owned()),
                    Some(kind_of_template(*kind).to_owned()),
                ];
                Self::new("template", parts.map(part).join("/"))
            }
        }
    }
}

const fn kind_of_template(kind: TemplateKind) -> &'static str {
    match kind {
        TemplateKind::Text => "text",
        TemplateKind::Vendor => "vendor",
    }
}

/// The end of an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It was done.
    Done,
    /// It was refused, since its author lacks the permission.
    Refused,
    /// It was recorded as done, for it is outside the database, and could not be done after all.
    Failed,
}

impl Ending {
    /// All endings.
    pub const ALL: [Ending; 3] = [Ending::Done, Ending::Refused, Ending::Failed];

    /// Returns the name in the record.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Ending::Done => "done",
            Ending::Refused => "refused",
            Ending::Failed => "failed",
        }
    }
}

/// One act, before it has a place in the record.
#[derive(Debug, Clone, PartialEq)]
pub struct Act {
    by: Author,
    verb: Verb,
    target: Target,
    before: Option<Value>,
    after: Option<Value>,
    ending: Ending,
}

impl Act {
    /// An act that was done and changed nothing in the database. `facts` say more about it, by names; they are told as
    /// the state after the act.
    #[must_use]
    pub fn outside(by: Author, verb: Verb, target: Target, facts: &[(&str, &str)]) -> Self {
        let facts: Map<_, _> = facts
            .iter()
            .map(|(name, value)| ((*name).to_owned(), json!(masking::told(value))))
            .collect();
        Self {
            by,
            verb,
            target,
            before: None,
            after: (!facts.is_empty()).then_some(Value::Object(facts)),
            ending: Ending::Done,
        }
    }

    /// The call of a management endpoint that was refused, since its author lacks the permission.
    #[must_use]
    pub fn refused(by: Author, endpoint: &str) -> Self {
        let target = Target::new("endpoint", endpoint.to_owned());
        Self {
            ending: Ending::Refused,
            ..Self::outside(by, Verb::EndpointCalled, target, &[])
        }
    }

    /// This act, which could not be done after it was recorded.
    #[must_use]
    pub fn failed(self) -> Self {
        Self {
            ending: Ending::Failed,
            ..self
        }
    }

    /// The change of `setup` by `change`. Where the setting stays, the act has the parts that differ.
    #[must_use]
    pub fn of_change(by: Author, setup: &Setup, change: &Change) -> Self {
        let (key, after) = match change {
            Change::Put(setting) => (setting.key(), Some(setting)),
            Change::Remove(key) => (key.clone(), None),
        };
        let before = setup.setting(&key);
        let verb = verb(&key, before.as_ref(), after);
        let [before, after] = Facts::told(before.as_ref(), after);
        Self {
            by,
            verb,
            target: Target::setting(&key),
            before,
            after,
            ending: Ending::Done,
        }
    }

    /// The change to a generation of master keys.
    #[must_use]
    pub fn of_rotation(by: Author, generation: u32) -> Self {
        let target = Target::new("master_keys", generation.to_string());
        Self::outside(by, Verb::MasterKeysRotated, target, &[])
    }

    /// An unlock. Its note stays with it, sealed: it may name anybody.
    #[must_use]
    pub fn of_unlock(unlock: &Unlock) -> Self {
        let by = unlock.by.clone();
        let target = Target::number(&unlock.phone);
        Self::outside(by, Verb::NumberUnlocked, target, &[])
    }
}

/// Tells what a change of a person does.
fn verb_of_person(before: &Person, after: &Person) -> Verb {
    let (before, after) = match (&before.status, &after.status) {
        (Status::Invited(_), Status::Active(_)) => return Verb::PersonJoined,
        (Status::Active(_), Status::Invited(_)) => return Verb::PersonReset,
        (Status::Invited(before), Status::Invited(after)) => {
            return match before == after {
                true => Verb::PersonUpdated,
                false => Verb::PersonInvited,
            };
        }
        (Status::Active(before), Status::Active(after)) => (before, after),
    };
    let left = |factor: &Option<SecondFactor>| factor.as_ref().map(|factor| factor.recovery.left());
    match (left(&before.second_factor), left(&after.second_factor)) {
        _ if before == after => Verb::PersonUpdated,
        (Some(before), Some(after)) if after < before => Verb::RecoveryCodeUsed,
        _ => Verb::CredentialsChanged,
    }
}

/// Tells what a change of the setting `key` does.
fn verb(key: &SettingKey, before: Option<&Setting>, after: Option<&Setting>) -> Verb {
    match (key, before, after) {
        (SettingKey::Application(_), _, None) => Verb::ApplicationDeleted,
        (SettingKey::Provider(_), _, None) => Verb::ProviderDeleted,
        (SettingKey::Route(_), _, None) => Verb::RouteDeleted,
        (SettingKey::Template(..), _, None) => Verb::TemplateDeleted,
        (SettingKey::AccessKey(_), _, None) => Verb::AccessKeyDeleted,
        (SettingKey::Limit(_), _, None) => Verb::LimitReset,
        (SettingKey::TestNumber(_), _, None) => Verb::TestNumberRemoved,
        (SettingKey::Block(_), _, None) => Verb::BlockForgotten,
        (SettingKey::Safe(_), _, None) => Verb::SafeEntryRemoved,
        (SettingKey::Person(_), _, None) => Verb::PersonRemoved,
        (_, Some(Setting::Person(before)), Some(Setting::Person(after))) => {
            verb_of_person(before, after)
        }
        (SettingKey::Person(_), ..) => Verb::PersonInvited,
        (SettingKey::Block(_), _, Some(Setting::Block(block))) if block.lifted_at.is_some() => {
            Verb::BlockLifted
        }
        (SettingKey::Block(_), ..) => Verb::BlockBegun,
        (SettingKey::Safe(_), ..) => Verb::SafeEntryAdded,
        (_, Some(Setting::Application(before)), Some(Setting::Application(after))) => {
            match (before.is_disabled, after.is_disabled) {
                (false, true) => Verb::ApplicationDisabled,
                (true, false) => Verb::ApplicationEnabled,
                _ if before.secret != after.secret => Verb::ApplicationSecretRenewed,
                _ => Verb::ApplicationUpdated,
            }
        }
        (SettingKey::Application(_), ..) => Verb::ApplicationCreated,
        (_, Some(Setting::Provider(before)), Some(Setting::Provider(after)))
            if before.receipts != after.receipts =>
        {
            Verb::ReceiptsPathRenewed
        }
        (SettingKey::Provider(_), ..) => Verb::ProviderSet,
        (SettingKey::Route(_), ..) => Verb::RouteSet,
        (SettingKey::Template(..), ..) => Verb::TemplateSet,
        (SettingKey::AccessKey(_), ..) => Verb::AccessKeyCreated,
        (SettingKey::Limit(_), ..) => Verb::LimitSet,
        (SettingKey::TestNumber(_), ..) => Verb::TestNumberSet,
    }
}

#[cfg(test)]
mod tests;
