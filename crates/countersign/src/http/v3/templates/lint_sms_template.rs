//! `POST /api/v3/lint-sms-template` (management): what `set-sms-template` would say, without doing it.

use axum::extract::State;
use axum::response::Response;
use countersign_api::{Fault, LintedSmsTemplate, SmsTemplateDto};
use countersign_core::template::lint::LintRule;
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
        name: "lint-sms-template",
        handler: post(handle),
        summary: "Look a template over",
        about: "Judges a template as `set-sms-template` does, for each application that it would be for and beside \
            the other templates, and saves nothing.",
        audience: Audience::Operator(Permission::ReadSetup),
        asks: Asks::Body(Shape::of::<SmsTemplateDto>(
            json!({"text": "【{app}】{code} 是您的验证码，请勿告诉他人。"}),
        )),
        answers: Answers::Data(Shape::of::<LintedSmsTemplate>(json!({"findings": [{
            "severity": LintRule::NoLifetime.severity().as_str(),
            "rule": LintRule::NoLifetime.as_str(),
            "message": "the text does not say how long the code lives",
        }]}))),
        faults: &[faults::SCOPE, faults::TEMPLATE],
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
    let (scope, template) = (template::scope(&body)?, template::template(&body)?);
    let findings = state.manage.lint_template(&scope, &template)?;
    Ok(LintedSmsTemplate {
        findings: findings.into_iter().map(template::finding).collect(),
        version: None,
    })
}
