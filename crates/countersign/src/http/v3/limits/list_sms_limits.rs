//! `GET /api/v3/list-sms-limits` (management).

use countersign_api::{Fault, SmsLimitDto};
use serde_json::{Value, json};

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, get};
use crate::http::state::AppState;
use crate::http::wire::limit;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "list-sms-limits",
        handler: get(list),
        summary: "List the limits on sends",
        about: "Every limit that a send is judged by, as it holds now, in their order: the one-minute limit, those of \
            the product, those of the settings file. `changed` has what the settings say of the parts that were \
            changed at run time, and `used` what a limit on all sends or on those of an application counts now.",
        audience: Audience::Operator(Permission::ReadService),
        asks: Asks::Nothing,
        answers: Answers::Data(Shape::list_of::<SmsLimitDto>(json!([example()]))),
        faults: &[],
    }
}

/// A limit whose maximum was changed.
pub(super) fn example() -> Value {
    json!({
        "name": "app-day", "by": ["application"], "counts": "messages", "windowSeconds": 86400, "max": 2000,
        "mode": "enforce", "used": [{"appId": "shop", "count": 412, "max": 2000}],
        "source": "default", "changed": {"max": 1000}, "version": 7,
    })
}

async fn list(Call { state, .. }: Call) -> Result<Vec<SmsLimitDto>, Fault> {
    limits(&state).await
}

/// The limits as they hold now, with what they count.
pub(super) async fn limits(state: &AppState) -> Result<Vec<SmsLimitDto>, Fault> {
    let quotas = state.manage.quotas().await?;
    Ok(limit::list(state.manage.limits(), &state.setup(), &quotas))
}
