//! `POST /api/v3/preview-sms-template` (management): a message as it would be.

use countersign_api::{Fault, FilledTemplateDto, PreviewSmsTemplateRequest, PreviewedSms};
use countersign_core::template::FilledTemplate;
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::document::faults;
use crate::http::management::{Call, post};
use crate::http::wire::{application, provider, template};
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "preview-sms-template",
        handler: post(preview),
        summary: "Preview a message",
        about: "The message that an application would send, with the code 123456: its text, what that takes, and \
            what a vendor with a template of its own would be given.",
        audience: Audience::Operator(Permission::ReadSetup),
        asks: Asks::Body(Shape::of::<PreviewSmsTemplateRequest>(
            json!({"appId": "shop", "channel": "CHANNEL_LOGIN", "provider": "aliyun", "language": "zh-CN"}),
        )),
        answers: Answers::Data(Shape::of::<PreviewedSms>(json!({
            "text": "【示例商城】123456 是您的登录验证码，5 分钟内有效，请勿告诉他人。",
            "encoding": "UCS-2", "units": 37, "segments": 1,
            "vendorTemplate": {"id": "SMS_154950909", "signature": "阿里云", "variables": ["code=123456"]},
        }))),
        faults: &[faults::SCOPE, &["unknownChannel"]],
    }
}

async fn preview(call: Call) -> Result<PreviewedSms, Fault> {
    let Call { state, body, .. } = call;
    let body: PreviewSmsTemplateRequest = body.json()?;
    let app = application::id(&body.app_id)?;
    let provider = provider::optional_name(body.provider.as_deref())?;
    let channel = template::channel(&body.channel)?;
    let language = template::language(&body.language)?;
    let previewed = state
        .manage
        .preview_template(&app, channel, provider.as_ref(), &language)?;
    let shown = previewed.preview;
    Ok(PreviewedSms {
        encoding: shown.size.encoding.as_str().to_owned(),
        units: shown.size.units as u64,
        segments: shown.longest.segments as u64,
        text: shown.text,
        vendor_template: previewed.vendor.map(filled),
    })
}

fn filled(template: FilledTemplate) -> FilledTemplateDto {
    let variables = template
        .variables
        .iter()
        .map(|(name, value)| match name.as_str() {
            "" => value.reveal().to_owned(),
            name => format!("{name}={}", value.reveal()),
        });
    FilledTemplateDto {
        variables: variables.collect(),
        id: template.id,
        signature: template.signature,
    }
}
