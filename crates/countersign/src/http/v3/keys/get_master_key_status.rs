//! `GET /api/v3/get-master-key-status` (management).

use axum::extract::State;
use axum::response::Response;
use countersign_api::{Fault, MasterKeyStatus};

use super::master_key_status;
use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape, get};
use crate::http::proof::operator::Operator;
use crate::http::request::context::Context;
use crate::http::state::AppState;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "get-master-key-status",
        handler: get(handle),
        summary: "Show the generations of master keys",
        about: "The generations of master keys that something still needs, the newest first. An older one names what \
            still needs it.",
        audience: Audience::Operator(Permission::ManageKeys),
        asks: Asks::Nothing,
        answers: Answers::Data(Shape::of::<MasterKeyStatus>(master_key_status::example())),
        faults: &[],
    }
}

pub(crate) async fn handle(State(state): State<AppState>, cx: Context, _: Operator) -> Response {
    let result = show(&state).await;
    cx.answer_with(result)
}

async fn show(state: &AppState) -> Result<MasterKeyStatus, Fault> {
    let generations = state.manage.master_key_status().await?;
    Ok(master_key_status::of(generations))
}
