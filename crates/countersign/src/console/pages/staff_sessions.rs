//! `/console/settings/staff/{id}/sessions`: where a person is signed in.

use askama::Template;
use countersign_core::staff::person::{Person, PersonId};

use super::me::sessions::{Place, named, told};
use super::refused::Why;
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::shell::{Area, Shell};
use crate::console::words::sentences;
use crate::http::page;
use crate::manage::EndedSessions;
use crate::operator::Permission;

const PATH: &str = "/console/settings/staff/{id}/sessions";

/// The page.
#[derive(Template)]
#[template(path = "console/staff_sessions.html")]
struct SessionsPage {
    shell: Shell,
    title: String,
    sessions: Vec<Place>,
    /// The address that the form is sent to.
    action: String,
    may_end: bool,
}

/// The address of the page.
pub(super) fn address(person: &PersonId) -> String {
    format!("{}/{person}/sessions", super::staff::PATH)
}

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadStaff, list)
}

pub(in crate::console) fn end() -> Entry {
    Entry::act(
        PATH,
        Permission::ManageStaff,
        Some("end-staff-sessions"),
        async |visit: Visit| {
            let person = person(&visit)?;
            let which = named(&visit, EndedSessions::All);
            let told = told(&which);
            let manage = &visit.state.manage;
            manage
                .end_sessions(visit.by.clone(), &person, which)
                .await?;
            Ok(told.at(&address(&person.id)))
        },
    )
}

fn person(visit: &Visit) -> Result<Person, Why> {
    let setup = visit.state.setup();
    let id = PersonId::parse(visit.part("id")).ok_or(Why::NotFound)?;
    let person = setup.people.get(&id).map(|person| (**person).clone());
    person.ok_or(Why::NotFound)
}

async fn list(visit: Visit) -> Answer {
    let person = person(&visit)?;
    let name = person.name.as_ref().map(ToString::to_string);
    let name = name.unwrap_or_else(|| person.id.to_string());
    let sessions = visit.state.manage.sessions_of(&person).await?;
    let places = sessions.iter().map(|session| Place::of(&visit, session));
    let title = visit.words().staff.sessions_title;
    Ok(page::found(&SessionsPage {
        shell: visit.shell(Area::Settings),
        title: sentences::titled(visit.language, title, &name),
        sessions: places.collect(),
        action: address(&person.id),
        may_end: visit.may(Permission::ManageStaff),
    }))
}
