//! The operations of the OpenAPI document, each made from the declaration of its endpoint.

use countersign_api::{Envelope, Fault, Lang};
use serde_json::{Map, Value, json};

use super::endpoint::{Answers, Asks, Audience, Endpoint, Published, Shape};
use super::faults::{self, Names};
use super::tag::Tag;

/// The operation of an endpoint.
pub(super) fn operation(endpoint: &Endpoint) -> Value {
    let tag = Tag::of(endpoint.audience).name();
    let mut operation = Map::from_iter([
        ("operationId".to_owned(), json!(endpoint.name)),
        ("summary".to_owned(), json!(endpoint.summary)),
        ("description".to_owned(), json!(endpoint.about)),
        ("tags".to_owned(), json!([tag])),
        ("parameters".to_owned(), json!(parameters(endpoint))),
        ("responses".to_owned(), json!({"200": answer(endpoint)})),
    ]);
    if let Some(body) = endpoint.asks.body() {
        let content = json!({"application/json": {"schema": body.schema, "example": body.example}});
        operation.insert(
            "requestBody".to_owned(),
            json!({"required": true, "content": content}),
        );
    }
    let security = match endpoint.audience {
        Audience::Anyone | Audience::Public => None,
        // The credentials may be in the body instead.
        Audience::ApplicationServer => Some(json!([{"application": []}, {}])),
        Audience::Operator(_) => {
            Some(json!([{"operator": []}, {"managementToken": []}, {"signature": []}]))
        }
    };
    if let Some(security) = security {
        operation.insert("security".to_owned(), security);
    }
    operation.into()
}

/// The operation that reads a published document.
pub(super) fn reading(document: &Published) -> Value {
    let content = json!({"application/json": {
        "schema": document.data.schema,
        "examples": {"200_success": {"value": document.data.example}},
    }});
    let found = json!({
        "description": "The document; `cache-control` says how long it may be kept.",
        "content": content,
    });
    let mut responses = Map::from_iter([("200".to_owned(), found)]);
    let mut parameters = vec![];
    if let Some(error) = document.missing {
        let schema = json!({
            "type": "object", "required": ["error"], "properties": {"error": {"type": "string"}},
        });
        let missing = json!({
            "description": error,
            "content": {"application/json": {"schema": schema, "example": {"error": error}}},
        });
        responses.insert("404".to_owned(), missing);
        parameters.push(json!({
            "name": "appId", "in": "path", "required": true, "description": "The application.",
            "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"}, "example": "dev-app",
        }));
    }
    json!({
        "operationId": document.name,
        "summary": document.summary,
        "description": document.about,
        "tags": [Tag::Anyone.name()],
        "parameters": parameters,
        "responses": responses,
    })
}

fn parameters(endpoint: &Endpoint) -> Vec<Value> {
    let mut parameters = Vec::new();
    if endpoint.audience == Audience::Public {
        parameters.push(json!({
            "name": "x-authing-app-id", "in": "header", "required": true,
            "description": "The application.",
            "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"}, "example": "dev-app",
        }));
    }
    if !matches!(endpoint.answers, Answers::Bare(_)) {
        parameters.push(json!({
            "name": "x-authing-lang", "in": "header", "required": false,
            "description": "The language of `message`; of the SMS too, where the application lets the request choose.",
            "schema": {"type": "string", "examples": Lang::ALL.map(Lang::as_str)},
        }));
    }
    if let Asks::KeyedBody(_) = &endpoint.asks {
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "A text of the caller's choice, new for each call. A repeat with the same key and the same body \
                gets the first answer again, and does nothing else.",
            "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
            "example": "7d8f1c3e-5a0b-4c9e-9d3f-2b6a1e0c4f58",
        }));
    }
    if let Asks::Query(query) = &endpoint.asks {
        parameters.extend(query.iter().map(|(name, about, schema)| {
            json!({"name": name, "in": "query", "required": false, "description": about, "schema": schema})
        }));
    }
    parameters
}

/// The one HTTP answer: the envelope of a success, or of any of the endpoint's faults; or what comes
/// without an envelope.
fn answer(endpoint: &Endpoint) -> Value {
    let data = match &endpoint.answers {
        Answers::Bare(bare) => return answer_bare(bare),
        Answers::Data(data) | Answers::Found(data) | Answers::DataOrCsv(data) => Some(data),
        Answers::Nothing => None,
    };
    let faults = faults(endpoint);
    let mut codes: Vec<_> = faults
        .iter()
        .filter(|(_, fault)| fault.challenge().is_none())
        .map(|(_, fault)| fault.status_code())
        .collect();
    codes.sort_unstable();
    codes.dedup();
    let mut success = match data {
        Some(data) => envelope(&json!({"const": 200}), "data", &data.schema, true),
        None => envelope(&json!({"const": 200}), "data", &json!(false), false),
    };
    if let Answers::Found(_) = endpoint.answers {
        add(&mut success, "searchedTo", searched_to());
    }
    let failure = envelope(
        &json!({"enum": codes}),
        "apiCode",
        &json!({"type": "integer"}),
        false,
    );
    let mut answers = vec![success, failure];
    if faults.iter().any(|(_, fault)| fault.challenge().is_some()) {
        answers.push(challenge());
    }
    let mut content = json!({"application/json": {
        "schema": {"oneOf": answers},
        "examples": examples(data, &faults),
    }});
    if let (Answers::DataOrCsv(_), Some(content)) = (&endpoint.answers, content.as_object_mut()) {
        content.insert("text/csv".to_owned(), json!({"schema": {"type": "string"}}));
    }
    json!({
        "description": "What happened, in `statusCode`.",
        "headers": {
            "Retry-After": {"description": "Seconds; with 429 and 503, and with 602 where the vendor says so.", "schema": {"type": "integer", "minimum": 1}},
        },
        "content": content,
    })
}

/// The envelope that demands a challenge.
fn challenge() -> Value {
    let data = json!({"$ref": "#/components/schemas/DemandedChallenge"});
    let mut answer = envelope(&json!({"const": 403}), "data", &data, true);
    add(&mut answer, "apiCode", json!({"const": 2000}));
    answer
}

/// Adds an optional member to the schema of an object.
fn add(object: &mut Value, member: &str, schema: Value) {
    if let Some(properties) = object.get_mut("properties").and_then(Value::as_object_mut) {
        properties.insert(member.to_owned(), schema);
    }
}

/// The schema of the place up to which a search went that did not come to its end.
fn searched_to() -> Value {
    json!({
        "type": "object",
        "description": "The last message that was looked at, where there may be older ones that fit: a search with `before` = \
            `messageId` goes on. Absent where the search came to its end, and where the page is full.",
        "required": ["messageId", "decidedAt"],
        "properties": {
            "messageId": {"type": "string", "format": "uuid"},
            "decidedAt": {"type": "string", "format": "date-time"},
        },
        "additionalProperties": false,
    })
}

/// The one HTTP answer where there is no envelope.
fn answer_bare(bare: &Shape) -> Value {
    json!({
        "description": "Always, and without an envelope.",
        "content": {"application/json": {
            "schema": bare.schema,
            "examples": {"200_success": {"value": bare.example}},
        }},
    })
}

/// The schema of an envelope with one more member.
fn envelope(status_code: &Value, member: &str, schema: &Value, required: bool) -> Value {
    let always = ["statusCode", "message", "requestId"];
    let required: Vec<_> = always
        .into_iter()
        .chain(required.then_some(member))
        .collect();
    json!({
        "type": "object",
        "required": required,
        "properties": {
            "statusCode": status_code,
            "message": {"type": "string", "minLength": 1},
            "requestId": {"type": "string", "format": "uuid"},
            member: schema,
        },
        "additionalProperties": false,
    })
}

/// Each fault that the endpoint can answer with, and its name, in the order of [`Fault::samples`].
fn faults(endpoint: &Endpoint) -> Vec<(&'static str, Fault)> {
    let body: Names = match endpoint.asks {
        Asks::Body(_) | Asks::KeyedBody(_) => faults::BODY,
        Asks::Nothing | Asks::Query(_) => &[],
    };
    let audience: Names = match endpoint.audience {
        Audience::Anyone => &[],
        Audience::Public => faults::NAMED_APPLICATION,
        Audience::ApplicationServer => faults::CREDENTIALS,
        Audience::Operator(_) => faults::OPERATOR,
    };
    let key: Names = match endpoint.asks {
        Asks::KeyedBody(_) => faults::IDEMPOTENCY_KEY,
        _ => &[],
    };
    let of_all = [body, key, audience, faults::COMMON];
    let named = |name: &str| {
        let mut groups = of_all.iter().chain(endpoint.faults);
        groups.any(|names| names.contains(&name))
    };
    Fault::samples()
        .into_iter()
        .filter(|(name, _)| named(name))
        .collect()
}

const REQUEST_ID: &str = "01a1ffdc-fced-71fb-9054-27b7b939e8d2";

fn examples(data: Option<&Shape>, faults: &[(&str, Fault)]) -> Value {
    let mut examples = Map::new();
    let success = match data {
        Some(data) => json!(Envelope::with_data(
            Lang::EnUs,
            REQUEST_ID.to_owned(),
            &data.example
        )),
        None => json!(Envelope::success(Lang::EnUs, REQUEST_ID.to_owned())),
    };
    examples.insert("200_success".to_owned(), json!({"value": success}));
    for (name, fault) in faults {
        let answer = Envelope::demanding(fault, Lang::EnUs, REQUEST_ID.to_owned());
        let name = format!("{}_{name}", fault.status_code());
        examples.insert(name, json!({"summary": answer.message, "value": answer}));
    }
    examples.into()
}
