//! `/console/messages`: messages, newest first, as far as they fit the filters and the number in the address; and the search
//! for one of them.

mod filters;
mod search;
pub(in crate::console) mod table;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use countersign_core::id::{MessageId, RequestId};
use countersign_core::message::Timeline;
use countersign_core::phone::PhoneNumber;
use countersign_core::ports::records::TimelineQuery;
use countersign_core::send::attempt;

use self::filters::Chip;
pub(in crate::console) use self::search::Search;
use self::search::Unread;
use super::message;
use super::refused::Why;
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::form_page::{FormView, Input};
use crate::console::headline::Headline;
use crate::console::pill::Pill;
use crate::console::shell::{Area, Shell};
use crate::console::when::Moment;
use crate::console::words::sentences;
use crate::http::page;
use crate::operator::Permission;

pub(in crate::console) const PATH: &str = "/console/messages";

/// The most messages on one page.
pub(in crate::console) const MOST: u16 = 50;

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
    /// Whether the page begins with the newest message.
    is_newest: bool,
    filters: FormView,
    chips: Vec<Chip>,
    /// Whether the messages have something in common, or a range of time.
    is_filtered: bool,
    rows: Vec<Row>,
    /// The address of the page with older messages, if there are any.
    older: Option<String>,
    /// The time to which the search went, and the address at which it goes on.
    searched_to: Option<(Moment, String)>,
    /// The address of the same messages as a table.
    table: String,
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

impl MessagesPage {
    /// Whether the page refreshes itself: not one that took a search through many messages.
    fn is_live(&self) -> bool {
        self.is_newest && self.searched_to.is_none()
    }
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
    Entry::page(PATH, Permission::ReadMessages, show).of_applications()
}

async fn show(visit: Visit) -> Answer {
    let search = match Search::read(&visit) {
        Ok(search) => search,
        Err(unread) => return Ok(unread_filters(&visit, &unread)),
    };
    if !visit.is_at(&search.parts()) {
        return Ok(Redirect::to(&search.address(PATH)).into_response());
    }
    let phone = visit.sessions.number(&visit.session, &search.number);
    let mut page = empty(&visit);
    page.has_ended = phone.is_none() && !search.number.is_empty();
    if page.has_ended {
        return Ok(page::found(&page));
    }
    page.is_newest = search.before.is_none();
    page.to = phone.as_ref().map(PhoneNumber::masked);
    page.chips = filters::chips(&visit, &search);
    page.is_filtered = search.is_filtered();
    page.table = search.newest().address(table::PATH);
    let asked = search.asked(&visit, phone, MOST + 1)?;
    let mut found = visit.state.manage.search_messages(asked).await?;
    let has_older = found.timelines.len() > usize::from(MOST);
    found.timelines.truncate(MOST.into());
    let last = found.timelines.last().filter(|_| has_older);
    page.older = last.map(|last| search.before(last.id).address(PATH));
    page.searched_to = found.searched_to.map(|last| {
        let on = search.before(last.message).address(PATH);
        (visit.moment(last.decided_at), on)
    });
    let rows = found.timelines.iter();
    page.rows = rows.map(|found| Row::of(&visit, found)).collect();
    Ok(page::found(&page))
}

/// The page with what is wrong with its filters, and without messages.
fn unread_filters(visit: &Visit, unread: &Unread) -> Response {
    let mut page = empty(visit);
    page.filters = filters::form(visit, unread);
    page::answer(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

pub(in crate::console) fn find() -> Entry {
    Entry::act(
        PATH,
        Permission::ReadMessages,
        Some("find-messages"),
        search,
    )
    .of_applications()
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
    let handle = visit.sessions.handle(&visit.session, &phone);
    let handle = handle.map_err(|_| Why::Unavailable)?;
    Ok(Redirect::to(&format!("{PATH}?number={handle}")).into_response())
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
        let found = visit.state.manage.messages(visit.apps(), query).await?;
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
        filters: filters::form(visit, &Unread::new()),
        chips: Vec::new(),
        is_filtered: false,
        rows: Vec::new(),
        older: None,
        searched_to: None,
        table: table::PATH.to_owned(),
    }
}
