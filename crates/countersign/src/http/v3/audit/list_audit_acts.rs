//! `GET /api/v3/list-audit-acts` (management): the acts on the audit record, newest first.

use countersign_api::{AuditActDto, Fault, FieldProblem};
use countersign_core::audit::{Door, Ending, Verb};
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, get};
use crate::http::request::query;
use crate::http::wire::provider;
use crate::manage::ActQuery;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "list-audit-acts",
        handler: get(list),
        summary: "List acts",
        about: "The acts of operators and of the service itself, newest first: who did what to which thing, through \
            which door, and how the thing was before and after. No act holds a secret or a whole number.",
        audience: Audience::Operator(Permission::ReadAudit),
        asks: Asks::Query(vec![
            (
                "before",
                "Only acts before this one: the last `seq` of the page before.",
                json!({"type": "integer", "minimum": 1}),
            ),
            (
                "since",
                "Only acts of this time and later.",
                json!({"type": "string", "format": "date-time"}),
            ),
            (
                "until",
                "Only acts before this time.",
                json!({"type": "string", "format": "date-time"}),
            ),
            (
                "who",
                "Only acts of the person of this name, of the access key with this id, or of authors of this kind.",
                json!({"type": "string"}),
            ),
            ("act", "Only acts of this kind.", json!({"type": "string"})),
            (
                "door",
                "Only acts through this door.",
                json!({"type": "string", "enum": ["command_line", "management_api", "console", "service"]}),
            ),
            (
                "result",
                "Only acts with this end. A refused one was tried by somebody without the permission.",
                json!({"type": "string", "enum": ["done", "refused", "failed"]}),
            ),
            (
                "limit",
                "At most so many.",
                json!({"type": "integer", "minimum": 1, "maximum": 1000, "default": 50}),
            ),
        ]),
        answers: Answers::Data(Shape::list_of::<AuditActDto>(json!([example()]))),
        faults: &[&["badLimit", "badTime", "badSeq"]],
    }
}

fn example() -> Value {
    json!({
        "seq": 2, "at": "2026-11-21T20:00:00.000Z", "who": {"kind": "access_key", "id": "0a1b2c3d4e5f60718293a4b5"},
        "door": "management_api", "from": "192.0.2.1", "request": "01a1ffdc-fced-71fb-9054-27b7b939e8d2",
        "act": "provider_set", "target": {"kind": "provider", "name": "aliyun"},
        "before": {"secrets.access_key_secret": "...0001"}, "after": {"secrets.access_key_secret": "...0002"},
        "result": "done",
        "prev": "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8",
        "hash": "f7c3bc1d808e04732adf679965ccc34ca7ae3441f8ad2a4b0c2e2e4e6cf1c4f0",
    })
}

async fn list(call: Call) -> Result<Vec<AuditActDto>, Fault> {
    let Call {
        state,
        access,
        query,
        ..
    } = call;
    let mut query = parse(&query)?;
    query.within = access.applications;
    Ok(state.manage.acts(query).await?.acts)
}

fn parse(query: &str) -> Result<ActQuery, Fault> {
    let mut parsed = ActQuery {
        limit: 50,
        ..ActQuery::default()
    };
    for (name, value) in query::pairs(query) {
        match name {
            "before" => {
                let seq = value.parse().ok().filter(|seq| *seq > 0);
                parsed.before = Some(seq.ok_or_else(|| query::wrong(name, FieldProblem::NotASeq))?);
            }
            "since" => parsed.since = Some(query::time(name, value)?),
            "until" => parsed.until = Some(query::time(name, value)?),
            _ if value.is_empty() => {}
            "who" => parsed.who = Some(decoded(value)),
            "act" => parsed.act = Some(one_of(name, value, &Verb::ALL.map(Verb::as_str))?),
            "door" => parsed.door = Some(one_of(name, value, &Door::ALL.map(Door::as_str))?),
            "result" => {
                parsed.result = Some(one_of(name, value, &Ending::ALL.map(Ending::as_str))?);
            }
            "limit" => parsed.limit = query::limit(name, value)?,
            _ => {}
        }
    }
    Ok(parsed)
}

/// A value that is one of these names: another one would find nothing, as if nobody had acted.
fn one_of(field: &str, value: &str, names: &[&str]) -> Result<String, Fault> {
    match names.contains(&value) {
        true => Ok(value.to_owned()),
        false => {
            let why = format!("must be one of {}", names.join(", "));
            Err(provider::bad(field, why))
        }
    }
}

/// A value as it was before it was encoded.
fn decoded(value: &str) -> String {
    let pair = format!("v={value}");
    let mut decoded = form_urlencoded::parse(pair.as_bytes());
    decoded
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}
