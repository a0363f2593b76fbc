//! Permissions: what an operator may do, whichever way the operator came in.

/// A group of things that an operator may do; each management endpoint needs exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// See timelines of messages with masked numbers, by id or by number, refused sends, statistics and the record of unlocks.
    ReadMessages,
    /// See the whole number of a message, for a reason on the audit record.
    RevealNumbers,
    /// See the answers of vendors as they came.
    ReadVendorAnswers,
    /// Clear the wrong guesses about a number.
    UnlockNumbers,
    /// Take a number out of everything that is kept.
    EraseNumbers,
    /// See what decides whether and how a message goes: providers, routes, limits, the guard, nodes.
    ReadService,
    /// See applications, templates and test numbers; try out a template without saving it.
    ReadSetup,
    /// Create, change and delete applications, providers, routes and templates; change limits and the guard; send test messages.
    ManageSetup,
    /// See which keys there are, without anything of a secret.
    ReadKeys,
    /// Create, replace and delete access keys and signing keys, and see the ends of secrets; record backups, which hold keys.
    ManageKeys,
    /// See who works with the console, by which role, and how people sign in.
    ReadStaff,
    /// Change who works with the console, by which role, and how people sign in.
    ManageStaff,
    /// See one's own acts on the audit record.
    ReadOwnActs,
    /// See, verify and export the audit record.
    ReadAudit,
}

/// The set of permissions that an operator has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permissions(&'static [Permission]);

impl Permissions {
    /// Every permission there is.
    pub const ALL: Self = Self(&[
        Permission::ReadMessages,
        Permission::RevealNumbers,
        Permission::ReadVendorAnswers,
        Permission::UnlockNumbers,
        Permission::EraseNumbers,
        Permission::ReadService,
        Permission::ReadSetup,
        Permission::ManageSetup,
        Permission::ReadKeys,
        Permission::ManageKeys,
        Permission::ReadStaff,
        Permission::ManageStaff,
        Permission::ReadOwnActs,
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
