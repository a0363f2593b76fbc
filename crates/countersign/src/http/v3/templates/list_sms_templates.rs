//! `GET /api/v3/list-sms-templates` (management).

use countersign_api::{Fault, SmsTemplateDto};
use serde_json::{Value, json};

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, get};
use crate::http::wire::template;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "list-sms-templates",
        handler: get(list),
        summary: "List templates",
        about: "The words of messages, and vendors' names for them, beside the built-in texts. Of those that fit, \
            the nearest holds: of the application before the deployment, then of the channel, of the provider, of \
            the language.",
        audience: Audience::Operator(Permission::ReadSetup),
        asks: Asks::Nothing,
        answers: Answers::Data(Shape::list_of::<SmsTemplateDto>(json!([example(
            "version"
        )]))),
        faults: &[],
    }
}

/// A template with a version: the member `version` of an answer, or `ifVersion` of a request.
pub(super) fn example(version: &str) -> Value {
    json!({
        "provider": "aliyun",
        "vendorTemplate": {"id": "SMS_154950909", "signature": "阿里云", "variables": ["code={code}"]}, (version): 7,
    })
}

async fn list(Call { state, .. }: Call) -> Result<Vec<SmsTemplateDto>, Fault> {
    let setup = state.manage.setup();
    let all = setup.templates.iter();
    Ok(all
        .map(|((scope, _), template)| template::dto(scope, template))
        .collect())
}
