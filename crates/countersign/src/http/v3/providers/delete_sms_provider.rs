//! `POST /api/v3/delete-sms-provider` (management).

use countersign_api::{DeleteSmsProviderRequest, Fault};
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, post};
use crate::http::wire::provider;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "delete-sms-provider",
        handler: post(delete),
        summary: "Delete a vendor account",
        about: "Forgets a vendor account and its secrets. One that a route names stays until no route does. What it \
            reports from then on is not taken.",
        audience: Audience::Operator(Permission::ManageSetup),
        asks: Asks::Body(Shape::of::<DeleteSmsProviderRequest>(
            json!({"name": "aliyun"}),
        )),
        answers: Answers::Nothing,
        faults: &[&["badSetting", "unknownSetting", "settingInUse"]],
    }
}

async fn delete(call: Call) -> Result<(), Fault> {
    let body: DeleteSmsProviderRequest = call.body.json()?;
    let name = provider::name(&body.name, "name")?;
    Ok(call.state.manage.delete_provider(call.by, name).await?)
}
