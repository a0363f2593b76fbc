//! `GET /api/v3/get-message?messageId=...` (management): one timeline.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use countersign_api::{Fault, FieldProblem, MessageDto};
use serde_json::json;

use super::list_messages;
use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape, get};
use crate::http::proof::operator::Operator;
use crate::http::request::context::Context;
use crate::http::request::malformed::malformed;
use crate::http::state::AppState;
use crate::http::wire::message;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "get-message",
        handler: get(handle),
        summary: "Show a message",
        about: "The timeline of one message, its number masked.",
        audience: Audience::Operator(Permission::ReadMessages),
        asks: Asks::Query(vec![(
            "messageId",
            "The message.",
            json!({"type": "string", "format": "uuid"}),
        )]),
        answers: Answers::Data(Shape::of::<MessageDto>(message::example())),
        faults: &[&["fieldMissing", "badId", "unknownSetting"]],
    }
}

pub(crate) async fn handle(
    State(state): State<AppState>,
    cx: Context,
    _: Operator,
    RawQuery(query): RawQuery,
) -> Response {
    let result = show(&state, &query.unwrap_or_default()).await;
    cx.answer_with(result)
}

async fn show(state: &AppState, query: &str) -> Result<MessageDto, Fault> {
    let missing = || malformed(Some("messageId".to_owned()), FieldProblem::Required);
    let message = list_messages::parse(query)?.message.ok_or_else(missing)?;
    Ok(message::dto(state.manage.message(message).await?))
}
