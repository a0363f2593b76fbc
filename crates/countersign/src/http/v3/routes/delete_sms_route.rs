//! `POST /api/v3/delete-sms-route` (management).

use countersign_api::{DeleteSmsRouteRequest, Fault};
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::document::faults;
use crate::http::management::{Call, post};
use crate::http::wire::route;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "delete-sms-route",
        handler: post(delete),
        summary: "Delete a route",
        about: "Numbers that it was for go by the next nearest route, or are not served.",
        audience: Audience::Operator(Permission::ManageSetup),
        asks: Asks::Body(Shape::of::<DeleteSmsRouteRequest>(json!({"country": "CN"}))),
        answers: Answers::Nothing,
        faults: &[faults::SCOPE, &["unknownSetting"]],
    }
}

async fn delete(call: Call) -> Result<(), Fault> {
    let body: DeleteSmsRouteRequest = call.body.json()?;
    let scope = route::scope(body.app_id.as_deref(), body.country.as_deref())?;
    Ok(call.state.manage.delete_route(call.by, scope).await?)
}
