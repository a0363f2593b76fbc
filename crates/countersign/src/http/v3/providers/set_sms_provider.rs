//! `POST /api/v3/set-sms-provider` (management).

use countersign_api::{Fault, SetSmsProviderRequest, SmsProviderDto};
use countersign_core::ports::setup::SetupVersion;
use serde_json::json;

use super::list_sms_providers;
use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::document::faults;
use crate::http::management::{Call, post};
use crate::http::wire::provider;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "set-sms-provider",
        handler: post(set),
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

async fn set(call: Call) -> Result<SmsProviderDto, Fault> {
    let body: SetSmsProviderRequest = call.body.json()?;
    let if_version = body.if_version.map(SetupVersion::new);
    let draft = provider::draft(body)?;
    let set = call
        .state
        .manage
        .set_provider(call.by, draft, if_version)
        .await?;
    Ok(provider::dto(&set, &call.state, &call.access))
}
