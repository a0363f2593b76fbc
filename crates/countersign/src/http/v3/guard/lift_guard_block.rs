//! `POST /api/v3/lift-guard-block` (management).

use countersign_api::{Fault, LiftGuardBlockRequest};
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::document::faults;
use crate::http::management::{Call, post};
use crate::http::wire::guard;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "lift-guard-block",
        handler: post(lift),
        summary: "Lift a block",
        about: "Ends the block of a range at once. Sends of before are no evidence for another block, and the next \
            one is as short as the first.",
        audience: Audience::Operator(Permission::ManageSetup),
        asks: Asks::Body(Shape::of::<LiftGuardBlockRequest>(json!({
            "appId": "shop", "kind": "prefix", "value": "+1415555",
        }))),
        answers: Answers::Nothing,
        faults: &[faults::SCOPE, &["unknownSetting"]],
    }
}

async fn lift(call: Call) -> Result<(), Fault> {
    let body: LiftGuardBlockRequest = call.body.json()?;
    let area = guard::area(body.app_id.as_deref(), &body.kind, &body.value)?;
    Ok(call.state.manage.lift_block(call.by, area).await?)
}
