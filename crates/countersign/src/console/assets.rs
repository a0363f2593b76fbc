//! The stylesheets, the script and the icon of the console: files of ours, within the program. Each address has the hash of the
//! file in it, so that browsers keep a file for good and fetch a changed one at once.

use std::future::ready;
use std::sync::LazyLock;

use axum::Router;
use axum::http::header;
use axum::routing::get;
use sha2::{Digest as _, Sha256};

/// An asset: its name, its content type and the file.
struct Asset {
    name: &'static str,
    content_type: &'static str,
    file: &'static str,
}

const ASSETS: [Asset; 4] = [
    Asset {
        name: "base.css",
        content_type: "text/css; charset=utf-8",
        file: include_str!("../../assets/base.css"),
    },
    Asset {
        name: "console.css",
        content_type: "text/css; charset=utf-8",
        file: include_str!("../../assets/console.css"),
    },
    Asset {
        name: "live.js",
        content_type: "text/javascript; charset=utf-8",
        file: include_str!("../../assets/live.js"),
    },
    Asset {
        name: "icon.svg",
        content_type: "image/svg+xml",
        file: include_str!("../../assets/icon.svg"),
    },
];

/// The addresses of all assets, in the order of [`ASSETS`].
static ADDRESSES: LazyLock<[String; ASSETS.len()]> = LazyLock::new(|| {
    ASSETS.map(|Asset { name, file, .. }| {
        let hash = hex::encode(Sha256::digest(file.as_bytes()));
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
        format!("/console/assets/{stem}.{}.{extension}", &hash[..16])
    })
});

/// The address of the asset with this name; empty where there is none.
pub(super) fn address(name: &str) -> String {
    let known = ASSETS.iter().zip(ADDRESSES.iter());
    let mut known = known.filter(|(asset, _)| asset.name == name);
    known
        .next()
        .map(|(_, address)| address.clone())
        .unwrap_or_default()
}

/// The routes of the assets.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let assets = ASSETS.into_iter().zip(ADDRESSES.iter());
    assets.fold(Router::new(), |router, (asset, address)| {
        let headers = [
            (header::CONTENT_TYPE, asset.content_type),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        ];
        router.route(address, get(move || ready((headers.clone(), asset.file))))
    })
}
