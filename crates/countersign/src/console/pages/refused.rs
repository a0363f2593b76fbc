//! The pages that people see in the place of one that they cannot have.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use crate::console::language::Language;
use crate::console::shell::Shell;
use crate::console::words::RefusedWords;
use crate::http::page;

/// The reason for which there is no page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::console) enum Why {
    /// There is no such thing, or it is not the person's.
    NotFound,
    /// The link of an invitation is good no longer.
    NoInvitation,
    /// The person's role does not allow it.
    NotPermitted,
    /// The store does not answer.
    Unavailable,
    /// Something failed that should not.
    Internal,
    /// The request comes from a page of another site.
    ForeignSite,
    /// Nothing says where the form comes from.
    NoOrigin,
}

impl Why {
    const fn status(self) -> StatusCode {
        match self {
            Why::NotFound | Why::NoInvitation => StatusCode::NOT_FOUND,
            Why::NotPermitted | Why::ForeignSite | Why::NoOrigin => StatusCode::FORBIDDEN,
            Why::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Why::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The heading, and what to do.
    const fn words(self, words: &RefusedWords) -> [&'static str; 2] {
        match self {
            Why::NotFound => [words.not_found, words.not_found_about],
            Why::NoInvitation => [words.no_invitation, words.no_invitation_about],
            Why::NotPermitted => [words.not_permitted, words.not_permitted_about],
            Why::Unavailable => [words.unavailable, words.unavailable_about],
            Why::Internal => [words.internal, words.internal_about],
            Why::ForeignSite => [words.foreign_site, words.foreign_site_about],
            Why::NoOrigin => [words.no_origin, words.no_origin_about],
        }
    }
}

#[derive(Template)]
#[template(path = "console/refused.html")]
struct RefusedPage<'a> {
    shell: &'a Shell,
    heading: &'static str,
    about: &'static str,
}

/// The page for a person who is signed in.
pub(in crate::console) fn within(shell: &Shell, why: Why) -> Response {
    let [heading, about] = why.words(&shell.words.refused);
    page::answer(
        why.status(),
        &RefusedPage {
            shell,
            heading,
            about,
        },
    )
}

/// The page for somebody of whom nothing is known.
pub(in crate::console) fn page(language: Language, why: Why) -> Response {
    within(&Shell::bare(language), why)
}
