//! The inbox: the page of `GET /dev/outbox`, on which a person reads the messages as on a phone.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_core::phone::InvalidPhone;

use super::Development;
use super::outbox::{OutboxQuery, number};
use super::phone::{Bubble, Phone};
use crate::first_calls::FirstCalls;
use crate::http::page;

/// The page.
#[derive(Template)]
#[template(path = "dev/inbox.html")]
struct InboxPage<'a> {
    /// The number that was searched for: as it was typed, or in E.164 if it is one.
    searched: String,
    /// The constraint that this number breaks.
    problem: Option<InvalidPhone>,
    rows: Vec<Row>,
    /// Whether the page begins with the newest message, so that it may add those that arrive.
    is_newest: bool,
    /// The address of the page with older messages, if there are any.
    older: Option<String>,
    calls: &'a FirstCalls,
}

/// A message, and the address of the page with the messages to its number.
struct Row {
    message: Bubble,
    only_these: String,
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
        rows: Vec::new(),
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
    let found = Phone::of(&development.outbox, to, query.before.as_deref());
    page.searched = to.unwrap_or_default().to_owned();
    page.older = found.older_than.map(|last| address(to, Some(&last)));
    let messages = found.messages.into_iter();
    let rows = messages.map(|message| Row {
        only_these: address(Some(&message.to), None),
        message,
    });
    page.rows = rows.collect();
    page::found(&page)
}

/// The address of the page with the messages to this number (E.164), or to all, that are older than `before`, a
/// message id.
fn address(to: Option<&str>, before: Option<&str>) -> String {
    let to = to.map(|to| format!("phoneNumber={}", to.replace('+', "%2B")));
    let before = before.map(|before| format!("before={before}"));
    let query: Vec<_> = to.into_iter().chain(before).collect();
    format!("/dev/outbox?{}", query.join("&"))
}
