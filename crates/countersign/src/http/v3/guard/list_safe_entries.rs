//! `GET /api/v3/list-safe-entries` (management).

use countersign_api::{Fault, SafeEntryDto};
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, get};
use crate::http::wire::guard;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "list-safe-entries",
        handler: get(list),
        summary: "List the safe list",
        about: "The numbers (masked), ranges and networks that the guard leaves alone. An entry that has expired is \
            shown for 7 days more.",
        audience: Audience::Operator(Permission::ReadService),
        asks: Asks::Nothing,
        answers: Answers::Data(Shape::list_of::<SafeEntryDto>(json!([
            guard::safe_example()
        ]))),
        faults: &[],
    }
}

async fn list(Call { state, .. }: Call) -> Result<Vec<SafeEntryDto>, Fault> {
    let (setup, now) = (state.manage.setup(), state.manage.now());
    let entries = setup.safe.values();
    Ok(entries.map(|entry| guard::safe_entry(entry, now)).collect())
}
