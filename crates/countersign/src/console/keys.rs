//! Whether single keys lead to pages (`assets/keys.js`). It is a matter of the keyboard, so the browser keeps it, in a cookie that is
//! there where a person has turned them off.

use axum::http::HeaderMap;
use axum::response::Response;

use super::cookie;

const COOKIE: &str = "countersign_keys";

/// The time for which the browser keeps it: 400 days, the most that browsers keep a cookie, in seconds.
const LIFE: u32 = 400 * 24 * 3_600;

/// Whether they are on for the browser that sends these headers.
pub(super) fn are_on(headers: &HeaderMap) -> bool {
    cookie::value(headers, COOKIE) != Some("off")
}

/// Turns them on or off for the browser that gets this answer.
pub(super) fn turn(answer: &mut Response, on: bool) {
    let (value, life) = match on {
        true => ("", 0),
        false => ("off", LIFE),
    };
    cookie::set(answer, COOKIE, value, life);
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderValue, StatusCode, header};
    use axum::response::IntoResponse as _;

    use super::*;

    #[test]
    fn they_are_on_until_a_person_turns_them_off() {
        let sent = |cookie: &'static str| {
            let cookie = (header::COOKIE, HeaderValue::from_static(cookie));
            are_on(&[cookie].into_iter().collect())
        };
        assert!(are_on(&HeaderMap::new()) && sent("a=b; countersign_keys=; c=d"));
        assert!(!sent("a=b; countersign_keys=off; c=d"));
        let mut answer = StatusCode::OK.into_response();
        turn(&mut answer, false);
        let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap();
        assert!(cookie.starts_with("countersign_keys=off; Path=/console;"));
    }
}
