//! The handlers of endpoints for operators, in one shape: a function from a [`Call`] to the data of the answer.
//!
//! To the framework, each handler would be a type of its own, and the compiler would make the framework's code for each of
//! them. An [`Act`] hides the type, so that this code is made once.

use std::pin::Pin;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::Method;
use axum::response::Response;
use axum::routing;
use countersign_api::{Fault, SearchedTo};
use countersign_core::audit::Author;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use super::document::endpoint::MethodHandler;
use super::proof::operator::Operator;
use super::request::body::Body;
use super::request::context::Context;
use super::state::AppState;
use crate::operator::Access;

/// A call of an operator whom the [admission layer](super::proof::admission) has let in.
pub(crate) struct Call {
    pub(crate) state: AppState,
    pub(crate) cx: Arc<Context>,
    /// The author of whatever the call changes.
    pub(crate) by: Author,
    /// What the operator may do, and with which applications.
    pub(crate) access: Access,
    /// The query without its question mark, as it was sent; empty where there is none.
    pub(crate) query: String,
    /// The body of a POST; empty for other methods.
    pub(crate) body: Body,
}

/// The answer of an act that succeeded.
pub(crate) enum Reply<T> {
    /// The envelope with data.
    Data(T),
    /// The envelope with the data of a search, and how far back the search went if it did not come to its end.
    Found(T, Option<SearchedTo>),
    /// Comma-separated values without an envelope.
    Csv(String),
}

/// The answer with its data as JSON, or the fault.
type Answering = Pin<Box<dyn Future<Output = Result<Reply<Box<RawValue>>, Fault>> + Send>>;

/// A handler without its type.
type Act = Arc<dyn Fn(Call) -> Answering + Send + Sync>;

/// Serves GET with `handler`.
pub(crate) fn get<F, A, T>(handler: F) -> MethodHandler
where
    F: Fn(Call) -> A + Send + Sync + 'static,
    A: Future<Output = Result<T, Fault>> + Send + 'static,
    T: Serialize + 'static,
{
    route(Method::GET, untyped(handler, Reply::Data))
}

/// Serves GET with `handler`, whose answer may have another form than [`Reply::Data`].
pub(crate) fn get_reply<F, A, T>(handler: F) -> MethodHandler
where
    F: Fn(Call) -> A + Send + Sync + 'static,
    A: Future<Output = Result<Reply<T>, Fault>> + Send + 'static,
    T: Serialize + 'static,
{
    route(Method::GET, untyped(handler, |reply| reply))
}

/// Serves POST with `handler`. An answer with the data `()` is the envelope alone.
pub(crate) fn post<F, A, T>(handler: F) -> MethodHandler
where
    F: Fn(Call) -> A + Send + Sync + 'static,
    A: Future<Output = Result<T, Fault>> + Send + 'static,
    T: Serialize + 'static,
{
    route(Method::POST, untyped(handler, Reply::Data))
}

fn untyped<F, A, O, T>(handler: F, reply: fn(O) -> Reply<T>) -> Act
where
    F: Fn(Call) -> A + Send + Sync + 'static,
    A: Future<Output = Result<O, Fault>> + Send + 'static,
    O: 'static,
    T: Serialize + 'static,
{
    Arc::new(move |call| {
        let answer = handler(call);
        Box::pin(async move {
            let json = |data: T| to_raw_value(&data).map_err(|_| Fault::Internal);
            Ok(match reply(answer.await?) {
                Reply::Data(data) => Reply::Data(json(data)?),
                Reply::Found(data, searched_to) => Reply::Found(json(data)?, searched_to),
                Reply::Csv(table) => Reply::Csv(table),
            })
        })
    })
}

fn route(method: Method, act: Act) -> MethodHandler {
    let handler = move |State(state), request| serve(Arc::clone(&act), state, request);
    let router = match method {
        Method::GET => routing::get(handler),
        _ => routing::post(handler),
    };
    MethodHandler { method, router }
}

/// Answers a request by `act`. One that came around the admission layer is refused.
async fn serve(act: Act, state: AppState, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let cx = Arc::new(Context::of(&parts, &state));
    let operator = match Operator::admitted(&parts.extensions) {
        Ok(operator) => operator,
        Err(fault) => return cx.answer(Err(fault)),
    };
    let body = match parts.method {
        Method::POST => Body::read(&parts.headers, body).await,
        _ => Body::empty(),
    };
    let call = Call {
        state,
        cx: Arc::clone(&cx),
        by: operator.author(),
        access: operator.access().clone(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        body,
    };
    match act(call).await {
        Ok(Reply::Data(data)) if data.get() == RawValue::NULL.get() => cx.answer(Ok(())),
        Ok(Reply::Data(data)) => cx.answer_with(Ok(data)),
        Ok(Reply::Found(data, searched_to)) => cx.answer_search(data, searched_to),
        Ok(Reply::Csv(table)) => cx.answer_csv(table),
        Err(fault) => cx.answer(Err(fault)),
    }
}
