//! `GET /api/v3/list-sms-providers` (management).

use countersign_api::{Fault, SmsProviderDto};
use serde_json::{Value, json};

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, get};
use crate::http::wire::provider;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "list-sms-providers",
        handler: get(list),
        summary: "List vendor accounts",
        about: "All vendor accounts: settings, the names of their secrets (with their ends for operators who may manage keys), how \
            they do, and where they report.",
        audience: Audience::Operator(Permission::ReadService),
        asks: Asks::Nothing,
        answers: Answers::Data(Shape::list_of::<SmsProviderDto>(json!([example()]))),
        faults: &[],
    }
}

/// An account, as it is answered with.
pub(super) fn example() -> Value {
    json!({
        "name": "aliyun", "kind": "alibaba-cloud",
        "settings": {"access_key_id": "LTAI5tExampleKeyId000001"},
        "secrets": {"access_key_secret": "...0001"},
        "receiptsPath": "/receipts/6f1d0a4b8c2e97535a1f0c8e4d2b6a90",
        "receiptsUrl": "https://sms.example.com/receipts/6f1d0a4b8c2e97535a1f0c8e4d2b6a90",
        "createdAt": "2026-11-21T20:00:00.000Z", "version": 7,
        "health": {"circuit": "closed", "calls": 12, "failed": 0, "inFlight": 1},
    })
}

async fn list(Call { state, access, .. }: Call) -> Result<Vec<SmsProviderDto>, Fault> {
    let setup = state.manage.setup();
    let all = setup.providers.values();
    let dtos = all.map(|record| provider::dto(record, &state, &access));
    Ok(dtos.collect())
}
