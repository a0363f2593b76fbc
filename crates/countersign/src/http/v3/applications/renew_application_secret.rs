//! `POST /api/v3/renew-application-secret` (management).

use countersign_api::{Fault, RenewApplicationSecretRequest, RenewedApplicationSecret};
use countersign_core::ports::setup::SetupVersion;
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::document::faults;
use crate::http::management::{Call, post};
use crate::http::wire::application;
use crate::manage::Overlap;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "renew-application-secret",
        handler: post(renew),
        summary: "Renew an application's secret",
        about: "Gives the application a new secret, shown this once. The one before is good beside it for \
            `overlapSeconds`, a day by default: tell the application's servers the new one meanwhile. With 0, the one \
            before ends at once. With `ifVersion`, only if that is the application's version.",
        audience: Audience::Operator(Permission::ManageSetup),
        asks: Asks::Body(Shape::of::<RenewApplicationSecretRequest>(
            json!({"appId": "shop", "overlapSeconds": 3600}),
        )),
        answers: Answers::Data(Shape::of::<RenewedApplicationSecret>(json!({
            "appId": "shop", "appSecret": "5f0c8e4d2b6a906f1d0a4b8c2e97535a",
            "expires": "2026-11-21T21:00:00.000Z", "version": 8,
        }))),
        faults: &[
            faults::IF_VERSION,
            &["badAppId", "badSetting", "unknownApplication"],
        ],
    }
}

async fn renew(call: Call) -> Result<RenewedApplicationSecret, Fault> {
    let body: RenewApplicationSecretRequest = call.body.json()?;
    let id = application::id(&body.app_id)?;
    let overlap = Overlap::of_seconds(body.overlap_seconds)?;
    let if_version = body.if_version.map(SetupVersion::new);
    let renewed = call
        .state
        .manage
        .renew_application_secret(call.by, id, overlap, if_version);
    let renewed = renewed.await?;
    Ok(RenewedApplicationSecret {
        app_id: body.app_id,
        app_secret: renewed.secret,
        expires: renewed.expires.to_string(),
        version: renewed.version.number(),
    })
}
