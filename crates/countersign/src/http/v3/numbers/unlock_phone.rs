//! `POST /api/v3/unlock-phone` (management): forgets the wrong guesses about a number, on record.

use axum::extract::State;
use axum::response::Response;
use countersign_api::{Fault, UnlockPhoneRequest};
use countersign_core::audit::Author;
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape, post};
use crate::http::document::faults;
use crate::http::proof::operator::Operator;
use crate::http::request::body::Body;
use crate::http::request::context::Context;
use crate::http::state::AppState;
use crate::http::wire::fault;
use crate::manage::Note;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "unlock-phone",
        handler: post(handle),
        summary: "Unlock a number",
        about: "Forgets the wrong guesses about a number, over all applications and channels, so that its codes can \
            be checked again. Codes that wrong guesses have killed stay dead. `list-unlocks` has every such act.",
        audience: Audience::Operator(Permission::UnlockNumbers),
        asks: Asks::Body(Shape::of::<UnlockPhoneRequest>(
            json!({"phoneNumber": "18800008888", "note": "the owner called"}),
        )),
        answers: Answers::Nothing,
        faults: &[faults::PHONE, faults::ASSUMED, &["noteTooLong"]],
    }
}

pub(crate) async fn handle(
    State(state): State<AppState>,
    cx: Context,
    operator: Operator,
    body: Body,
) -> Response {
    let result = unlock(&state, operator.author(), &cx, body).await;
    cx.answer(result)
}

async fn unlock(state: &AppState, by: Author, cx: &Context, body: Body) -> Result<(), Fault> {
    let body: UnlockPhoneRequest = body.json()?;
    let note = Note::new(body.note.unwrap_or_default())?;
    let phone = fault::number(&body.phone_number, body.phone_country_code.as_deref())?;
    Ok(state.manage.unlock(by, cx.request_id, phone, note).await?)
}
