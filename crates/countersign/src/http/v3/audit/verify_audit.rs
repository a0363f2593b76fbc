//! `GET /api/v3/verify-audit` (management): whether the audit record is what was written.

use countersign_api::{AuditVerification, Fault, FieldProblem};
use countersign_core::audit::chain::Head;
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, get};
use crate::http::request::malformed::malformed;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "verify-audit",
        handler: get(verify),
        summary: "Verify the record",
        about: "Computes the chain of the audit record again, from the first act to the newest. `head` is one that was \
            kept elsewhere: it shows that the tail was not cut off either.",
        audience: Audience::Operator(Permission::ReadAudit),
        asks: Asks::Query(vec![(
            "head",
            "A head that the record must have: the number of an act, a colon, and its hash.",
            json!({"type": "string", "pattern": "^[0-9]+:[0-9a-f]{64}$"}),
        )]),
        answers: Answers::Data(Shape::of::<AuditVerification>(json!({
            "intact": false, "firstBad": 7, "why": "was changed: its text does not have its hash",
        }))),
        faults: &[&["badHead"]],
    }
}

async fn verify(call: Call) -> Result<AuditVerification, Fault> {
    let Call { state, query, .. } = call;
    let verified = state.manage.verify_acts(known(&query)?).await;
    let broken = verified.err();
    Ok(AuditVerification {
        intact: broken.is_none(),
        head: verified.ok().map(|head| head.to_string()),
        first_bad: broken.map(|broken| broken.seq),
        why: broken.map(|broken| broken.why.to_string()),
    })
}

fn known(query: &str) -> Result<Option<Head>, Fault> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let Some((name, value)) = pairs.find(|(name, _)| *name == "head") else {
        return Ok(None);
    };
    let wrong = || malformed(Some(name.to_owned()), FieldProblem::NotAHead);
    let head = Head::parse(&value.replace("%3A", ":"));
    head.map(Some).ok_or_else(wrong)
}
