//! `POST /api/v3/set-sms-limit` (management).

use countersign_api::{Fault, SetSmsLimitRequest, SmsLimitDto};
use countersign_core::ports::setup::SetupVersion;
use serde_json::json;

use super::list_sms_limits;
use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::document::faults;
use crate::http::management::{Call, post};
use crate::http::wire::limit;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "set-sms-limit",
        handler: post(set),
        summary: "Change a limit on sends",
        about: "Changes what is given of a limit and leaves the rest; with `ifVersion`, only if that is its version. \
            The next send is judged by it, and it holds until `reset-sms-limit`, whatever the settings say. The \
            one-minute limit cannot be changed.",
        audience: Audience::Operator(Permission::ManageSetup),
        asks: Asks::Body(Shape::of::<SetSmsLimitRequest>(
            json!({"name": "app-day", "max": 2000}),
        )),
        answers: Answers::Data(Shape::of::<SmsLimitDto>(list_sms_limits::example())),
        faults: &[
            faults::IF_VERSION,
            &["badSetting", "badAppId", "fieldNotList", "unknownSetting"],
        ],
    }
}

async fn set(call: Call) -> Result<SmsLimitDto, Fault> {
    let body: SetSmsLimitRequest = call.body.json()?;
    let change = limit::change(&body)?;
    let if_version = body.if_version.map(SetupVersion::new);
    let set = call
        .state
        .manage
        .set_limit(call.by, body.name.clone(), change, if_version);
    set.await?;
    let mut limits = list_sms_limits::limits(&call.state).await?.into_iter();
    let found = limits.find(|limit| limit.name == body.name);
    found.ok_or(Fault::Internal)
}
