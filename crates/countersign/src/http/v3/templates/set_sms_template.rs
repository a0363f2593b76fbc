//! `POST /api/v3/set-sms-template` (management).

use countersign_api::{Fault, LintedSmsTemplate, SmsTemplateDto};
use countersign_core::ports::setup::SetupVersion;
use serde_json::json;

use super::list_sms_templates;
use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::document::faults;
use crate::http::management::{Call, post};
use crate::http::wire::template;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "set-sms-template",
        handler: post(set),
        summary: "Set a template",
        about: "Says in which words messages go out, or by which of a vendor's approved templates, in place of what \
            was said for the same application, channel, provider and language; with `ifVersion`, only if that is its \
            version. One with an error is refused; warnings come with the answer.",
        audience: Audience::Operator(Permission::ManageSetup),
        asks: Asks::Body(Shape::of::<SmsTemplateDto>(list_sms_templates::example(
            "ifVersion",
        ))),
        answers: Answers::Data(Shape::of::<LintedSmsTemplate>(
            json!({"findings": [], "version": 7}),
        )),
        faults: &[faults::SCOPE, faults::TEMPLATE, faults::IF_VERSION],
    }
}

async fn set(call: Call) -> Result<LintedSmsTemplate, Fault> {
    let body: SmsTemplateDto = call.body.json()?;
    let (scope, template) = (template::scope(&body)?, template::template(&body)?);
    let if_version = body.if_version.map(SetupVersion::new);
    let saved = call
        .state
        .manage
        .set_template(call.by, scope, template, if_version);
    let saved = saved.await?;
    Ok(LintedSmsTemplate {
        findings: saved.findings.into_iter().map(template::finding).collect(),
        version: Some(saved.version.number()),
    })
}
