//! `/console/confirm`: a fresh proof, which some acts need: the second factor, or the password where there is none.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use countersign_core::staff::session::Stage;
use url::form_urlencoded;

use crate::console::entry::{Answer, Entry, Visit};
use crate::console::pages::refused::Why;
use crate::console::shell::{Area, Shell};
use crate::console::sign_in;
use crate::console::told::Told;
use crate::console::waiting;
use crate::console::words::people;
use crate::http::page;
use crate::manage::Proof;
use crate::operator::Permission;

pub(in crate::console) const PATH: &str = "/console/confirm";

/// The page.
#[derive(Template)]
#[template(path = "console/confirm.html")]
struct ConfirmPage {
    shell: Shell,
    next: String,
    /// Whether the person gives a code, and not the password.
    by_code: bool,
    problem: Option<String>,
}

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadMessages, async |visit: Visit| {
        let next = visit.asked("next").to_owned();
        Ok(page::found(&draw(&visit, next, None)))
    })
    .of_applications()
}

pub(in crate::console) fn prove() -> Entry {
    Entry::act(PATH, Permission::ReadMessages, None, judge).of_applications()
}

/// Leads to the page, and from there to `back`, where the form of the request waits.
///
/// # Errors
/// [`Why::Unavailable`].
pub(in crate::console) async fn ask(visit: &Visit, back: &str) -> Answer {
    let kept = visit.session.kept.clone();
    let kept = waiting::put(kept, &visit.form, back, visit.now);
    visit.sessions.keep(kept).await?;
    Ok(lead(back))
}

/// Leads to the page, and from there to `back`.
pub(in crate::console) fn lead(back: &str) -> Response {
    let next = form_urlencoded::byte_serialize(back.as_bytes());
    let address = format!("{PATH}?next={}", next.collect::<String>());
    Redirect::to(&address).into_response()
}

fn draw(visit: &Visit, next: String, problem: Option<String>) -> ConfirmPage {
    let person = visit.sessions.person(&visit.session.person.id);
    ConfirmPage {
        shell: visit.shell(Area::Me),
        next,
        by_code: person.is_some_and(|person| person.second_factor().is_some()),
        problem,
    }
}

async fn judge(visit: Visit) -> Answer {
    let person = visit.sessions.person(&visit.session.person.id);
    let person = person.ok_or(Why::NotFound)?;
    let (manage, proof) = (&visit.state.manage, visit.form.whole("proof"));
    let proved = match person.second_factor() {
        Some(_) => manage.prove_code(&visit.by, &person, proof).await?,
        None => {
            let name = visit.session.person.name.as_ref();
            manage.prove_password(&visit.by, name, proof).await?
        }
    };
    let next = sign_in::next(visit.form.get("next")).to_owned();
    Ok(match proved {
        Proof::Right(_) => {
            let mut kept = visit.session.kept.clone();
            kept.stage = Stage::SignedIn {
                fresh: visit.sessions.now(),
            };
            visit.sessions.keep(kept).await?;
            Told::Confirmed.at(&next)
        }
        Proof::Wrong => {
            let words = &visit.words().staff;
            let problem = match person.second_factor() {
                Some(_) => words.code_wrong,
                None => words.current_wrong,
            };
            let problem = problem.to_owned();
            again(&visit, StatusCode::UNPROCESSABLE_ENTITY, next, problem)
        }
        Proof::TooMany(wait) => {
            let problem = people::too_many_tries(visit.language, wait);
            again(&visit, StatusCode::TOO_MANY_REQUESTS, next, problem)
        }
    })
}

fn again(visit: &Visit, status: StatusCode, next: String, problem: String) -> Response {
    page::answer(status, &draw(visit, next, Some(problem)))
}
