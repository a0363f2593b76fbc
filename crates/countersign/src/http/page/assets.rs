//! The stylesheets, the script and the icon of all pages: files of ours, within the program.

use std::future::ready;

use axum::Router;
use axum::http::header;
use axum::routing::get;

/// A file that pages load.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asset {
    pub(crate) name: &'static str,
    content_type: &'static str,
    pub(crate) file: &'static str,
}

pub(crate) const BASE: Asset = Asset {
    name: "base.css",
    content_type: "text/css; charset=utf-8",
    file: include_str!("../../../assets/base.css"),
};

pub(crate) const CONSOLE: Asset = Asset {
    name: "console.css",
    content_type: "text/css; charset=utf-8",
    file: include_str!("../../../assets/console.css"),
};

pub(crate) const LIVE: Asset = Asset {
    name: "live.js",
    content_type: "text/javascript; charset=utf-8",
    file: include_str!("../../../assets/live.js"),
};

pub(crate) const KEYS: Asset = Asset {
    name: "keys.js",
    content_type: "text/javascript; charset=utf-8",
    file: include_str!("../../../assets/keys.js"),
};

pub(crate) const ICON: Asset = Asset {
    name: "icon.svg",
    content_type: "image/svg+xml",
    file: include_str!("../../../assets/icon.svg"),
};

impl Asset {
    /// Serves the file at `path`. `kept` says how long browsers may keep it.
    pub(crate) fn serve<S: Clone + Send + Sync + 'static>(
        self,
        router: Router<S>,
        path: &str,
        kept: &'static str,
    ) -> Router<S> {
        let headers = [
            (header::CONTENT_TYPE, self.content_type),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::CACHE_CONTROL, kept),
        ];
        router.route(path, get(move || ready((headers.clone(), self.file))))
    }
}

/// The routes of the files that the pages of development load. Another build has another file at the same path.
pub(crate) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    [BASE, LIVE, ICON]
        .into_iter()
        .fold(Router::new(), |router, asset| {
            asset.serve(router, &format!("/dev/assets/{}", asset.name), "no-cache")
        })
}
