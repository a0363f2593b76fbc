//! `POST /api/v3/set-sms-route` (management).

use countersign_api::{Fault, SmsRouteDto};
use countersign_core::ports::setup::SetupVersion;

use super::list_sms_routes;
use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape};
use crate::http::document::faults;
use crate::http::management::{Call, post};
use crate::http::wire::route;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    let shape = |version| Shape::of::<SmsRouteDto>(list_sms_routes::example(version));
    Endpoint {
        name: "set-sms-route",
        handler: post(set),
        summary: "Set a route",
        about: "Says which vendor accounts may carry numbers of a country (or of all without a route of their own) \
            for an application (or for all), in place of what was said before; with `ifVersion`, only if that is its \
            version. At most two are called for one message; another is tried only when one has certainly not taken it.",
        audience: Audience::Operator(Permission::ManageSetup),
        asks: Asks::Body(shape("ifVersion")),
        answers: Answers::Data(shape("version")),
        faults: &[faults::SCOPE, faults::IF_VERSION, &["fieldNotList"]],
    }
}

async fn set(call: Call) -> Result<SmsRouteDto, Fault> {
    let body: SmsRouteDto = call.body.json()?;
    let scope = route::scope(body.app_id.as_deref(), body.country.as_deref())?;
    let route = route::route(&body)?;
    let if_version = body.if_version.map(SetupVersion::new);
    let set = call
        .state
        .manage
        .set_route(call.by, scope.clone(), route, if_version);
    let set = set.await?;
    Ok(route::dto(&scope, &set))
}
