//! Roles: which permissions the people have who work with the console, and with which applications.

use std::collections::BTreeSet;

use super::permission::{Permission, Permissions};
use crate::application::AppId;

/// A part that people play. Each permission of it stands in [`Role::permissions`] and nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// May do everything.
    Owner,
    /// Keeps the service going: everything but keys, staff and erasures.
    Operator,
    /// Helps people who wait for a code.
    Support,
    /// Sees everything but whole numbers and the ends of secrets, and changes nothing.
    Auditor,
}

/// What an operator may do, and with which applications.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// What.
    pub permissions: Permissions,
    /// With which.
    pub applications: Applications,
}

/// The applications that an operator may see and change. To the operator, others do not exist.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum Applications {
    /// All that there are, and that there will be.
    #[default]
    All,
    /// These and no others.
    Only(BTreeSet<AppId>),
}

/// What a page or an act of an operator is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Applications and what is theirs: messages, counts, templates. It keeps to those of the operator.
    Applications,
    /// The deployment as a whole, such as providers, routes, limits, keys and staff: for operators of all applications.
    Deployment,
}

impl Role {
    /// Every role, the most powerful first.
    pub const ALL: [Self; 4] = [Self::Owner, Self::Operator, Self::Support, Self::Auditor];

    /// Returns the name, as it is stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Operator => "operator",
            Self::Support => "support",
            Self::Auditor => "auditor",
        }
    }

    /// Reads a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }

    /// Returns what people of this role may do.
    #[must_use]
    pub const fn permissions(self) -> Permissions {
        match self {
            Self::Owner => Permissions::ALL,
            Self::Operator => Permissions::of(&[
                Permission::ReadMessages,
                Permission::RevealNumbers,
                Permission::ReadVendorAnswers,
                Permission::UnlockNumbers,
                Permission::ReadService,
                Permission::ReadSetup,
                Permission::ManageSetup,
                Permission::ReadOwnActs,
            ]),
            Self::Support => Permissions::of(&[
                Permission::ReadMessages,
                Permission::RevealNumbers,
                Permission::UnlockNumbers,
                Permission::ReadService,
                Permission::ReadOwnActs,
            ]),
            Self::Auditor => Permissions::of(&[
                Permission::ReadMessages,
                Permission::ReadVendorAnswers,
                Permission::ReadService,
                Permission::ReadSetup,
                Permission::ReadKeys,
                Permission::ReadStaff,
                Permission::ReadOwnActs,
                Permission::ReadAudit,
            ]),
        }
    }
}

impl Access {
    /// Everything, with all applications.
    pub const FULL: Self = Self {
        permissions: Permissions::ALL,
        applications: Applications::All,
    };

    /// Returns the access of a person of this role who is limited to `applications`.
    #[must_use]
    pub const fn of(role: Role, applications: Applications) -> Self {
        Self {
            permissions: role.permissions(),
            applications,
        }
    }

    /// Returns whether the operator may do what needs `permission`, with any application at all.
    #[must_use]
    pub fn allows(&self, permission: Permission) -> bool {
        self.permissions.include(permission)
    }

    /// Returns whether the operator may do what needs `permission` and has this reach.
    #[must_use]
    pub fn reaches(&self, permission: Permission, reach: Reach) -> bool {
        let is_within = reach == Reach::Applications || self.applications == Applications::All;
        self.allows(permission) && is_within
    }

    /// Returns whether the operator may do what needs `permission` with this application.
    #[must_use]
    pub fn allows_with(&self, permission: Permission, app: &AppId) -> bool {
        self.allows(permission) && self.applications.include(app)
    }
}

impl Applications {
    /// Returns whether `app` is among them.
    #[must_use]
    pub fn include(&self, app: &AppId) -> bool {
        match self {
            Self::All => true,
            Self::Only(these) => these.contains(app),
        }
    }

    /// Returns whether the application with this id is among them.
    #[must_use]
    pub fn include_id(&self, id: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(these) => these.iter().any(|app| app.as_str() == id),
        }
    }
}
