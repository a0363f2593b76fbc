//! `GET /api/v3/get-sms-statistics` (management): how many messages were sent, and what became of them.
//!
//! `from` and `to` name the range (default: the last 24 hours), `by` what each row is about; `appId`, `channel`,
//! `country` and `provider` pick messages; `format=csv` answers a table for spreadsheets.

use std::time::Duration;

use countersign_api::{Fault, FieldProblem, SmsStatistics};
use countersign_core::ports::tallies::{By, TallyQuery};
use countersign_core::time::Timestamp;
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, Reply, get_reply};
use crate::http::request::malformed::malformed;
use crate::http::request::query;
use crate::http::wire::{application, provider, route, statistics};
use crate::operator::{Applications, Permission};

/// The length of the range where the question names no start.
const RANGE: Duration = Duration::from_secs(24 * 3600);

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "get-sms-statistics",
        handler: get_reply(count),
        summary: "Count messages",
        about: "How many messages were sent in a range of time, and what became of them, in all and by hour, day (UTC), \
            application, channel, country or provider. A message counts at the time of its decision, whenever its \
            report or its check comes, for 48 hours. Counts hold no number, and stay when messages have gone from the \
            record.",
        audience: Audience::Operator(Permission::ReadMessages),
        asks: Asks::Query(parameters()),
        answers: Answers::DataOrCsv(Shape::of::<SmsStatistics>(statistics::example())),
        faults: &[&["badTime", "badSetting", "unknownChannel", "badAppId"]],
    }
}

fn parameters() -> Vec<(&'static str, &'static str, Value)> {
    let time = || json!({"type": "string", "format": "date-time"});
    let text = || json!({"type": "string"});
    let names = statistics::BY.map(|(name, _)| name);
    vec![
        (
            "from",
            "Messages from here on (default: 24 hours before the end).",
            time(),
        ),
        ("to", "Messages before this time (default: now).", time()),
        (
            "by",
            "What each row is about.",
            json!({"type": "string", "enum": names, "default": "day"}),
        ),
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
            "format",
            "The form of the answer: json, or csv for a table of the rows without the envelope.",
            json!({"type": "string", "enum": ["json", "csv"], "default": "json"}),
        ),
    ]
}

/// The parameters of the query.
type Parameters = Vec<(String, String)>;

async fn count(call: Call) -> Result<Reply<SmsStatistics>, Fault> {
    let Call {
        state,
        access,
        query,
        ..
    } = call;
    let parameters = form_urlencoded::parse(query.as_bytes());
    let parameters: Parameters = parameters.into_owned().collect();
    let mut query = parse(&parameters, state.clock.now())?;
    query.within = access.applications;
    let (by, is_csv) = (query.by, is_csv(&parameters)?);
    let tallies = state.manage.tallies(query).await?;
    let statistics = statistics::dto(tallies, by);
    Ok(match is_csv {
        true => Reply::Csv(statistics::csv(&statistics)),
        false => Reply::Data(statistics),
    })
}

fn is_csv(parameters: &Parameters) -> Result<bool, Fault> {
    let format = parameters.iter().rfind(|(name, _)| name == "format");
    match format.map_or("", |(_, value)| value.as_str()) {
        "" | "json" => Ok(false),
        "csv" => Ok(true),
        _ => Err(provider::bad("format", "must be json or csv")),
    }
}

fn parse(parameters: &Parameters, now: Timestamp) -> Result<TallyQuery, Fault> {
    let (mut from, mut query) = (
        None,
        TallyQuery {
            from: now,
            to: now,
            by: By::Day,
            within: Applications::All,
            app: None,
            channel: None,
            country: None,
            provider: None,
        },
    );
    // An empty name is none, as elsewhere; an empty time or way of counting is neither.
    let is_given = |(name, value): &&(String, String)| {
        !value.is_empty() || ["from", "to", "by"].contains(&name.as_str())
    };
    for (name, value) in parameters.iter().filter(is_given) {
        let time = || {
            let wrong = || malformed(Some(name.clone()), FieldProblem::NotATime);
            // The plus sign of a time zone that was not encoded is read as a space.
            Timestamp::parse(&value.replace(' ', "+")).ok_or_else(wrong)
        };
        match name.as_str() {
            "from" => from = Some(time()?),
            "to" => query.to = time()?,
            "by" => query.by = by(value)?,
            "appId" => query.app = application::optional_id(Some(value))?,
            "channel" => query.channel = Some(query::channel(name, value)?),
            "country" => query.country = route::country(Some(value))?,
            "provider" => query.provider = Some(provider::name(value, "provider")?.to_string()),
            _ => {}
        }
    }
    query.from = from.unwrap_or_else(|| query.to.before(RANGE));
    Ok(query)
}

fn by(value: &str) -> Result<By, Fault> {
    let known = statistics::BY.into_iter().find(|(name, _)| *name == value);
    known.map(|(_, by)| by).ok_or_else(|| {
        let names = statistics::BY.map(|(name, _)| name).join(", ");
        provider::bad("by", format!("must be one of {names}"))
    })
}
