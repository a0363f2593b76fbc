//! `/console/inbox`: the development phone, with whole numbers and codes.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use countersign_core::channel::Channel;
use countersign_core::phone::PhoneNumber;
use countersign_core::time::Timestamp;

use super::refused::Why;
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::shell::{Area, Shell};
use crate::console::words::TermWords;
use crate::http::dev::phone::{Bubble, Phone};
use crate::http::page;
use crate::operator::Permission;

pub(in crate::console) const PATH: &str = "/console/inbox";

/// The page.
#[derive(Template)]
#[template(path = "console/inbox.html")]
struct InboxPage {
    shell: Shell,
    /// The number that was searched for, as it was typed or in E.164; empty for all numbers.
    searched: String,
    is_bad_number: bool,
    /// Whether the page begins with the newest message, so that it refreshes itself.
    is_newest: bool,
    messages: Vec<Bubble>,
    /// The address of the page with older messages, if there are any.
    older: Option<String>,
}

impl InboxPage {
    fn purpose(words: &TermWords, message: &Bubble) -> &'static str {
        Channel::parse(&message.channel).map_or("", |channel| words.purpose(channel))
    }
}

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadMessages, async |visit: Visit| {
        let handle = visit.asked("to");
        let phone = visit.sessions.number(&visit.session, handle);
        let development = visit.state.development.as_ref().ok_or(Why::NotFound)?;
        let before = Some(visit.asked("before")).filter(|before| !before.is_empty());
        let to = phone.as_ref().map(|phone| phone.e164());
        let found = Phone::of(&development.outbox, to, before);
        Ok(page::found(&InboxPage {
            shell: visit.shell(Area::Inbox),
            searched: to.unwrap_or_default().to_owned(),
            is_bad_number: false,
            is_newest: before.is_none(),
            messages: found
                .messages
                .into_iter()
                .map(|message| in_zone(&visit, message))
                .collect(),
            older: found.older_than.map(|last| match phone {
                Some(_) => format!("{PATH}?to={handle}&before={last}"),
                None => format!("{PATH}?before={last}"),
            }),
        }))
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

/// Leads to the messages to the number that was typed, which no address holds.
async fn search(visit: Visit) -> Answer {
    let typed = visit.form.get("number");
    if typed.is_empty() {
        return Ok(Redirect::to(PATH).into_response());
    }
    match PhoneNumber::parse(typed, None) {
        Ok(phone) => {
            let handle = visit.sessions.handle(&visit.session, &phone);
            let handle = handle.map_err(|_| Why::Unavailable)?;
            Ok(Redirect::to(&format!("{PATH}?to={handle}")).into_response())
        }
        Err(_) => Ok(not_a_number(&visit, typed)),
    }
}

/// The message with its time in the person's zone.
fn in_zone(visit: &Visit, message: Bubble) -> Bubble {
    match Timestamp::parse(&message.sent_at) {
        Some(at) => Bubble {
            shown_at: visit.zone().second(at),
            ..message
        },
        None => message,
    }
}

fn not_a_number(visit: &Visit, typed: &str) -> Response {
    let page = InboxPage {
        shell: visit.shell(Area::Inbox),
        searched: typed.to_owned(),
        is_bad_number: true,
        is_newest: false,
        messages: Vec::new(),
        older: None,
    };
    page::answer(StatusCode::UNPROCESSABLE_ENTITY, &page)
}
