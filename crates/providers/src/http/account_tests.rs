//! What an operator cannot set up, and how he is told.

use serde_json::{Value, json};

use super::tests::{NEW, OLD};
use crate::testing::sample;

fn refusal(settings: &Value, secrets: &[(&str, &str)]) -> String {
    match sample::problems("http", settings.clone(), secrets) {
        none if none.is_empty() => "none".to_owned(),
        problems => problems,
    }
}

#[test]
fn settings_that_cannot_work_are_refused_by_name() {
    let good = json!({
        "url": "https://vendor.example/{secret.token}/x?to={to}", "format": "json",
        "body": {"text": "{text}"}, "headers": {"x-key": "{secret.key}"},
    });
    let token = [("token", "t"), ("key", "k")];
    assert_eq!(refusal(&good, &token), "none");
    let long = "x".repeat(99);
    for (name, value, why) in [
        ("url", json!("vendor.example"), "settings.url: not a URL"),
        (
            "url",
            json!("https:/vendor.example/{to}"),
            "settings.url: not a URL",
        ),
        (
            "url",
            json!("https://u:p@vendor.example/{to}"),
            "settings.url: not a URL",
        ),
        (
            "url",
            json!("https://vendor.example\\{to}"),
            "settings.url: not a URL",
        ),
        (
            "url",
            json!("https://vendor.example/{to}#x"),
            "settings.url: not a URL",
        ),
        (
            "url",
            json!("https://vendor.example/ {to}"),
            "settings.url: not a URL",
        ),
        (
            "url",
            json!("ftp://vendor.example/{to}"),
            "settings.url: not a URL",
        ),
        (
            "url",
            json!("http://vendor.example/{to}"),
            "settings.url: only https",
        ),
        (
            "url",
            json!("https://vendor.example:8443/{to}"),
            "settings.url: only port 443",
        ),
        (
            "url",
            json!("https://10.0.0.1/{to}"),
            "settings.url: addresses of",
        ),
        (
            "url",
            json!("https://169.254.169.254/{to}"),
            "settings.url: addresses of",
        ),
        (
            "url",
            json!("https://{to}/"),
            "settings.url: placeholders may stand in",
        ),
        (
            "url",
            json!("https://{to}.vendor.example/"),
            "settings.url: placeholders may stand in",
        ),
        (
            "url",
            json!("https://vendor.example:{code}/{to}"),
            "settings.url: placeholders may",
        ),
        (
            "url",
            json!("https://{to}@vendor.example/"),
            "settings.url: placeholders may stand in",
        ),
        (
            "url",
            json!("{secret.token}://vendor.example/{to}"),
            "settings.url: placeholders may",
        ),
        (
            "url",
            json!("https://vendor.example/../{to}"),
            "settings.url: the path must not",
        ),
        (
            "url",
            json!("https://vendor.example/%2e%2E/{to}"),
            "settings.url: the path must not",
        ),
        (
            "url",
            json!("https://vendor.example/{phone}"),
            "settings.url: {phone} is no",
        ),
        (
            "url",
            json!("https://vendor.example/{to"),
            "settings.url: a brace",
        ),
        (
            "url",
            json!("https://vendor.example/?a={b"),
            "settings.url: a brace",
        ),
        ("method", json!("DELETE"), "settings.method: GET"),
        ("method", json!("post"), "settings.method: GET"),
        ("method", json!("GET"), "settings.body: a GET has none"),
        ("format", json!("xml"), "settings.format: unknown variant"),
        ("format", json!(null), "settings.format: json, form or raw"),
        ("format", json!("raw"), "settings.body: not a text"),
        ("format", json!("form"), "none"),
        ("body", json!(null), "settings.body: needed by format"),
        (
            "body",
            json!("{\"text\": {text}}"),
            "settings.body: not a JSON document",
        ),
        (
            "body",
            json!("{\"text\": \"{text}\""),
            "settings.body: not a JSON document",
        ),
        (
            "body",
            json!({"{text}": "{text}"}),
            "settings.body: placeholders may stand in values",
        ),
        (
            "body",
            json!({"a": [{"text": "{words}"}]}),
            "settings.body: {words} is no",
        ),
        (
            "body",
            json!({"a": "b"}),
            "settings: {code} or {text} stands nowhere",
        ),
        (
            "body",
            json!({"a": "{{code}}"}),
            "settings: {code} or {text} stands nowhere",
        ),
        (
            "url",
            json!("https://vendor.example/"),
            "settings: {to} or {to_digits} stands nowhere",
        ),
        (
            "body",
            json!({"a": "{code}{template_id}"}),
            "settings.content: {template_id} and",
        ),
        (
            "content",
            json!("template"),
            "settings.content: {text} is for",
        ),
        (
            "content",
            json!("both"),
            "settings.content: unknown variant",
        ),
        (
            "headers",
            json!({"": "x"}),
            "settings.headers.: not a header's name",
        ),
        (
            "headers",
            json!({"a b": "x"}),
            "settings.headers.a b: not a header's name",
        ),
        (
            "headers",
            json!({"Host": "x"}),
            "settings.headers.Host: this header is not set by hand",
        ),
        (
            "headers",
            json!({"Content-Length": "0"}),
            "settings.headers.Content-Length: this",
        ),
        (
            "headers",
            json!({"webhook-signature": "v1,"}),
            "settings.headers.webhook-signature: this",
        ),
        (
            "headers",
            json!({"x": "a\nb"}),
            "settings.headers.x: a header has no control",
        ),
        (
            "headers",
            json!({"x": "{text}"}),
            "settings.headers.x: a text has line breaks",
        ),
        (
            "headers",
            json!({"x": "{y}"}),
            "settings.headers.x: {y} is no",
        ),
        (
            "headers",
            json!({"X-A": "1", "x-a": "2"}),
            "settings.headers.x-a: named twice",
        ),
        (
            "headers",
            json!({"content-type": "text/xml"}),
            "settings.headers.content-type: not what",
        ),
        (
            "headers",
            json!({"content-type": "application/{code}+json"}),
            "settings.headers.content-type: not what",
        ),
        (
            "headers",
            json!({"content-type": "application/vnd.x+json"}),
            "none",
        ),
        (
            "headers",
            json!({"content-type": "application/json; charset=utf-8"}),
            "none",
        ),
        (
            "headers",
            json!({"x": "{secret.password}"}),
            "secrets.password: missing",
        ),
        (
            "headers",
            json!({"x": "{secret.webhook_secret}"}),
            "settings.headers.x: {secret.webh",
        ),
        ("auth", json!("basic"), "secrets.username: missing"),
        ("auth", json!("digest"), "settings.auth: unknown variant"),
        (
            "signature",
            json!("standard-webhooks"),
            "secrets.webhook_secret: missing",
        ),
        (
            "signature",
            json!("md5"),
            "settings.signature: unknown variant",
        ),
        (
            "success",
            json!({"status": 200}),
            "settings.success.status: unknown field `status`",
        ),
        (
            "success",
            json!({"pointer": "/a"}),
            "settings.success.equals: needed",
        ),
        (
            "message_id",
            json!("id"),
            "settings.message_id: not a JSON pointer",
        ),
        (
            "error_code",
            json!("id"),
            "settings.error_code: not a JSON pointer",
        ),
        (
            "errors",
            json!({"1": "bad_number"}),
            "settings.error_code: needed by errors",
        ),
        ("errors", json!({"HTTP 503": "transient"}), "none"),
        (
            "errors",
            json!({"HTTP 503": "retry"}),
            "settings.errors: \"retry\" is no outcome",
        ),
        (
            "endpoint",
            json!("https://vendor.example"),
            "settings.endpoint: this kind has no such setting",
        ),
        (&long, json!(1), "settings.xxxxxxxxxxxxxxxx"),
    ] {
        let mut settings = good.clone();
        settings[name] = value;
        let found = refusal(&settings, &token);
        assert!(found.starts_with(why), "{name} {}: {found}", settings[name]);
    }
    assert!(refusal(&json!({}), &[]).starts_with("settings.url: missing"));
    assert!(refusal(&json!([]), &[]).starts_with("settings: "));
}

#[test]
fn template_vendors_need_a_template_and_a_code() {
    let settings = |url: &str| json!({"url": url, "method": "GET", "content": "template"});
    let found = |url: &str| refusal(&settings(url), &[]);
    let nowhere = "stands nowhere in url, headers and body";
    assert_eq!(
        found("https://a.example/?{code}{to}"),
        format!("settings: {{template_id}} {nowhere}")
    );
    assert_eq!(
        found("https://a.example/?{template_id}{to}"),
        format!("settings: {{code}} {nowhere}")
    );
    assert_eq!(
        found("https://a.example/?{template_id}{code}{to_digits}"),
        "none"
    );
}

#[test]
fn secrets_that_cannot_work_are_refused_by_name() {
    let settings = json!({
        "url": "https://vendor.example/{to}{code}", "headers": {"x": "{secret.token}"},
    });
    let good = ("token", "t");
    for (secrets, why) in [
        (vec![good], "none"),
        (
            vec![good, ("webhook_secret", OLD), ("webhook_secret_next", NEW)],
            "none",
        ),
        (vec![], "secrets.token: missing"),
        (vec![("token", "")], "secrets.token: missing"),
        (vec![("token", "t\n")], "secrets.token: has a line break"),
        (
            vec![good, ("pin", "1")],
            "secrets.pin: this kind has no such secret",
        ),
        (
            vec![good, ("webhook_secret", "")],
            "secrets.webhook_secret: missing",
        ),
        (
            vec![good, ("webhook_secret", "shared")],
            "secrets.webhook_secret: is whsec_",
        ),
        (
            vec![good, ("webhook_secret", "whsec_c2hvcnQ=")],
            "secrets.webhook_secret: is whsec_",
        ),
        (
            vec![good, ("webhook_secret_next", NEW)],
            "secrets.webhook_secret: missing",
        ),
        (
            vec![good, ("webhook_secret", OLD), ("webhook_secret_next", "x")],
            "secrets.webhook_secret_next: is whsec_",
        ),
    ] {
        let found = refusal(&settings, &secrets);
        assert!(found.starts_with(why), "{found}");
    }
    let basic = json!({"url": "https://vendor.example/{to}{code}", "auth": "basic"});
    let colon = [("username", "a:b"), ("password", "c")];
    assert!(refusal(&basic, &colon).starts_with("secrets.username: a colon"));
    let mut twice = basic;
    twice["headers"] = json!({"Authorization": "x"});
    let why = refusal(&twice, &[("username", "a"), ("password", "c")]);
    assert_eq!(why, "settings.headers.authorization: auth says it already");
    let mut unsigned = settings;
    unsigned["signature"] = json!("standard-webhooks");
    let why = refusal(&unsigned, &[good, ("webhook_secret", OLD)]);
    assert_eq!(why, "settings.signature: signs a body, and there is none");
}

#[test]
fn a_form_or_a_url_that_a_vendor_would_read_otherwise_is_refused() {
    let form = |body: Value| {
        let url = "https://vendor.example/";
        refusal(&json!({"url": url, "format": "form", "body": body}), &[])
    };
    let plus =
        "settings.body: a + stands for a space here: write %2B for a plus and %20 for a space";
    let escape = "settings.body: a % begins an escape such as %2B: write %25 for a percent sign";
    let not_utf8 = "settings.body: the escapes of a form are UTF-8, such as %E7%A0%81";
    let line = "settings.body: a form is one line: write %0A for a line break";
    for (body, why) in [
        ("to=+86{to_digits}&text={text}", plus),
        ("to=+{to}&text={text}", plus),
        ("to={to}&text=Your+code+is+{code}", plus),
        ("to={to}&a+b={text}", plus),
        ("to={to}&text=100%{code}", escape),
        ("to={to}&text=100%de{code}", not_utf8),
        ("\nto={to}&text={text}", line),
        (
            "to=%2B{to_digits}&text=Your code%20is {code}&discount=100%25",
            "none",
        ),
    ] {
        assert_eq!(form(json!(body)), why, "{body}");
    }
    // The values of a table are plain, so nothing in them has a second meaning.
    let table = json!({"to": "+{to_digits}", "text": "100% {code}\n"});
    assert_eq!(form(table), "none");

    let url = |url: &str| refusal(&json!({"url": url}), &[]);
    let [plus, escape] = [plus, escape].map(|why| why.replace("body", "url"));
    assert_eq!(
        url("https://vendor.example/?to=+{to_digits}&c={code}"),
        plus
    );
    assert_eq!(url("https://vendor.example/?to={to}&c=100%{code}"), escape);
    assert_eq!(url("https://vendor.example/100%/{to}/{code}"), escape);
    assert_eq!(url("https://vendor.example/a+b/{to}?c=%2B{code}"), "none");
}
