//! `GET /api/v3/list-applications` (management).

use countersign_api::{ApplicationDto, Fault};
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, get};
use crate::http::wire::application;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "list-applications",
        handler: get(list),
        summary: "List applications",
        about: "All applications, by id. Secrets are not among what is known of them.",
        audience: Audience::Operator(Permission::ReadSetup),
        asks: Asks::Nothing,
        answers: Answers::Data(Shape::list_of::<ApplicationDto>(json!([{
            "appId": "shop", "appName": "Shop", "allowedOrigins": ["https://shop.example"],
            "webHost": "shop.example", "createdAt": "2026-11-21T20:00:00.000Z", "version": 7,
        }]))),
        faults: &[],
    }
}

async fn list(Call { state, access, .. }: Call) -> Result<Vec<ApplicationDto>, Fault> {
    let setup = state.manage.setup();
    let within = access.applications;
    let all = setup.applications.values();
    let all = all.filter(|record| within.include(&record.application.id));
    let now = state.clock.now();
    Ok(all.map(|record| application::dto(record, now)).collect())
}
