//! `POST /api/v3/check-app-id-secret`: the official Go SDK asks this when it starts.

use axum::extract::State;
use axum::response::Response;
use countersign_api::{CheckAppIdSecretRequest, CheckedSecret, Fault, Lang};
use countersign_core::application::AppId;
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape, post};
use crate::http::request::body::Body;
use crate::http::request::context::Context;
use crate::http::state::AppState;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "check-app-id-secret",
        handler: post(handle),
        summary: "Check an application's secret",
        about: "Tells whether there is such an application, enabled, and the secret is its own. The official Go SDK asks \
            this when it starts.",
        audience: Audience::Anyone,
        asks: Asks::Body(Shape::of::<CheckAppIdSecretRequest>(
            json!({"appId": "dev-app", "appSecret": "dev-app-secret"}),
        )),
        answers: Answers::Data(Shape::of::<CheckedSecret>(json!({"valid": true}))),
        faults: &[],
    }
}

pub(crate) async fn handle(State(state): State<AppState>, cx: Context, body: Body) -> Response {
    let result = check(&state, cx.lang, body);
    cx.answer_telling(result, |answer| answer.message.clone())
}

fn check(state: &AppState, lang: Lang, body: Body) -> Result<CheckedSecret, Fault> {
    let body: CheckAppIdSecretRequest = body.json()?;
    let valid = match AppId::parse(&body.app_id) {
        Ok(id) => {
            let proved =
                state
                    .setup_store
                    .application_with_secret(&id, &body.app_secret, state.clock.now());
            proved.is_some() && state.setup().enabled_application(&id).is_some()
        }
        Err(_) => false,
    };
    // One sentence for both, so that a caller cannot tell which of the two is wrong.
    let message = match lang {
        Lang::ZhCn => "appId 或 appSecret 错误。",
        Lang::EnUs => "appId or appSecret is wrong.",
        Lang::ZhTw => "appId 或 appSecret 錯誤。",
        Lang::JaJp => "appId または appSecret が正しくありません。",
    };
    Ok(CheckedSecret {
        valid,
        message: (!valid).then(|| message.to_owned()),
    })
}
