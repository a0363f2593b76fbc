//! A person who works with the console, from the invitation on.

use std::fmt;
use std::time::Duration;

use super::recovery::RecoveryCodes;
use super::role::{Applications, Role};
use super::token::TokenHash;
use super::totp::TotpSecret;
use crate::entropy::{Entropy, EntropyError, random_hex};
use crate::language::LanguageTag;
use crate::printable::is_printable;
use crate::secret::Secret;
use crate::time::Timestamp;
use crate::zone::Zone;

/// The life of the link of an invitation.
pub const INVITATION: Duration = Duration::from_secs(3_600);

/// The id of a person: 16 hexadecimal digits. It stays when the name changes, and is never given again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonId(String);

impl PersonId {
    /// Makes an id.
    ///
    /// # Errors
    /// [`EntropyError`] when the random source fails.
    pub fn generate(entropy: &dyn Entropy) -> Result<Self, EntropyError> {
        random_hex::<8>(entropy).map(Self)
    }

    /// Reads 16 hexadecimal digits in lower case; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_digit = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
        let is_id = text.len() == 16 && text.chars().all(is_digit);
        is_id.then(|| Self(text.to_owned()))
    }

    /// Returns the digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name by which a person signs in: 1 to 64 printable characters. Two names that differ in case alone are the same.
#[derive(Debug, Clone)]
pub struct PersonName(String);

impl PersonName {
    /// The most characters of a name.
    pub const MOST: usize = 64;

    /// Reads a name, without the spaces around it; `None` where it is none.
    ///
    /// ```
    /// # use countersign_core::staff::person::PersonName;
    /// assert_eq!(PersonName::parse(" Lin "), PersonName::parse("lin"));
    /// assert_eq!(PersonName::parse("  "), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let count = text.chars().count();
        let is_name = (1..=Self::MOST).contains(&count) && text.chars().all(is_printable);
        is_name.then(|| Self(text.to_owned()))
    }

    /// Returns the name as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the text that is equal for equal names.
    #[must_use]
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

impl PartialEq for PersonName {
    fn eq(&self, other: &Self) -> bool {
        self.folded() == other.folded()
    }
}

impl Eq for PersonName {}

impl fmt::Display for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A person, or somebody who is invited to become one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The id.
    pub id: PersonId,
    /// The name; `None` for somebody who is invited and has not chosen one.
    pub name: Option<PersonName>,
    /// What the person may do.
    pub role: Role,
    /// With which applications.
    pub applications: Applications,
    /// The language of the person's pages; `None` for that of the browser.
    pub language: Option<LanguageTag>,
    /// The name of the colours of the person's pages, as the console calls them; empty for those of the browser.
    pub theme: String,
    /// The time zone of the person's pages.
    pub zone: Zone,
    /// How the person proves who it is.
    pub status: Status,
    /// Counts up with each change after which earlier sessions are over: of password, second factor, role, applications.
    pub epoch: u32,
    /// The time of the first invitation.
    pub created_at: Timestamp,
}

/// How a person proves who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// By the link of an invitation, and not in another way.
    Invited(Invitation),
    /// By name and password, and by the second factor where there is one.
    Active(Credentials),
}

/// The link that lets somebody choose a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// The hash of the end of the link.
    pub token: TokenHash,
    /// The time from which on it is good no longer.
    pub ends: Timestamp,
}

/// What a person signs in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// What is kept of the password: a text that says how to compare, such as a PHC string.
    pub password: Secret,
    /// The second factor.
    pub second_factor: Option<SecondFactor>,
}

/// A proof beside the password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecondFactor {
    /// The secret of the authenticator app.
    pub totp: TotpSecret,
    /// The codes for the day on which the app is lost.
    pub recovery: RecoveryCodes,
}

impl Role {
    /// Whether people of this role need a second factor outside development.
    #[must_use]
    pub const fn needs_second_factor(self) -> bool {
        matches!(self, Self::Owner | Self::Operator)
    }
}

impl Person {
    /// Returns what the person signs in with, once the invitation was accepted.
    #[must_use]
    pub const fn credentials(&self) -> Option<&Credentials> {
        match &self.status {
            Status::Active(credentials) => Some(credentials),
            Status::Invited(_) => None,
        }
    }

    /// Returns the second factor, if there is one.
    #[must_use]
    pub fn second_factor(&self) -> Option<&SecondFactor> {
        self.credentials()?.second_factor.as_ref()
    }

    /// Returns whether `token` is the end of the person's link, and that is good at `now`.
    #[must_use]
    pub fn is_invited_by(&self, token: &TokenHash, now: Timestamp) -> bool {
        match &self.status {
            Status::Invited(invitation) => invitation.token == *token && now < invitation.ends,
            Status::Active(_) => false,
        }
    }

    /// Returns the person with a new invitation: the credentials of before, and every session, are over.
    #[must_use]
    pub fn invited_anew(self, token: TokenHash, now: Timestamp) -> Self {
        let ends = now.after(INVITATION);
        let status = Status::Invited(Invitation { token, ends });
        self.with_status(status)
    }

    /// Returns the person with other credentials: every earlier session is over.
    #[must_use]
    pub fn with_credentials(self, credentials: Credentials) -> Self {
        self.with_status(Status::Active(credentials))
    }

    /// Returns the person without a recovery code, if `code` is one that is not used. Sessions go on.
    #[must_use]
    pub fn without_recovery_code(&self, code: &str) -> Option<Self> {
        let mut person = self.clone();
        let Status::Active(credentials) = &mut person.status else {
            return None;
        };
        let factor = credentials.second_factor.as_mut()?;
        factor.recovery = factor.recovery.without(code)?;
        Some(person)
    }

    /// Returns the person in another role, or with other applications: every earlier session is over.
    #[must_use]
    pub fn in_role(self, role: Role, applications: Applications) -> Self {
        Self {
            role,
            applications,
            epoch: self.epoch.saturating_add(1),
            ..self
        }
    }

    fn with_status(self, status: Status) -> Self {
        Self {
            status,
            epoch: self.epoch.saturating_add(1),
            ..self
        }
    }
}
