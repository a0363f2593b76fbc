use axum::http::{HeaderName, HeaderValue};

use super::*;

fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
    let pair = |(name, value): &(&'static str, &str)| {
        let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
        (HeaderName::from_static(name), value)
    };
    lines.iter().map(pair).collect()
}

fn of_body(body: &str) -> Vec<String> {
    let (uri, headers) = (Uri::from_static("/api/v3/x"), HeaderMap::new());
    SignedRequest::with_body(&Method::POST, &uri, &headers, body.as_bytes())
        .unwrap()
        .compositions()
}

fn of_query(uri: &'static str) -> Vec<String> {
    let (uri, headers) = (Uri::from_static(uri), HeaderMap::new());
    SignedRequest::without_body(&Method::GET, &uri, &headers).compositions()
}

#[test]
fn headers_are_sorted_and_trimmed_and_others_are_left_out() {
    let headers = headers(&[
        ("x-authing-lang", "zh-CN"),
        ("content-type", "application/json"),
        ("date", " Sun, 22 Nov 2026 06:12:27 GMT "),
        ("x-authing-app-id", "a\tb"),
        ("authorization", "authing k:s"),
        ("x-other", "x"),
    ]);
    let uri = Uri::from_static("/api/v3/list-unlocks");
    let signed = SignedRequest::without_body(&Method::GET, &uri, &headers);
    let head =
        "GET\ndate:Sun, 22 Nov 2026 06:12:27 GMT\nx-authing-app-id:a b\nx-authing-lang:zh-CN\n";
    let bare = format!("{head}/api/v3/list-unlocks");
    let asked = format!("{bare}?");
    assert_eq!(signed.compositions(), [bare, asked]);
}

#[test]
fn a_header_that_comes_twice_is_signed_with_both_values() {
    let headers = headers(&[("date", "one"), ("date", "two")]);
    let uri = Uri::from_static("/");
    let signed = SignedRequest::without_body(&Method::GET, &uri, &headers);
    assert_eq!(signed.compositions()[0], "GET\ndate:one,two\n/");
}

#[test]
fn each_byte_of_a_header_is_a_character() {
    let mut headers = HeaderMap::new();
    let value = HeaderValue::from_bytes(b"caf\xe9").unwrap();
    headers.insert("x-authing-sdk-version", value);
    let uri = Uri::from_static("/");
    let signed = SignedRequest::without_body(&Method::GET, &uri, &headers);
    assert_eq!(
        signed.compositions()[0],
        "GET\nx-authing-sdk-version:café\n/"
    );
}

#[test]
fn members_are_sorted_and_texts_stand_bare() {
    let [node, c_sharp] = &of_body(r#"{"b":"x&y=z","a":"","c":"商\n\"店\""}"#)[..] else {
        panic!("two ways");
    };
    assert_eq!(node, "POST\n/api/v3/x?a=&b=x&y=z&c=商\n\"店\"");
    assert_eq!(c_sharp, "POST\n\n\n\n\n\n/api/v3/x?a=&b=x&y=z&c=商\n\"店\"");
}

#[test]
fn names_are_in_the_order_of_their_utf_16() {
    // U+FF5A comes after U+1F600 there, and before it in UTF-8.
    let node = &of_body("{\"\u{ff5a}\":1,\"\u{1f600}\":2,\"ä\":3,\"Z\":4}")[0];
    assert_eq!(node, "POST\n/api/v3/x?Z=4&ä=3&\u{1f600}=2&\u{ff5a}=1");
}

#[test]
fn null_is_written_by_one_and_left_out_by_the_other() {
    let all = of_body(r#"{"a":null,"b":"null"}"#);
    assert!(all[0].ends_with("?a=null&b=null"), "{all:?}");
    assert!(all[1].ends_with("?a&b=null"), "{all:?}");
}

#[test]
fn numbers_keep_their_digits_and_members_their_order() {
    for (value, signed) in [
        ("1e+21", "1e+21"),
        ("1.50", "1.50"),
        ("12345678901234567890.123", "12345678901234567890.123"),
        ("true", "true"),
        ("[]", "[]"),
        (r#"{"z":1.0,"a":[1e5,"é"]}"#, r#"{"z":1.0,"a":[1e5,"é"]}"#),
    ] {
        let node = &of_body(&format!(r#"{{"v":{value}}}"#))[0];
        assert_eq!(node, &format!("POST\n/api/v3/x?v={signed}"));
    }
}

#[test]
fn nested_values_are_as_javascript_writes_them_however_they_came() {
    let body =
        r#" { "v" : { "b" : "\u5546 \/ \"q\" \\" , "a" : [ 1 , "x  y" , "\u001F\u2028\t" ] } } "#;
    let signed = "{\"b\":\"商 / \\\"q\\\" \\\\\",\"a\":[1,\"x  y\",\"\\u001f\u{2028}\\t\"]}";
    assert_eq!(of_body(body)[0], format!("POST\n/api/v3/x?v={signed}"));
}

#[test]
fn no_body_is_an_empty_one() {
    for body in ["", "{}", " {} ", "\n"] {
        let all = of_body(body);
        assert_eq!(
            all[..2],
            ["POST\n/api/v3/x", "POST\n/api/v3/x?"],
            "{body:?}"
        );
    }
}

#[test]
fn what_is_no_object_is_refused_by_name() {
    let (uri, headers) = (Uri::from_static("/"), HeaderMap::new());
    for body in [
        "[]",
        "7",
        "{",
        r#"{"a":1,"a":2}"#,
        "{\"a\":1} x",
        "\u{feff}{}",
    ] {
        let signed = SignedRequest::with_body(&Method::POST, &uri, &headers, body.as_bytes());
        let refused = signed.map(|_| ()).unwrap_err();
        assert_eq!(refused.status_code(), 400, "{body}");
    }
}

#[test]
fn a_query_is_decoded_and_its_lists_are_json() {
    let node = &of_query("/x?page=1&keywords=%E5%95%86+%26+co%2F%2B&b[]=y&b%5B%5D=z&empty=")[0];
    assert_eq!(
        node,
        "GET\n/x?b=[\"y\",\"z\"]&empty=&keywords=商 & co/+&page=1"
    );
}

#[test]
fn a_request_with_a_date_is_composed_in_one_way_only() {
    let headers = headers(&[("date", "d"), ("x-authing-date", "x")]);
    let uri = Uri::from_static("/x?a=1");
    let signed = SignedRequest::without_body(&Method::GET, &uri, &headers);
    assert_eq!(
        signed.compositions(),
        ["GET\ndate:d\nx-authing-date:x\n/x?a=1"]
    );
}
