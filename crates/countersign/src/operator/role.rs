//! Roles: which permissions the people have who work with the console, and with which applications.

use std::collections::BTreeSet;

use countersign_core::application::AppId;

use super::permission::{Permission, Permissions};

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applications {
    /// All that there are, and that there will be.
    All,
    /// These and no others.
    Only(BTreeSet<AppId>),
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
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    /// Every permission. A new one does not compile until it has a row in the table.
    fn every() -> Vec<Permission> {
        use Permission as P;
        let mut every = vec![P::ReadMessages];
        while let Some(last) = every.last().copied() {
            let next = match last {
                P::ReadMessages => P::RevealNumbers,
                P::RevealNumbers => P::ReadVendorAnswers,
                P::ReadVendorAnswers => P::UnlockNumbers,
                P::UnlockNumbers => P::EraseNumbers,
                P::EraseNumbers => P::ReadService,
                P::ReadService => P::ReadSetup,
                P::ReadSetup => P::ManageSetup,
                P::ManageSetup => P::ReadKeys,
                P::ReadKeys => P::ManageKeys,
                P::ManageKeys => P::ReadStaff,
                P::ReadStaff => P::ManageStaff,
                P::ManageStaff => P::ReadOwnActs,
                P::ReadOwnActs => P::ReadAudit,
                P::ReadAudit => break,
            };
            every.push(next);
        }
        every
    }

    #[test]
    fn each_role_may_do_what_the_table_says() {
        let mut table = String::from("permission         owner operator support auditor");
        for permission in every() {
            let [owner, operator, support, auditor] =
                Role::ALL.map(|role| match role.permissions().include(permission) {
                    true => "yes",
                    false => "-",
                });
            let name = format!("{permission:?}");
            table += &format!("\n{name:18} {owner:5} {operator:8} {support:7} {auditor}");
        }
        assert_snapshot!(table, @"
        permission         owner operator support auditor
        ReadMessages       yes   yes      yes     yes
        RevealNumbers      yes   yes      yes     -
        ReadVendorAnswers  yes   yes      -       yes
        UnlockNumbers      yes   yes      yes     -
        EraseNumbers       yes   -        -       -
        ReadService        yes   yes      yes     yes
        ReadSetup          yes   yes      -       yes
        ManageSetup        yes   yes      -       -
        ReadKeys           yes   -        -       yes
        ManageKeys         yes   -        -       -
        ReadStaff          yes   -        -       yes
        ManageStaff        yes   -        -       -
        ReadOwnActs        yes   yes      yes     yes
        ReadAudit          yes   -        -       yes
        ");
    }

    #[test]
    fn an_auditor_changes_nothing() {
        let changes = ["Manage", "Unlock", "Erase", "Reveal"];
        for permission in every() {
            let name = format!("{permission:?}");
            let is_change = changes.iter().any(|change| name.starts_with(change));
            let may = Role::Auditor.permissions().include(permission);
            assert_ne!(may, is_change, "{name}");
        }
    }

    #[test]
    fn a_person_limited_to_some_applications_may_do_nothing_with_others() {
        let app = |id: &str| AppId::parse(id).unwrap();
        let only = Applications::Only(BTreeSet::from([app("shop")]));
        for role in Role::ALL {
            let (limited, free) = (
                Access::of(role, only.clone()),
                Access::of(role, Applications::All),
            );
            for permission in every() {
                let may = role.permissions().include(permission);
                assert_eq!(limited.allows_with(permission, &app("shop")), may);
                assert!(!limited.allows_with(permission, &app("shop2")));
                assert_eq!(free.allows_with(permission, &app("shop2")), may);
            }
        }
    }

    #[test]
    fn a_role_is_read_by_the_name_that_it_is_stored_by() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
        assert_eq!(Role::parse("Owner"), None);
    }
}
