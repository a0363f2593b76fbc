//! `GET /api/v3/list-access-keys` (management).

use countersign_api::{AccessKeyDto, Fault};
use countersign_core::ports::setup::AccessKey;
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, get};
use crate::operator::{Access, Permission};

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "list-access-keys",
        handler: get(list),
        summary: "List access keys",
        about: "All access keys, by id, each with the last four characters of its secret for operators who may manage keys.",
        audience: Audience::Operator(Permission::ReadKeys),
        asks: Asks::Nothing,
        answers: Answers::Data(Shape::list_of::<AccessKeyDto>(json!([{
            "accessKeyId": "0a1b2c3d4e5f60718293a4b5", "secretHint": "4575",
            "createdAt": "2026-11-21T20:00:00.000Z",
        }]))),
        faults: &[],
    }
}

async fn list(Call { state, access, .. }: Call) -> Result<Vec<AccessKeyDto>, Fault> {
    let setup = state.manage.setup();
    let keys = setup.access_keys.values();
    Ok(keys.map(|key| dto(key, &access)).collect())
}

fn dto(key: &AccessKey, access: &Access) -> AccessKeyDto {
    let secret_hint = match access.allows(Permission::ManageKeys) {
        true => key.secret.hint(),
        false => String::new(),
    };
    AccessKeyDto {
        access_key_id: key.id.clone(),
        secret_hint,
        created_at: key.created_at.to_string(),
    }
}
