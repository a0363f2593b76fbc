//! `POST /api/v3/rotate-master-key` (management).

use countersign_api::{Fault, MasterKeyStatus};

use super::master_key_status;
use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, post};
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "rotate-master-key",
        handler: post(rotate),
        summary: "Change the master keys",
        about: "Makes a generation of keys, puts it into the key file and uses it from now on, while the service \
            goes on. What older keys sealed is sealed anew in the background, and limits, budgets and codes \
            count on under them until their windows end; then the older generation is dropped from the key file. \
            Where the keys come each from a place of its own, the answer says how to change them there. \
            Where several nodes share a database, nothing changes until every node that is alive has the new keys: the \
            answer names those that lack them, and another call goes on.",
        audience: Audience::Operator(Permission::ManageKeys),
        asks: Asks::Nothing,
        answers: Answers::Data(Shape::of::<MasterKeyStatus>(master_key_status::example())),
        faults: &[&["badSetting"]],
    }
}

async fn rotate(call: Call) -> Result<MasterKeyStatus, Fault> {
    let Call { state, by, .. } = call;
    let generations = state.manage.rotate_master_key(by).await?;
    Ok(master_key_status::of(generations))
}
