//! `/openapi.json`, and `/docs/`: the reference, a page on which Swagger UI shows that document.

use std::borrow::Cow;
use std::future::ready;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use utoipa_swagger_ui::Config;

use super::document::openapi::Document;

/// The page, with a viewport for phones, which the page that Swagger UI brings has not.
const PAGE: &str = include_str!("../../templates/reference.html");

/// The scripts of Swagger UI come from this service, and set styles; its icons are within its stylesheet.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The routes of the document, and of the page that shows it where `is_shown`.
pub(super) fn routes<S: Clone + Send + Sync + 'static>(
    document: Document,
    is_shown: bool,
) -> Router<S> {
    let document = written(&document);
    let routes = Router::new().route("/openapi.json", get(move || ready(json(document.clone()))));
    match is_shown {
        true => routes.merge(page()),
        false => routes,
    }
}

/// The routes of the page.
fn page<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let swagger = Config::new(["/openapi.json"])
        .doc_expansion("list")
        .default_models_expand_depth(0)
        .try_it_out_enabled(true);
    Router::new()
        .route("/docs", get(|| ready(Redirect::to("/docs/"))))
        .route("/docs/", get(|| ready(guarded(Html(PAGE).into_response()))))
        .route("/docs/{*file}", get(file))
        .with_state(Arc::new(swagger))
}

/// The document as JSON, which is made once: it takes milliseconds. `None` where that fails.
fn written(document: &Document) -> Option<Bytes> {
    let json = serde_json::to_vec(document);
    let json = json.inspect_err(|error| tracing::error!(%error, "/openapi.json cannot be made"));
    json.ok().map(Bytes::from)
}

fn json(document: Option<Bytes>) -> Response {
    match document {
        Some(json) => ([(header::CONTENT_TYPE, "application/json")], json).into_response(),
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Answers with a file of Swagger UI.
async fn file(State(swagger): State<Arc<Config<'static>>>, Path(name): Path<String>) -> Response {
    match read(&name, swagger) {
        Some(answer) => answer,
        None => super::not_found::answer().await.into_response(),
    }
}

/// The answer with the file of this name; `None` if there is none.
fn read(name: &str, swagger: Arc<Config<'static>>) -> Option<Response> {
    let file = match utoipa_swagger_ui::serve(name, swagger) {
        Ok(file) => file?,
        Err(error) => {
            tracing::error!(%error, "a file of the reference cannot be read");
            return Some(StatusCode::INTERNAL_SERVER_ERROR.into_response());
        }
    };
    let content_type = [(header::CONTENT_TYPE, file.content_type)];
    let mut answer = guarded((content_type, content(file.bytes)).into_response());
    if file.gzpipped {
        let gzip = HeaderValue::from_static("gzip");
        answer.headers_mut().insert(header::CONTENT_ENCODING, gzip);
    }
    Some(answer)
}

/// The bytes of a file. Those within the program are not copied: a copy would live as long as its reader is slow.
fn content(bytes: Cow<'static, [u8]>) -> Bytes {
    match bytes {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => bytes.into(),
    }
}

/// The answer with the headers of the reference.
fn guarded(mut answer: Response) -> Response {
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        let value = HeaderValue::from_static(value);
        answer.headers_mut().insert(name, value);
    }
    answer
}

#[cfg(test)]
mod tests {
    use axum::extract::Request;
    use tower_service::Service as _;

    use super::*;
    use crate::http::document::openapi;

    // shows: found-H9
    #[tokio::test]
    async fn every_caller_gets_the_same_bytes_of_the_document() {
        let mut site: Router = routes(openapi::document(&[], &[], String::new()), false);
        let mut bytes = Vec::new();
        for _ in 0..2 {
            let request = Request::get("/openapi.json").body(axum::body::Body::empty());
            let answer = site.call(request.unwrap()).await.unwrap();
            let body = axum::body::to_bytes(answer.into_body(), usize::MAX).await;
            bytes.push(body.unwrap());
        }
        assert!(bytes[0].starts_with(b"{\"openapi\":"), "{bytes:?}");
        assert_eq!(bytes[0].as_ptr(), bytes[1].as_ptr(), "made twice");
    }
}
