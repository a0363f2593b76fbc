//! The context of a V3 request (id, language, application), and the envelope and the log line of its answer.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use axum::Json;
use axum::extract::{FromRequestParts, MatchedPath};
use axum::http::header::GetAll;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, Uri, header};
use axum::response::{IntoResponse, Response};
use countersign_api::{
    APP_ID_HEADER, Envelope, Fault, FieldProblem, LANG_HEADER, Lang, SearchedTo,
};
use countersign_core::application::{AppId, Application};
use countersign_core::id::RequestId;
use countersign_core::idempotency::IdempotencyKey;
use countersign_core::language::LanguageTag;
use countersign_core::send::client::{Client, EndUser};
use countersign_core::send::messenger::SendError;
use countersign_core::time::Timestamp;
use serde::Serialize;

use super::arrival::Arrival;
use super::client_address::{client_address, end_user};
use super::malformed::malformed;
use crate::connection::Peer;
use crate::http::keyed::{self, Told};
use crate::http::state::AppState;
use crate::operator::OperatorIdentity;
use crate::traces::{self, Answered};

/// The facts about a request that every endpoint needs.
pub(crate) struct Context {
    pub(crate) request_id: RequestId,
    /// The language of the answer.
    pub(crate) lang: Lang,
    /// The address that the request came from.
    pub(crate) address: IpAddr,
    /// The end user whom the request names.
    end_user: EndUser,
    /// The headers `x-authing-app-id`, `x-authing-lang` and `authorization`.
    named_app: Option<HeaderValue>,
    /// Whether the request names two different applications.
    names_two_apps: bool,
    named_language: Option<HeaderValue>,
    authorization: Option<HeaderValue>,
    /// The header `Idempotency-Key`, or the problem with it.
    pub(crate) idempotency_key: Result<Option<IdempotencyKey>, FieldProblem>,
    uri: Uri,
    method: Method,
    route: Option<MatchedPath>,
    /// The application, once it is known to exist.
    app: OnceLock<AppId>,
    /// The reason why the code that the request asks for was not sent.
    not_sent: OnceLock<SendError>,
    /// The operator, where the request proves one.
    operator: Option<OperatorIdentity>,
    arrived_at: Timestamp,
    state: AppState,
}

impl FromRequestParts<AppState> for Context {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        Ok(Self::of(parts, state))
    }
}

impl Context {
    /// The context of the request with this head.
    pub(crate) fn of(parts: &Parts, state: &AppState) -> Self {
        let headers = &parts.headers;
        let named_apps = headers.get_all(APP_ID_HEADER);
        let named_language = headers.get(LANG_HEADER);
        let languages = headers.get(header::ACCEPT_LANGUAGE);
        // Every connection has a peer; a request without one would be of nobody's share.
        let peer = parts
            .extensions
            .get()
            .map_or(IpAddr::from([0; 4]), |Peer(address)| *address);
        let arrival = parts.extensions.get().cloned();
        let arrival = arrival.unwrap_or_else(|| Arrival::now(state));
        Self {
            request_id: arrival.id,
            lang: Lang::negotiate(text(named_language), text(languages)),
            address: client_address(peer, headers, &state.proxies),
            end_user: end_user(headers),
            named_app: named_apps.iter().next().cloned(),
            names_two_apps: names_two_apps(&named_apps),
            named_language: named_language.cloned(),
            authorization: headers.get(header::AUTHORIZATION).cloned(),
            idempotency_key: keyed::key_of(headers),
            uri: parts.uri.clone(),
            method: parts.method.clone(),
            route: parts.extensions.get().cloned(),
            app: OnceLock::new(),
            not_sent: OnceLock::new(),
            operator: arrival.operator,
            arrived_at: arrival.at,
            state: state.clone(),
        }
    }

    /// The application that the request names.
    pub(crate) fn application(&self, state: &AppState) -> Result<Arc<Application>, Fault> {
        let id = self.named_app()?;
        if id.is_empty() {
            return Err(Fault::NoApplication);
        }
        // A text that cannot be an id is the id of no application.
        let id = std::str::from_utf8(id)
            .ok()
            .and_then(|id| AppId::parse(id).ok());
        let id = id.ok_or(Fault::UnknownApplication)?;
        let found = state.setup().enabled_application(&id).cloned();
        let found = found.ok_or(Fault::UnknownApplication)?;
        self.is_about(&found);
        Ok(found)
    }

    /// Where the request comes from, if it is about `app`.
    pub(crate) fn client(&self, app: &Application) -> Client {
        Client::of(&app.backends, self.address, self.end_user)
    }

    /// Names the application in the log line of the request.
    pub(crate) fn is_about(&self, app: &Application) {
        let _ = self.app.set(app.id.clone());
    }

    /// Tells the log line of the request why no code was sent.
    pub(crate) fn is_not_sent(&self, error: &SendError) {
        let _ = self.not_sent.set(error.clone());
    }

    /// The header that names the application, without spaces around it; empty if it is missing.
    ///
    /// # Errors
    /// [`Fault::Malformed`] where the request names two different applications: a proxy and the service could each
    /// believe another one.
    pub(crate) fn named_app(&self) -> Result<&[u8], Fault> {
        if self.names_two_apps {
            let field = Some(APP_ID_HEADER.to_owned());
            return Err(malformed(field, FieldProblem::Duplicate));
        }
        let named = self.named_app.as_ref().map(HeaderValue::as_bytes);
        Ok(named.unwrap_or_default().trim_ascii())
    }

    /// The language that the header `x-authing-lang` names, if that is well-formed.
    pub(crate) fn named_language(&self) -> Option<LanguageTag> {
        LanguageTag::parse(self.named_language.as_ref()?.to_str().ok()?)
    }

    /// The header `authorization`, if it is text.
    pub(crate) fn authorization(&self) -> Option<&str> {
        self.authorization.as_ref()?.to_str().ok()
    }

    /// The method and the path of the request, such as `POST /api/v3/send-sms`.
    pub(crate) fn method_and_path(&self) -> String {
        format!("{} {}", self.method, self.uri.path())
    }

    /// The answer of an endpoint without data.
    pub(crate) fn answer(&self, result: Result<(), Fault>) -> Response {
        match result {
            Ok(()) => self.respond(
                &Envelope::success(self.lang, self.request_id.to_string()),
                None,
            ),
            Err(fault) => self.failure(&fault),
        }
    }

    /// The answer of an endpoint with data.
    pub(crate) fn answer_with<T: Serialize>(&self, result: Result<T, Fault>) -> Response {
        match result {
            Ok(data) => {
                let answer = Envelope::with_data(self.lang, self.request_id.to_string(), data);
                self.respond(&answer, None)
            }
            Err(fault) => self.failure(&fault),
        }
    }

    /// The answer of a search that went so far back.
    pub(crate) fn answer_search<T: Serialize>(
        &self,
        data: T,
        searched_to: Option<SearchedTo>,
    ) -> Response {
        let answer = Envelope::with_data(self.lang, self.request_id.to_string(), data);
        self.respond(&answer.searched(searched_to), None)
    }

    /// The answer of an endpoint that was asked for comma-separated values.
    pub(crate) fn answer_csv(&self, table: String) -> Response {
        self.log(200, None);
        let headers = [
            (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
            (header::CACHE_CONTROL, "no-store"),
        ];
        (headers, table).into_response()
    }

    /// The answer of an endpoint whose data may say no. Then `told` has the sentence that says so, and people who read
    /// only the message are not told of a success.
    pub(crate) fn answer_telling<T: Serialize>(
        &self,
        result: Result<T, Fault>,
        told: impl FnOnce(&T) -> Option<String>,
    ) -> Response {
        let data = match result {
            Ok(data) => data,
            Err(fault) => return self.failure(&fault),
        };
        let told = told(&data);
        let mut answer = Envelope::with_data(self.lang, self.request_id.to_string(), data);
        if let Some(told) = told {
            answer.message = told;
        }
        self.respond(&answer, None)
    }

    /// The answer of an endpoint that takes an idempotency key.
    pub(crate) fn answer_told<T: Serialize>(&self, result: Result<Told<T>, Fault>) -> Response {
        match result {
            Ok(mut told) => {
                told.envelope.request_id = self.request_id.to_string();
                self.respond(&told.envelope, told.retry_after)
            }
            Err(fault) => self.failure(&fault),
        }
    }

    /// The answer of an endpoint that comes without an envelope.
    pub(crate) fn answer_bare<T: Serialize>(&self, answer: &T) -> Response {
        self.log(200, None);
        uncached(answer)
    }

    fn failure(&self, fault: &Fault) -> Response {
        let answer = Envelope::demanding(fault, self.lang, self.request_id.to_string());
        self.respond(&answer, fault.retry_after())
    }

    fn respond<T: Serialize>(&self, answer: &Envelope<T>, retry_after: Option<u64>) -> Response {
        self.log(answer.status_code, answer.api_code);
        let mut response = uncached(answer);
        if let Some(seconds) = retry_after {
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }

    fn log(&self, status_code: u16, api_code: Option<u32>) {
        let route = self.route.as_ref().map(MatchedPath::as_str);
        self.state.metrics.answered(route, status_code);
        traces::answered(&Answered {
            request_id: self.request_id,
            route,
            app_id: self.app.get(),
            status_code,
            api_code,
        });
        let elapsed = self.arrived_at.until(self.state.clock.now());
        let (limit, refused, error) = match self.not_sent.get() {
            Some(SendError::Limited(refusal) | SendError::ChallengeNeeded(refusal)) => {
                (Some(refusal), None, None)
            }
            Some(SendError::NotAccepted(why)) => (None, Some(why), None),
            Some(SendError::CountryNotServed(_) | SendError::CountryNotAllowed(_)) | None => {
                (None, None, None)
            }
            Some(error) => (None, None, Some(error)),
        };
        tracing::info!(
            request_id = %self.request_id,
            method = %self.method,
            // The route instead of the path, and only an application that exists: callers could write anything
            // into the others, a phone number too.
            route,
            app_id = self.app.get().map(AppId::as_str),
            access_key = self.operator.as_ref().and_then(OperatorIdentity::access_key),
            limit = limit.map(|refusal| &*refusal.limit),
            outcome = refused.map(|why| why.kind.as_str()),
            vendor_code = refused.and_then(|why| why.vendor_code.as_deref()),
            error = error.map(tracing::field::display),
            status_code,
            api_code,
            elapsed_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
            "answered"
        );
    }
}

/// A header, if it is text.
fn text(value: Option<&HeaderValue>) -> Option<&str> {
    value?.to_str().ok()
}

fn names_two_apps(named: &GetAll<'_, HeaderValue>) -> bool {
    let mut named = named.iter().map(|value| value.as_bytes().trim_ascii());
    let first = named.next();
    named.any(|other| Some(other) != first)
}

fn uncached<T: Serialize>(body: &T) -> Response {
    let no_store = HeaderValue::from_static("no-store");
    ([(header::CACHE_CONTROL, no_store)], Json(body)).into_response()
}
