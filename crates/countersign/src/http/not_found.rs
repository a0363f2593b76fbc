//! The answer to a path outside of all routes.

use axum::http::StatusCode;

/// HTTP 404, as text.
pub(super) async fn answer() -> (StatusCode, &'static str) {
    (
        StatusCode::NOT_FOUND,
        "There is nothing here. The API is under /api/v3.\n",
    )
}
