//! `POST /api/v3/enable-application` (management).

use countersign_api::{ApplicationDto, EnableApplicationRequest, Fault};
use countersign_core::ports::setup::SetupVersion;
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::document::faults;
use crate::http::management::{Call, post};
use crate::http::wire::application;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "enable-application",
        handler: post(enable),
        summary: "Enable an application",
        about: "Undoes `disable-application`. Codes that were sent before are good again within their life. \
            With `ifVersion`, only if that is its version.",
        audience: Audience::Operator(Permission::ManageSetup),
        asks: Asks::Body(Shape::of::<EnableApplicationRequest>(
            json!({"appId": "shop"}),
        )),
        answers: Answers::Data(Shape::of::<ApplicationDto>(json!({
            "appId": "shop", "appName": "Shop", "allowedOrigins": ["https://shop.example"],
            "createdAt": "2026-11-21T20:00:00.000Z", "version": 8,
        }))),
        faults: &[faults::IF_VERSION, &["badAppId", "unknownApplication"]],
    }
}

async fn enable(call: Call) -> Result<ApplicationDto, Fault> {
    let body: EnableApplicationRequest = call.body.json()?;
    let id = application::id(&body.app_id)?;
    let if_version = body.if_version.map(SetupVersion::new);
    let changed = call
        .state
        .manage
        .disable_application(call.by, id, false, if_version);
    Ok(application::dto(&changed.await?, call.state.clock.now()))
}
