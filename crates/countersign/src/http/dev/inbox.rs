//! The inbox: the page of `GET /dev/outbox`, on which a person reads the messages as on a phone.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_core::phone::InvalidPhone;
use countersign_providers::development::outbox::InboxMessage;

use super::Development;
use super::outbox::{OutboxQuery, number};
use crate::first_calls::FirstCalls;
use crate::http::page;

/// The most messages on one page.
const MOST: usize = 20;

/// The page.
#[derive(Template)]
#[template(path = "dev/inbox.html")]
struct InboxPage<'a> {
    /// The number that was searched for: as it was typed, or in E.164 if it is one.
    searched: String,
    /// The constraint that this number breaks.
    problem: Option<InvalidPhone>,
    messages: Vec<Bubble>,
    /// Whether the page begins with the newest message, so that it may add those that arrive.
    is_newest: bool,
    /// The address of the page with older messages, if there are any.
    older: Option<String>,
    calls: &'a FirstCalls,
}

/// A message, as the page shows it.
struct Bubble {
    to: String,
    /// The address of the page with the messages to this number.
    only_these: String,
    purpose: String,
    /// When it arrived: RFC 3339, and to the second for people.
    sent_at: String,
    shown_at: String,
    /// The text, in three parts: the one in the middle is the code.
    before_code: String,
    code: String,
    after_code: String,
}

/// The page for this query, newest message first. A number that is none is answered with HTTP 400, and the page says
/// why.
pub(super) fn page(development: &Development, query: &OutboxQuery) -> Response {
    let typed = query.phone_number.as_deref().unwrap_or_default();
    let searched = match typed.trim().is_empty() {
        true => Ok(None),
        false => number(typed, query.phone_country_code.as_deref()).map(Some),
    };
    let mut page = InboxPage {
        searched: typed.to_owned(),
        problem: None,
        messages: Vec::new(),
        is_newest: query.before.is_none(),
        older: None,
        calls: &development.calls,
    };
    let phone = match searched {
        Ok(phone) => phone,
        Err(problem) => {
            page.problem = Some(problem);
            page.is_newest = false;
            return page::answer(StatusCode::BAD_REQUEST, &page);
        }
    };
    let to = phone.as_ref().map(|phone| phone.e164());
    let (messages, has_older) = development.outbox.page(to, query.before.as_deref(), MOST);
    page.searched = to.unwrap_or_default().to_owned();
    page.older = messages
        .last()
        .filter(|_| has_older)
        .map(|last| address(to, Some(&last.message_id)));
    page.messages = messages.into_iter().map(Bubble::of).collect();
    page::found(&page)
}

impl Bubble {
    fn of(message: InboxMessage) -> Self {
        let code = message.pass_code.as_str();
        let (before_code, code, after_code) = match message.text.split_once(code) {
            Some((before, after)) => (before, code, after),
            None => (message.text.as_str(), "", ""),
        };
        Self {
            only_these: address(Some(&message.to), None),
            purpose: message.purpose(),
            shown_at: to_the_second(&message.sent_at),
            before_code: before_code.to_owned(),
            code: code.to_owned(),
            after_code: after_code.to_owned(),
            sent_at: message.sent_at,
            to: message.to,
        }
    }
}

/// The address of the page with the messages to this number (E.164), or to all, that are older than `before`, a
/// message id.
fn address(to: Option<&str>, before: Option<&str>) -> String {
    let to = to.map(|to| format!("phoneNumber={}", to.replace('+', "%2B")));
    let before = before.map(|before| format!("before={before}"));
    let query: Vec<_> = to.into_iter().chain(before).collect();
    format!("/dev/outbox?{}", query.join("&"))
}

/// `2026-11-21T20:00:00.123Z` as `2026-11-21 20:00:00`.
fn to_the_second(at: &str) -> String {
    at.get(..19).unwrap_or(at).replace('T', " ")
}
