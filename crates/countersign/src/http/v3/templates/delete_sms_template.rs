//! `POST /api/v3/delete-sms-template` (management).

use countersign_api::{Fault, SmsTemplateDto};
use countersign_core::template::TemplateKind;
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::document::faults;
use crate::http::management::{Call, post};
use crate::http::wire::template;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "delete-sms-template",
        handler: post(delete),
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

async fn delete(call: Call) -> Result<(), Fault> {
    let body: SmsTemplateDto = call.body.json()?;
    let kind = match body.vendor_template {
        Some(_) => TemplateKind::Vendor,
        None => TemplateKind::Text,
    };
    let scope = template::scope(&body)?;
    Ok(call
        .state
        .manage
        .delete_template(call.by, scope, kind)
        .await?)
}
