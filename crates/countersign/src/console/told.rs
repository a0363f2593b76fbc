//! What a page says about the act that led to it: one sentence, once.
//!
//! The answer to an act leads to a page, and gives the browser a cookie with the name of the sentence. The page that shows it
//! takes the cookie back. The cookie names one of our sentences and nothing else, so that whoever sets it can say nothing.

use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};

use super::cookie;
use super::words::Words;

const COOKIE: &str = "countersign_told";

/// The time after which nobody is told any more, in seconds.
const LIFE: u32 = 60;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    Saved,
    Deleted,
    Created,
    Reset,
    Blocked,
    Lifted,
    Unlocked,
    Confirmed,
    SessionEnded,
    OthersEnded,
    Rotated,
}

impl Told {
    const ALL: [Told; 11] = [
        Told::Saved,
        Told::Deleted,
        Told::Created,
        Told::Reset,
        Told::Blocked,
        Told::Lifted,
        Told::Unlocked,
        Told::Confirmed,
        Told::SessionEnded,
        Told::OthersEnded,
        Told::Rotated,
    ];

    const fn as_str(self) -> &'static str {
        match self {
            Told::Saved => "saved",
            Told::Deleted => "deleted",
            Told::Created => "created",
            Told::Reset => "reset",
            Told::Blocked => "blocked",
            Told::Lifted => "lifted",
            Told::Unlocked => "unlocked",
            Told::Confirmed => "confirmed",
            Told::SessionEnded => "session-ended",
            Told::OthersEnded => "others-ended",
            Told::Rotated => "rotated",
        }
    }

    /// The sentence.
    pub(super) const fn words(self, words: &Words) -> &'static str {
        match self {
            Told::Saved => words.forms.saved,
            Told::Deleted => words.forms.deleted,
            Told::Created => words.forms.created,
            Told::Reset => words.forms.reset,
            Told::Blocked => words.forms.blocked,
            Told::Lifted => words.forms.lifted,
            Told::Unlocked => words.message.unlocked,
            Told::Confirmed => words.staff.confirmed,
            Told::SessionEnded => words.own.session_ended,
            Told::OthersEnded => words.staff.ended,
            Told::Rotated => words.deployment.rotated,
        }
    }

    /// What the browser was to be told, where a person opens a page. A page that refreshes itself is told nothing.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let mode = headers.get("sec-fetch-mode");
        if mode.is_some_and(|mode| mode != "navigate") {
            return None;
        }
        let named = cookie::value(headers, COOKIE)?;
        Self::ALL.into_iter().find(|told| told.as_str() == named)
    }

    /// Leads to `address`, where a page tells this.
    pub(super) fn at(self, address: &str) -> Response {
        let mut answer = Redirect::to(address).into_response();
        cookie::set(&mut answer, COOKIE, self.as_str(), LIFE);
        answer
    }
}

/// Takes what was told from the browser.
pub(super) fn forget(answer: &mut Response) {
    cookie::set(answer, COOKIE, "", 0);
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn told(headers: &[(&'static str, &'static str)]) -> Option<Told> {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)));
        Told::of(&headers.collect())
    }

    #[test]
    fn a_page_that_a_person_opens_is_told_one_of_our_sentences() {
        let cookie = ("cookie", "a=b; countersign_told=saved; c=d");
        assert_eq!(told(&[cookie]), Some(Told::Saved));
        assert_eq!(
            told(&[cookie, ("sec-fetch-mode", "navigate")]),
            Some(Told::Saved)
        );
        assert_eq!(told(&[cookie, ("sec-fetch-mode", "cors")]), None);
        for other in ["countersign_told=", "countersign_told=x", "told=saved"] {
            assert_eq!(told(&[("cookie", other)]), None, "{other}");
        }
    }
}
