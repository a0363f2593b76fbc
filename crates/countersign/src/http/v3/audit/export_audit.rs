//! `GET /api/v3/export-audit` (management): the lines of the audit record, oldest first.

use countersign_api::{AuditExport, Fault, FieldProblem};
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, get};
use crate::http::request::malformed::malformed;
use crate::operator::Permission;

/// How many lines are in one answer.
const PAGE: u16 = 1_000;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "export-audit",
        handler: get(export),
        summary: "Export the record",
        about: "The acts on the audit record, oldest first, 1,000 at most, each as the line of JSON that was chained: \
            anybody can verify them without a key.",
        audience: Audience::Operator(Permission::ReadAudit),
        asks: Asks::Query(vec![(
            "after",
            "Only acts after this one: the last `seq` of the page before.",
            json!({"type": "integer", "minimum": 0}),
        )]),
        answers: Answers::Data(Shape::of::<AuditExport>(json!({"lines": [
            "{\"seq\":1,\"at\":\"2026-11-21T20:00:00.000Z\",\"who\":{\"kind\":\"owner\"},\"door\":\"command_line\",…}",
        ]}))),
        faults: &[&["badSeq"]],
    }
}

async fn export(call: Call) -> Result<AuditExport, Fault> {
    let Call { state, query, .. } = call;
    let lines = state.manage.export_acts(after(&query)?, PAGE).await?;
    Ok(AuditExport { lines })
}

fn after(query: &str) -> Result<u64, Fault> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let Some((name, value)) = pairs.find(|(name, _)| *name == "after") else {
        return Ok(0);
    };
    let wrong = |_| malformed(Some(name.to_owned()), FieldProblem::NotASeq);
    value.parse().map_err(wrong)
}
