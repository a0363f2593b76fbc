//! `POST /api/v3/set-sms-limit` (management).

use axum::extract::State;
use axum::response::Response;
use countersign_api::{Fault, SetSmsLimitRequest, SmsLimitDto};
use countersign_core::audit::Author;
use countersign_core::ports::setup::SetupVersion;
use serde_json::json;

use super::list_sms_limits;
use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape, post};
use crate::http::document::faults;
use crate::http::proof::operator::Operator;
use crate::http::request::body::Body;
use crate::http::request::context::Context;
use crate::http::state::AppState;
use crate::http::wire::limit;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "set-sms-limit",
        handler: post(handle),
        summary: "Change a limit on sends",
        about: "Changes what is given of a limit and leaves the rest; with `ifVersion`, only if that is its version. \
            The next send is judged by it, and it holds until `reset-sms-limit`, whatever the settings say. The \
            one-minute limit cannot be changed.",
        audience: Audience::Operator(Permission::ManageSetup),
        asks: Asks::Body(Shape::of::<SetSmsLimitRequest>(
            json!({"name": "app-day", "max": 2000}),
        )),
        answers: Answers::Data(Shape::of::<SmsLimitDto>(list_sms_limits::example())),
        faults: &[
            faults::IF_VERSION,
            &["badSetting", "badAppId", "fieldNotList", "unknownSetting"],
        ],
    }
}

pub(crate) async fn handle(
    State(state): State<AppState>,
    cx: Context,
    operator: Operator,
    body: Body,
) -> Response {
    let result = set(&state, operator.author(), body).await;
    cx.answer_with(result)
}

async fn set(state: &AppState, by: Author, body: Body) -> Result<SmsLimitDto, Fault> {
    let body: SetSmsLimitRequest = body.json()?;
    let change = limit::change(&body)?;
    let if_version = body.if_version.map(SetupVersion::new);
    let set = state
        .manage
        .set_limit(by, body.name.clone(), change, if_version);
    set.await?;
    let mut limits = list_sms_limits::list(state).await?.into_iter();
    let found = limits.find(|limit| limit.name == body.name);
    found.ok_or(Fault::Internal)
}
