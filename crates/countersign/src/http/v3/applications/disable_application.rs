//! `POST /api/v3/disable-application` (management).

use countersign_api::{ApplicationDto, DisableApplicationRequest, Fault};
use countersign_core::ports::setup::SetupVersion;
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::document::faults;
use crate::http::management::{Call, post};
use crate::http::wire::application;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "disable-application",
        handler: post(disable),
        summary: "Disable an application",
        about: "To its callers, a disabled application does not exist (404, 2011): it gets no codes, and none \
            of its codes passes. Its settings, its messages and their delivery reports stay. With \
            `ifVersion`, only if that is its version.",
        audience: Audience::Operator(Permission::ManageSetup),
        asks: Asks::Body(Shape::of::<DisableApplicationRequest>(
            json!({"appId": "shop"}),
        )),
        answers: Answers::Data(Shape::of::<ApplicationDto>(json!({
            "appId": "shop", "appName": "Shop", "allowedOrigins": ["https://shop.example"],
            "disabled": true, "createdAt": "2026-11-21T20:00:00.000Z", "version": 8,
        }))),
        faults: &[faults::IF_VERSION, &["badAppId", "unknownApplication"]],
    }
}

async fn disable(call: Call) -> Result<ApplicationDto, Fault> {
    let body: DisableApplicationRequest = call.body.json()?;
    let id = application::id(&body.app_id)?;
    let if_version = body.if_version.map(SetupVersion::new);
    let changed = call
        .state
        .manage
        .disable_application(call.by, id, true, if_version);
    Ok(application::dto(&changed.await?, call.state.clock.now()))
}
