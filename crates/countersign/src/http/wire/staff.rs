//! People on the wire.

use std::collections::BTreeSet;

use countersign_api::{Fault, InvitedPerson, PersonDto};
use countersign_core::application::AppId;
use countersign_core::staff::person::{Person, PersonId, PersonName, Status};
use serde_json::{Value, json};

use super::provider::bad;
use crate::http::state::AppState;
use crate::manage::Invited;
use crate::operator::{Applications, Role};

/// The id of a person in examples.
pub(crate) const EXAMPLE: &str = "0a1b2c3d4e5f6071";

/// Reads the id of a person.
pub(crate) fn id(text: &str) -> Result<PersonId, Fault> {
    PersonId::parse(text).ok_or_else(|| Fault::UnknownSetting {
        what: "person with this id".to_owned(),
    })
}

/// Returns the person with this id.
pub(crate) fn known(state: &AppState, id: &PersonId) -> Result<Person, Fault> {
    let setup = state.setup();
    let person = setup.people.get(id).map(|person| (**person).clone());
    person.ok_or_else(|| Fault::UnknownSetting {
        what: "person with this id".to_owned(),
    })
}

/// Reads the name of a role.
pub(crate) fn role(name: &str) -> Result<Role, Fault> {
    Role::parse(name).ok_or_else(|| bad("role", "owner, operator, support or auditor"))
}

/// Reads the name of a person.
pub(crate) fn name(name: Option<&str>) -> Result<Option<PersonName>, Fault> {
    let parsed = name.map(|name| {
        PersonName::parse(name).ok_or_else(|| bad("name", "1 to 64 printable characters"))
    });
    parsed.transpose()
}

/// Reads a list of applications.
pub(crate) fn applications(ids: Option<Vec<String>>) -> Result<Applications, Fault> {
    let Some(ids) = ids else {
        return Ok(Applications::All);
    };
    let parsed = ids.iter().map(|id| AppId::parse(id));
    let parsed: Result<BTreeSet<_>, _> = parsed.collect();
    let parsed = parsed.map_err(|_| bad("applications", "ids of applications"))?;
    Ok(Applications::Only(parsed))
}

/// A person, as the API shows it.
pub(crate) fn dto(person: &Person) -> PersonDto {
    let (status, expires) = match &person.status {
        Status::Invited(invitation) => ("invited", Some(invitation.ends.to_string())),
        Status::Active(_) => ("active", None),
    };
    let factor = person.second_factor();
    PersonDto {
        person_id: person.id.to_string(),
        name: person.name.as_ref().map(ToString::to_string),
        role: person.role.as_str().to_owned(),
        applications: match &person.applications {
            Applications::All => None,
            Applications::Only(these) => {
                Some(these.iter().map(|app| app.as_str().to_owned()).collect())
            }
        },
        status: status.to_owned(),
        invitation_expires: expires,
        second_factor: factor.is_some(),
        recovery_codes_left: factor.map(|factor| factor.recovery.left()),
        created_at: person.created_at.to_string(),
    }
}

/// An invitation, with its link.
pub(crate) fn invited(state: &AppState, invited: &Invited) -> InvitedPerson {
    let expires = match &invited.person.status {
        Status::Invited(invitation) => invitation.ends.to_string(),
        Status::Active(_) => String::new(),
    };
    InvitedPerson {
        person_id: invited.person.id.to_string(),
        link: state.sessions.welcome(&invited.token),
        expires,
    }
}

/// Refuses an invitation where no console is set up, to which its link would lead.
pub(crate) fn check_console(state: &AppState) -> Result<(), Fault> {
    match state.sessions.is_served() {
        true => Ok(()),
        false => Err(bad(
            "console",
            "this service has no console: set listen and url in [console], and start it again",
        )),
    }
}

/// The example of an invitation.
pub(crate) fn invited_example() -> Value {
    json!({
        "personId": EXAMPLE,
        "link": "https://console.example.com/console/welcome/\
            4e5f60718293a4b50a1b2c3d4e5f60718293a4b50a1b2c3d4e5f60718293a4b5",
        "expires": "2026-11-21T21:00:00.000Z",
    })
}
