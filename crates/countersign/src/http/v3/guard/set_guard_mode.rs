//! `POST /api/v3/set-guard-mode` (management).

use countersign_api::{Fault, GuardDto, SetGuardModeRequest};
use countersign_core::ports::setup::SetupVersion;
use serde_json::json;

use super::get_guard;
use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::document::faults;
use crate::http::management::{Call, post};
use crate::http::wire::guard;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "set-guard-mode",
        handler: post(set),
        summary: "Set the mode of the guard",
        about: "Sets what follows from a low conversion, whatever the settings file says; without `mode`, the file holds \
            again. In the first days of a deployment (`guard.watch_days` of the file) the guard monitors all the same. \
            Blocks of operators and of limits hold in every mode.",
        audience: Audience::Operator(Permission::ManageSetup),
        asks: Asks::Body(Shape::of::<SetGuardModeRequest>(json!({"mode": "monitor"}))),
        answers: Answers::Data(Shape::of::<GuardDto>(get_guard::example())),
        faults: &[faults::IF_VERSION, &["badSetting"]],
    }
}

async fn set(call: Call) -> Result<GuardDto, Fault> {
    let body: SetGuardModeRequest = call.body.json()?;
    let mode = body.mode.as_deref().map(guard::mode).transpose()?;
    let if_version = body.if_version.map(SetupVersion::new);
    let manage = &call.state.manage;
    manage.set_guard_mode(call.by, mode, if_version).await?;
    Ok(guard::guard(manage))
}
