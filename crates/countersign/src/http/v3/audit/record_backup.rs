//! `POST /api/v3/record-backup` (management): puts a backup on the audit record before it is made.

use axum::extract::State;
use axum::response::Response;
use countersign_api::{Fault, RecordBackupRequest};
use countersign_core::audit::Author;
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape, post};
use crate::http::proof::operator::Operator;
use crate::http::request::body::Body;
use crate::http::request::context::Context;
use crate::http::state::AppState;
use crate::manage::Backup;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "record-backup",
        handler: post(handle),
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

pub(crate) async fn handle(
    State(state): State<AppState>,
    cx: Context,
    operator: Operator,
    body: Body,
) -> Response {
    let result = record(&state, operator.author(), body).await;
    cx.answer(result)
}

async fn record(state: &AppState, by: Author, body: Body) -> Result<(), Fault> {
    let body: RecordBackupRequest = body.json()?;
    let backup = Backup {
        dir: body.dir,
        has_keys: body.has_keys,
        has_failed: body.has_failed,
    };
    Ok(state.manage.record_backup(by, &backup).await?)
}
