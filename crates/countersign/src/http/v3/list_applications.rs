//! `GET /api/v3/list-applications` (management).

use axum::extract::State;
use axum::response::Response;
use countersign_api::{ApplicationDto, Fault};

use crate::http::context::Context;
use crate::http::operator::Operator;
use crate::http::state::AppState;

pub(crate) async fn handle(State(state): State<AppState>, cx: Context) -> Response {
    let result = list(&state, &cx).await;
    cx.answer_with(result)
}

async fn list(state: &AppState, cx: &Context) -> Result<Vec<ApplicationDto>, Fault> {
    Operator::of(cx, state)?;
    let applications = state
        .store
        .applications()
        .await
        .map_err(|_| Fault::Unavailable)?;
    Ok(applications
        .into_iter()
        .map(|app| ApplicationDto {
            app_id: app.id.as_str().to_owned(),
            app_name: app.name.as_str().to_owned(),
            created_at: app.created_at.to_string(),
        })
        .collect())
}
