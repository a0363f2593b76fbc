//! `POST /api/v3/delete-sms-template` (management).

use axum::extract::State;
use axum::response::Response;
use countersign_api::{Fault, SmsTemplateDto};
use countersign_core::audit::Author;
use countersign_core::template::TemplateKind;
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape, post};
use crate::http::document::faults;
use crate::http::proof::operator::Operator;
use crate::http::request::body::Body;
use crate::http::request::context::Context;
use crate::http::state::AppState;
use crate::http::wire::template;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "delete-sms-template",
        handler: post(handle),
        summary: "Delete a template",
        about: "Forgets the template of exactly this application, channel, provider and language; of a text and a \
            vendor's template the latter where `vendorTemplate` is given (what it says does not matter). Messages \
            get the next nearest.",
        audience: Audience::Operator(Permission::ManageSetup),
        asks: Asks::Body(Shape::of::<SmsTemplateDto>(
            json!({"channel": "CHANNEL_LOGIN", "language": "zh-CN"}),
        )),
        answers: Answers::Nothing,
        faults: &[faults::SCOPE, &["unknownChannel", "unknownSetting"]],
    }
}

pub(crate) async fn handle(
    State(state): State<AppState>,
    cx: Context,
    operator: Operator,
    body: Body,
) -> Response {
    let result = delete(&state, operator.author(), body).await;
    cx.answer(result)
}

async fn delete(state: &AppState, by: Author, body: Body) -> Result<(), Fault> {
    let body: SmsTemplateDto = body.json()?;
    let kind = match body.vendor_template {
        Some(_) => TemplateKind::Vendor,
        None => TemplateKind::Text,
    };
    let scope = template::scope(&body)?;
    Ok(state.manage.delete_template(by, scope, kind).await?)
}
