//! `POST /api/v3/lint-sms-template` (management): what `set-sms-template` would say, without doing it.

use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use countersign_api::{Fault, LintedSmsTemplate, SmsTemplateDto};
use serde_json::json;

use super::set_sms_template;
use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::document::openapi;
use crate::http::proof::operator::Operator;
use crate::http::request::body::Body;
use crate::http::request::context::Context;
use crate::http::state::AppState;
use crate::http::wire::template;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        method: "POST",
        name: "lint-sms-template",
        handler: post(handle),
        summary: "Look a template over",
        about: "What is wrong with a template, and what could be better, for each application that it would be \
            for. Saves nothing.",
        audience: Audience::Operator(Permission::ReadSetup),
        asks: Asks::Body(Shape {
            schema: openapi::schema("SmsTemplateDto"),
            example: json!({"text": "【{app}】{code} 是您的验证码，请勿告诉他人。"}),
        }),
        answers: Answers::Data(Shape {
            schema: openapi::schema("LintedSmsTemplate"),
            example: json!({"findings": [{
                "severity": "warning", "rule": "no_life", "message": "the text does not say how long the code lives",
            }]}),
        }),
        faults: set_sms_template::FAULTS,
    }
}

pub(crate) async fn handle(
    State(state): State<AppState>,
    cx: Context,
    _: Operator,
    body: Body,
) -> Response {
    let result = look(&state, body).await;
    cx.answer_with(result)
}

async fn look(state: &AppState, body: Body) -> Result<LintedSmsTemplate, Fault> {
    let body: SmsTemplateDto = body.json()?;
    let scope = template::scope(state, &body).await?;
    template::known_provider(state, &scope)?;
    let template = template::template(&body)?;
    let findings = template::findings(state, &scope, &template).await?;
    Ok(LintedSmsTemplate {
        findings: findings.into_iter().map(template::finding).collect(),
    })
}
