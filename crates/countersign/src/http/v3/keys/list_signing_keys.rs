//! `GET /api/v3/list-signing-keys` (management).

use countersign_api::{Fault, SigningKeyDto};
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, get};
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "list-signing-keys",
        handler: get(list),
        summary: "List the keys of verification tokens",
        about: "The keys that are published: for RS256 the one that signs, the next one, and those that were replaced; then \
            for ES256 the same.",
        audience: Audience::Operator(Permission::ReadKeys),
        asks: Asks::Nothing,
        answers: Answers::Data(Shape::list_of::<SigningKeyDto>(json!([{
            "kid": "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs", "algorithm": "RS256", "state": "signing",
            "createdAt": "2026-11-21T20:00:00.000Z", "signsFrom": "2026-11-21T20:00:00.000Z",
        }]))),
        faults: &[],
    }
}

async fn list(Call { state, .. }: Call) -> Result<Vec<SigningKeyDto>, Fault> {
    Ok(state.manage.signing_keys())
}
