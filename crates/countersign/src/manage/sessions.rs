//! Where people are signed in to the console: list and end their sessions.

use countersign_core::audit::{Act, Author, Target, Verb};
use countersign_core::staff::person::Person;
use countersign_core::staff::session::Session;
use countersign_core::staff::token::TokenHash;

use super::{Manage, ManageError};

/// The sessions of a person that are ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EndedSessions {
    /// The one of this name.
    One(String),
    /// All but the one with this id.
    Others(TokenHash),
    /// All.
    All,
}

impl Manage {
    /// Returns the sessions of a person that are alive, the one that was used last first.
    ///
    /// # Errors
    /// [`ManageError::Unavailable`].
    pub async fn sessions_of(&self, person: &Person) -> Result<Vec<Session>, ManageError> {
        let now = self.parts.clock.now();
        let mut all = self.parts.staff.sessions_of(&person.id).await?;
        all.retain(|session| session.is_alive(person, now));
        all.sort_by_key(|session| std::cmp::Reverse(session.seen));
        Ok(all)
    }

    /// Ends sessions of a person. The act is on record first.
    ///
    /// # Errors
    /// [`ManageError::Unknown`] where the one to end is not there; [`ManageError::Unavailable`].
    pub async fn end_sessions(
        &self,
        by: Author,
        person: &Person,
        which: EndedSessions,
    ) -> Result<(), ManageError> {
        let (fact, ended) = match &which {
            EndedSessions::One(name) => {
                let all = self.sessions_of(person).await?;
                let one = all.into_iter().find(|session| session.name() == *name);
                let unknown = || ManageError::Unknown("session with this id".to_owned());
                (name.as_str(), Some(one.ok_or_else(unknown)?.id))
            }
            EndedSessions::Others(_) => ("others", None),
            EndedSessions::All => ("all", None),
        };
        let target = Target::new("person", person.id.to_string());
        let facts = [("sessions", fact)];
        let act = Act::outside(by, Verb::SessionsEnded, target, &facts);
        self.parts.audit.record(act).await?;
        let staff = &self.parts.staff;
        match (ended, which) {
            (Some(one), _) => staff.end_session(one).await?,
            (None, EndedSessions::Others(but)) => staff.end_sessions(&person.id, Some(but)).await?,
            (None, _) => staff.end_sessions(&person.id, None).await?,
        }
        Ok(())
    }
}
