//! `POST /api/v3/record-backup` (management): puts a backup on the audit record before it is made.

use countersign_api::{Fault, RecordBackupRequest};
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, post};
use crate::manage::Backup;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "record-backup",
        handler: post(record),
        summary: "Record a backup",
        about: "Puts a backup of the data folder on the audit record. `countersign backup` calls this before it copies, \
            and again with `hasFailed` where the copy could not be made.",
        audience: Audience::Operator(Permission::ManageKeys),
        asks: Asks::Body(Shape::of::<RecordBackupRequest>(
            json!({"dir": "/backups/monday", "hasKeys": true, "hasFailed": false}),
        )),
        answers: Answers::Nothing,
        faults: &[],
    }
}

async fn record(call: Call) -> Result<(), Fault> {
    let body: RecordBackupRequest = call.body.json()?;
    let backup = Backup {
        dir: body.dir,
        has_keys: body.has_keys,
        has_failed: body.has_failed,
    };
    Ok(call.state.manage.record_backup(call.by, &backup).await?)
}
