//! The people who work with the console: invite, let in, change, reset and remove.

use std::sync::Arc;

use countersign_core::audit::{Actor, Author};
use countersign_core::ports::setup::{Change, Setting, SettingKey, Setup};
use countersign_core::secret::Secret;
use countersign_core::staff::person::{
    Credentials, Person, PersonId, PersonName, SecondFactor, Status,
};
use countersign_core::staff::recovery::RecoveryCodes;
use countersign_core::staff::token::{self, TokenHash};
use countersign_core::staff::totp::TotpSecret;
use countersign_core::staff::{Applications, Role, owners, password};
use countersign_core::zone::Zone;

use super::{BrokenField, BrokenFields, Manage, ManageError, Rule};
use crate::passwords::Busy;

/// Somebody who is to work with the console.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// The name; the person chooses it where it is `None`.
    pub name: Option<PersonName>,
    /// The role.
    pub role: Role,
    /// The applications.
    pub applications: Applications,
}

/// An invitation.
#[derive(Debug)]
pub struct Invited {
    /// The person.
    pub person: Person,
    /// The end of the link, shown this once.
    pub token: Secret,
}

/// What somebody who accepts an invitation fills in.
#[derive(Debug)]
pub struct Welcome {
    /// The name, as it was typed.
    pub name: String,
    /// The password.
    pub password: Secret,
    /// The secret of the authenticator app that the page showed.
    pub totp: TotpSecret,
    /// The code that the app shows; empty for none, where the role needs no second factor.
    pub code: String,
}

impl From<Busy> for ManageError {
    fn from(_: Busy) -> Self {
        ManageError::Unavailable
    }
}

impl Manage {
    /// Invites somebody.
    ///
    /// # Errors
    /// [`ManageError::Fields`] where somebody has the name, or an application does not exist; [`ManageError::Unavailable`].
    pub async fn invite_person(&self, by: Author, new: NewPerson) -> Result<Invited, ManageError> {
        let (entropy, now) = (&*self.parts.entropy, self.parts.clock.now());
        let token = token::generate(entropy)?;
        let nobody = Person {
            id: PersonId::generate(entropy)?,
            name: new.name,
            role: new.role,
            applications: new.applications,
            language: None,
            theme: String::new(),
            zone: Zone::UTC,
            status: Status::Active(Credentials {
                password: Secret::new(String::new()),
                second_factor: None,
            }),
            epoch: 0,
            created_at: now,
        };
        let person = nobody.invited_anew(TokenHash::of(token.reveal()), now);
        let invited = person.clone();
        self.change(by, move |setup| {
            check_name(setup, person.name.as_ref(), &person.id)?;
            check_applications(setup, person.role, &person.applications)?;
            Ok(Change::Put(Setting::Person(person.clone())))
        })
        .await?;
        Ok(Invited {
            person: invited,
            token,
        })
    }

    /// Takes password and second factor from a person, ends its sessions, and invites it anew.
    ///
    /// # Errors
    /// [`ManageError::Unknown`], [`ManageError::Unavailable`].
    pub async fn reset_person(&self, by: Author, id: PersonId) -> Result<Invited, ManageError> {
        let now = self.parts.clock.now();
        let token = token::generate(&*self.parts.entropy)?;
        let hash = TokenHash::of(token.reveal());
        let setup = self.change_person(by, &id, move |_, person| {
            Ok(person.clone().invited_anew(hash, now))
        });
        let person = known_person(&*setup.await?, &id)?.clone();
        self.parts.staff.end_sessions(&id, None).await?;
        Ok(Invited { person, token })
    }

    /// Removes a person, or takes an invitation back.
    ///
    /// # Errors
    /// [`ManageError::Unknown`]; [`ManageError::InUse`] for the last owner; [`ManageError::Unavailable`].
    pub async fn remove_person(&self, by: Author, id: PersonId) -> Result<(), ManageError> {
        let removed = id.clone();
        self.change(by, move |setup| {
            known_person(setup, &removed)?;
            check_owner_stays(setup, &removed)?;
            Ok(Change::Remove(SettingKey::Person(removed.clone())))
        })
        .await?;
        Ok(self.parts.staff.end_sessions(&id, None).await?)
    }

    /// Gives a person this role and these applications. Sessions of before are over.
    ///
    /// # Errors
    /// [`ManageError::Unknown`]; [`ManageError::InUse`] for the last owner; [`ManageError::Fields`] where the role needs a
    /// second factor and the person has none, or an application does not exist; [`ManageError::Unavailable`].
    pub async fn set_person_role(
        &self,
        by: Author,
        id: PersonId,
        role: Role,
        applications: Applications,
    ) -> Result<(), ManageError> {
        let change = self.change_person(by, &id, move |setup, person| {
            if role != Role::Owner {
                check_owner_stays(setup, &person.id)?;
            }
            check_applications(setup, role, &applications)?;
            let lacks_factor = person.credentials().is_some() && person.second_factor().is_none();
            if role.needs_second_factor() && lacks_factor {
                return Err(ManageError::rule("role", Rule::NeedsSecondFactor));
            }
            Ok(person.clone().in_role(role, applications.clone()))
        });
        change.await?;
        Ok(self.parts.staff.end_sessions(&id, None).await?)
    }

    /// Returns the person whom the link with this end invites now.
    #[must_use]
    pub fn person_invited_by(&self, token: &str) -> Option<Person> {
        let (setup, now) = (self.setup(), self.parts.clock.now());
        let token = TokenHash::of(token);
        let mut people = setup.people.values();
        let invited = people.find(|person| person.is_invited_by(&token, now));
        invited.map(|person| (**person).clone())
    }

    /// Accepts an invitation: the person can sign in from now on. Returns the person, and the recovery codes where it has a
    /// second factor, shown this once. `by` says where from.
    ///
    /// # Errors
    /// [`ManageError::Unknown`] where the link is good no longer; [`ManageError::Fields`]; [`ManageError::Unavailable`].
    pub async fn accept_invitation(
        &self,
        by: Author,
        token: &str,
        welcome: Welcome,
    ) -> Result<(Person, Vec<Secret>), ManageError> {
        let no_link = || ManageError::Unknown("invitation by this link".to_owned());
        let invited = self.person_invited_by(token).ok_or_else(no_link)?;
        let (factor, codes) = self.check_welcome(&invited, &welcome)?;
        let name = PersonName::parse(&welcome.name).ok_or_else(no_link)?;
        let password = self.passwords.hash(welcome.password.reveal()).await?;
        let credentials = Credentials {
            password,
            second_factor: factor,
        };
        let by = Author {
            who: Actor::Person(name.to_string()),
            ..by
        };
        let (hash, now) = (TokenHash::of(token), self.parts.clock.now());
        let setup = self.change_person(by, &invited.id, move |setup, person| {
            if !person.is_invited_by(&hash, now) {
                return Err(ManageError::Unknown("invitation by this link".to_owned()));
            }
            check_name(setup, Some(&name), &person.id)?;
            let named = Person {
                name: Some(name.clone()),
                ..person.clone()
            };
            Ok(named.with_credentials(credentials.clone()))
        });
        let person = known_person(&*setup.await?, &invited.id)?.clone();
        // The code that was typed is used up, as at any other time.
        let wall = self.parts.clock.wall();
        if let Some(step) = welcome.totp.step_of(&welcome.code, wall, None) {
            self.parts.staff.use_step(&person.id, step).await?;
        }
        Ok((person, codes))
    }

    /// Judges what was filled in, and makes the second factor, with its codes.
    fn check_welcome(
        &self,
        invited: &Person,
        welcome: &Welcome,
    ) -> Result<(Option<SecondFactor>, Vec<Secret>), ManageError> {
        let mut broken = Vec::new();
        match PersonName::parse(&welcome.name) {
            None => broken.push(BrokenField::new("name", Rule::PersonName)),
            Some(name) => {
                if check_name(&self.setup(), Some(&name), &invited.id).is_err() {
                    broken.push(BrokenField::new("name", Rule::PersonNameTaken));
                }
            }
        }
        if let Err(why) = password::judge(&welcome.name, welcome.password.reveal()) {
            broken.push(BrokenField::new("password", Rule::Password(why)));
        }
        let wants_factor = !welcome.code.is_empty() || invited.role.needs_second_factor();
        let wall = self.parts.clock.wall();
        if wants_factor && welcome.totp.step_of(&welcome.code, wall, None).is_none() {
            broken.push(BrokenField::new("code", Rule::Code));
        }
        if let Some(broken) = BrokenFields::of(broken) {
            return Err(ManageError::Fields(broken));
        }
        if !wants_factor {
            return Ok((None, Vec::new()));
        }
        let (codes, recovery) = RecoveryCodes::generate(&*self.parts.entropy)?;
        let totp = welcome.totp.clone();
        Ok((Some(SecondFactor { totp, recovery }), codes))
    }

    /// Changes a person as `change` says.
    pub(super) async fn change_person(
        &self,
        by: Author,
        id: &PersonId,
        change: impl Fn(&Setup, &Person) -> Result<Person, ManageError> + Send + Sync + 'static,
    ) -> Result<Arc<Setup>, ManageError> {
        let id = id.clone();
        self.change(by, move |setup| {
            let changed = change(setup, known_person(setup, &id)?)?;
            Ok(Change::Put(Setting::Person(changed)))
        })
        .await
    }
}

/// Returns the person `id`.
pub(super) fn known_person<'a>(setup: &'a Setup, id: &PersonId) -> Result<&'a Person, ManageError> {
    let person = setup.people.get(id).map(|person| &**person);
    person.ok_or_else(|| ManageError::Unknown("person with this id".to_owned()))
}

/// Refuses a name that somebody else has.
fn check_name(setup: &Setup, name: Option<&PersonName>, id: &PersonId) -> Result<(), ManageError> {
    let named = name.and_then(|name| setup.person_named(name));
    match named.filter(|person| person.id != *id) {
        Some(_) => Err(BrokenField::new("name", Rule::PersonNameTaken).into()),
        None => Ok(()),
    }
}

fn check_owner_stays(setup: &Setup, id: &PersonId) -> Result<(), ManageError> {
    let people = setup.people.values().map(|person| &**person);
    owners::may_go(people, id).map_err(|_| ManageError::InUse {
        by: "the deployment, of which this is the last owner".to_owned(),
    })
}

/// Refuses applications that do not exist, none at all, and some for an owner, who keeps the whole deployment.
fn check_applications(
    setup: &Setup,
    role: Role,
    applications: &Applications,
) -> Result<(), ManageError> {
    let Applications::Only(these) = applications else {
        return Ok(());
    };
    let are_there = these.iter().all(|id| setup.application(id).is_some());
    match role != Role::Owner && !these.is_empty() && are_there {
        true => Ok(()),
        false => Err(BrokenField::new("applications", Rule::ApplicationsOfPerson).into()),
    }
}
