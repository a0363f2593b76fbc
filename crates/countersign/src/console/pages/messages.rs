//! `/console/messages`: all messages, newest first, or those to one number; and the search.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use countersign_core::id::{MessageId, RequestId};
use countersign_core::message::Timeline;
use countersign_core::phone::PhoneNumber;
use countersign_core::ports::records::TimelineQuery;
use countersign_core::send::attempt;

use super::message;
use super::refused::Why;
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::headline::Headline;
use crate::console::pill::Pill;
use crate::console::shell::{Area, Shell};
use crate::console::when::Moment;
use crate::console::words::sentences;
use crate::http::page;
use crate::operator::Permission;

pub(in crate::console) const PATH: &str = "/console/messages";

/// The most messages on one page.
const MOST: usize = 50;

/// The page.
#[derive(Template)]
#[template(path = "console/messages.html")]
struct MessagesPage {
    shell: Shell,
    /// What was typed, where nothing is found by it.
    typed: String,
    problem: Option<String>,
    /// The number that the messages went to, masked.
    to: Option<String>,
    /// Whether the handle of a number has ended.
    has_ended: bool,
    /// Whether the page begins with the newest message, so that it refreshes itself.
    is_newest: bool,
    rows: Vec<Row>,
    /// The address of the page with older messages, if there are any.
    older: Option<String>,
}

/// A message in the list.
struct Row {
    address: String,
    decided_at: Moment,
    to: String,
    purpose: &'static str,
    app: String,
    provider: String,
    pill: Pill,
}

impl Row {
    fn of(visit: &Visit, timeline: &Timeline) -> Self {
        let words = visit.words();
        let decisive = attempt::decisive(&timeline.attempts);
        let attempt = decisive.and_then(|place| timeline.attempts.get(place));
        Self {
            address: message::address(timeline.id),
            decided_at: visit.moment(timeline.decided_at),
            to: timeline.phone.masked(),
            purpose: words.terms.purpose(timeline.channel),
            app: timeline.app.as_str().to_owned(),
            provider: attempt
                .and_then(|attempt| attempt.provider.clone())
                .unwrap_or_default(),
            pill: Pill::of(Headline::of(timeline, visit.now).state(), words),
        }
    }
}

pub(in crate::console) fn list() -> Entry {
    Entry::page(PATH, Permission::ReadMessages, async |visit: Visit| {
        let handle = visit.asked("to");
        let phone = visit.sessions.number(&visit.session, handle);
        let before = visit.asked("before");
        let before = match before.is_empty() {
            true => None,
            false => Some(MessageId::parse(before).ok_or(Why::NotFound)?),
        };
        let mut page = empty(&visit);
        page.has_ended = phone.is_none() && !handle.is_empty();
        page.is_newest = before.is_none();
        if page.has_ended {
            return Ok(page::found(&page));
        }
        page.to = phone.as_ref().map(PhoneNumber::masked);
        let of_number = phone.is_some();
        let mut found = visit
            .state
            .manage
            .messages(TimelineQuery {
                phone,
                before,
                limit: u16::try_from(MOST + 1).unwrap_or(u16::MAX),
                ..TimelineQuery::default()
            })
            .await?;
        let has_older = found.len() > MOST;
        found.truncate(MOST);
        let last = found.last().filter(|_| has_older);
        page.older = last.map(|last| match of_number {
            true => format!("{PATH}?to={handle}&before={}", last.id),
            false => format!("{PATH}?before={}", last.id),
        });
        let rows = found.iter().map(|found| Row::of(&visit, found));
        page.rows = rows.collect();
        Ok(page::found(&page))
    })
}

pub(in crate::console) fn find() -> Entry {
    Entry::act(
        PATH,
        Permission::ReadMessages,
        Some("find-messages"),
        search,
    )
}

/// Leads to the message with the id that was typed, or of the request with that id, or to the messages to the number that was
/// typed, which no address holds.
async fn search(visit: Visit) -> Answer {
    let typed = visit.form.get("q");
    if typed.is_empty() {
        return Ok(Redirect::to(PATH).into_response());
    }
    if let Some(found) = by_id(&visit, typed).await? {
        return Ok(Redirect::to(&message::address(found)).into_response());
    }
    match PhoneNumber::parse(typed, None) {
        Ok(phone) => to_number(&visit, phone),
        Err(_) => Ok(found_nothing(&visit, typed)),
    }
}

/// Leads to the messages to a number.
pub(super) fn to_number(visit: &Visit, phone: PhoneNumber) -> Answer {
    let handle = visit.sessions.handle(&visit.session, phone);
    let handle = handle.map_err(|_| Why::Unavailable)?;
    Ok(Redirect::to(&format!("{PATH}?to={handle}")).into_response())
}

/// The message with this id, or of the request with this id.
async fn by_id(visit: &Visit, typed: &str) -> Result<Option<MessageId>, Why> {
    let (message, request) = (MessageId::parse(typed), RequestId::parse(typed));
    for query in [(message, None), (None, request)] {
        let (message, request) = query;
        if message.is_none() && request.is_none() {
            continue;
        }
        let query = TimelineQuery {
            message,
            request,
            limit: 1,
            ..TimelineQuery::default()
        };
        let found = visit.state.manage.messages(query).await?;
        if let Some(found) = found.first() {
            return Ok(Some(found.id));
        }
    }
    Ok(None)
}

fn found_nothing(visit: &Visit, typed: &str) -> Response {
    let mut page = empty(visit);
    page.problem = Some(sentences::not_found_by(visit.language, typed));
    page.typed = typed.to_owned();
    page::answer(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

fn empty(visit: &Visit) -> MessagesPage {
    MessagesPage {
        shell: visit.shell(Area::Messages),
        typed: String::new(),
        problem: None,
        to: None,
        has_ended: false,
        is_newest: false,
        rows: Vec::new(),
        older: None,
    }
}
