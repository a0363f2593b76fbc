//! Every page and act of the console, found by following links, in a service in which one of everything is set up.

use std::collections::{BTreeMap, VecDeque};

use countersign::system::{Machine, Readings as _};
use countersign_core::time::Timestamp;
use reqwest::StatusCode;
use serde_json::json;

use super::person::{Page, Person};
use crate::actors::Operator;
use crate::server::{Server, number};
use crate::test_numbers::days_after;

/// An address, with the ids in it named.
pub(super) fn pattern(address: &str) -> String {
    let path = address.split('?').next().unwrap();
    let is_hex = |part: &str| part.chars().all(|c| c.is_ascii_hexdigit());
    let is_id = |part: &str| {
        let is_uuid = part.len() == 36 && part.matches('-').count() == 4;
        is_uuid || part.len() == 16 && is_hex(part)
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        let named = match parts.last() {
            Some(&"kinds") => "{kind}",
            Some(&"regions") => "{region}",
            Some(&"countries") if !["find", "regions"].contains(&part) => "{country}",
            Some(&"providers" | &"rules") => "{name}",
            Some(&"limits") if parts.contains(&"applications") => "{name}",
            Some(&"applications") => "{id}",
            Some(&"access-keys") => "{id}",
            _ if is_id(part) => "{id}",
            _ => part,
        };
        parts.push(named);
    }
    parts.join("/")
}

/// Sets one of everything up, so that every page has something to lead to.
pub(super) async fn furnish(server: &Server) {
    server.code("CHANNEL_LOGIN", &number(1)).await;
    let operator = server.operator();
    let account = json!({
        "name": "acme", "kind": "tencent-cloud",
        "settings": {"secret_id": "AKIDexample", "sdk_app_id": "1400006666"},
        "secrets": {"secret_key": "example-secret-key"},
    });
    operator.set("set-sms-provider", account).await;
    let route = json!({
        "country": "US", "providers": [{"name": "acme", "weight": 1}], "order": "listed", "onUnknown": "keep",
    });
    operator.set("set-sms-route", route).await;
    let text = json!({
        "appId": "dev-app", "language": "en-US", "channel": "CHANNEL_LOGIN", "text": "[{app}] {code}",
    });
    operator.set("set-sms-template", text).await;
    let limits = operator.list("list-sms-limits").await;
    // The first is the one-minute limit, which nobody changes.
    let limit = json!({"name": limits[1]["name"], "mode": "monitor"});
    operator.set("set-sms-limit", limit).await;
    operator.create_application("old", "Old").await;
    let old = json!({"appId": "old"});
    operator.set("disable-application", old).await;
    decide(&operator).await;
    server.public().login(&number(1)).await;
}

/// Blocks a range, puts another one on the safe list, and makes a number one for tests.
pub(super) async fn decide(operator: &Operator) {
    let block = json!({"kind": "prefix", "value": "+1415556", "seconds": 86_400});
    operator.set("set-guard-block", block).await;
    let week = days_after(&Timestamp::from_millis(Machine.wall()).to_string(), 7);
    let safe = json!({"kind": "prefix", "value": "+1415557", "expires": week});
    operator.set("add-safe-entry", safe).await;
    let test = json!({"phoneNumber": number(90), "expires": week});
    operator.set("add-test-number", test).await;
}

/// The page that no link of a crawled page leads to: each kind of page is crawled once, and enabled applications come first.
pub(super) const UNLINKED: &str = "/console/applications/old/enable";

/// Every page that links lead an owner to, and every act that a form of these pages asks for, with an address of each.
pub(super) async fn all_of(owner: &Person<'_>) -> BTreeMap<(String, String), String> {
    crawl(async |address: &str| owner.get(address).await).await
}

/// The same, where `open` opens a page.
pub(super) async fn crawl(
    mut open: impl AsyncFnMut(&str) -> Page,
) -> BTreeMap<(String, String), String> {
    let mut found = BTreeMap::new();
    let (mut waiting, mut last) = (
        VecDeque::from(["/console/overview".to_owned()]),
        Some(UNLINKED.to_owned()),
    );
    while let Some(address) = waiting.pop_front().or_else(|| last.take()) {
        let key = ("GET".to_owned(), pattern(&address));
        if found.contains_key(&key) {
            continue;
        }
        let page = open(&address).await;
        assert_eq!(page.status, StatusCode::OK, "{address}");
        found.insert(key, address);
        let links = page.attributes("href").into_iter();
        let is_page = |link: &String| link.starts_with("/console/") && !link.contains("/assets/");
        waiting.extend(links.filter(is_page));
        for action in page.attributes("action") {
            found.insert(("POST".to_owned(), pattern(&action)), action);
        }
    }
    found
}
