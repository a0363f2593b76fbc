//! Before a management endpoint runs: which access key a request proves, by a signature or by a management token.

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Body as RawBody;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::Response;
use countersign_api::{BadSignature, Fault};
use countersign_core::code::check::TokenUse;

use crate::http::proof::signature::{self, Signature};
use crate::http::proof::string_to_sign::Signed;
use crate::http::request::arrival::{Admission, Arrival};
use crate::http::request::body::Body;
use crate::http::state::AppState;

/// Leaves an [`Admission`] in the request, for [`Operator`](crate::http::proof::operator::Operator) to judge.
pub(crate) async fn admit(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let arrival = Arrival::now(&state);
    let (mut parts, mut body) = request.into_parts();
    let shown = parts.headers.get(header::AUTHORIZATION);
    let shown = shown
        .and_then(|shown| shown.to_str().ok())
        .unwrap_or_default();
    let access_key = match Signature::shown(shown) {
        // The access key of development is known to everyone. A web page can have its own name resolve to this
        // machine, but not be here under another.
        _ if state.outbox.is_some() && !is_asked_for_here(&parts) => Err(Fault::Unauthorized),
        Some(signature) => {
            let (signed, read) = by_signature(&state, arrival, signature, &parts, body).await;
            body = read;
            signed
        }
        None => by_token(&state, shown),
    };
    parts.extensions.insert(Admission {
        arrival,
        access_key: access_key.map(Into::into),
    });
    next.run(Request::from_parts(parts, body)).await
}

/// Whether a request names this machine as the one it is for.
fn is_asked_for_here(parts: &Parts) -> bool {
    let host = parts.headers.get(header::HOST);
    let host = host.and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.trim_matches(['[', ']']).parse::<IpAddr>();
    name.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

/// By the token of `Bearer <token>`, or `<token>`, as the Java SDK sends it.
fn by_token(state: &AppState, shown: &str) -> Result<String, Fault> {
    let token = shown.trim();
    let token = match token.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        _ => token,
    };
    let read = state.tokens.read_management(token, state.store.now());
    let claims = read.ok_or(Fault::Unauthorized)?;
    let registry = state.carriers.registry();
    let key = registry.access_keys.get(&claims.sub);
    match key {
        Some(key) if claims.is_of(key) => Ok(claims.sub),
        _ => Err(Fault::Unauthorized),
    }
}

/// By a signature, over the body too where there is one. The body comes back, to be read again.
async fn by_signature(
    state: &AppState,
    arrival: Arrival,
    signature: Signature,
    parts: &Parts,
    body: RawBody,
) -> (Result<String, Fault>, RawBody) {
    let (method, uri, headers) = (&parts.method, &parts.uri, &parts.headers);
    if method == Method::GET {
        let request = Signed::without_body(method, uri, headers);
        let used = use_once(state, arrival, signature, &request, parts).await;
        return (used, body);
    }
    let bytes = match Body::read(headers, body).await.bytes() {
        Ok(bytes) => bytes,
        Err(fault) => return (Err(fault), RawBody::empty()),
    };
    let signed = match Signed::with_body(method, uri, headers, &bytes) {
        Ok(request) => use_once(state, arrival, signature, &request, parts).await,
        Err(fault) => Err(fault),
    };
    (signed, bytes.into())
}

async fn use_once(
    state: &AppState,
    arrival: Arrival,
    signature: Signature,
    request: &Signed<'_>,
    parts: &Parts,
) -> Result<String, Fault> {
    let registry = state.carriers.registry();
    signature.check(request, &parts.headers, &registry, state.store.now())?;
    let once = TokenUse {
        request_id: arrival.id,
        token: signature.token(),
        life: signature::REMEMBERED,
    };
    let store = Arc::clone(&state.store);
    // In a task of its own, like a send: whoever hangs up stops nothing half-way.
    let first = state
        .sends
        .spawn(async move { store.use_token(once).await });
    let first = first.await.map_err(|_| Fault::Internal)?;
    if !first.map_err(|_| Fault::Unavailable)? {
        let why = BadSignature::Used;
        return Err(Fault::BadSignature { why });
    }
    Ok(signature.access_key)
}
