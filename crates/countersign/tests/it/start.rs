//! Where a newcomer to a service in development begins: the banner, the start page and the reference.

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::Value;
use tokio::process::Command;

use crate::answer::Answer;
use crate::server::{Server, folder};

/// The headers of a page by which a browser protects its reader.
const GUARDS: [(&str, &str); 5] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cache-control", "no-store"),
];

/// What the command prints, read as JSON.
async fn run(command: &str) -> Value {
    let output = Command::new("sh").args(["-c", command]).output().await;
    serde_json::from_slice(&output.unwrap().stdout).expect(command)
}

/// The curl of `endpoint` in a text, as it is printed.
fn curl<'a>(text: &'a str, endpoint: &str) -> &'a str {
    let from = text
        .match_indices("curl -s ")
        .map(|(at, _)| &text[at..])
        .find(|command| command.lines().next().unwrap().contains(endpoint))
        .expect(endpoint);
    let lines: Vec<_> = from.splitn(4, '\n').collect();
    &from[..lines[..3].join("\n").len()]
}

/// Sends a code with the printed curl, and checks it with the other one; both answer in English.
async fn follow(server: &Server, text: &str) {
    let sent = run(curl(text, "/send-sms")).await;
    assert_eq!(sent["statusCode"], 200, "{sent}");
    assert_eq!(sent["message"], "Operation successful");
    let arrived = server.outbox("").await;
    let code = arrived[0]["passCode"].as_str().unwrap();
    let verify = curl(text, "/verify-code").replace("CODE\"", &format!("{code}\""));
    let checked = run(&verify).await;
    assert_eq!(checked["data"]["isValid"], true, "{checked}");
}

/// The text of an HTML page's `code` elements and all else, without tags and references.
fn plain(html: &str) -> String {
    let mut text = String::new();
    for part in html.split('<') {
        text += part.split_once('>').map_or(part, |(_, text)| text);
    }
    for (reference, character) in [("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")] {
        text = text.replace(reference, character);
    }
    text
}

#[tokio::test]
async fn a_newcomer_who_pastes_the_curls_of_the_banner_sends_and_checks_a_code() {
    let data = folder();
    let server = Server::start(data.path(), &[]).await;
    let url = &server.url;
    let banner = server.banner();
    follow(&server, banner).await;
    for address in ["/\n", "/dev/outbox\n"] {
        assert!(banner.contains(&format!("{url}{address}")), "{banner}");
    }
}

#[tokio::test]
async fn a_newcomer_gets_a_number_of_a_served_country_in_the_banner() {
    for (countries, number) in [("CN", "18800008888"), ("CN,US", "+14155550132")] {
        let data = folder();
        let server = Server::start(data.path(), &["--countries", countries]).await;
        let banner = server.banner();
        let body = format!(r#""phoneNumber":"{number}"}}"#);
        assert!(curl(banner, "/send-sms").contains(&body), "{banner}");
        follow(&server, banner).await;
    }
}

#[tokio::test]
async fn a_newcomer_who_pastes_the_curls_of_the_start_page_sends_and_checks_a_code() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let page = server.get("/").await;
    assert_eq!(page.http, 200);
    follow(&server, &plain(&page.body)).await;
    for link in ["/dev/outbox", "/docs/", "/openapi.json"] {
        assert!(page.body.contains(&format!("href=\"{link}\"")), "{link}");
        assert!(server.get(link).await.http.is_success(), "{link}");
    }
}

#[tokio::test]
async fn the_start_page_names_documents_that_exist() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let text = plain(&server.get("/").await.body);
    let documents: Vec<_> = text
        .split_whitespace()
        .filter(|word| word.starts_with("docs/"))
        .collect();
    assert!(documents.len() >= 3, "{text}");
    for document in documents {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
        assert!(
            std::path::Path::new(root).join(document).exists(),
            "{document}"
        );
    }
}

#[tokio::test]
async fn a_page_of_development_allows_no_code_but_that_of_the_service() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    for path in ["/", "/dev/outbox"] {
        let request = server.client().get(format!("{}{path}", server.url));
        let request = request.header("accept", "text/html");
        let page = Answer::read(request.send().await.unwrap()).await;
        assert_eq!(
            page.header("content-type"),
            Some("text/html; charset=utf-8")
        );
        for (name, value) in GUARDS {
            assert_eq!(page.header(name), Some(value), "{path}");
        }
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none';"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        for inline in [" style=", "<style", " onclick=", "<script>", "javascript:"] {
            assert!(!page.body.contains(inline), "{path} {inline}");
        }
        for asset in assets(&page.body) {
            let answer = server.get(asset).await;
            assert!(answer.http.is_success(), "{asset}");
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        }
    }
}

/// The addresses of the page's stylesheet, script and icon.
fn assets(html: &str) -> impl Iterator<Item = &str> {
    let asset = |word: &&str| word.starts_with("/dev/assets/");
    html.split('"').filter(asset)
}

#[tokio::test]
async fn a_head_request_gets_the_headers_of_the_start_page() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let url = format!("{}/", server.url);
    let head = server.client().request(Method::HEAD, &url).send().await;
    let get = server.client().get(&url).send().await;
    let without_date = |headers: &HeaderMap| {
        let mut headers = headers.clone();
        headers.remove("date");
        headers
    };
    let (head, get) = (head.unwrap(), get.unwrap());
    assert_eq!(head.status(), 200);
    assert_eq!(without_date(head.headers()), without_date(get.headers()));
    assert_eq!(head.text().await.unwrap(), "");
}

#[tokio::test]
async fn the_reference_begins_with_the_first_calls_and_has_operations_in_the_order_of_use() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let answer = server.get("/openapi.json").await;
    let description = answer["info"]["description"].as_str().unwrap();
    follow(&server, description).await;
    for says in ["/dev/outbox", "failures too", "`x-authing-lang`"] {
        assert!(description.contains(says), "{description}");
    }
    let tags: Vec<_> = answer["tags"].as_array().unwrap().iter().collect();
    let names: Vec<_> = tags
        .iter()
        .map(|tag| tag["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        ["Codes", "Application server", "Anyone", "Management"]
    );
    for tag in tags {
        let sentence = tag["description"].as_str().unwrap();
        assert!(sentence.ends_with('.'), "{sentence}");
    }
    // As text, since a JSON library may sort.
    let order = [
        "/api/v3/send-sms",
        "/api/v3/pre-check-code",
        "/api/v3/verify-code",
        "/api/v3/introspect-verification-token",
        "/api/v3/check-app-id-secret",
        "/oidc/.well-known/jwks.json",
        "/api/v3/create-application",
        "/api/v3/set-sms-provider",
        "/api/v3/set-sms-template",
        "/api/v3/set-sms-route",
        "/api/v3/find-messages",
        "/api/v3/unlock-phone",
        "/api/v3/create-access-key",
        "/api/v3/rotate-signing-key",
    ];
    let at = order.map(|path| answer.body.find(&format!("\"{path}\":{{")).expect(path));
    assert!(at.is_sorted(), "{at:?}");
}
