//! `POST /api/v3/check-app-id-secret`: the official Go SDK asks this when it starts.

use axum::extract::State;
use axum::response::Response;
use countersign_api::{CheckAppIdSecretRequest, CheckedSecret, Fault, Lang};
use countersign_core::application::AppId;

use crate::http::body::{self, RawBody};
use crate::http::context::Context;
use crate::http::state::AppState;

pub(crate) async fn handle(State(state): State<AppState>, cx: Context, body: RawBody) -> Response {
    let result = check(&state, cx.lang, body).await;
    cx.answer_with(result)
}

async fn check(state: &AppState, lang: Lang, body: RawBody) -> Result<CheckedSecret, Fault> {
    let body: CheckAppIdSecretRequest = body::json(body)?;
    let valid = match AppId::parse(&body.app_id) {
        Ok(id) => {
            let matches = state.store.secret_matches(&id, &body.app_secret).await;
            matches.map_err(|_| Fault::Unavailable)?
        }
        Err(_) => false,
    };
    // One sentence for both: nobody learns which of the two is wrong.
    let message = match lang {
        Lang::ZhCn => "appId 或 appSecret 错误。",
        Lang::EnUs => "appId or appSecret is wrong.",
    };
    Ok(CheckedSecret {
        valid,
        message: (!valid).then(|| message.to_owned()),
    })
}
