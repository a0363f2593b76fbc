//! The layer before every management endpoint: it finds the operator whom a request proves, and refuses all others.

use axum::body::Body as RawBody;
use axum::extract::{MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use countersign_api::{BadSignature, DOOR_HEADER, Fault};
use countersign_core::audit::{Author, Door};
use countersign_core::code::check::TokenUse;
use subtle::ConstantTimeEq;

use super::operator::{NotPermitted, Operator};
use super::signature::{self, Signature};
use super::string_to_sign::SignedRequest;
use crate::http::request::arrival::Arrival;
use crate::http::request::body::Body;
use crate::http::request::context::Context;
use crate::http::state::AppState;
use crate::operator::{OperatorIdentity, Permission};

/// Lets a request through to a management endpoint that needs `needed`, or refuses it.
///
/// A request that is let in carries its [`Operator`] and its [`Arrival`]. One that is refused gets the envelope, and
/// its handler does not run: [`Fault::Unauthorized`] where the proof is missing, wrong or does not suffice (an act on the audit record then),
/// [`Fault::BadSignature`] where it is a signature that does not pass, and the faults of a body that is signed and
/// cannot be read.
pub(crate) async fn admit(
    State((state, needed)): State<(AppState, Permission)>,
    request: Request,
    next: Next,
) -> Response {
    let mut arrival = Arrival::now(&state);
    let (mut parts, body) = request.into_parts();
    let (proved, body) = prove(&state, &arrival, &parts, body).await;
    arrival.operator = proved.as_ref().ok().cloned();
    parts.extensions.insert(arrival);
    let identity = match proved {
        Ok(identity) => identity,
        Err(fault) => {
            state.metrics.proof_failed(kind(&parts));
            return refuse(&state, &parts, body, fault).await;
        }
    };
    let author = author(&state, &identity, &parts);
    match Operator::admit(author, identity.access(), needed) {
        Ok(operator) => {
            parts.extensions.insert(operator);
            next.run(Request::from_parts(parts, body)).await
        }
        Err(NotPermitted(author)) => {
            let endpoint = parts.extensions.get().map_or("", MatchedPath::as_str);
            state.manage.record_refusal(author, endpoint).await;
            refuse(&state, &parts, body, Fault::Unauthorized).await
        }
    }
}

/// The author of whatever the request of this operator changes.
fn author(state: &AppState, identity: &OperatorIdentity, parts: &Parts) -> Author {
    let cx = Context::of(parts, state);
    let says = parts.headers.get(DOOR_HEADER).map(HeaderValue::as_bytes);
    let is_command_line = says == Some(Door::CommandLine.as_str().as_bytes());
    // The command line reads the token in the data folder; no other proof speaks for it.
    let door = match identity {
        OperatorIdentity::DataFolder if is_command_line => Door::CommandLine,
        _ => Door::Api,
    };
    Author {
        who: identity.actor(),
        door,
        from: Some(cx.address),
        request: Some(cx.request_id),
    }
}

/// The kind of proof that a request shows.
fn kind(parts: &Parts) -> &'static str {
    let shown = parts.headers.get(header::AUTHORIZATION);
    match shown.and_then(|shown| shown.to_str().ok()) {
        None | Some("") => "none",
        Some(shown) if Signature::shown(shown).is_some() => "signature",
        Some(_) => "token",
    }
}

/// Answers with `fault`. Reads the body first, within the bounds of every body: a caller that is still writing when
/// the connection ends would not see the answer.
async fn refuse(state: &AppState, parts: &Parts, body: RawBody, fault: Fault) -> Response {
    let cx = Context::of(parts, state);
    if parts.method == Method::POST {
        Body::read(&parts.headers, body).await;
    }
    cx.answer(Err(fault))
}

/// Finds the operator whom a request proves: by the owner token, by a signature, or by a management token. Answers
/// with the body too, which a signature covers and the handler reads again.
async fn prove(
    state: &AppState,
    arrival: &Arrival,
    parts: &Parts,
    body: RawBody,
) -> (Result<OperatorIdentity, Fault>, RawBody) {
    let shown = parts.headers.get(header::AUTHORIZATION);
    let shown = shown
        .and_then(|shown| shown.to_str().ok())
        .unwrap_or_default();
    if is_owner_token(state, shown) {
        return (Ok(OperatorIdentity::DataFolder), body);
    }
    let (proved, body) = match Signature::shown(shown) {
        Some(signature) => by_signature(state, arrival, signature, parts, body).await,
        None => (by_token(state, shown), body),
    };
    (
        proved.map(|id| OperatorIdentity::AccessKey(id.into())),
        body,
    )
}

/// Whether `shown` is `Bearer <token>` with the owner token of the data folder. Takes the same time for every wrong
/// token.
fn is_owner_token(state: &AppState, shown: &str) -> bool {
    let token = shown.split_once(' ').and_then(|(scheme, token)| {
        scheme
            .eq_ignore_ascii_case("bearer")
            .then(|| token.trim().as_bytes())
    });
    let token = token.unwrap_or_default();
    token.ct_eq(state.operator_token.as_bytes()).into()
}

/// The access key that a management token proves. The token is shown as `Bearer <token>`, or as `<token>` alone, as
/// the Java SDK sends it.
fn by_token(state: &AppState, shown: &str) -> Result<String, Fault> {
    let token = shown.trim();
    let token = match token.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        _ => token,
    };
    let read = state.tokens.read_management(token, state.clock.now());
    let claims = read.ok_or(Fault::Unauthorized)?;
    let setup = state.setup();
    let key = setup.access_keys.get(&claims.sub);
    match key {
        Some(key) if claims.is_of(key) => Ok(claims.sub),
        _ => Err(Fault::Unauthorized),
    }
}

/// The access key that a signature proves, which covers the body too where there is one. Answers with the body, to be
/// read again.
async fn by_signature(
    state: &AppState,
    arrival: &Arrival,
    signature: Signature,
    parts: &Parts,
    body: RawBody,
) -> (Result<String, Fault>, RawBody) {
    let (method, uri, headers) = (&parts.method, &parts.uri, &parts.headers);
    if method == Method::GET {
        let request = SignedRequest::without_body(method, uri, headers);
        let used = use_once(state, arrival, signature, &request, parts).await;
        return (used, body);
    }
    let bytes = match Body::read(headers, body).await.bytes() {
        Ok(bytes) => bytes,
        Err(fault) => return (Err(fault), RawBody::empty()),
    };
    let signed = match SignedRequest::with_body(method, uri, headers, &bytes) {
        Ok(request) => use_once(state, arrival, signature, &request, parts).await,
        Err(fault) => Err(fault),
    };
    (signed, bytes.into())
}

async fn use_once(
    state: &AppState,
    arrival: &Arrival,
    signature: Signature,
    request: &SignedRequest<'_>,
    parts: &Parts,
) -> Result<String, Fault> {
    let setup = state.setup();
    signature.check(request, &parts.headers, &setup, state.clock.wall())?;
    let once = TokenUse {
        request_id: arrival.id,
        token: signature.token(),
        life: signature::REMEMBERED,
    };
    if !state.use_token(once).await? {
        let why = BadSignature::Used;
        return Err(Fault::BadSignature { why });
    }
    Ok(signature.access_key)
}
