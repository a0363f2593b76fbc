//! The stylesheet, the script and the icon of all pages: files of ours, within the program.

use std::future::ready;

use axum::Router;
use axum::http::header;
use axum::routing::get;

/// An asset: its path, its content type and the file.
type Asset = (&'static str, &'static str, &'static str);

const ASSETS: [Asset; 3] = [
    (
        "/dev/assets/base.css",
        "text/css; charset=utf-8",
        include_str!("../../../assets/base.css"),
    ),
    (
        "/dev/assets/live.js",
        "text/javascript; charset=utf-8",
        include_str!("../../../assets/live.js"),
    ),
    (
        "/dev/assets/icon.svg",
        "image/svg+xml",
        include_str!("../../../assets/icon.svg"),
    ),
];

/// The routes of the assets.
pub(crate) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    ASSETS.into_iter().fold(Router::new(), |router, asset| {
        let (path, content_type, file) = asset;
        let headers = [
            (header::CONTENT_TYPE, content_type),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            // Another build has another file at this path.
            (header::CACHE_CONTROL, "no-cache"),
        ];
        router.route(path, get(move || ready((headers.clone(), file))))
    })
}
