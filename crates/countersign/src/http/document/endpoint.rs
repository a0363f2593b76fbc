//! The declaration of an endpoint: enough to route requests to it, to guard it, and to document it. An endpoint without
//! its documentation does not compile.

use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{self, MethodRouter};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::faults::Names;
use super::schemas::Schemas;
use crate::http::state::AppState;
use crate::operator::Permission;

/// One endpoint under `/api/v3`.
pub(crate) struct Endpoint {
    /// The path below `/api/v3/`.
    pub(crate) name: &'static str,
    /// The method and the handler, made by [`get`] or [`post`].
    pub(crate) handler: MethodHandler,
    /// A title of a few words.
    pub(crate) summary: &'static str,
    /// What a caller should know.
    pub(crate) about: &'static str,
    /// The callers that it is for.
    pub(crate) audience: Audience,
    /// The input.
    pub(crate) asks: Asks,
    /// The answer of success.
    pub(crate) answers: Answers,
    /// The faults of this endpoint, beside those that follow from `audience` and `asks`.
    pub(crate) faults: &'static [Names],
}

/// A handler and the one method that it serves.
pub(crate) struct MethodHandler {
    pub(crate) method: Method,
    pub(crate) router: MethodRouter<AppState>,
}

/// Serves GET with `handler`.
pub(crate) fn get<H: Handler<T, AppState>, T: 'static>(handler: H) -> MethodHandler {
    MethodHandler {
        method: Method::GET,
        router: routing::get(handler),
    }
}

/// Serves POST with `handler`.
pub(crate) fn post<H: Handler<T, AppState>, T: 'static>(handler: H) -> MethodHandler {
    MethodHandler {
        method: Method::POST,
        router: routing::post(handler),
    }
}

/// A document outside `/api/v3`: anyone may GET it, any web page too, and it comes without an envelope.
pub(crate) struct Published {
    /// The whole path.
    pub(crate) path: &'static str,
    /// The name of the operation in the OpenAPI document.
    pub(crate) name: &'static str,
    /// The handler of GET.
    pub(crate) handler: MethodRouter<AppState>,
    /// A title of a few words.
    pub(crate) summary: &'static str,
    /// What a reader should know.
    pub(crate) about: &'static str,
    /// The document.
    pub(crate) data: Shape,
    /// The error of HTTP 404, where the application in the path may be missing.
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

/// The input of an endpoint.
pub(crate) enum Asks {
    /// No input.
    Nothing,
    /// A JSON body.
    Body(Shape),
    /// A JSON body, and the header `Idempotency-Key` where the caller may repeat the call.
    KeyedBody(Shape),
    /// Parameters in the query: name, meaning, JSON schema.
    Query(Vec<(&'static str, &'static str, Value)>),
}

impl Endpoint {
    /// The shapes of its input and of its answer.
    pub(crate) fn shapes(&self) -> impl Iterator<Item = &Shape> {
        self.asks.body().into_iter().chain(self.answers.shape())
    }
}

impl Asks {
    /// The body, where there is one.
    pub(crate) const fn body(&self) -> Option<&Shape> {
        match self {
            Asks::Body(body) | Asks::KeyedBody(body) => Some(body),
            Asks::Nothing | Asks::Query(_) => None,
        }
    }
}

/// The answer of an endpoint when it succeeds.
pub(crate) enum Answers {
    /// The envelope alone.
    Nothing,
    /// The envelope with `data`.
    Data(Shape),
    /// The envelope with `data`, and with `searchedTo` where a search did not come to its end.
    Found(Shape),
    /// The envelope with `data`; or, where the query asks for it, comma-separated values without an envelope.
    DataOrCsv(Shape),
    /// This value without an envelope; the endpoint cannot fail.
    Bare(Shape),
}

impl Answers {
    /// What success tells, where it tells anything.
    const fn shape(&self) -> Option<&Shape> {
        match self {
            Answers::Data(shape)
            | Answers::Found(shape)
            | Answers::DataOrCsv(shape)
            | Answers::Bare(shape) => Some(shape),
            Answers::Nothing => None,
        }
    }
}

/// A JSON schema and an example of it.
pub(crate) struct Shape {
    pub(crate) schema: Value,
    /// Adds the schemas that `schema` refers to.
    pub(crate) add_schemas: fn(&mut Schemas),
    pub(crate) example: Value,
    /// Reads an example as the type of the schema, and writes it again.
    #[cfg(test)]
    pub(crate) round_trip: fn(&Value) -> serde_json::Result<Value>,
}

/// A type of the wire.
pub(crate) trait WireType: Serialize + DeserializeOwned {}

impl<T: Serialize + DeserializeOwned> WireType for T {}

impl Shape {
    /// The wire type `T`.
    pub(crate) fn of<T: WireType + ToSchema>(example: Value) -> Self {
        Self::new::<T>(reference(&T::name()), Schemas::add::<T>, example)
    }

    /// The wire type `T`, whose schema `add_schema` adds as `name`.
    pub(crate) fn named<T: WireType>(
        name: &str,
        add_schema: fn(&mut Schemas),
        example: Value,
    ) -> Self {
        Self::new::<T>(reference(name), add_schema, example)
    }

    /// A list of the wire type `T`.
    pub(crate) fn list_of<T: WireType + ToSchema>(example: Value) -> Self {
        let schema = json!({"type": "array", "items": reference(&T::name())});
        Self::new::<Vec<T>>(schema, Schemas::add::<T>, example)
    }

    fn new<T: WireType>(schema: Value, add_schemas: fn(&mut Schemas), example: Value) -> Self {
        Self {
            schema,
            add_schemas,
            example,
            #[cfg(test)]
            round_trip: |example| {
                let read: T = serde_json::from_value(example.clone())?;
                serde_json::to_value(read)
            },
        }
    }
}

/// A reference to a schema of the document.
fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}
