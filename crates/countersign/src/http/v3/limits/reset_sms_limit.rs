//! `POST /api/v3/reset-sms-limit` (management).

use countersign_api::{Fault, ResetSmsLimitRequest};
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, post};
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "reset-sms-limit",
        handler: post(reset),
        summary: "Take the changes of a limit back",
        about: "Lets a limit be as the settings have it: what `set-sms-limit` changed holds no longer.",
        audience: Audience::Operator(Permission::ManageSetup),
        asks: Asks::Body(Shape::of::<ResetSmsLimitRequest>(
            json!({"name": "number-day"}),
        )),
        answers: Answers::Nothing,
        faults: &[&["unknownSetting"]],
    }
}

async fn reset(call: Call) -> Result<(), Fault> {
    let body: ResetSmsLimitRequest = call.body.json()?;
    Ok(call.state.manage.reset_limit(call.by, body.name).await?)
}
