//! `GET /api/v3/list-test-numbers` (management).

use countersign_api::{Fault, TestNumberDto};
use countersign_core::test_number::TestNumber;
use countersign_core::time::Timestamp;
use serde_json::{Value, json};

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, get};
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "list-test-numbers",
        handler: get(list),
        summary: "List test numbers",
        about: "All numbers for tests, masked, also those whose time is over. No answer shows a fixed code.",
        audience: Audience::Operator(Permission::ReadSetup),
        asks: Asks::Nothing,
        answers: Answers::Data(Shape::list_of::<TestNumberDto>(json!([example()]))),
        faults: &[],
    }
}

pub(super) fn example() -> Value {
    json!({
        "testNumberId": "0a1b2c3d4e5f6071", "phoneNumber": "+86188****8888", "hasPassCode": true, "exempt": false,
        "createdAt": "2026-11-21T20:00:00.000Z", "expires": "2026-12-01T00:00:00.000Z", "expired": false,
    })
}

async fn list(Call { state, .. }: Call) -> Result<Vec<TestNumberDto>, Fault> {
    let (setup, now) = (state.manage.setup(), state.clock.now());
    Ok(setup
        .test_numbers
        .values()
        .map(|test| dto(test, now))
        .collect())
}

pub(super) fn dto(test: &TestNumber, now: Timestamp) -> TestNumberDto {
    TestNumberDto {
        test_number_id: test.id.clone(),
        phone_number: test.phone.masked(),
        has_pass_code: test.code.is_some(),
        exempt: test.is_exempt,
        created_at: test.created_at.to_string(),
        expires: test.expires_at.to_string(),
        expired: !test.is_good_at(now),
    }
}
