//! `GET /api/v3/get-retention` (management).

use std::time::Duration;

use countersign_api::{Fault, RetentionDto};
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, get};
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "get-retention",
        handler: get(tell),
        summary: "Tell how long what happened is kept",
        about: "As `[retention]` of the settings had it at the start of the process that answers. What is older goes by whole \
            days, UTC; acts on the audit record stay.",
        audience: Audience::Operator(Permission::ReadService),
        asks: Asks::Nothing,
        answers: Answers::Data(Shape::of::<RetentionDto>(
            json!({"messagesDays": 30, "securityDays": 180}),
        )),
        faults: &[],
    }
}

async fn tell(Call { state, .. }: Call) -> Result<RetentionDto, Fault> {
    let retention = state.manage.retention();
    let days = |time: Duration| time.as_secs() / (24 * 3_600);
    Ok(RetentionDto {
        messages_days: days(retention.messages()),
        security_days: days(retention.security()),
    })
}
