//! The path of a request, read as it is meant: SDKs join a base address and a path, and a slash too many comes of it.

use axum::http::Uri;
use axum::http::uri::PathAndQuery;

/// Makes several slashes of a path one, and drops a slash at its end. The reference keeps the slash at its end, which
/// its relative links need.
pub(crate) fn read_as_meant(uri: &mut Uri) {
    if let Some(meant) = meant(uri) {
        *uri = meant;
    }
}

/// Returns the URI with the path as it is meant; `None` where nothing needs to change.
fn meant(uri: &Uri) -> Option<Uri> {
    let path = uri.path();
    let ends_too_late = path.len() > 1 && path.ends_with('/') && path != "/docs/";
    if !ends_too_late && !path.contains("//") {
        return None;
    }
    let segments = path.split('/').filter(|segment| !segment.is_empty());
    let mut meant = segments.fold(String::new(), |path, segment| path + "/" + segment);
    if meant.is_empty() || meant == "/docs" {
        meant.push('/');
    }
    if let Some(query) = uri.query() {
        meant += "?";
        meant += query;
    }
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(meant).ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_slashes_too_many_is_read_as_meant() {
        for (asked, reads) in [
            ("//api/v3/send-sms", "/api/v3/send-sms"),
            ("/api/v3/send-sms/", "/api/v3/send-sms"),
            ("///api//v3///send-sms//?a=//", "/api/v3/send-sms?a=//"),
            ("//", "/"),
            ("//docs/", "/docs/"),
            ("/docs//index.css", "/docs/index.css"),
        ] {
            let uri: Uri = asked.parse().unwrap();
            assert_eq!(meant(&uri).unwrap().to_string(), reads, "{asked}");
        }
    }

    #[test]
    fn a_path_as_it_should_be_is_left_alone() {
        for asked in ["/", "/docs", "/docs/", "/api/v3/send-sms?next=//x/"] {
            assert_eq!(meant(&asked.parse().unwrap()), None, "{asked}");
        }
    }
}
