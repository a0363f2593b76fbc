//! From a number to a signed-in person.

use std::sync::Arc;

use axum::extract::{Form, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use countersign_client::{
    Challenge, Channel, Error, InvalidReason, SendSms, SendSmsResponse, VerifyCode,
    VerifyCodeResponse,
};
use serde::Deserialize;

use crate::App;
use crate::pages::Page;
use crate::session::{self, Session};
use crate::words::{Language, Notice};

/// The error code of the API for text that is not a mobile number.
const NOT_A_MOBILE_NUMBER: u32 = 2028;

/// The form that asks for a code.
#[derive(Deserialize)]
pub(crate) struct NumberForm {
    number: String,
    /// The solution of a challenge, from the widget.
    solution: Option<String>,
}

/// The form with the code. The browser brings the number along, and nothing has to trust it: a code passes for the number
/// that it was sent to.
#[derive(Deserialize)]
pub(crate) struct CodeForm {
    number: String,
    code: String,
}

/// `GET /`: the person who is signed in, or the form for a number.
pub(crate) async fn home(
    State(app): State<Arc<App>>,
    language: Language,
    headers: HeaderMap,
) -> Response {
    let page = Page::new(language, app.inbox.as_deref());
    match session::read(app.client(language), &headers).await {
        Session::SignedIn { number } => page.signed_in(&number),
        Session::None => page.number("", None),
        Session::Ended => page.number("", Some(&Notice::SignInAgain)),
        Session::Unknown => page.number("", Some(&Notice::CannotTell)),
    }
}

/// `POST /code`: has a code sent to the number.
pub(crate) async fn send(
    State(app): State<Arc<App>>,
    language: Language,
    Form(form): Form<NumberForm>,
) -> Response {
    let mut sms = SendSms::new(Channel::Login, &form.number);
    if let Some(solution) = &form.solution {
        sms = sms.challenge_solution(solution);
    }
    let answer = app.client(language).send_sms(sms).await;
    let page = Page::new(language, app.inbox.as_deref());
    // A browser that solved one is not asked again by itself: the person sees why, and begins anew.
    let can_solve = app.widget.is_some() && form.solution.is_none();
    match sent(answer, &form.number) {
        Sent::Challenge(challenge, _) if can_solve => {
            page.challenge(&form.number, &challenge.for_widget())
        }
        Sent::Challenge(_, notice) => page.number(&form.number, Some(&notice)),
        Sent::Code(notice) => page.code(&form.number, &notice),
        Sent::Nothing(notice) => page.number(&form.number, Some(&notice)),
    }
}

/// The meaning of a send for the person who waits.
enum Sent {
    /// A code is on its way, may be, or was sent a moment ago.
    Code(Notice),
    /// No code is on its way.
    Nothing(Notice),
    /// The service asks for a proof of work first.
    Challenge(Challenge, Notice),
}

fn sent(answer: Result<SendSmsResponse, Error>, number: &str) -> Sent {
    match answer {
        Ok(answer) if answer.is_success() => Sent::Code(Notice::Sent {
            number: number.to_owned(),
        }),
        // Within a minute after the last code, which is still good. Another limit has a code of its own.
        Ok(answer) if answer.status_code == 429 && answer.api_code.is_none() => {
            Sent::Code(Notice::Service(answer.message))
        }
        // The sentence of the API names a field of the request, so it is for programmers.
        Ok(answer) if answer.api_code == Some(NOT_A_MOBILE_NUMBER) => {
            Sent::Nothing(Notice::NotAMobileNumber)
        }
        Ok(answer) => match answer.challenge {
            Some(challenge) => Sent::Challenge(challenge, Notice::Service(answer.message)),
            None => Sent::Nothing(Notice::Service(answer.message)),
        },
        Err(error) if error.nothing_was_sent() => Sent::Nothing(Notice::CannotSend),
        Err(_) => Sent::Code(Notice::MayBeOnItsWay),
    }
}

/// `POST /sign-in`: checks the code, uses it up, and signs the person in.
pub(crate) async fn check(
    State(app): State<Arc<App>>,
    language: Language,
    Form(form): Form<CodeForm>,
) -> Response {
    let code = VerifyCode::new(Channel::Login, &form.number, form.code.trim());
    match proof(app.client(language).verify_code(code).await) {
        Ok(token) => {
            let cookie = [(header::SET_COOKIE, session::begin(&token))];
            (cookie, Redirect::to("/")).into_response()
        }
        Err(notice) => Page::new(language, app.inbox.as_deref()).code(&form.number, &notice),
    }
}

/// Returns the verification token of a right code, or what to tell the person about another one.
fn proof(answer: Result<VerifyCodeResponse, Error>) -> Result<String, Notice> {
    // The code may be used up, or not: nobody can tell after an error.
    let answer = answer.map_err(|_| Notice::CannotCheck)?;
    if !answer.is_success() {
        return Err(Notice::Service(answer.message));
    }
    if let (true, Some(token)) = (answer.is_valid(), answer.data.verification_token) {
        return Ok(token);
    }
    Err(match (answer.data.reason, answer.data.tries_left) {
        (Some(InvalidReason::Wrong | InvalidReason::Replaced), Some(left @ 1..)) => {
            Notice::WrongCode { left }
        }
        (Some(InvalidReason::Malformed), _) => Notice::NotACode,
        (Some(InvalidReason::Locked), _) => Notice::TooManyTries,
        _ => Notice::CodeEnded,
    })
}

/// `POST /sign-out`.
pub(crate) async fn sign_out() -> impl IntoResponse {
    let cookie = [(header::SET_COOKIE, session::end())];
    (cookie, Redirect::to("/"))
}
