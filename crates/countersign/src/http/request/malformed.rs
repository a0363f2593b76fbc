//! Faults of a body or a query that does not fit: which field, and the constraint that it breaks.

use countersign_api::{Fault, FieldProblem};
use serde_json::error::Category;

/// The fault of a malformed `field`, or of the body as a whole where `field` is `None`.
pub(crate) fn malformed(field: Option<String>, problem: FieldProblem) -> Fault {
    Fault::Malformed { field, problem }
}

/// What serde says, in the words of the table of faults. serde tells what is wrong as text only; its
/// words for these cases are fixed. What the caller sent is never repeated: it may hold a number or a
/// code.
pub(crate) fn of_serde(path: &str, error: &serde_json::Error) -> Fault {
    let text = error.to_string();
    let field = (path != ".").then(|| path.to_owned());
    if let Some(name) = quoted(&text, "missing field `") {
        let name = field.map_or(name.clone(), |within| format!("{within}.{name}"));
        malformed(Some(name), FieldProblem::Required)
    } else if let Some(name) = quoted(&text, "duplicate field `") {
        malformed(Some(name), FieldProblem::Duplicate)
    } else if text.starts_with("recursion limit") {
        malformed(None, FieldProblem::TooDeep)
    } else if path.rsplit('.').next() == Some("channel")
        && error.classify() == Category::Data
        && !text.starts_with("invalid type: null")
    {
        malformed(field, FieldProblem::NotAChannel)
    } else if error.classify() != Category::Data {
        malformed(
            None,
            FieldProblem::Syntax {
                line: error.line(),
                column: error.column(),
            },
        )
    } else if field.is_none() {
        malformed(None, FieldProblem::NotObject)
    } else if text.starts_with("invalid type: null") {
        malformed(field, FieldProblem::Required)
    } else if text.contains(", expected a sequence") {
        let of_objects = path.ends_with("providers");
        malformed(
            field,
            if of_objects {
                FieldProblem::NotAList
            } else {
                FieldProblem::NotTexts
            },
        )
    } else if text.contains(", expected u16") {
        malformed(field, FieldProblem::NotALimit)
    } else if text.contains(", expected a boolean") {
        malformed(field, FieldProblem::NotBool)
    } else if text.contains(", expected struct") || text.contains(", expected a map") {
        malformed(field, FieldProblem::NotObject)
    } else {
        malformed(field, FieldProblem::NotText)
    }
}

fn quoted(text: &str, before: &str) -> Option<String> {
    text.strip_prefix(before)?
        .split('`')
        .next()
        .map(str::to_owned)
}
