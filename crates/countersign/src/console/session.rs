//! The sessions of people who are signed in.
//!
//! A session is named by 32 random bytes, which only the browser has; the store keeps it by their SHA-256, sealed
//! ([`Staff`]). It ends 30 minutes after the last page that the person opened, and 12 hours after it began. Pages that
//! refresh themselves keep no session alive. In development four people are there who sign in by a button; the way
//! through the session is that of everybody else.
//!
//! What a session shows for a while (numbers that were searched for, or that a person asked to see) stands in the addresses of
//! its pages, as [handles](Handles). So any node can show it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};
use countersign_core::entropy::{Entropy, EntropyError};
use countersign_core::id::{MessageId, RequestId};
use countersign_core::phone::PhoneNumber;
use countersign_core::ports::StoreError;
use countersign_core::ports::setup::SetupStore;
use countersign_core::ports::staff::Staff;
use countersign_core::secret::Secret;
use countersign_core::staff::pace::Tried;
use countersign_core::staff::person::{Person as Record, PersonId};
use countersign_core::staff::session::{Session as Kept, Stage};
use countersign_core::staff::token::{self, TokenHash};
use countersign_core::time::{Clock, Timestamp};
use countersign_core::zone::Zone;

use super::cookie::Cookie;
use super::development;
use super::handle::{Handles, Says};
use super::keys;
use super::language::Language;
use super::shell::Theme;
use crate::operator::{Access, Role};

/// The most characters that are kept of what a browser calls itself.
const BROWSER: usize = 120;

/// A person who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) id: PersonId,
    pub(super) name: Arc<str>,
    pub(super) role: Role,
    /// What the person may do, and with which applications.
    pub(super) access: Access,
}

/// A session, as a page sees it.
#[derive(Debug, Clone)]
pub(super) struct Session {
    pub(super) kept: Kept,
    pub(super) person: Person,
    /// How the person's pages look.
    pub(super) looks: Looks,
    /// Whether the service is one for development.
    pub(super) is_development: bool,
    handles: Handles,
}

/// How the pages of a person look, as the person chose.
#[derive(Debug, Clone, Default)]
pub(super) struct Looks {
    /// `None`: as the browser asks.
    pub(super) language: Option<Language>,
    pub(super) theme: Theme,
    /// The zone of times and days.
    pub(super) zone: Zone,
    /// Whether single keys lead to pages.
    pub(super) keys: bool,
}

/// The parts that [`Sessions`] work with.
#[derive(Clone)]
pub struct SessionParts {
    /// The time by which sessions end.
    pub clock: Arc<dyn Clock>,
    /// The source of tokens.
    pub entropy: Arc<dyn Entropy>,
    /// Keeps sessions.
    pub staff: Arc<dyn Staff>,
    /// Keeps people.
    pub setup: Arc<dyn SetupStore>,
}

impl std::fmt::Debug for SessionParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SessionParts").finish_non_exhaustive()
    }
}

/// The sessions of a service.
#[derive(Debug)]
pub struct Sessions {
    parts: SessionParts,
    /// The address of the console, without a path; `None` where there is no console.
    url: Option<String>,
    cookie: Cookie,
    is_development: bool,
    choices: Mutex<HashMap<PersonId, Looks>>,
}

impl Sessions {
    /// Makes the sessions of the service in development that is known at `url`.
    #[must_use]
    pub fn of_development(url: &str, parts: SessionParts) -> Self {
        Self {
            is_development: true,
            ..Self::at(Some(url.to_owned()), Cookie::of_development(url), parts)
        }
    }

    /// Makes the sessions of a service whose console is at `url`; `None` where it has none.
    #[must_use]
    pub fn of_production(url: Option<String>, parts: SessionParts) -> Self {
        let cookie = Cookie::of_production(url.as_deref().unwrap_or_default());
        Self::at(url, cookie, parts)
    }

    fn at(url: Option<String>, cookie: Cookie, parts: SessionParts) -> Self {
        Self {
            parts,
            url,
            cookie,
            is_development: false,
            choices: Mutex::default(),
        }
    }

    /// Returns whether the service has a console.
    pub(crate) fn is_served(&self) -> bool {
        self.url.is_some()
    }

    /// Returns whether people sign in by a button for each role.
    pub(super) fn is_of_development(&self) -> bool {
        self.is_development
    }

    /// The origin of the console's pages: scheme, host and port. `None` in development, where it is that of the host that a
    /// request names.
    pub(super) fn origin(&self) -> Option<&str> {
        self.url.as_deref().filter(|_| !self.is_development)
    }

    /// Whether people reach the console by https.
    pub(crate) fn is_https(&self) -> bool {
        self.url
            .as_deref()
            .is_some_and(|url| url.starts_with("https://"))
    }

    /// The link of an invitation with this token.
    pub(crate) fn welcome(&self, token: &Secret) -> String {
        let url = self.url.as_deref().unwrap_or_default();
        format!("{url}/console/welcome/{}", token.reveal())
    }

    /// The name of the service in authenticator apps: the host of the console.
    pub(super) fn issuer(&self) -> &str {
        let url = self.url.as_deref().unwrap_or_default();
        url.split_once("://").map_or(url, |(_, host)| host)
    }

    /// Begins a session of `person`, who has come as far as `stage`. Returns the header that gives the browser its token.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(super) async fn begin(
        &self,
        person: &Record,
        stage: Stage,
        flash: Option<String>,
        (from, headers): (Option<IpAddr>, &HeaderMap),
    ) -> Result<HeaderValue, StoreError> {
        let no_token = || StoreError::Unavailable("the random source failed".to_owned());
        let token = token::generate(&*self.parts.entropy).map_err(|_| no_token())?;
        let given = self.cookie.give(token.reveal()).ok_or_else(no_token)?;
        let now = self.now();
        let browser = headers.get(header::USER_AGENT);
        let browser = browser.and_then(|browser| browser.to_str().ok());
        let session = Kept {
            id: TokenHash::of(token.reveal()),
            person: person.id.clone(),
            epoch: person.epoch,
            stage,
            begun: now,
            seen: now,
            from,
            browser: browser.unwrap_or_default().chars().take(BROWSER).collect(),
            flash,
        };
        self.parts.staff.begin_session(session, now).await?;
        Ok(given)
    }

    /// The stage of somebody who has proved everything now.
    pub(super) fn signed_in(&self) -> Stage {
        Stage::SignedIn { fresh: self.now() }
    }

    /// Returns the session whose token a request shows, if it is alive and its person is signed in. It stays alive for another
    /// 30 minutes where a person made the request, and not a page by itself.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(super) async fn find(&self, headers: &HeaderMap) -> Result<Option<Session>, StoreError> {
        let Some((mut kept, record)) = self.alive(headers).await? else {
            return Ok(None);
        };
        if matches!(kept.stage, Stage::CodeAwaited { .. }) {
            return Ok(None);
        }
        let (now, mode) = (self.now(), headers.get("sec-fetch-mode"));
        if mode.is_none_or(|mode| mode == "navigate") && kept.is_to_note(now) {
            kept.seen = now;
            self.parts.staff.keep_session(kept.clone()).await?;
        }
        let handles = self.cookie.shown(headers).and_then(Handles::of);
        let Some(handles) = handles else {
            return Ok(None);
        };
        let looks = Looks {
            keys: keys::are_on(headers),
            ..self.chosen(&record)
        };
        Ok(Some(Session {
            kept,
            person: Person {
                id: record.id,
                name: record
                    .name
                    .map_or_else(|| "".into(), |name| name.as_str().into()),
                access: Access::of(record.role, record.applications),
                role: record.role,
            },
            looks,
            is_development: self.is_development,
            handles,
        }))
    }

    /// Returns the session of somebody whose second factor is awaited, and the person.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(super) async fn waiting(
        &self,
        headers: &HeaderMap,
    ) -> Result<Option<(Kept, Record)>, StoreError> {
        let alive = self.alive(headers).await?;
        Ok(alive.filter(|(kept, _)| matches!(kept.stage, Stage::CodeAwaited { .. })))
    }

    /// Returns whether the session whose token a request shows is alive and its person is signed in. It stays alive no longer for
    /// that.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(super) async fn is_alive(&self, headers: &HeaderMap) -> Result<bool, StoreError> {
        let alive = self.alive(headers).await?;
        Ok(alive.is_some_and(|(kept, _)| !matches!(kept.stage, Stage::CodeAwaited { .. })))
    }

    async fn alive(&self, headers: &HeaderMap) -> Result<Option<(Kept, Record)>, StoreError> {
        let Some(token) = self.cookie.shown(headers) else {
            return Ok(None);
        };
        let Some(kept) = self.parts.staff.session(TokenHash::of(token)).await? else {
            return Ok(None);
        };
        let person = self.person(&kept.person);
        let person = person.filter(|person| kept.is_alive(person, self.now()));
        Ok(person.map(|person| (kept, person)))
    }

    /// Returns the person with this id, as the person is now.
    pub(super) fn person(&self, id: &PersonId) -> Option<Record> {
        let setup = self.parts.setup.setup();
        let kept = setup.people.get(id).map(|person| (**person).clone());
        kept.or_else(|| development::person(id).filter(|_| self.is_development))
    }

    fn chosen(&self, person: &Record) -> Looks {
        let choices = self.choices.lock().unwrap_or_else(PoisonError::into_inner);
        choices.get(&person.id).cloned().unwrap_or_else(|| {
            let language = person.language.as_ref();
            Looks {
                language: language.and_then(|tag| Language::parse(tag.as_str())),
                theme: Theme::parse(&person.theme).unwrap_or_default(),
                zone: person.zone.clone(),
                keys: true,
            }
        })
    }

    /// Keeps the choices of one of the people of development, as long as the process lives.
    pub(super) fn choose(&self, person: &PersonId, looks: Looks) {
        let mut choices = self.choices.lock().unwrap_or_else(PoisonError::into_inner);
        choices.insert(person.clone(), looks);
    }

    /// Ends a session. Returns the header that takes the token from the browser.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(super) async fn end(&self, session: &Kept) -> Result<Option<HeaderValue>, StoreError> {
        self.parts.staff.end_session(session.id).await?;
        Ok(self.cookie.take())
    }

    /// Keeps a session as it is now.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(super) async fn keep(&self, session: Kept) -> Result<(), StoreError> {
        self.parts.staff.keep_session(session).await
    }

    /// Returns a handle that stands for `phone` in addresses, for this session and 30 minutes.
    ///
    /// # Errors
    /// [`EntropyError`].
    pub(super) fn handle(
        &self,
        session: &Session,
        phone: &PhoneNumber,
    ) -> Result<String, EntropyError> {
        let (entropy, now) = (&*self.parts.entropy, self.now());
        session
            .handles
            .make(entropy, Says::Number, phone.e164(), now)
    }

    /// Returns the number that `handle` stands for; `None` where it ended, or is another session's.
    pub(super) fn number(&self, session: &Session, handle: &str) -> Option<PhoneNumber> {
        let number = session.handles.read(Says::Number, handle, self.now())?;
        PhoneNumber::parse(&number, None).ok()
    }

    /// Counts that the person of a session asks to see a number. Returns the time to wait where too many were shown.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(super) async fn count_reveal(
        &self,
        session: &Session,
        request: RequestId,
    ) -> Result<Option<Duration>, StoreError> {
        let tried = vec![Tried::reveal_by(&session.person.id)];
        self.parts.staff.count(tried, request, self.now()).await
    }

    /// Returns a handle by which the page of `message` shows the whole number, for this session and five minutes.
    ///
    /// # Errors
    /// [`EntropyError`].
    pub(super) fn reveal(
        &self,
        session: &Session,
        message: MessageId,
    ) -> Result<String, EntropyError> {
        let (entropy, now) = (&*self.parts.entropy, self.now());
        let message = message.to_string();
        session.handles.make(entropy, Says::Shown, &message, now)
    }

    /// Returns whether `handle` lets the number of `message` be shown in this session now.
    pub(super) fn reveals(&self, session: &Session, message: MessageId, handle: &str) -> bool {
        let shown = session.handles.read(Says::Shown, handle, self.now());
        shown.is_some_and(|shown| shown == message.to_string())
    }

    pub(super) fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }
}
