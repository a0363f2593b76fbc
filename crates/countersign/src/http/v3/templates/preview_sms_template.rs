//! `POST /api/v3/preview-sms-template` (management): a message as it would be.

use axum::extract::State;
use axum::response::Response;
use countersign_api::{Fault, FilledTemplateDto, PreviewSmsTemplateRequest, PreviewedSms};
use countersign_core::code::passcode::Passcode;
use countersign_core::template::{FilledTemplate, SAMPLE_CODE, SAMPLE_LIFE, Wanted};
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape, post};
use crate::http::document::faults;
use crate::http::proof::operator::Operator;
use crate::http::request::body::Body;
use crate::http::request::context::Context;
use crate::http::state::AppState;
use crate::http::wire::{provider, template};
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "preview-sms-template",
        handler: post(handle),
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

pub(crate) async fn handle(
    State(state): State<AppState>,
    cx: Context,
    _: Operator,
    body: Body,
) -> Response {
    let result = preview(&state, body).await;
    cx.answer_with(result)
}

async fn preview(state: &AppState, body: Body) -> Result<PreviewedSms, Fault> {
    let body: PreviewSmsTemplateRequest = body.json()?;
    let app = template::known_app(state, &body.app_id)?;
    let provider = body.provider.as_deref().unwrap_or_default();
    if !provider.is_empty() {
        provider::name(provider, "provider")?;
    }
    let wanted = Wanted {
        app: &app,
        channel: template::channel(&body.channel)?,
        provider,
        language: template::language(&body.language)?,
    };
    let templates = &state.messenger.plan().templates;
    let shown = templates.preview(&wanted);
    let sample = Passcode::parse(SAMPLE_CODE).ok_or(Fault::Internal)?;
    Ok(PreviewedSms {
        encoding: shown.size.encoding.as_str().to_owned(),
        units: shown.size.units as u64,
        segments: shown.longest.segments as u64,
        text: shown.text,
        vendor_template: templates.filled(&wanted, &sample, SAMPLE_LIFE).map(filled),
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
