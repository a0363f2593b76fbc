//! The pages. The templates escape everything that comes from a person or from the service.

use askama::Template;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use crate::words::{Language, Notice, Words};

/// A page to show, in the language of its reader.
pub(crate) struct Page<'a> {
    language: Language,
    inbox: Option<&'a str>,
}

/// The parts that all pages have.
struct Frame<'a> {
    words: &'static Words,
    title: &'static str,
    notice: Option<String>,
    inbox: Option<&'a str>,
}

/// The form for a number.
#[derive(Template)]
#[template(path = "number.html")]
struct NumberPage<'a> {
    frame: Frame<'a>,
    number: &'a str,
}

/// The form for the code that was sent to a number.
#[derive(Template)]
#[template(path = "code.html")]
struct CodePage<'a> {
    frame: Frame<'a>,
    number: &'a str,
}

/// The page on which a browser solves a challenge, and asks again for a code to a number.
#[derive(Template)]
#[template(path = "challenge.html")]
struct ChallengePage<'a> {
    frame: Frame<'a>,
    number: &'a str,
    challenge: &'a str,
}

/// The page of a person who is signed in.
#[derive(Template)]
#[template(path = "signed_in.html")]
struct SignedInPage<'a> {
    frame: Frame<'a>,
}

impl<'a> Page<'a> {
    /// Starts a page; `inbox` is the address at which codes arrive in development.
    pub(crate) fn new(language: Language, inbox: Option<&'a str>) -> Self {
        Self { language, inbox }
    }

    /// Shows the form for a number, which is filled in already.
    pub(crate) fn number(self, number: &str, notice: Option<&Notice>) -> Response {
        let frame = self.frame(|words| words.sign_in, notice);
        shown(&NumberPage { frame, number })
    }

    /// Shows the form for the code that this number received.
    pub(crate) fn code(self, number: &str, notice: &Notice) -> Response {
        let frame = self.frame(|words| words.check_your_messages, Some(notice));
        shown(&CodePage { frame, number })
    }

    /// Has the browser solve a challenge, which is JSON, and ask again for a code to this number.
    pub(crate) fn challenge(self, number: &str, challenge: &str) -> Response {
        let frame = self.frame(|words| words.one_moment, Some(&Notice::Computing));
        shown(&ChallengePage {
            frame,
            number,
            challenge,
        })
    }

    /// Shows the page of the person with this number, of which the middle is masked already.
    pub(crate) fn signed_in(self, number: &str) -> Response {
        let notice = Notice::SignedIn {
            number: number.to_owned(),
        };
        let frame = self.frame(|words| words.welcome, Some(&notice));
        shown(&SignedInPage { frame })
    }

    fn frame(&self, title: fn(&Words) -> &'static str, notice: Option<&Notice>) -> Frame<'a> {
        let words = self.language.words();
        Frame {
            words,
            title: title(words),
            notice: notice.map(|notice| notice.sentence(self.language)),
            inbox: self.inbox,
        }
    }
}

fn shown(page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => Html(html).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Adds the headers that keep a page to itself: no code of others, no frame around it, no copy in a cache.
pub(crate) async fn secured(response: Response) -> Response {
    const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; \
        form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    const HEADERS: [(HeaderName, &str); 4] = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (HEADERS, response).into_response()
}
