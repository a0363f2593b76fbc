//! `POST /api/v3/set-sms-provider` (management).

use axum::extract::State;
use axum::response::Response;
use countersign_api::{Fault, SetSmsProviderRequest, SmsProviderDto};
use countersign_core::audit::Author;
use countersign_core::ports::setup::SetupVersion;
use serde_json::json;

use super::list_sms_providers;
use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape, post};
use crate::http::document::faults;
use crate::http::proof::operator::Operator;
use crate::http::request::body::Body;
use crate::http::request::context::Context;
use crate::http::state::AppState;
use crate::http::wire::provider;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "set-sms-provider",
        handler: post(handle),
        summary: "Set up a vendor account",
        about: "Creates a vendor account, or replaces the settings of the one with its name; secrets that are not \
            given stay, unless requests are to go to another host: then they are given again. With `ifVersion`, only \
            if that is its version. Nothing is sent through it until a route names it.",
        audience: Audience::Operator(Permission::ManageSetup),
        asks: Asks::Body(Shape::of::<SetSmsProviderRequest>(json!({
            "name": "aliyun", "kind": "alibaba-cloud",
            "settings": {"access_key_id": "LTAI5tExampleKeyId000001"},
            "secrets": {"access_key_secret": "ExampleAccessKeySecret0000000001"},
            "ifVersion": 0,
        }))),
        answers: Answers::Data(Shape::of::<SmsProviderDto>(list_sms_providers::example())),
        faults: &[faults::IF_VERSION, &["badSetting"]],
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

async fn set(state: &AppState, by: Author, body: Body) -> Result<SmsProviderDto, Fault> {
    let body: SetSmsProviderRequest = body.json()?;
    let if_version = body.if_version.map(SetupVersion::new);
    let draft = provider::draft(body)?;
    let set = state.manage.set_provider(by, draft, if_version).await?;
    Ok(provider::dto(&set, state))
}
