//! `POST /api/v3/set-sms-route` (management).

use axum::extract::State;
use axum::response::Response;
use countersign_api::{Fault, SmsRouteDto};
use countersign_core::audit::Author;
use countersign_core::ports::setup::SetupVersion;

use super::list_sms_routes;
use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape, post};
use crate::http::document::faults;
use crate::http::proof::operator::Operator;
use crate::http::request::body::Body;
use crate::http::request::context::Context;
use crate::http::state::AppState;
use crate::http::wire::route;
use crate::operator::Permission;

pub(crate) fn endpoint() -> Endpoint {
    let shape = |version| Shape::of::<SmsRouteDto>(list_sms_routes::example(version));
    Endpoint {
        name: "set-sms-route",
        handler: post(handle),
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

pub(crate) async fn handle(
    State(state): State<AppState>,
    cx: Context,
    operator: Operator,
    body: Body,
) -> Response {
    let result = set(&state, operator.author(), body).await;
    cx.answer_with(result)
}

async fn set(state: &AppState, by: Author, body: Body) -> Result<SmsRouteDto, Fault> {
    let body: SmsRouteDto = body.json()?;
    let scope = route::scope(body.app_id.as_deref(), body.country.as_deref())?;
    let route = route::route(&body)?;
    let if_version = body.if_version.map(SetupVersion::new);
    let set = state.manage.set_route(by, scope.clone(), route, if_version);
    let set = set.await?;
    Ok(route::dto(&scope, &set))
}
