//! `POST /api/v3/add-test-number` (management): messages to the number reach no vendor from then on.

use axum::extract::State;
use axum::response::Response;
use countersign_api::{AddTestNumberRequest, Fault, FieldProblem, TestNumberDto};
use countersign_core::audit::Author;
use countersign_core::secret::Secret;
use countersign_core::time::Timestamp;
use serde_json::json;

use super::list_test_numbers;
use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape, post};
use crate::http::document::faults;
use crate::http::proof::operator::Operator;
use crate::http::request::body::Body;
use crate::http::request::context::Context;
use crate::http::request::malformed::malformed;
use crate::http::state::AppState;
use crate::http::wire::fault;
use crate::manage::NewTestNumber;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "add-test-number",
        handler: post(handle),
        summary: "Add a test number",
        about: "Makes a number one for tests until `expires`: its messages are recorded and reach no vendor. With \
            `passCode` each of them brings that code. A number that is one already is set up anew. Refused unless the \
            settings allow test numbers.",
        audience: Audience::Operator(Permission::ManageSetup),
        asks: Asks::Body(Shape::of::<AddTestNumberRequest>(json!({
            "phoneNumber": "18800008888", "expires": "2026-12-01T00:00:00Z", "passCode": "123456",
        }))),
        answers: Answers::Data(Shape::of::<TestNumberDto>(list_test_numbers::example())),
        faults: &[
            faults::PHONE,
            faults::ASSUMED,
            &["badTime", "badSetting", "fieldNotBool"],
        ],
    }
}

pub(crate) async fn handle(
    State(state): State<AppState>,
    cx: Context,
    operator: Operator,
    body: Body,
) -> Response {
    let result = add(&state, operator.author(), body).await;
    cx.answer_with(result)
}

async fn add(state: &AppState, by: Author, body: Body) -> Result<TestNumberDto, Fault> {
    let body: AddTestNumberRequest = body.json()?;
    let phone = fault::number(&body.phone_number, body.phone_country_code.as_deref())?;
    let expires = Timestamp::parse(&body.expires);
    let wrong = || malformed(Some("expires".to_owned()), FieldProblem::NotATime);
    let new = NewTestNumber {
        phone,
        code: body.pass_code.map(Secret::new),
        is_exempt: body.exempt,
        expires_at: expires.ok_or_else(wrong)?,
    };
    let added = state.manage.add_test_number(by, new).await?;
    Ok(list_test_numbers::dto(&added, state.clock.now()))
}
