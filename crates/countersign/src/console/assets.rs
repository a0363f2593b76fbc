//! The addresses of the files that pages of the console load. Each has the hash of the file in it, so that browsers keep a file for
//! good and fetch a changed one at once.

use std::sync::LazyLock;

use axum::Router;
use sha2::{Digest as _, Sha256};

use crate::http::page::assets::{Asset, BASE, CONSOLE, ICON, KEYS, LIVE};

const ASSETS: [Asset; 5] = [BASE, CONSOLE, LIVE, KEYS, ICON];

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
        asset.serve(router, address, "public, max-age=31536000, immutable")
    })
}
