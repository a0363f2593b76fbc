//! An entry of the console: one page or one act, the permission that it needs, and how it is served.

use std::pin::Pin;
use std::sync::Arc;

use axum::extract::{RawPathParams, Request, State};
use axum::http::{HeaderMap, Method};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{self, MethodRouter};
use countersign_core::audit::{Author, Door};
use countersign_core::id::RequestId;
use countersign_core::ports::StoreError;
use countersign_core::ports::setup::SetupVersion;
use countersign_core::time::Timestamp;
use countersign_core::zone::Zone;
use tower_http::compression::CompressionLayer;
use url::form_urlencoded;

use super::form::Form;
use super::form_page::VERSION;
use super::language::Language;
use super::pages::confirm;
use super::pages::refused::{self, Why};
use super::session::{Session, Sessions};
use super::shell::{Area, Shell};
use super::sign_in;
use super::told::{self, Told};
use super::waiting;
use super::when::Moment;
use super::words::Words;
use crate::http::AppState;
use crate::http::request::arrival::Arrival;
use crate::low_priority;
use crate::manage::ManageError;
use crate::operator::{Access, Applications, OperatorIdentity, Permission, Reach};

/// A page, or an act that a form of a page asks for.
pub(super) struct Entry {
    /// The address, with `{id}` where it has an id.
    pub(super) path: &'static str,
    /// GET for a page, POST for an act.
    pub(super) method: Method,
    /// What a person must be allowed to do.
    pub(super) needs: Permission,
    /// What it is about: the deployment as a whole, unless [`Entry::of_applications`] says otherwise.
    reach: Reach,
    /// The management endpoint that does the same; `None` for a page, and for an act about the person's own session.
    pub(super) twin: Option<&'static str>,
    /// Whether what a person asks for needs a fresh proof of who it is; `None` where nothing does. A page that needs one shows or
    /// gives away what a stolen session must not have.
    fresh: Option<Condition>,
    /// The page on which a person goes on after the proof, where the act has no page at its own address.
    page: Option<&'static str>,
    /// Whether the page may be compressed: its length then tells what is on it, so none that shows a secret may.
    is_compressed: bool,
    act: Act,
}

/// A condition on a request.
type Condition = fn(&Visit) -> bool;

/// The answer to a request, or the reason why there is none.
pub(super) type Answer = Result<Response, Why>;

type Answering = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// A handler without its type: the framework's code is compiled once for all of them.
type Act = Arc<dyn Fn(Visit) -> Answering + Send + Sync>;

/// A request of somebody who is signed in and may do what it asks.
pub(super) struct Visit {
    pub(super) state: AppState,
    pub(super) sessions: Arc<Sessions>,
    pub(super) session: Session,
    /// The language of the page.
    pub(super) language: Language,
    /// The time of the request.
    pub(super) now: Timestamp,
    /// The author of whatever the request changes.
    pub(super) by: Author,
    pub(super) request_id: RequestId,
    pub(super) headers: HeaderMap,
    /// The fields of the query.
    pub(super) query: Vec<(String, String)>,
    /// The form; empty for a page, unless the form came back to it.
    pub(super) form: Form,
    /// Whether the form of this page waited for a fresh proof.
    pub(super) is_returned: bool,
    /// What the act that led to this page did.
    told: Option<Told>,
    path: Vec<(String, String)>,
}

impl Entry {
    /// A page, which `show` makes.
    pub(super) fn page<F, A>(path: &'static str, needs: Permission, show: F) -> Self
    where
        F: Fn(Visit) -> A + Send + Sync + 'static,
        A: Future<Output = Answer> + Send + 'static,
    {
        Self {
            path,
            method: Method::GET,
            needs,
            reach: Reach::Deployment,
            twin: None,
            fresh: None,
            page: None,
            is_compressed: false,
            act: Arc::new(move |visit| Box::pin(show(visit))),
        }
    }

    /// An act, which the management endpoint `twin` does too.
    pub(super) fn act<F, A>(
        path: &'static str,
        needs: Permission,
        twin: Option<&'static str>,
        act: F,
    ) -> Self
    where
        F: Fn(Visit) -> A + Send + Sync + 'static,
        A: Future<Output = Answer> + Send + 'static,
    {
        Self {
            path,
            method: Method::POST,
            needs,
            reach: Reach::Deployment,
            twin,
            fresh: None,
            page: None,
            is_compressed: false,
            act: Arc::new(move |visit| Box::pin(act(visit))),
        }
    }

    /// The same, for people who are limited to some applications too: it keeps to those of the person.
    pub(super) fn of_applications(self) -> Self {
        Self {
            reach: Reach::Applications,
            ..self
        }
    }

    /// The same, for a person who has proved lately who it is: anybody else is led to [`confirm`], and
    /// then back to the form, which is filled as it was.
    pub(super) fn fresh(self) -> Self {
        self.fresh_where(|_| true)
    }

    /// The same as [`fresh`](Self::fresh) for requests that fit the condition.
    pub(super) fn fresh_where(self, condition: Condition) -> Self {
        Self {
            fresh: Some(condition),
            ..self
        }
    }

    /// The same for an act, or a file, without a page at its own address: its form or its link is on this page.
    pub(super) fn on_page(self, page: &'static str) -> Self {
        Self {
            page: Some(page),
            ..self
        }
    }

    /// The same, compressed for browsers that take it: a page that shows no secret.
    pub(super) fn compressed(self) -> Self {
        Self {
            is_compressed: true,
            ..self
        }
    }

    /// Leads to the page for a proof, and from there back to the page where the person goes on. A file has none of its own: its
    /// query is that of the page with its link.
    async fn lead_to_proof(&self, visit: &Visit, address: &str) -> Answer {
        let back = match (self.page, address.split_once('?')) {
            (None, _) => address.to_owned(),
            (Some(page), Some((_, query))) if self.method == Method::GET => {
                format!("{page}?{query}")
            }
            (Some(page), _) => page.to_owned(),
        };
        match self.method {
            Method::GET => Ok(confirm::lead(&back)),
            _ => confirm::ask(visit, &back).await,
        }
    }

    /// Whether the request needs a proof that the person has not given lately. The people of development have nothing to prove.
    fn awaits_proof(&self, visit: &Visit) -> bool {
        let is_needed = self.fresh.is_some_and(|condition| condition(visit));
        let setup = visit.state.setup();
        let is_real = setup.people.contains_key(&visit.session.person.id);
        is_needed && is_real && !visit.session.kept.is_fresh(visit.now)
    }

    /// Serves the entry.
    pub(super) fn route(self, state: &AppState) -> MethodRouter<AppState> {
        let sessions = Arc::clone(&state.sessions);
        let low_priority = from_fn_with_state(state.clone(), low_priority::answer);
        let (is_page, is_compressed) = (self.method == Method::GET, self.is_compressed);
        let entry = Arc::new(self);
        let handler = move |State(state): State<AppState>, path: RawPathParams, request| {
            let path = path.iter();
            let path = path.map(|(name, value)| (name.to_owned(), value.to_owned()));
            let path = path.collect();
            Arc::clone(&entry).serve(state, Arc::clone(&sessions), path, request)
        };
        match is_page {
            true if is_compressed => {
                let compressed = routing::get(handler).layer(CompressionLayer::new());
                compressed.layer(low_priority)
            }
            true => routing::get(handler).layer(low_priority),
            false => routing::post(handler),
        }
    }

    async fn serve(
        self: Arc<Self>,
        state: AppState,
        sessions: Arc<Sessions>,
        path: Vec<(String, String)>,
        request: Request,
    ) -> Response {
        let asked = Language::asked(request.headers());
        let mut session = match sessions.find(request.headers()).await {
            Ok(Some(session)) => session,
            Ok(None) => return Redirect::to(&sign_in::address(&request)).into_response(),
            Err(_) => return refused::page(asked, Why::Unavailable),
        };
        let language = session.looks.language.unwrap_or(asked);
        let identity = OperatorIdentity::Person {
            name: Arc::clone(&session.person.name),
            access: session.person.access.clone(),
        };
        let arrival = Arrival::now(&state);
        let (parts, body) = request.into_parts();
        let by = Author {
            who: identity.actor(),
            door: Door::Console,
            from: Some(sign_in::address_of(&parts, &state)),
            request: Some(arrival.id),
        };
        if !session.person.access.reaches(self.needs, self.reach) {
            // A page that a person may not see is refused and not recorded: nothing would have changed.
            if let Some(twin) = self.twin {
                let endpoint = format!("/api/v3/{twin}");
                state.manage.record_refusal(by, &endpoint).await;
            }
            return refused::within(
                &Shell::of(&session, language, Area::Nowhere),
                Why::NotPermitted,
            );
        }
        let headers = parts.headers.clone();
        let query = parts.uri.query().unwrap_or_default();
        let query = form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        let told = match parts.method {
            Method::GET => Told::of(&parts.headers),
            _ => None,
        };
        let address = parts.uri.path_and_query().map(ToString::to_string);
        let address = address.unwrap_or_default();
        let (form, is_returned) = match parts.method {
            Method::POST => match Form::read(Request::from_parts(parts, body)).await {
                Ok(form) => (form, false),
                Err(status) => return status.into_response(),
            },
            _ => match waiting::take(&sessions, &mut session, &headers, &address).await {
                Ok(Some(form)) => (form, true),
                Ok(None) => (Form::default(), false),
                Err(_) => return refused::page(language, Why::Unavailable),
            },
        };
        let shell = Shell::of(&session, language, Area::Nowhere);
        let visit = Visit {
            state,
            sessions,
            session,
            language,
            now: arrival.at,
            by,
            request_id: arrival.id,
            headers,
            query,
            form,
            is_returned,
            told,
            path,
        };
        if self.awaits_proof(&visit) {
            let led = self.lead_to_proof(&visit, &address).await;
            return led.unwrap_or_else(|why| refused::within(&shell, why));
        }
        let mut answer = match (self.act)(visit).await {
            Ok(answer) => answer,
            Err(why) => refused::within(&shell, why),
        };
        if told.is_some() {
            told::forget(&mut answer);
        }
        answer
    }
}

impl Visit {
    /// The frame of a page in this part of the console.
    pub(super) fn shell(&self, area: Area) -> Shell {
        let words = self.words();
        let told = self.told.map(|told| told.words(words));
        Shell {
            told: match self.is_returned {
                true => Some(words.forms.returned),
                false => told,
            },
            ..Shell::of(&self.session, self.language, area)
        }
    }

    /// The words of the page's language.
    pub(super) fn words(&self) -> &'static Words {
        Words::of(self.language)
    }

    /// The time zone of the page.
    pub(super) fn zone(&self) -> &Zone {
        &self.session.looks.zone
    }

    /// A time as the page shows it.
    pub(super) fn moment(&self, at: Timestamp) -> Moment {
        Moment::of(at, self.zone())
    }

    /// Whether the person may do this with any application at all.
    pub(super) fn may(&self, permission: Permission) -> bool {
        self.access().allows(permission)
    }

    /// Whether the person may do this to the deployment as a whole.
    pub(super) fn may_everywhere(&self, permission: Permission) -> bool {
        self.access().reaches(permission, Reach::Deployment)
    }

    /// What the person may do, and with which applications.
    pub(super) fn access(&self) -> &Access {
        &self.session.person.access
    }

    /// The applications of the person. Others are not there on any page.
    pub(super) fn apps(&self) -> &Applications {
        &self.access().applications
    }

    /// The part of the address that stands for `{name}`.
    pub(super) fn part(&self, name: &str) -> &str {
        value(&self.path, name)
    }

    /// The version of what the form is about, as the person saw it; that of what does not exist where it is missing.
    pub(super) fn seen_version(&self) -> SetupVersion {
        let number = self.form.get(VERSION).parse();
        SetupVersion::new(number.unwrap_or_default())
    }

    /// Whether the query has these parts, in this order, and no other.
    pub(super) fn is_at(&self, parts: &[(&str, String)]) -> bool {
        let held = self.query.iter();
        let held = held.map(|(name, value)| (name.as_str(), value));
        held.eq(parts.iter().map(|(name, value)| (*name, value)))
    }

    /// The field of the query with this name; empty where there is none.
    pub(super) fn asked(&self, name: &str) -> &str {
        value(&self.query, name)
    }
}

fn value<'a>(pairs: &'a [(String, String)], name: &str) -> &'a str {
    let found = pairs.iter().find(|(held, _)| held == name);
    found.map_or("", |(_, value)| value.trim())
}

impl From<StoreError> for Why {
    fn from(_: StoreError) -> Self {
        Why::Unavailable
    }
}

impl From<ManageError> for Why {
    fn from(error: ManageError) -> Self {
        match error {
            ManageError::Unknown(_)
            | ManageError::UnknownApplication
            | ManageError::UnknownAccessKey => Why::NotFound,
            ManageError::Unavailable => Why::Unavailable,
            _ => Why::Internal,
        }
    }
}
