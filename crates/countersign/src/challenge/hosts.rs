//! The hosts on which the pages of an application stand.

use countersign_core::application::Application;
use url::Url;

/// Returns whether pages on `host` may call as `app`, by its origins.
pub(super) fn has(app: &Application, host: &str) -> bool {
    let mut origins = app.origins.iter();
    origins.any(|origin| {
        // The port of this machine may be a wildcard.
        let origin = origin.as_str().trim_end_matches(":*");
        let url = Url::parse(origin).ok();
        url.as_ref().and_then(Url::host_str) == Some(host)
    })
}
