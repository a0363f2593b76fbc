//! The rule that an owner stays: whoever loses the last one is locked out of everything that owners alone may do.

use super::person::{Person, PersonId};
use super::role::Role;

/// The person is the last owner who can sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the last owner cannot be removed or given another role")]
pub struct LastOwner;

/// Judges whether the person `id` of `people` may be removed, or given a role other than owner.
///
/// # Errors
/// [`LastOwner`].
pub fn may_go<'a>(
    people: impl IntoIterator<Item = &'a Person>,
    id: &PersonId,
) -> Result<(), LastOwner> {
    let is_owner = |person: &&Person| person.role == Role::Owner && person.credentials().is_some();
    let (mut is_theirs, mut others) = (false, 0);
    for owner in people.into_iter().filter(is_owner) {
        match owner.id == *id {
            true => is_theirs = true,
            false => others += 1,
        }
    }
    match is_theirs && others == 0 {
        true => Err(LastOwner),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::person::{Credentials, Invitation, Status};
    use super::super::role::Applications;
    use super::super::token::TokenHash;
    use super::*;
    use crate::secret::Secret;
    use crate::time::Timestamp;
    use crate::zone::Zone;

    fn person(id: &str, role: Role, status: Status) -> Person {
        Person {
            id: PersonId::parse(&id.repeat(16)).unwrap(),
            name: None,
            role,
            applications: Applications::All,
            language: None,
            theme: String::new(),
            zone: Zone::UTC,
            status,
            epoch: 0,
            created_at: Timestamp::default(),
        }
    }

    fn active() -> Status {
        Status::Active(Credentials {
            password: Secret::new(String::new()),
            second_factor: None,
        })
    }

    #[test]
    fn an_owner_goes_only_while_another_can_sign_in() {
        let invited = Status::Invited(Invitation {
            token: TokenHash::of(""),
            ends: Timestamp::default(),
        });
        let owner = person("a", Role::Owner, active());
        let invited = person("b", Role::Owner, invited);
        let operator = person("c", Role::Operator, active());
        let mut people = vec![owner.clone(), invited.clone(), operator.clone()];
        assert_eq!(may_go(&people, &owner.id), Err(LastOwner));
        assert_eq!(may_go(&people, &invited.id), Ok(()));
        assert_eq!(may_go(&people, &operator.id), Ok(()));
        people.push(person("d", Role::Owner, active()));
        assert_eq!(may_go(&people, &owner.id), Ok(()));
    }
}
