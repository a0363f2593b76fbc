//! Faults of a body or a query that does not fit: the field, and the constraint that it breaks. The input itself is
//! never repeated, since it may hold a phone number or a code.

use countersign_api::{Fault, FieldProblem};

/// The fault of a malformed `field`, or of the body as a whole where `field` is `None`.
pub(crate) fn malformed(field: Option<String>, problem: FieldProblem) -> Fault {
    Fault::Malformed { field, problem }
}

/// The fault of a body that is not JSON: the place where it stops being JSON.
pub(crate) fn syntax(error: &serde_json::Error) -> Fault {
    let problem = FieldProblem::Syntax {
        line: error.line(),
        column: error.column(),
    };
    malformed(None, problem)
}
