//! The OpenAPI document, made from the list of endpoints, the wire types and the table of faults.

use countersign_api::DemandedChallenge;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::endpoint::{Endpoint, Published};
use super::operation::{operation, reading};
use super::schemas::Schemas;
use super::tag::{self, Tag};

/// The OpenAPI document.
#[derive(Serialize)]
pub(crate) struct Document {
    openapi: &'static str,
    info: Value,
    servers: Value,
    tags: Value,
    paths: Paths,
    components: Value,
}

/// The operations by their paths, in the order in which readers see them.
struct Paths(Vec<(String, Value)>);

impl Serialize for Paths {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(path, methods)| (path, methods)))
    }
}

/// The document for these endpoints and published documents, with this description in Markdown.
pub(crate) fn document(
    endpoints: &[Endpoint],
    published: &[Published],
    description: String,
) -> Document {
    Document {
        openapi: "3.1.0",
        info: json!({
            "title": "Countersign",
            "version": env!("CARGO_PKG_VERSION"),
            "description": description,
            "license": {"name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT"},
        }),
        servers: json!([{"url": "/"}]),
        tags: tag::all(),
        paths: paths(endpoints, published),
        components: json!({
            "schemas": Value::from(schemas(endpoints, published)),
            "securitySchemes": security_schemes(),
        }),
    }
}

/// The operations by tag, and within a tag in the order of the lists.
fn paths(endpoints: &[Endpoint], published: &[Published]) -> Paths {
    let calls = endpoints.iter().map(|endpoint| {
        let method = endpoint.handler.method.as_str().to_lowercase();
        let path = format!("/api/v3/{}", endpoint.name);
        let methods = json!({method: operation(endpoint)});
        (Tag::of(endpoint.audience), path, methods)
    });
    let documents = published.iter().map(|document| {
        let methods = json!({"get": reading(document)});
        (Tag::Anyone, document.path.to_owned(), methods)
    });
    let mut all: Vec<_> = calls.chain(documents).collect();
    all.sort_by_key(|(tag, ..)| *tag);
    let paths = all.into_iter().map(|(_, path, methods)| (path, methods));
    Paths(paths.collect())
}

/// The schemas that the operations refer to.
fn schemas(endpoints: &[Endpoint], published: &[Published]) -> Schemas {
    let mut schemas = Schemas::default();
    // Faults refer to this one.
    schemas.add::<DemandedChallenge>();
    let documents = published.iter().map(|document| &document.data);
    for shape in endpoints.iter().flat_map(Endpoint::shapes).chain(documents) {
        (shape.add_schemas)(&mut schemas);
    }
    schemas
}

/// The proofs that callers show.
fn security_schemes() -> Value {
    json!({
        "operator": {
            "type": "http",
            "scheme": "bearer",
            "description": "The token in owner.json of the data folder; new at every start.",
        },
        "managementToken": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "The token of get-management-token; `Bearer` may be left out.",
        },
        "signature": {
            "type": "apiKey",
            "in": "header",
            "name": "authorization",
            "description": "`authing <accessKeyId>:<signature>`, as the official SDKs for Node and C# sign.",
        },
        "application": {
            "type": "http",
            "scheme": "basic",
            "description": "Application id and secret; `client_id` and `client_secret` in the body do as well.",
        },
    })
}
