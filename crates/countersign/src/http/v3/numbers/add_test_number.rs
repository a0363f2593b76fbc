//! `POST /api/v3/add-test-number` (management): messages to the number reach no vendor from then on.

use countersign_api::{AddTestNumberRequest, Fault, FieldProblem, TestNumberDto};
use countersign_core::secret::Secret;
use countersign_core::time::Timestamp;
use serde_json::json;

use super::list_test_numbers;
use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::document::faults;
use crate::http::management::{Call, post};
use crate::http::request::malformed::malformed;
use crate::http::wire::fault;
use crate::manage::NewTestNumber;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "add-test-number",
        handler: post(add),
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

async fn add(call: Call) -> Result<TestNumberDto, Fault> {
    let body: AddTestNumberRequest = call.body.json()?;
    let phone = fault::number(&body.phone_number, body.phone_country_code.as_deref())?;
    let expires = Timestamp::parse(&body.expires);
    let wrong = || malformed(Some("expires".to_owned()), FieldProblem::NotATime);
    let new = NewTestNumber {
        phone,
        code: body.pass_code.map(Secret::new),
        is_exempt: body.exempt,
        expires_at: expires.ok_or_else(wrong)?,
    };
    let added = call.state.manage.add_test_number(call.by, new).await?;
    Ok(list_test_numbers::dto(&added, call.state.clock.now()))
}
