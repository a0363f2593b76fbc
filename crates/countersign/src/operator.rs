//! Operators: who manages a deployment, and what each of them may do. The HTTP API judges by it, and every other way
//! in that lets people manage has to.

use std::sync::Arc;

use countersign_core::audit::Actor;

/// The identity of an operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OperatorIdentity {
    /// Somebody who can read the data folder: `owner.json` there holds the owner token.
    DataFolder,
    /// A program with the access key of this id.
    AccessKey(Arc<str>),
}

impl OperatorIdentity {
    /// What this operator may do. The data folder and access keys may do everything.
    #[must_use]
    pub const fn permissions(&self) -> Permissions {
        match self {
            OperatorIdentity::DataFolder | OperatorIdentity::AccessKey(_) => Permissions::ALL,
        }
    }

    /// The operator, as the audit record names the party that acts.
    #[must_use]
    pub fn actor(&self) -> Actor {
        match self {
            OperatorIdentity::DataFolder => Actor::Owner,
            OperatorIdentity::AccessKey(id) => Actor::AccessKey(id.to_string()),
        }
    }

    /// The id of the access key, where the operator is one.
    #[must_use]
    pub fn access_key(&self) -> Option<&str> {
        match self {
            OperatorIdentity::DataFolder => None,
            OperatorIdentity::AccessKey(id) => Some(id),
        }
    }
}

/// A group of things that an operator may do; each management endpoint needs exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// See timelines of messages, by id or by number, and the record of unlocks.
    ReadMessages,
    /// Clear the wrong guesses about a number.
    UnlockNumbers,
    /// Take a number out of everything that is kept.
    EraseNumbers,
    /// See applications, providers, routes and templates; try out a template without saving it.
    ReadSetup,
    /// Create, change and delete applications, providers, routes and templates; send test messages.
    ManageSetup,
    /// See, create, replace and delete access keys and signing keys; record backups, which hold keys.
    ManageKeys,
    /// See, verify and export the audit record.
    ReadAudit,
}

/// The set of permissions that an operator has.
#[derive(Debug, Clone, Copy)]
pub struct Permissions(&'static [Permission]);

impl Permissions {
    /// Every permission there is.
    pub const ALL: Self = Self(&[
        Permission::ReadMessages,
        Permission::UnlockNumbers,
        Permission::EraseNumbers,
        Permission::ReadSetup,
        Permission::ManageSetup,
        Permission::ManageKeys,
        Permission::ReadAudit,
    ]);

    /// These permissions and no other.
    #[must_use]
    pub const fn of(permissions: &'static [Permission]) -> Self {
        Self(permissions)
    }

    /// Whether `permission` is among them.
    #[must_use]
    pub fn include(self, permission: Permission) -> bool {
        self.0.contains(&permission)
    }
}
