//! `POST /api/v3/renew-receipts-path` (management).

use countersign_api::{Fault, RenewReceiptsPathRequest, SmsProviderDto};
use countersign_core::ports::setup::SetupVersion;
use serde_json::json;

use super::list_sms_providers;
use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::document::faults;
use crate::http::management::{Call, post};
use crate::http::wire::provider;
use crate::manage::Overlap;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "renew-receipts-path",
        handler: post(renew),
        summary: "Renew the path of delivery reports",
        about: "Gives a vendor account a new path at which the vendor reports. Reports at the one before are taken too \
            for `overlapSeconds`, a day by default: tell the vendor the new path meanwhile. With 0, the one before \
            ends at once. With `ifVersion`, only if that is the account's version.",
        audience: Audience::Operator(Permission::ManageSetup),
        asks: Asks::Body(Shape::of::<RenewReceiptsPathRequest>(
            json!({"name": "aliyun", "overlapSeconds": 3600}),
        )),
        answers: Answers::Data(Shape::of::<SmsProviderDto>(list_sms_providers::example())),
        faults: &[faults::IF_VERSION, &["badSetting", "unknownSetting"]],
    }
}

async fn renew(call: Call) -> Result<SmsProviderDto, Fault> {
    let body: RenewReceiptsPathRequest = call.body.json()?;
    let name = provider::name(&body.name, "name")?;
    let overlap = Overlap::of_seconds(body.overlap_seconds)?;
    let if_version = body.if_version.map(SetupVersion::new);
    let renewed = call
        .state
        .manage
        .renew_receipts_path(call.by, name, overlap, if_version);
    let renewed = renewed.await?;
    Ok(provider::dto(&renewed, &call.state, &call.access))
}
