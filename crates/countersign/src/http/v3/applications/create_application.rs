//! `POST /api/v3/create-application` (management): the secret is shown this once.

use countersign_api::{CreateApplicationRequest, CreatedApplication, Fault};
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::document::faults;
use crate::http::management::{Call, post};
use crate::http::wire::application;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "create-application",
        handler: post(create),
        summary: "Create an application",
        about: "Makes an application and its secret, which is shown this once.",
        audience: Audience::Operator(Permission::ManageSetup),
        asks: Asks::Body(Shape::of::<CreateApplicationRequest>(json!({
            "appName": "Shop", "allowedOrigins": ["https://shop.example"], "webHost": "shop.example",
        }))),
        answers: Answers::Data(Shape::of::<CreatedApplication>(json!({
            "appId": "shop", "appName": "Shop", "appSecret": "c6553b72e1094e5e8a4f12038e457596",
            "version": 7,
        }))),
        faults: &[faults::APPLICATION, &["applicationExists"]],
    }
}

async fn create(call: Call) -> Result<CreatedApplication, Fault> {
    let body: CreateApplicationRequest = call.body.json()?;
    let created = call
        .state
        .manage
        .create_application(call.by, application::new(&body)?);
    let created = created.await?;
    Ok(CreatedApplication {
        app_id: created.application.id.as_str().to_owned(),
        app_name: created.application.name.as_str().to_owned(),
        notice: application::notice(&created.application),
        app_secret: created.secret,
        version: created.version.number(),
    })
}
