//! `POST /api/v3/remove-test-number` (management): the number is like any other from then on.

use countersign_api::{Fault, RemoveTestNumberRequest};
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, post};
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "remove-test-number",
        handler: post(remove),
        summary: "Remove a test number",
        about: "Ends a number for tests at once: its messages go to a vendor again.",
        audience: Audience::Operator(Permission::ManageSetup),
        asks: Asks::Body(Shape::of::<RemoveTestNumberRequest>(
            json!({"testNumberId": "0a1b2c3d4e5f6071"}),
        )),
        answers: Answers::Nothing,
        faults: &[&["unknownSetting"]],
    }
}

async fn remove(call: Call) -> Result<(), Fault> {
    let RemoveTestNumberRequest { test_number_id } = call.body.json()?;
    let removed = call
        .state
        .manage
        .remove_test_number(call.by, test_number_id)
        .await;
    Ok(removed?)
}
