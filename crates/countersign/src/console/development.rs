//! The four people of development, one in each role, who sign in by a button. They are in no setup.

use countersign_core::secret::Secret;
use countersign_core::staff::person::{Credentials, Person, PersonId, PersonName, Status};
use countersign_core::time::Timestamp;
use countersign_core::zone::Zone;

use crate::operator::{Applications, Role};

/// The person in this role.
pub(super) fn in_role(role: Role) -> Option<Person> {
    Some(Person {
        id: id(role)?,
        name: PersonName::parse(&format!("dev-{}", role.as_str())),
        role,
        applications: Applications::All,
        language: None,
        theme: String::new(),
        zone: Zone::UTC,
        // No password has this hash.
        status: Status::Active(Credentials {
            password: Secret::new(String::new()),
            second_factor: None,
        }),
        epoch: 0,
        created_at: Timestamp::default(),
    })
}

/// The person with this id.
pub(super) fn person(id: &PersonId) -> Option<Person> {
    let role = Role::ALL
        .into_iter()
        .find(|role| self::id(*role).as_ref() == Some(id));
    in_role(role?)
}

fn id(role: Role) -> Option<PersonId> {
    let place = Role::ALL.iter().position(|each| *each == role)?;
    PersonId::parse(&format!("{place:016x}"))
}
