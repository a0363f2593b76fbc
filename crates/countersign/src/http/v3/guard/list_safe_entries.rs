//! `GET /api/v3/list-safe-entries` (management).

use axum::extract::State;
use axum::response::Response;
use countersign_api::{Fault, SafeEntryDto};
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape, get};
use crate::http::proof::operator::Operator;
use crate::http::request::context::Context;
use crate::http::state::AppState;
use crate::http::wire::guard;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "list-safe-entries",
        handler: get(handle),
        summary: "List the safe list",
        about: "The numbers (masked), ranges and networks that the guard leaves alone. An entry that has expired is \
            shown for 7 days more.",
        audience: Audience::Operator(Permission::ReadSetup),
        asks: Asks::Nothing,
        answers: Answers::Data(Shape::list_of::<SafeEntryDto>(json!([
            guard::safe_example()
        ]))),
        faults: &[],
    }
}

pub(crate) async fn handle(State(state): State<AppState>, cx: Context, _: Operator) -> Response {
    let result = list(&state);
    cx.answer_with(result)
}

fn list(state: &AppState) -> Result<Vec<SafeEntryDto>, Fault> {
    let (setup, now) = (state.manage.setup(), state.manage.now());
    let entries = setup.safe.values();
    Ok(entries.map(|entry| guard::safe_entry(entry, now)).collect())
}
