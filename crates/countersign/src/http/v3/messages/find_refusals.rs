//! `POST /api/v3/find-refusals` (management): the sends to one number that limits refused lately, newest first. The
//! number is in a body, since proxies log addresses.

use countersign_api::{Fault, FindRefusalsRequest, RefusalDto};
use serde_json::json;

use super::list_refusals;
use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::document::faults;
use crate::http::management::{Call, post};
use crate::http::wire::{fault, refusal};
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "find-refusals",
        handler: post(find),
        summary: "Find the refused sends to a number",
        about: "The newest 50 sends to a number that limits refused lately, over all applications and channels, \
            newest first.",
        audience: Audience::Operator(Permission::ReadMessages),
        asks: Asks::Body(Shape::of::<FindRefusalsRequest>(
            json!({"phoneNumber": "18800008888"}),
        )),
        answers: Answers::Data(list_refusals::shape()),
        faults: &[faults::PHONE, faults::ASSUMED],
    }
}

async fn find(call: Call) -> Result<Vec<RefusalDto>, Fault> {
    let Call {
        state,
        access,
        body,
        ..
    } = call;
    let body: FindRefusalsRequest = body.json()?;
    let phone = fault::number(&body.phone_number, body.phone_country_code.as_deref())?;
    let found = state
        .manage
        .refusals_to(&access.applications, phone)
        .await?;
    Ok(refusal::list(found))
}
