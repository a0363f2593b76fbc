//! The messages of the outbox as a person reads them: as on a phone, with whole numbers and codes.

use countersign_providers::development::outbox::{InboxMessage, Outbox};

/// The most messages on one page.
const MOST: usize = 20;

/// A page of messages, newest first.
pub(crate) struct Phone {
    pub(crate) messages: Vec<Bubble>,
    /// The id of the last message, where there are older ones.
    pub(crate) older_than: Option<String>,
}

/// A message, as a page shows it.
pub(crate) struct Bubble {
    /// The number, in E.164.
    pub(crate) to: String,
    /// The channel, such as `CHANNEL_LOGIN`.
    pub(crate) channel: String,
    /// The channel in English.
    pub(crate) purpose: String,
    /// When it arrived: RFC 3339, and to the second for people.
    pub(crate) sent_at: String,
    pub(crate) shown_at: String,
    /// The text, in three parts: the one in the middle is the code.
    pub(crate) before_code: String,
    pub(crate) code: String,
    pub(crate) after_code: String,
}

impl Phone {
    /// The messages to the number `to` (E.164), or to all, that are older than the message `before`, or the newest.
    pub(crate) fn of(outbox: &Outbox, to: Option<&str>, before: Option<&str>) -> Self {
        let (messages, has_older) = outbox.page(to, before, MOST);
        let last = messages.last().filter(|_| has_older);
        Self {
            older_than: last.map(|last| last.message_id.clone()),
            messages: messages.into_iter().map(Bubble::of).collect(),
        }
    }
}

impl Bubble {
    fn of(message: InboxMessage) -> Self {
        let code = message.pass_code.as_str();
        let (before_code, code, after_code) = match message.text.split_once(code) {
            Some((before, after)) => (before, code, after),
            None => (message.text.as_str(), "", ""),
        };
        Self {
            purpose: message.purpose(),
            shown_at: to_the_second(&message.sent_at),
            before_code: before_code.to_owned(),
            code: code.to_owned(),
            after_code: after_code.to_owned(),
            channel: message.channel,
            sent_at: message.sent_at,
            to: message.to,
        }
    }
}

/// `2026-11-21T20:00:00.123Z` as `2026-11-21 20:00:00`.
fn to_the_second(at: &str) -> String {
    at.get(..19).unwrap_or(at).replace('T', " ")
}
