//! Tests of the table of roles.

use std::collections::BTreeSet;

use countersign_core::application::AppId;
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
            assert_eq!(limited.reaches(permission, Reach::Applications), may);
            assert!(!limited.reaches(permission, Reach::Deployment));
            assert_eq!(free.reaches(permission, Reach::Deployment), may);
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
