//! `POST /api/v3/update-application` (management).

use countersign_api::{ApplicationDto, Fault, UpdateApplicationRequest};
use countersign_core::ports::setup::SetupVersion;
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::document::faults;
use crate::http::management::{Call, post};
use crate::http::wire::application;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "update-application",
        handler: post(update),
        summary: "Change an application",
        about: "Changes what is given and leaves the rest; an empty webHost or androidAppHash removes it. \
            With `ifVersion`, only if that is its version. Messages sent from then on show it.",
        audience: Audience::Operator(Permission::ManageSetup),
        asks: Asks::Body(Shape::of::<UpdateApplicationRequest>(json!({
            "appId": "shop", "webHost": "login.shop.example", "androidAppHash": "FA+9qCX9VSu", "ifVersion": 7,
        }))),
        answers: Answers::Data(Shape::of::<ApplicationDto>(json!({
            "appId": "shop", "appName": "Shop", "allowedOrigins": ["https://shop.example"],
            "webHost": "login.shop.example", "androidAppHash": "FA+9qCX9VSu",
            "createdAt": "2026-11-21T20:00:00.000Z", "version": 8,
        }))),
        faults: &[
            faults::APPLICATION,
            faults::IF_VERSION,
            &["unknownApplication"],
        ],
    }
}

async fn update(call: Call) -> Result<ApplicationDto, Fault> {
    let body: UpdateApplicationRequest = call.body.json()?;
    let id = application::id(&body.app_id)?;
    let change = application::change(&body)?;
    let if_version = body.if_version.map(SetupVersion::new);
    let updated = call
        .state
        .manage
        .update_application(call.by, id, change, if_version);
    let updated = updated.await?;
    Ok(application::dto(&updated, call.state.clock.now()))
}
