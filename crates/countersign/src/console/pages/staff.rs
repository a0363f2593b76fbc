//! `/console/settings/staff`: the people who work with the console.

use std::collections::BTreeSet;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use countersign_core::application::AppId;
use countersign_core::staff::person::{Person, PersonId, PersonName, Status};

use super::refused::Why;
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::shell::{Area, Shell, role_name};
use crate::console::when::Moment;
use crate::console::words::{people, rules};
use crate::http::page;
use crate::manage::{Invited, ManageError, NewPerson, Rule};
use crate::operator::{Applications, Permission, Role};

pub(in crate::console) const PATH: &str = "/console/settings/staff";

/// The page.
#[derive(Template)]
#[template(path = "console/staff.html")]
struct StaffPage {
    shell: Shell,
    people: Vec<Row>,
    roles: Vec<(&'static str, &'static str)>,
    may_manage: bool,
    /// The name that was typed.
    name: String,
    /// The role that was chosen.
    role: String,
    /// The applications that were typed.
    applications: String,
    problem: Option<(&'static str, String)>,
}

/// A person on the page.
struct Row {
    id: String,
    name: String,
    role: &'static str,
    role_name: &'static str,
    /// The ids of the applications that the person works with; empty for all.
    applications: String,
    state: String,
}

/// The page with a new link.
#[derive(Template)]
#[template(path = "console/invited.html")]
struct InvitedPage {
    shell: Shell,
    link: String,
    expires: Moment,
}

impl StaffPage {
    /// What is wrong with a field.
    fn problem(&self, field: &str) -> Option<&str> {
        let problem = self.problem.as_ref().filter(|(name, _)| *name == field);
        problem.map(|(_, sentence)| sentence.as_str())
    }
}

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadStaff, async |visit: Visit| {
        Ok(page::found(&draw(&visit, None)))
    })
}

pub(in crate::console) fn invite() -> Entry {
    Entry::act(
        PATH,
        Permission::ManageStaff,
        Some("invite-staff"),
        invite_one,
    )
}

pub(in crate::console) fn set_role() -> Entry {
    Entry::act(
        "/console/settings/staff/{id}/role",
        Permission::ManageStaff,
        Some("set-staff-role"),
        another_role,
    )
}

pub(in crate::console) fn reset() -> Entry {
    Entry::act(
        "/console/settings/staff/{id}/reset",
        Permission::ManageStaff,
        Some("reset-staff"),
        async |visit: Visit| {
            let reset = visit
                .state
                .manage
                .reset_person(visit.by.clone(), id(&visit)?);
            Ok(link(&visit, &reset.await?))
        },
    )
}

pub(in crate::console) fn remove() -> Entry {
    Entry::act(
        "/console/settings/staff/{id}/remove",
        Permission::ManageStaff,
        Some("remove-staff"),
        remove_one,
    )
}

fn draw(visit: &Visit, problem: Option<(&'static str, String)>) -> StaffPage {
    let words = visit.words();
    let setup = visit.state.setup();
    let row = |person: &Person| Row {
        id: person.id.to_string(),
        name: match &person.name {
            Some(name) => name.to_string(),
            None => person.id.to_string(),
        },
        role: person.role.as_str(),
        role_name: role_name(person.role, words),
        applications: match &person.applications {
            Applications::All => String::new(),
            Applications::Only(these) => {
                let ids: Vec<_> = these.iter().map(AppId::as_str).collect();
                ids.join(" ")
            }
        },
        state: match &person.status {
            Status::Invited(invitation) => {
                let until = visit.moment(invitation.ends);
                format!("{} {}", words.staff.invited_until, until.shown)
            }
            Status::Active(_) => match person.second_factor() {
                Some(factor) => people::codes_left(visit.language, factor.recovery.left()),
                None => words.staff.no_factor.to_owned(),
            },
        },
    };
    StaffPage {
        shell: visit.shell(Area::Settings),
        people: setup.people.values().map(|person| row(person)).collect(),
        roles: Role::ALL
            .map(|role| (role.as_str(), role_name(role, words)))
            .to_vec(),
        may_manage: visit.may(Permission::ManageStaff),
        name: visit.form.get("name").to_owned(),
        role: match visit.form.get("role") {
            "" => Role::Support.as_str().to_owned(),
            chosen => chosen.to_owned(),
        },
        applications: visit.form.get("applications").to_owned(),
        problem,
    }
}

/// The page again, with what is wrong.
fn again(visit: &Visit, field: &'static str, sentence: String) -> Response {
    let page = draw(visit, Some((field, sentence)));
    page::answer(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// The page with the link, which is shown this once.
fn link(visit: &Visit, invited: &Invited) -> Response {
    let ends = match &invited.person.status {
        Status::Invited(invitation) => invitation.ends,
        Status::Active(_) => visit.now,
    };
    page::found(&InvitedPage {
        shell: visit.shell(Area::Settings),
        link: visit.sessions.welcome(&invited.token),
        expires: visit.moment(ends),
    })
}

fn id(visit: &Visit) -> Result<PersonId, Why> {
    PersonId::parse(visit.part("id")).ok_or(Why::NotFound)
}

async fn invite_one(visit: Visit) -> Answer {
    let words = &visit.words().staff;
    let Some(role) = Role::parse(visit.form.get("role")) else {
        return Ok(again(&visit, "role", words.role_missing.to_owned()));
    };
    let typed = visit.form.get("name");
    let name = PersonName::parse(typed);
    if name.is_none() && !typed.is_empty() {
        let sentence = rules::rule(visit.language, &Rule::PersonName);
        return Ok(again(&visit, "name", sentence));
    }
    let Some(applications) = applications(&visit) else {
        let sentence = rules::rule(visit.language, &Rule::ApplicationsOfPerson);
        return Ok(again(&visit, "applications", sentence));
    };
    let new = NewPerson {
        name,
        role,
        applications,
    };
    match visit
        .state
        .manage
        .invite_person(visit.by.clone(), new)
        .await
    {
        Ok(invited) => Ok(link(&visit, &invited)),
        Err(ManageError::Fields(broken)) => {
            let sentence = rules::rule(visit.language, &broken.first().rule);
            let field = match broken.first().rule {
                Rule::ApplicationsOfPerson => "applications",
                _ => "name",
            };
            Ok(again(&visit, field, sentence))
        }
        Err(error) => Err(error.into()),
    }
}

/// The applications that were typed; `None` where one is no id of an application.
fn applications(visit: &Visit) -> Option<Applications> {
    let typed = visit.form.get("applications");
    let ids = typed
        .split([' ', ',', '，', '、'])
        .filter(|id| !id.is_empty());
    let parsed: BTreeSet<_> = ids.map(|id| AppId::parse(id).ok()).collect::<Option<_>>()?;
    Some(match parsed.is_empty() {
        true => Applications::All,
        false => Applications::Only(parsed),
    })
}

async fn another_role(visit: Visit) -> Answer {
    let words = &visit.words().staff;
    let id = id(&visit)?;
    let Some(role) = Role::parse(visit.form.get("new-role")) else {
        return Ok(again(&visit, "people", words.role_missing.to_owned()));
    };
    let wrong = |rule| rules::rule(visit.language, rule);
    let Some(applications) = applications(&visit) else {
        return Ok(again(&visit, "people", wrong(&Rule::ApplicationsOfPerson)));
    };
    let manage = &visit.state.manage;
    let set = manage.set_person_role(visit.by.clone(), id, role, applications);
    match set.await {
        Ok(()) => Ok(Redirect::to(PATH).into_response()),
        Err(ManageError::InUse { .. }) => Ok(again(&visit, "people", words.last_owner.to_owned())),
        Err(ManageError::Fields(broken)) => {
            let sentence = match &broken.first().rule {
                rule @ Rule::ApplicationsOfPerson => wrong(rule),
                _ => words.needs_factor.to_owned(),
            };
            Ok(again(&visit, "people", sentence))
        }
        Err(error) => Err(error.into()),
    }
}

async fn remove_one(visit: Visit) -> Answer {
    let removed = visit
        .state
        .manage
        .remove_person(visit.by.clone(), id(&visit)?);
    match removed.await {
        Ok(()) => Ok(Redirect::to(PATH).into_response()),
        Err(ManageError::InUse { .. }) => {
            let sentence = visit.words().staff.last_owner.to_owned();
            Ok(again(&visit, "people", sentence))
        }
        Err(error) => Err(error.into()),
    }
}
