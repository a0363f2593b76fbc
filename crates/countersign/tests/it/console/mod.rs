//! The console: who may see and do what, by HTTP as a browser asks.

mod access_keys;
mod accounts;
mod applications;
mod compressed;
mod forms;
mod guard;
mod limited;
pub(crate) mod live;
mod overview;
pub(crate) mod person;
mod proof;
mod search;
mod service;
mod staff;
mod walk;
mod zone;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use countersign::system::{Machine, Readings as _};
use countersign_core::time::Timestamp;
use reqwest::StatusCode;
use serde_json::json;

pub(crate) use self::person::Person;
use self::person::{Page, form};
use crate::actors::Operator;
use crate::audit::acts;
use crate::server::{Server, folder, number};
use crate::test_numbers::days_after;

const ROLES: [&str; 4] = ["owner", "operator", "support", "auditor"];

/// The id of the newest message.
async fn newest(server: &Server) -> String {
    newest_of(server, "messageId").await
}

/// The member of this name of the newest message.
async fn newest_of(server: &Server, member: &str) -> String {
    let listed = server.operator().list("list-messages?limit=1").await;
    listed[0][member].as_str().unwrap().to_owned()
}

/// An address, with the ids in it named.
fn pattern(address: &str) -> String {
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

/// Who may see each page, and do each act: an address that is not here is a mistake.
fn table() -> BTreeMap<(&'static str, &'static str), &'static [&'static str]> {
    const ALL: &[&str] = &ROLES;
    const SETUP: &[&str] = &["owner", "operator", "auditor"];
    const CHANGERS: &[&str] = &["owner", "operator"];
    const UNLOCKERS: &[&str] = &["owner", "operator", "support"];
    BTreeMap::from([
        (("GET", "/console/overview"), ALL),
        (("GET", "/console/overview.csv"), ALL),
        (("GET", "/console/messages"), ALL),
        (("POST", "/console/messages"), ALL),
        (("GET", "/console/messages.csv"), ALL),
        (("GET", "/console/messages/{id}"), ALL),
        (("POST", "/console/messages/{id}/to-number"), ALL),
        (("POST", "/console/messages/{id}/reveal"), UNLOCKERS),
        (("POST", "/console/messages/{id}/unlock"), UNLOCKERS),
        (("GET", "/console/inbox"), ALL),
        (("POST", "/console/inbox"), ALL),
        (("GET", "/console/sms"), ALL),
        (("GET", "/console/sms/kinds"), CHANGERS),
        (("GET", "/console/sms/kinds/{kind}"), CHANGERS),
        (("POST", "/console/sms/kinds/{kind}"), CHANGERS),
        (("GET", "/console/sms/providers/{name}"), SETUP),
        (("POST", "/console/sms/providers/{name}"), CHANGERS),
        (("GET", "/console/sms/providers/{name}/test"), CHANGERS),
        (("POST", "/console/sms/providers/{name}/test"), CHANGERS),
        (("GET", "/console/sms/providers/{name}/delete"), CHANGERS),
        (("POST", "/console/sms/providers/{name}/delete"), CHANGERS),
        (("GET", "/console/sms/routes/new"), CHANGERS),
        (("POST", "/console/sms/routes/new"), CHANGERS),
        (("GET", "/console/sms/routes/edit"), SETUP),
        (("POST", "/console/sms/routes/edit"), CHANGERS),
        (("GET", "/console/sms/routes/delete"), CHANGERS),
        (("POST", "/console/sms/routes/delete"), CHANGERS),
        (("GET", "/console/sms/countries"), ALL),
        (("POST", "/console/sms/countries/find"), ALL),
        (("GET", "/console/sms/countries/{country}"), ALL),
        (("POST", "/console/sms/countries/{country}"), CHANGERS),
        (("GET", "/console/sms/countries/regions/{region}"), ALL),
        (
            ("POST", "/console/sms/countries/regions/{region}"),
            CHANGERS,
        ),
        (("GET", "/console/templates"), SETUP),
        (("GET", "/console/templates/edit"), SETUP),
        (("POST", "/console/templates/edit"), CHANGERS),
        (("GET", "/console/templates/delete"), CHANGERS),
        (("POST", "/console/templates/delete"), CHANGERS),
        (("GET", "/console/limits"), ALL),
        (("GET", "/console/limits/rules/{name}"), ALL),
        (("POST", "/console/limits/rules/{name}"), CHANGERS),
        (("GET", "/console/limits/rules/{name}/reset"), CHANGERS),
        (("POST", "/console/limits/rules/{name}/reset"), CHANGERS),
        (("GET", "/console/limits/refusals"), ALL),
        (("POST", "/console/limits/refusals"), ALL),
        (("GET", "/console/limits/refusals/{id}"), ALL),
        (("POST", "/console/limits/refusals/{id}/unlock"), UNLOCKERS),
        (("GET", "/console/limits/safe"), ALL),
        (("POST", "/console/limits/safe"), CHANGERS),
        (("GET", "/console/limits/safe/{id}/remove"), CHANGERS),
        (("POST", "/console/limits/safe/{id}/remove"), CHANGERS),
        (("GET", "/console/limits/guard"), ALL),
        (("POST", "/console/limits/guard"), CHANGERS),
        (("GET", "/console/limits/guard/mode"), CHANGERS),
        (("POST", "/console/limits/guard/mode"), CHANGERS),
        (("GET", "/console/limits/guard/lift"), CHANGERS),
        (("POST", "/console/limits/guard/lift"), CHANGERS),
        (("GET", "/console/limits/replay"), ALL),
        (("POST", "/console/limits/replay"), ALL),
        (("POST", "/console/limits/replay/adopt"), CHANGERS),
        (("GET", "/console/applications"), SETUP),
        (("GET", "/console/new-application"), CHANGERS),
        (("POST", "/console/new-application"), CHANGERS),
        (("GET", "/console/applications/{id}"), SETUP),
        (("POST", "/console/applications/{id}"), CHANGERS),
        (("GET", "/console/applications/{id}/secret"), CHANGERS),
        (("POST", "/console/applications/{id}/secret"), CHANGERS),
        (("GET", "/console/applications/{id}/disable"), CHANGERS),
        (("POST", "/console/applications/{id}/disable"), CHANGERS),
        (("GET", "/console/applications/{id}/enable"), CHANGERS),
        (("POST", "/console/applications/{id}/enable"), CHANGERS),
        (("GET", "/console/applications/{id}/limits"), SETUP),
        (("GET", "/console/applications/{id}/limits/{name}"), SETUP),
        (
            ("POST", "/console/applications/{id}/limits/{name}"),
            CHANGERS,
        ),
        (("GET", "/console/audit"), &["owner", "auditor"]),
        (("GET", "/console/settings"), &["owner", "auditor"]),
        (
            ("GET", "/console/settings/access-keys"),
            &["owner", "auditor"],
        ),
        (("POST", "/console/settings/access-keys"), &["owner"]),
        (
            ("GET", "/console/settings/access-keys/{id}/delete"),
            &["owner"],
        ),
        (
            ("POST", "/console/settings/access-keys/{id}/delete"),
            &["owner"],
        ),
        (("GET", "/console/settings/staff"), &["owner", "auditor"]),
        (("POST", "/console/settings/staff"), &["owner"]),
        (("POST", "/console/settings/staff/{id}/role"), &["owner"]),
        (("POST", "/console/settings/staff/{id}/reset"), &["owner"]),
        (("POST", "/console/settings/staff/{id}/remove"), &["owner"]),
        (("GET", "/console/me"), ALL),
        (("POST", "/console/me"), ALL),
        (("POST", "/console/me/sessions"), ALL),
        (("POST", "/console/sign-out"), ALL),
    ])
}

/// Sets one of everything up, so that every page has something to lead to.
async fn furnish(server: &Server) {
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

/// Blocks a range, and puts another one on the safe list.
async fn decide(operator: &Operator) {
    let block = json!({"kind": "prefix", "value": "+1415556", "seconds": 86_400});
    operator.set("set-guard-block", block).await;
    let safe = json!({
        "kind": "prefix", "value": "+1415557", "expires": days_after(&Timestamp::from_millis(Machine.wall()).to_string(), 7),
    });
    operator.set("add-safe-entry", safe).await;
}

/// The page that no link of a crawled page leads to: each kind of page is crawled once, and enabled applications come first.
const UNLINKED: &str = "/console/applications/old/enable";

/// Every page that links lead an owner to, and every act that a form of these pages asks for, with an address of each.
async fn all_of(owner: &Person<'_>) -> BTreeMap<(String, String), String> {
    crawl(async |address: &str| owner.get(address).await).await
}

/// The same, where `open` opens a page.
async fn crawl(mut open: impl AsyncFnMut(&str) -> Page) -> BTreeMap<(String, String), String> {
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

#[tokio::test]
async fn each_role_sees_and_does_what_the_table_says_and_nothing_else() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    furnish(&server).await;
    let invited = json!({"role": "support", "name": "Wang"});
    server.operator().set("invite-staff", invited).await;
    let owner = Person::of(&server, "owner").await;
    let (all, table) = (all_of(&owner).await, table());
    let patterns = |keys: Vec<(&str, &str)>| {
        keys.into_iter()
            .map(|(m, p)| format!("{m} {p}"))
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(
        patterns(
            all.keys()
                .map(|(method, path)| (method.as_str(), path.as_str()))
                .collect()
        ),
        patterns(table.keys().copied().collect())
    );
    for role in ROLES {
        for ((method, pattern), address) in &all {
            let may = table[&(method.as_str(), pattern.as_str())].contains(&role);
            let visitor = Person::of(&server, role).await;
            let page = match method.as_str() {
                "GET" => visitor.get(address).await,
                _ => visitor.post(address, &[("reason", "they called")]).await,
            };
            let refused = page.status == StatusCode::FORBIDDEN;
            assert_eq!(!refused, may, "{role}: {method} {address}: {}", page.status);
            assert!(page.status.as_u16() < 500);
        }
    }
}

#[tokio::test]
async fn nobody_sees_or_does_anything_without_signing_in() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    furnish(&server).await;
    let owner = Person::of(&server, "owner").await;
    let stranger = Person::stranger(&server);
    for ((method, _), address) in all_of(&owner).await {
        let page = match method.as_str() {
            "GET" => stranger.get(&address).await,
            _ => stranger.post(&address, &[("reason", "they called")]).await,
        };
        assert!(
            page.leads_to().starts_with("/console/sign-in"),
            "{method} {address}"
        );
        assert!(page.body.is_empty(), "{method} {address}");
    }
    assert_eq!(
        owner.post("/console/sign-out", &[]).await.leads_to(),
        "/console/sign-in"
    );
    let page = owner.get("/console/messages").await;
    assert_eq!(
        page.leads_to(),
        "/console/sign-in?next=%2Fconsole%2Fmessages"
    );
}

// shows: G3
#[tokio::test]
async fn an_act_of_another_site_changes_nothing() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    furnish(&server).await;
    let owner = Person::of(&server, "owner").await;
    let asked = all_of(&owner)
        .await
        .into_iter()
        .filter(|((method, _), _)| method == "POST");
    let own = server.url.as_str();
    let foreign: [&[(&str, &str)]; 6] = [
        &[
            ("origin", "https://evil.example"),
            ("sec-fetch-site", "cross-site"),
        ],
        &[("origin", own), ("sec-fetch-site", "same-site")],
        &[("origin", "null")],
        &[("sec-fetch-site", "cross-site")],
        &[("origin", "http://127.0.0.1:1")],
        &[],
    ];
    let before = acts(&server).await;
    for (_, address) in asked {
        for headers in foreign {
            let request = owner.client.post(format!("{}{address}", server.url));
            let request = headers.iter().fold(request, |request, (name, value)| {
                request.header(*name, *value)
            });
            let page = owner.ask(form(request, &[("reason", "they called")])).await;
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{address} {headers:?}");
        }
        let own = [("origin", own), ("sec-fetch-site", "same-origin")];
        let request = || {
            own.iter().fold(
                owner.client.post(format!("{}{address}", server.url)),
                |request, (name, value)| request.header(*name, *value),
            )
        };
        let page = owner
            .ask(request().json(&json!({"reason": "they called"})))
            .await;
        assert_eq!(page.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{address}");
        let large = "a".repeat(65 * 1024);
        let page = owner
            .ask(form(request(), &[("reason", large.as_str())]))
            .await;
        assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE, "{address}");
        let page = owner
            .ask(owner.client.put(format!("{}{address}", server.url)))
            .await;
        assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED, "{address}");
    }
    assert_eq!(acts(&server).await, before);
    assert_eq!(
        owner.get("/console/overview").await.status,
        StatusCode::OK,
        "still signed in"
    );
}

#[tokio::test]
async fn a_session_of_the_console_proves_nothing_to_the_api() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let owner = Person::of(&server, "owner").await;
    for endpoint in [
        "list-messages",
        "list-applications",
        "list-audit-acts",
        "get-sms-statistics",
    ] {
        let page = owner.get(&format!("/api/v3/{endpoint}")).await;
        let answer: serde_json::Value = serde_json::from_str(&page.body).unwrap();
        assert_eq!(answer["statusCode"], 401, "{endpoint}");
    }
}

#[tokio::test]
async fn a_number_is_found_shown_with_a_reason_and_in_no_address() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let phone = number(1);
    server.code("CHANNEL_LOGIN", &phone).await;
    server.code("CHANNEL_LOGIN", &number(2)).await;
    let support = Person::of(&server, "support").await;
    let found = support.post("/console/messages", &[("q", &phone)]).await;
    let address = found.leads_to().to_owned();
    assert!(!address.contains(&phone[3..]), "{address}");
    let page = support.get(&address).await;
    assert!(
        page.body.contains("+86138****0001") && !page.body.contains(&phone),
        "masked"
    );
    let links: BTreeSet<_> = page
        .attributes("href")
        .into_iter()
        .filter(|link| link.contains("/messages/"))
        .collect();
    let [message] = links.iter().collect::<Vec<_>>()[..] else {
        panic!("one message: {links:?}");
    };

    let other = Person::of(&server, "support").await;
    assert!(
        other
            .get(&address)
            .await
            .body
            .contains("This search has ended")
    );

    let reveal = format!("{message}/reveal");
    let refused = support.post(&reveal, &[("reason", "  ")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.body.contains("<title>Error: Message"),
        "{}",
        refused.body
    );
    assert!(
        refused
            .text_of("reason-error")
            .contains("Enter why you need the number")
    );
    assert!(!refused.body.contains(&phone));
    let shown = support.post(&reveal, &[("reason", "they called")]).await;
    let (page, handle) = shown.leads_to().split_once("?shown=~").unwrap();
    assert_eq!(page, message);
    let page = support.get(shown.leads_to()).await;
    assert_eq!(page.text_of("number"), format!("+86{phone}"));
    let of_search = address.split_once('=').unwrap().1;
    for (person, address) in [
        (&other, shown.leads_to().to_owned()),
        (&support, message.clone()),
        (&support, format!("{message}?shown={handle}")),
        (&support, format!("{message}?shown={of_search}")),
    ] {
        let page = person.get(&address).await;
        assert_eq!(page.text_of("number"), "+86138****0001", "{address}");
    }

    let acts = acts(&server).await;
    let act = acts.last().unwrap();
    assert_eq!(act["act"], "number_revealed");
    assert_eq!(act["who"], json!({"kind": "person", "id": "dev-support"}));
    assert_eq!(act["door"], "console");
    assert_eq!(act["after"]["reason"], "they called");
    assert!(!json!(acts).to_string().contains(&phone));
    let long = "x".repeat(201);
    let refused = support
        .post(&format!("{message}/unlock"), &[("note", &long)])
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("id=\"note-error\""), "by the note");
    assert!(!refused.body.contains("id=\"reason-error\""));
    assert!(refused.body.contains(&long), "what was typed stays");
    for _ in 1..20 {
        support
            .post(&reveal, &[("reason", "they called")])
            .await
            .leads_to();
    }
    let refused = support.post(&reveal, &[("reason", "they called")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text_of("reason-error").contains("20 whole numbers"));
    let stopped = server.stop().await;
    assert!(
        !stopped.stderr.contains(&phone),
        "no log line has the number"
    );
}

#[tokio::test]
async fn the_search_finds_a_message_by_its_id_and_by_its_request() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    server.code("CHANNEL_LOGIN", &number(1)).await;
    let visitor = Person::of(&server, "auditor").await;
    let message = newest(&server).await;
    let request = newest_of(&server, "requestId").await;
    for id in [&message, &request] {
        let found = visitor
            .post("/console/messages", &[("q", &format!(" {id} "))])
            .await;
        assert_eq!(found.leads_to(), format!("/console/messages/{message}"));
    }
    for typed in [
        "12",
        "01a1ffdc-fcf5-7981-820b-5bfb6088c457",
        "\"><img src=x>",
    ] {
        let page = visitor.post("/console/messages", &[("q", typed)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
        assert!(!page.body.contains("<img src=x"));
    }
    let gone = visitor
        .get("/console/messages/01a1ffdc-fcf5-7981-820b-5bfb6088c457")
        .await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_page_is_in_the_language_that_the_person_chose_or_the_browser_asks_for() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let mut visitor = Person::of(&server, "owner").await;
    assert!(
        visitor
            .get("/console/overview")
            .await
            .body
            .contains("<html lang=\"en-US\" data-theme=\"system\">")
    );
    visitor.language = "zh-CN,zh;q=0.9";
    assert!(
        visitor
            .get("/console/overview")
            .await
            .body
            .contains("<html lang=\"zh-CN\"")
    );
    let chosen = visitor
        .post("/console/me", &[("language", "en-US"), ("theme", "dark")])
        .await;
    let page = visitor.get(chosen.leads_to()).await;
    assert!(
        page.body
            .contains("<html lang=\"en-US\" data-theme=\"dark\">")
    );
    assert!(page.body.contains("Saved for this session."));
}

#[tokio::test]
async fn every_page_has_the_headers_of_pages_and_assets_are_kept_for_good() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let owner = Person::of(&server, "owner").await;
    let page = owner.get("/console/overview").await;
    let header = |page: &Page, name: &str| page.headers[name].to_str().unwrap().to_owned();
    assert!(
        header(&page, "content-security-policy")
            .starts_with("default-src 'none'; script-src 'self'")
    );
    assert_eq!(header(&page, "cache-control"), "no-store");
    let links = page
        .attributes("href")
        .into_iter()
        .chain(page.attributes("src"));
    let assets: BTreeSet<_> = links
        .filter(|link| link.starts_with("/console/assets/"))
        .collect();
    assert_eq!(assets.len(), 4, "{assets:?}");
    for asset in assets {
        let file = Person::stranger(&server).get(&asset).await;
        assert_eq!(file.status, StatusCode::OK);
        assert_eq!(
            header(&file, "cache-control"),
            "public, max-age=31536000, immutable"
        );
    }
    assert!(page.body.len() < 40 * 1024);
}
