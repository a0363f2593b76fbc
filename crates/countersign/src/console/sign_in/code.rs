//! `/console/sign-in/code`: the second factor of somebody whose password was right.

use askama::Template;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use url::form_urlencoded;

use super::{Visitor, next, see};
use crate::console::entry::Answer;
use crate::console::shell::Shell;
use crate::console::words::people;
use crate::http::AppState;
use crate::http::page;
use crate::manage::Proof;

pub(super) const PATH: &str = "/console/sign-in/code";

/// The page.
#[derive(Template)]
#[template(path = "console/sign_in_code.html")]
struct CodePage {
    shell: Shell,
    next: String,
    problem: Option<String>,
}

/// The address of the page for somebody who came for `to`.
pub(super) fn address(to: &str) -> String {
    let to: String = form_urlencoded::byte_serialize(to.as_bytes()).collect();
    format!("{PATH}?next={to}")
}

pub(super) async fn show(State(state): State<AppState>, request: Request) -> Response {
    match Visitor::of(state, request).await {
        Ok(visitor) => Visitor::refused(visitor.language, shown(&visitor).await),
        Err(answer) => answer,
    }
}

async fn shown(visitor: &Visitor) -> Answer {
    let waiting = visitor.state.sessions.waiting(&visitor.headers).await?;
    Ok(match waiting {
        Some(_) => page::found(&drawn(visitor, None)),
        None => Redirect::to(super::PATH).into_response(),
    })
}

fn drawn(visitor: &Visitor, problem: Option<String>) -> CodePage {
    CodePage {
        shell: Shell::bare(visitor.language),
        next: visitor.next().to_owned(),
        problem,
    }
}

pub(super) async fn enter(State(state): State<AppState>, request: Request) -> Response {
    match Visitor::of(state, request).await {
        Ok(visitor) => Visitor::refused(visitor.language, judged(visitor).await),
        Err(answer) => answer,
    }
}

async fn judged(visitor: Visitor) -> Answer {
    let sessions = &visitor.state.sessions;
    let Some((waiting, person)) = sessions.waiting(&visitor.headers).await? else {
        return Ok(Redirect::to(super::PATH).into_response());
    };
    let code = visitor.form.get("code");
    let proved = visitor.state.manage.prove_code(&visitor.by, &person, code);
    let (status, problem) = match proved.await? {
        Proof::Right(person) => {
            // Another token: the one of before was given to somebody who had proved less.
            sessions.end(&waiting).await?;
            let to = next(visitor.next()).to_owned();
            return visitor.let_in(&person, &to, None).await;
        }
        Proof::TooMany(wait) => (
            StatusCode::TOO_MANY_REQUESTS,
            people::too_many_tries(visitor.language, wait),
        ),
        Proof::Wrong => {
            let id = waiting.clone();
            match waiting.after_wrong_code() {
                Some(waiting) => sessions.keep(waiting).await?,
                None => return Ok(see(super::PATH, sessions.end(&id).await?)),
            }
            let problem = visitor.words().staff.code_wrong.to_owned();
            (StatusCode::UNPROCESSABLE_ENTITY, problem)
        }
    };
    let page = drawn(&visitor, Some(problem));
    Ok(page::answer(status, &page))
}
