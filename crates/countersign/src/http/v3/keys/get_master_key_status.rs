//! `GET /api/v3/get-master-key-status` (management).

use countersign_api::{Fault, MasterKeyStatus};

use super::master_key_status;
use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, get};
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "get-master-key-status",
        handler: get(show),
        summary: "Show the generations of master keys",
        about: "The generations of master keys that something still needs, the newest first. An older one names what \
            still needs it.",
        audience: Audience::Operator(Permission::ReadKeys),
        asks: Asks::Nothing,
        answers: Answers::Data(Shape::of::<MasterKeyStatus>(master_key_status::example())),
        faults: &[],
    }
}

async fn show(Call { state, .. }: Call) -> Result<MasterKeyStatus, Fault> {
    let generations = state.manage.master_key_status().await?;
    Ok(master_key_status::of(generations))
}
