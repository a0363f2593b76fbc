//! What a row of the site map says: enough to route a request and to document the route. A route
//! without its documentation cannot be written.

use axum::routing::MethodRouter;
use serde_json::Value;

use crate::http::state::AppState;
use crate::operator::Permission;

/// One endpoint under `/api/v3`.
pub(crate) struct Endpoint {
    /// `GET` or `POST`.
    pub(crate) method: &'static str,
    /// The path below `/api/v3/`.
    pub(crate) name: &'static str,
    /// What serves it.
    pub(crate) handler: MethodRouter<AppState>,
    /// What it does, in a few words.
    pub(crate) summary: &'static str,
    /// What a caller should know.
    pub(crate) about: &'static str,
    /// The callers that it is for.
    pub(crate) audience: Audience,
    /// What it is asked with.
    pub(crate) asks: Asks,
    /// What it answers with when all is well.
    pub(crate) answers: Answers,
    /// What can go wrong beside what can go wrong everywhere: names of
    /// [`Fault::samples`](countersign_api::Fault::samples).
    pub(crate) faults: &'static [&'static str],
}

/// A document outside `/api/v3`: anyone may GET it, any web page too, and it comes without an envelope.
pub(crate) struct Published {
    /// The whole path.
    pub(crate) path: &'static str,
    /// What the OpenAPI document calls it.
    pub(crate) name: &'static str,
    /// What serves it.
    pub(crate) handler: MethodRouter<AppState>,
    /// What it is, in a few words.
    pub(crate) summary: &'static str,
    /// What a reader should know.
    pub(crate) about: &'static str,
    /// The document.
    pub(crate) data: Shape,
    /// What HTTP 404 says, if what the path names may be missing.
    pub(crate) missing: Option<&'static str>,
}

/// The callers that an endpoint is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audience {
    /// Anyone.
    Anyone,
    /// Anyone who names an application.
    Public,
    /// An application's own server, which shows the application's secret.
    ApplicationServer,
    /// An operator with this permission. The router puts the endpoint behind the
    /// [admission layer](crate::http::proof::admission), which refuses everybody else.
    Operator(Permission),
}

/// What an endpoint is asked with.
pub(crate) enum Asks {
    /// Nothing.
    Nothing,
    /// A JSON body.
    Body(Shape),
    /// Parameters in the query: name, meaning, JSON schema.
    Query(Vec<(&'static str, &'static str, Value)>),
}

/// What an endpoint answers with when all is well.
pub(crate) enum Answers {
    /// The envelope alone.
    Nothing,
    /// The envelope with `data`.
    Data(Shape),
    /// This, without an envelope, and nothing can go wrong.
    Bare(Shape),
}

/// A JSON schema and a value that fits it.
pub(crate) struct Shape {
    pub(crate) schema: Value,
    pub(crate) example: Value,
}
