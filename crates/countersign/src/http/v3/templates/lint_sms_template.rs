//! `POST /api/v3/lint-sms-template` (management): what `set-sms-template` would say, without doing it.

use countersign_api::{Fault, LintedSmsTemplate, SmsTemplateDto};
use countersign_core::template::lint::LintRule;
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::document::faults;
use crate::http::management::{Call, post};
use crate::http::wire::template;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "lint-sms-template",
        handler: post(look),
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

async fn look(call: Call) -> Result<LintedSmsTemplate, Fault> {
    let Call { state, body, .. } = call;
    let body: SmsTemplateDto = body.json()?;
    let (scope, template) = (template::scope(&body)?, template::template(&body)?);
    let findings = state.manage.lint_template(&scope, &template)?;
    Ok(LintedSmsTemplate {
        findings: findings.into_iter().map(template::finding).collect(),
        version: None,
    })
}
