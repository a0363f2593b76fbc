//! Requests as bytes.

use std::io::Write;

/// The application of `countersign dev`, and `dev-app:dev-app-secret` in base64.
pub(crate) const APP: &str = "dev-app";
const BASIC: &str = "ZGV2LWFwcDpkZXYtYXBwLXNlY3JldA==";

/// `POST /api/v3/send-sms`.
pub(crate) fn send(request: &mut Vec<u8>, number: u64) {
    post(
        request,
        ("send-sms", "x-authing-app-id", APP),
        format_args!(r#"{{"channel":"CHANNEL_LOGIN","phoneNumber":"{number}"}}"#),
    );
}

/// `POST /api/v3/verify-code`.
pub(crate) fn check(request: &mut Vec<u8>, number: u64, code: &str, token: bool) {
    post(
        request,
        ("verify-code", "authorization: Basic", BASIC),
        format_args!(
            r#"{{"channel":"CHANNEL_LOGIN","phoneNumber":"{number}","passCode":"{code}","withToken":{token}}}"#
        ),
    );
}

/// `POST /api/v3/pre-check-code`.
pub(crate) fn guess(request: &mut Vec<u8>, number: u64, code: &str) {
    post(
        request,
        ("pre-check-code", "x-authing-app-id", APP),
        format_args!(
            r#"{{"codeType":"SMS","smsCodePayload":{{"channel":"CHANNEL_LOGIN","phone":"{number}","passCode":"{code}"}}}}"#
        ),
    );
}

/// `GET /api/v3/list-messages`, the page after `before`.
pub(crate) fn page(request: &mut Vec<u8>, token: &str, before: Option<&str>) {
    let before = before.map_or(String::new(), |id| format!("&before={id}"));
    list(request, token, &format!("limit=1000{before}"));
}

/// `GET /api/v3/list-messages` with this query.
pub(crate) fn list(request: &mut Vec<u8>, token: &str, query: &str) {
    request.clear();
    let _ = write!(
        request,
        "GET /api/v3/list-messages?{query} HTTP/1.1\r\nhost: 127.0.0.1\r\n\
         authorization: Bearer {token}\r\n\r\n"
    );
}

/// `POST /api/v3/find-messages`.
pub(crate) fn find(request: &mut Vec<u8>, token: &str, number: u64) {
    let bearer = format!("Bearer {token}");
    post(
        request,
        ("find-messages", "authorization", &bearer),
        format_args!(r#"{{"phoneNumber":"{number}"}}"#),
    );
}

fn post(
    request: &mut Vec<u8>,
    (name, field, value): (&str, &str, &str),
    body: std::fmt::Arguments<'_>,
) {
    request.clear();
    // Every body is shorter than 1000 bytes: the length takes three digits, filled in once it is known.
    let separator = if field.contains(':') { " " } else { ": " };
    let _ = write!(
        request,
        "POST /api/v3/{name} HTTP/1.1\r\nhost: 127.0.0.1\r\n{field}{separator}{value}\r\n\
         content-type: application/json\r\ncontent-length: 000\r\n\r\n"
    );
    let head = request.len();
    let _ = request.write_fmt(body);
    let length = request.len() - head;
    let digits = format!("{length:03}");
    let place = head - 7..head - 4;
    if let Some(place) = request.get_mut(place) {
        place.copy_from_slice(digits.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_says_how_long_its_body_is() {
        let mut request = Vec::new();
        check(&mut request, 18_800_000_000, "123456", false);
        let text = String::from_utf8(request).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("content-length: {:03}", body.len())));
        assert!(head.contains("authorization: Basic ZGV2"));
        assert!(body.ends_with(r#""withToken":false}"#));
    }
}
