//! Signing in: a password, then a second factor where there is one, each within the pace of tries.

use std::time::Duration;

use countersign_core::audit::{Act, Actor, Author, Target, Verb};
use countersign_core::language::LanguageTag;
use countersign_core::ports::setup::Setup;
use countersign_core::secret::Secret;
use countersign_core::staff::pace::Tried;
use countersign_core::staff::password;
use countersign_core::staff::person::{
    Credentials, Person, PersonId, PersonName, SecondFactor, Status,
};
use countersign_core::zone::Zone;

use super::staff::known_person;
use super::{BrokenField, Manage, ManageError, Rule};
use crate::passwords::Compared;

/// What a try at signing in found.
#[derive(Debug)]
pub enum Proof {
    /// Right: it is this person.
    Right(Box<Person>),
    /// Wrong, for a reason that nobody is told.
    Wrong,
    /// Not judged: there were too many tries, and the next is after this time.
    TooMany(Duration),
}

impl Manage {
    /// Judges a name and a password. Names that nobody has take the same time.
    ///
    /// # Errors
    /// [`ManageError::Unavailable`] where the store is down, or too many passwords are compared at once.
    pub async fn prove_password(
        &self,
        by: &Author,
        name: &str,
        password: &str,
    ) -> Result<Proof, ManageError> {
        // What nobody can be called counts as one name.
        let name = PersonName::parse(name).or_else(|| PersonName::parse("?"));
        let name = name.ok_or(ManageError::Internal)?;
        if let Some(wait) = self.count_try(by, &name).await? {
            return Ok(Proof::TooMany(wait));
        }
        let setup = self.setup();
        let person = setup.person_named(&name);
        let kept = person.and_then(Person::credentials);
        let kept = kept.map(|credentials| &credentials.password);
        let compared = self.passwords.compare(kept, password).await?;
        let Some(person) = person.filter(|_| compared != Compared::Wrong) else {
            self.record_failure(by, &setup, &name);
            return Ok(Proof::Wrong);
        };
        self.take_back(by).await?;
        if compared == Compared::RightAndOld {
            self.hash_anew(person, password).await;
        }
        Ok(Proof::Right(Box::new(person.clone())))
    }

    /// Judges a code of the person's authenticator app, or a recovery code, which is used up.
    ///
    /// # Errors
    /// [`ManageError::Unavailable`].
    pub async fn prove_code(
        &self,
        by: &Author,
        person: &Person,
        code: &str,
    ) -> Result<Proof, ManageError> {
        let (Some(name), Some(factor)) = (&person.name, person.second_factor()) else {
            return Ok(Proof::Wrong);
        };
        if let Some(wait) = self.count_try(by, name).await? {
            return Ok(Proof::TooMany(wait));
        }
        let is_right = match self.use_step(person, factor, code).await? {
            true => true,
            false => self.use_recovery_code(by, person, code).await?,
        };
        if !is_right {
            self.record_failure(by, &self.setup(), name);
            return Ok(Proof::Wrong);
        }
        self.take_back(by).await?;
        let setup = self.setup();
        Ok(Proof::Right(Box::new(
            known_person(&setup, &person.id)?.clone(),
        )))
    }

    /// Records that a person has signed in, or out.
    ///
    /// # Errors
    /// [`ManageError::Unavailable`].
    pub async fn record_of_person(
        &self,
        by: Author,
        verb: Verb,
        person: &Person,
    ) -> Result<(), ManageError> {
        let name = person.name.as_ref().map(ToString::to_string);
        let by = Author {
            who: Actor::Person(name.unwrap_or_default()),
            ..by
        };
        let target = Target::new("person", person.id.to_string());
        let act = Act::outside(by, verb, target, &[]);
        Ok(self.parts.audit.record(act).await?)
    }

    /// Gives a person another password. All sessions are over.
    ///
    /// # Errors
    /// [`ManageError::Fields`] where it breaks a rule; [`ManageError::Unavailable`].
    pub async fn change_password(
        &self,
        by: Author,
        person: &Person,
        new: &str,
    ) -> Result<Person, ManageError> {
        let name = person.name.as_ref().map(ToString::to_string);
        password::judge(&name.unwrap_or_default(), new)
            .map_err(|why| BrokenField::new("new-password", Rule::Password(why)))?;
        let password = self.passwords.hash(new).await?;
        let change = move |credentials: &mut Credentials| credentials.password = password.clone();
        self.change_credentials(by, person, change).await
    }

    /// Keeps the language, the colours and the time zone of a person's pages.
    ///
    /// # Errors
    /// [`ManageError::Unavailable`].
    pub async fn set_looks(
        &self,
        by: Author,
        id: &PersonId,
        (language, theme, zone): (Option<LanguageTag>, String, Zone),
    ) -> Result<(), ManageError> {
        let change = self.change_person(by, id, move |_, person| {
            Ok(Person {
                language: language.clone(),
                theme: theme.clone(),
                zone: zone.clone(),
                ..person.clone()
            })
        });
        change.await.map(drop)
    }

    pub(super) async fn change_credentials(
        &self,
        by: Author,
        person: &Person,
        change: impl Fn(&mut Credentials) + Send + Sync + 'static,
    ) -> Result<Person, ManageError> {
        let setup = self.change_person(by, &person.id, move |_, person| {
            let Status::Active(credentials) = &person.status else {
                return Err(ManageError::Unknown("person with a password".to_owned()));
            };
            let mut credentials = credentials.clone();
            change(&mut credentials);
            Ok(person.clone().with_credentials(credentials))
        });
        let changed = known_person(&*setup.await?, &person.id)?.clone();
        self.parts.staff.end_sessions(&person.id, None).await?;
        Ok(changed)
    }

    /// Counts a try by its name and its address; returns the time to wait where there were too many.
    async fn count_try(
        &self,
        by: &Author,
        name: &PersonName,
    ) -> Result<Option<Duration>, ManageError> {
        let (now, request) = (
            self.parts.clock.now(),
            by.request.ok_or(ManageError::Internal)?,
        );
        let address = by.from.map(Tried::from_address);
        let tried = address.into_iter().chain([Tried::with_name(name)]);
        let counted = self.parts.staff.count(tried.collect(), request, now);
        Ok(counted.await?)
    }

    async fn take_back(&self, by: &Author) -> Result<(), ManageError> {
        match by.request {
            Some(request) => Ok(self.parts.staff.take_back(request).await?),
            None => Ok(()),
        }
    }

    async fn use_step(
        &self,
        person: &Person,
        factor: &SecondFactor,
        code: &str,
    ) -> Result<bool, ManageError> {
        let used = self.parts.staff.used_step(&person.id).await?;
        match factor.totp.step_of(code, self.parts.clock.wall(), used) {
            Some(step) => Ok(self.parts.staff.use_step(&person.id, step).await?),
            None => Ok(false),
        }
    }

    async fn use_recovery_code(
        &self,
        by: &Author,
        person: &Person,
        code: &str,
    ) -> Result<bool, ManageError> {
        let (code, name) = (Secret::new(code.to_owned()), person.name.as_ref());
        if person.without_recovery_code(code.reveal()).is_none() {
            return Ok(false);
        }
        let by = Author {
            who: Actor::Person(name.map(ToString::to_string).unwrap_or_default()),
            ..by.clone()
        };
        let used = self.change_person(by, &person.id, move |_, person| {
            let without = person.without_recovery_code(code.reveal());
            without.ok_or_else(|| BrokenField::new("code", Rule::Code).into())
        });
        match used.await {
            Ok(_) => Ok(true),
            Err(ManageError::Fields(_)) => Ok(false), // another request came first
            Err(error) => Err(error),
        }
    }

    /// Records a failure of somebody who exists, while its caller has its answer: a stranger learns nothing from the time.
    fn record_failure(&self, by: &Author, setup: &Setup, name: &PersonName) {
        let Some(person) = setup.person_named(name) else {
            return;
        };
        let target = Target::new("person", person.id.to_string());
        let stranger = Author {
            who: Actor::Person(String::new()),
            ..by.clone()
        };
        let act = Act::outside(stranger, Verb::SignInFailed, target, &[]);
        let audit = std::sync::Arc::clone(&self.parts.audit);
        self.parts.tasks.spawn(async move {
            if let Err(error) = audit.record(act).await {
                tracing::error!(%error, "a failure to sign in could not be recorded");
            }
        });
    }

    /// Keeps a password by a hash that costs what new ones do. Where that fails, the next right use does it.
    async fn hash_anew(&self, person: &Person, typed: &str) {
        let Ok(password) = self.passwords.hash(typed).await else {
            return;
        };
        let old = person
            .credentials()
            .map(|credentials| credentials.password.clone());
        let changed = self.change_person(Author::service(), &person.id, move |_, person| {
            let mut person = person.clone();
            if let Status::Active(credentials) = &mut person.status
                && Some(&credentials.password) == old.as_ref()
            {
                credentials.password = password.clone();
            }
            Ok(person)
        });
        let _ = changed.await;
    }
}
