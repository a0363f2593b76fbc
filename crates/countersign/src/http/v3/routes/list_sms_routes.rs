//! `GET /api/v3/list-sms-routes` (management).

use countersign_api::{Fault, SmsRouteDto};
use serde_json::{Value, json};

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::management::{Call, get};
use crate::http::wire::route;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "list-sms-routes",
        handler: get(list),
        summary: "List routes",
        about: "Which vendor accounts may carry a number. Of the routes that fit, the nearest holds: of the \
            application and the country, of the application, of the country, of the deployment.",
        audience: Audience::Operator(Permission::ReadService),
        asks: Asks::Nothing,
        answers: Answers::Data(Shape::list_of::<SmsRouteDto>(json!([example("version")]))),
        faults: &[],
    }
}

/// A route with a version: the member `version` of an answer, or `ifVersion` of a request.
pub(super) fn example(version: &str) -> Value {
    json!({
        "country": "CN", "providers": [{"name": "aliyun", "weight": 1}, {"name": "tencent", "weight": 1}],
        "order": "listed", "onUnknown": "keep", (version): 7,
    })
}

async fn list(Call { state, .. }: Call) -> Result<Vec<SmsRouteDto>, Fault> {
    let setup = state.manage.setup();
    let all = setup.routes.iter();
    Ok(all.map(|(scope, route)| route::dto(scope, route)).collect())
}
