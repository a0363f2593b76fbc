//! The sessions of people who are signed in.
//!
//! A session is named by 32 random bytes, which only the browser has: kept is their SHA-256. It ends 30 minutes after the last
//! page that the person opened, and 12 hours after it began. Pages that refresh themselves keep no session alive. In development
//! sessions are in memory, and end with the process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use countersign_core::entropy::{Entropy, EntropyError, random_hex};
use countersign_core::id::MessageId;
use countersign_core::phone::PhoneNumber;
use countersign_core::time::{Clock, Timestamp};
use sha2::{Digest as _, Sha256};

use super::cookie::Cookie;
use super::language::Language;
use super::shell::Theme;
use crate::operator::Role;

/// The time after the last page at which a session ends.
const IDLE: Duration = Duration::from_secs(30 * 60);

/// The longest life of a session.
const LONGEST: Duration = Duration::from_secs(12 * 3_600);

/// The time for which a number that was searched for stays in a page's address as a handle.
const HANDLE: Duration = Duration::from_secs(30 * 60);

/// The time for which a number that a person asked to see stays shown.
const REVEALED: Duration = Duration::from_secs(5 * 60);

/// The time in which a person may see [`REVEALS`] numbers.
const REVEAL_WINDOW: Duration = Duration::from_secs(3_600);

/// The most numbers that a person may see in an hour.
const REVEALS: usize = 20;

/// The most sessions at once. One more ends the one that was used least lately.
const MOST: usize = 1_000;

/// The most handles of a session. One more ends the oldest.
const HANDLES: usize = 32;

/// A person who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) name: Arc<str>,
    pub(super) role: Role,
}

/// A session, as a page sees it.
#[derive(Debug, Clone)]
pub(super) struct Session {
    id: SessionId,
    pub(super) person: Person,
    /// The language that the person chose.
    pub(super) language: Option<Language>,
    /// The colours that the person chose.
    pub(super) theme: Theme,
}

/// The SHA-256 of the token of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct SessionId([u8; 32]);

/// Everything that is kept about a session.
struct Kept {
    person: Person,
    language: Option<Language>,
    theme: Theme,
    begun: Timestamp,
    seen: Timestamp,
    /// The numbers that were searched for, by handle, the newest last.
    handles: Vec<(String, PhoneNumber, Timestamp)>,
    /// The message whose number the person asked to see last, and when.
    revealed: Option<(MessageId, Timestamp)>,
}

/// The sessions of a service.
pub struct Sessions {
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    cookie: Cookie,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    sessions: HashMap<SessionId, Kept>,
    /// When each person asked to see a number, in the last hour: signing in anew changes nothing about it.
    reveals: HashMap<Arc<str>, Vec<Timestamp>>,
}

impl std::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sessions").finish_non_exhaustive()
    }
}

/// The reason why a person is not shown a number: too many were shown in the last hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooManyReveals {
    /// The time until the next may be shown.
    pub(super) wait: Duration,
}

impl Sessions {
    /// Makes the sessions of the service in development that is known at `url`.
    pub fn of_development(url: &str, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            clock,
            entropy,
            cookie: Cookie::of_development(url),
            held: Mutex::default(),
        }
    }

    /// Begins a session of `person`. Returns the header that gives the browser its token.
    ///
    /// # Errors
    /// [`EntropyError`].
    pub(super) fn begin(&self, person: Person) -> Result<HeaderValue, EntropyError> {
        let mut token = [0; 32];
        self.entropy.fill(&mut token)?;
        let token = BASE64_URL_SAFE_NO_PAD.encode(token);
        let given = self.cookie.give(&token).ok_or(EntropyError)?;
        let now = self.clock.now();
        let mut held = self.held();
        held.sessions.retain(|_, kept| kept.is_alive(now));
        if held.sessions.len() >= MOST {
            let oldest = held.sessions.iter().min_by_key(|(_, kept)| kept.seen);
            let oldest = oldest.map(|(id, _)| *id);
            oldest.and_then(|id| held.sessions.remove(&id));
        }
        let kept = Kept {
            person,
            language: None,
            theme: Theme::default(),
            begun: now,
            seen: now,
            handles: Vec::new(),
            revealed: None,
        };
        held.sessions.insert(SessionId::of(&token), kept);
        Ok(given)
    }

    /// Returns the session whose token a request shows, if it is alive. It stays alive for another 30 minutes where a person
    /// made the request, and not a page by itself.
    pub(super) fn find(&self, headers: &HeaderMap) -> Option<Session> {
        let id = SessionId::of(self.cookie.shown(headers)?);
        let now = self.clock.now();
        let mut held = self.held();
        let kept = held.sessions.get_mut(&id)?;
        if !kept.is_alive(now) {
            held.sessions.remove(&id);
            return None;
        }
        let mode = headers.get("sec-fetch-mode");
        if mode.is_none_or(|mode| mode == "navigate") {
            kept.seen = now;
        }
        Some(Session {
            id,
            person: kept.person.clone(),
            language: kept.language,
            theme: kept.theme,
        })
    }

    /// Ends a session. Returns the header that takes the token from the browser.
    pub(super) fn end(&self, session: &Session) -> Option<HeaderValue> {
        self.held().sessions.remove(&session.id);
        self.cookie.take()
    }

    /// Keeps the choices of a person for the session.
    pub(super) fn choose(&self, session: &Session, language: Option<Language>, theme: Theme) {
        if let Some(kept) = self.held().sessions.get_mut(&session.id) {
            (kept.language, kept.theme) = (language, theme);
        }
    }

    /// Returns a handle that stands for `phone` in addresses, for this session and 30 minutes.
    ///
    /// # Errors
    /// [`EntropyError`].
    pub(super) fn handle(
        &self,
        session: &Session,
        phone: PhoneNumber,
    ) -> Result<String, EntropyError> {
        let handle = format!("~{}", random_hex::<8>(&*self.entropy)?);
        let now = self.clock.now();
        if let Some(kept) = self.held().sessions.get_mut(&session.id) {
            kept.handles.retain(|(_, _, at)| now < at.after(HANDLE));
            if kept.handles.len() >= HANDLES {
                kept.handles.remove(0);
            }
            kept.handles.push((handle.clone(), phone, now));
        }
        Ok(handle)
    }

    /// Returns the number that `handle` stands for; `None` where it ended, or is another session's.
    pub(super) fn number(&self, session: &Session, handle: &str) -> Option<PhoneNumber> {
        let now = self.clock.now();
        let held = self.held();
        let handles = &held.sessions.get(&session.id)?.handles;
        let known = handles.iter().find(|(known, ..)| known == handle);
        let (_, phone, at) = known?;
        (now < at.after(HANDLE)).then(|| phone.clone())
    }

    /// Counts that the person of a session asks to see a number.
    ///
    /// # Errors
    /// [`TooManyReveals`].
    pub(super) fn count_reveal(&self, session: &Session) -> Result<(), TooManyReveals> {
        let now = self.clock.now();
        let mut held = self.held();
        let reveals = held
            .reveals
            .entry(Arc::clone(&session.person.name))
            .or_default();
        reveals.retain(|at| now < at.after(REVEAL_WINDOW));
        match reveals.first() {
            Some(first) if reveals.len() >= REVEALS => Err(TooManyReveals {
                wait: now.until(first.after(REVEAL_WINDOW)),
            }),
            _ => {
                reveals.push(now);
                Ok(())
            }
        }
    }

    /// Shows the number of `message` in this session, for five minutes.
    pub(super) fn reveal(&self, session: &Session, message: MessageId) {
        let now = self.clock.now();
        if let Some(kept) = self.held().sessions.get_mut(&session.id) {
            kept.revealed = Some((message, now));
        }
    }

    /// Returns whether the number of `message` is shown in this session now.
    pub(super) fn reveals(&self, session: &Session, message: MessageId) -> bool {
        let now = self.clock.now();
        let held = self.held();
        let kept = held.sessions.get(&session.id);
        let revealed = kept.and_then(|kept| kept.revealed);
        revealed.is_some_and(|(shown, at)| shown == message && now < at.after(REVEALED))
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn is_alive(&self, now: Timestamp) -> bool {
        now < self.seen.after(IDLE) && now < self.begun.after(LONGEST)
    }
}

impl SessionId {
    fn of(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }
}
