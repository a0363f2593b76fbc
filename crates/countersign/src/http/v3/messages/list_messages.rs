//! `GET /api/v3/list-messages` (management): timelines, newest first, numbers masked.
//!
//! `messageId` and `requestId` pick one; `limit` (1 to 1000, default 50) and `before` (the last
//! `messageId` of the page before) go through all; `from` and `to` (or `decidedBefore`) name a range of time. `appId`,
//! `channel`, `country`, `provider`, `failedAt` and `outcome` pick messages with something in common: such a search looks at a bounded
//! number of messages, and `searchedTo` says how far back it went.

use countersign_api::{Fault, FieldProblem, MessageDto, SearchedTo};
use countersign_core::id::{MessageId, RequestId};
use countersign_core::message_filter::OutcomeFilter;
use countersign_core::ports::records::MessageSearch;
use serde_json::{Value, json};

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, Reply, get_reply};
use crate::http::request::query;
use crate::http::wire::{application, message, provider, route};
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "list-messages",
        handler: get_reply(list),
        summary: "List messages",
        about: "Timelines of messages, newest first, numbers masked: the verdict of each limit, each call to a \
            provider and what it reported afterwards, the checks of its code, and what the code is good for now. A search \
            by `from`, `appId`, `channel`, `country`, `provider`, `failedAt` or `outcome` looks at 50,000 messages at most; where it \
            found less than a page in them, `searchedTo` beside `data` says how far back it went.",
        audience: Audience::Operator(Permission::ReadMessages),
        asks: Asks::Query(parameters()),
        answers: Answers::Found(shape()),
        faults: &[&[
            "badId",
            "badLimit",
            "badTime",
            "badSetting",
            "unknownChannel",
            "badAppId",
        ]],
    }
}

fn parameters() -> Vec<(&'static str, &'static str, Value)> {
    let uuid = || json!({"type": "string", "format": "uuid"});
    let time = || json!({"type": "string", "format": "date-time"});
    let text = || json!({"type": "string"});
    let outcomes: Vec<_> = OutcomeFilter::names().collect();
    vec![
        ("messageId", "Only this message.", uuid()),
        ("requestId", "Only what this request led to.", uuid()),
        (
            "before",
            "Only messages older than this one: the last `messageId` of the page before, or that of `searchedTo`.",
            uuid(),
        ),
        (
            "from",
            "Only messages decided on at this time or later.",
            time(),
        ),
        ("to", "Only messages decided on before this time.", time()),
        ("decidedBefore", "The same as `to`.", time()),
        ("appId", "Only messages of this application.", text()),
        ("channel", "Only messages of this channel.", text()),
        (
            "country",
            "Only messages to numbers of this country, such as CN.",
            text(),
        ),
        (
            "provider",
            "Only messages whose outcome this provider decided.",
            text(),
        ),
        (
            "failedAt",
            "Only messages at which this provider failed, whoever carried them in the end.",
            text(),
        ),
        (
            "outcome",
            "Only messages of which this became.",
            json!({"type": "string", "enum": outcomes}),
        ),
        (
            "limit",
            "At most so many.",
            json!({"type": "integer", "minimum": 1, "maximum": 1000, "default": 50}),
        ),
    ]
}

/// The shape of a list of timelines.
pub(super) fn shape() -> Shape {
    Shape::list_of::<MessageDto>(json!([message::example()]))
}

async fn list(call: Call) -> Result<Reply<Vec<MessageDto>>, Fault> {
    let Call {
        state,
        access,
        query,
        ..
    } = call;
    let mut search = parse(&query)?;
    search.filter.within = access.applications;
    let found = state.manage.search_messages(search).await?;
    let searched_to = found.searched_to.map(|searched| SearchedTo {
        message_id: searched.message.to_string(),
        decided_at: searched.decided_at.to_string(),
    });
    let messages = found.timelines.into_iter().map(message::dto);
    Ok(Reply::Found(messages.collect(), searched_to))
}

pub(super) fn parse(query: &str) -> Result<MessageSearch, Fault> {
    let mut search = MessageSearch::default();
    let (among, filter) = (&mut search.among, &mut search.filter);
    among.limit = 50;
    for (name, value) in query::pairs(query) {
        let id =
            || MessageId::parse(value).ok_or_else(|| query::wrong(name, FieldProblem::NotAUuid));
        match name {
            "messageId" => among.message = Some(id()?),
            "requestId" => {
                let id = RequestId::parse(value);
                among.request = Some(id.ok_or_else(|| query::wrong(name, FieldProblem::NotAUuid))?);
            }
            "before" => among.before = Some(id()?),
            "from" => search.decided_from = Some(query::time(name, value)?),
            "to" | "decidedBefore" => {
                let time = query::time(name, value)?;
                among.decided_before = among.decided_before.into_iter().chain([time]).min();
            }
            "appId" => filter.app = application::optional_id(Some(value))?,
            "channel" => filter.channel = Some(query::channel(name, value)?),
            "country" => filter.country = route::country(Some(value))?,
            "provider" => {
                let name = provider::optional_name(Some(value))?;
                filter.provider = name.map(|name| name.to_string());
            }
            "failedAt" => {
                let given = Some(value).filter(|value| !value.is_empty());
                let of = given.map(|value| provider::name(value, name)).transpose()?;
                filter.failed_at = of.map(|of| of.to_string());
            }
            "outcome" => filter.outcome = outcome(value)?,
            "limit" => among.limit = query::limit(name, value)?,
            _ => {}
        }
    }
    Ok(search)
}

fn outcome(value: &str) -> Result<Option<OutcomeFilter>, Fault> {
    let known = OutcomeFilter::parse(value);
    if known.is_none() && !value.is_empty() {
        let names: Vec<_> = OutcomeFilter::names().collect();
        let why = format!("must be one of {}", names.join(", "));
        return Err(provider::bad("outcome", why));
    }
    Ok(known)
}
