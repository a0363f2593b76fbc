//! The console: who may see and do what, by HTTP as a browser asks.

mod access_keys;
mod accounts;
mod applications;
mod audit;
mod compressed;
mod crawled;
mod forms;
mod guard;
mod limited;
pub(crate) mod live;
mod mistakes;
mod numbers;
mod overview;
mod own;
mod pages;
pub(crate) mod person;
#[cfg(target_os = "linux")]
mod priority;
mod production;
mod proof;
mod search;
mod service;
mod settings;
mod sms_service;
mod staff;
mod walk;
mod zone;

use std::collections::{BTreeMap, BTreeSet};

use reqwest::StatusCode;
use serde_json::json;

use self::crawled::{all_of, crawl, decide, furnish, pattern};
pub(crate) use self::person::Person;
use self::person::form;
use crate::audit::acts;
use crate::server::{Server, folder};

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
        (("POST", "/console/audit"), &["owner", "auditor"]),
        (("GET", "/console/audit.jsonl"), &["owner", "auditor"]),
        (("GET", "/console/me/acts"), ALL),
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
        (
            ("GET", "/console/settings/signing-keys"),
            &["owner", "auditor"],
        ),
        (("POST", "/console/settings/signing-keys"), &["owner"]),
        (("GET", "/console/settings/test-numbers"), SETUP),
        (("POST", "/console/settings/test-numbers"), CHANGERS),
        (
            ("GET", "/console/settings/test-numbers/{id}/remove"),
            CHANGERS,
        ),
        (
            ("POST", "/console/settings/test-numbers/{id}/remove"),
            CHANGERS,
        ),
        (("GET", "/console/settings/erasure"), &["owner"]),
        (("POST", "/console/settings/erasure"), &["owner"]),
        (("GET", "/console/settings/staff"), &["owner", "auditor"]),
        (("POST", "/console/settings/staff"), &["owner"]),
        (("POST", "/console/settings/staff/{id}/role"), &["owner"]),
        (("POST", "/console/settings/staff/{id}/reset"), &["owner"]),
        (("POST", "/console/settings/staff/{id}/remove"), &["owner"]),
        (
            ("GET", "/console/settings/staff/{id}/sessions"),
            &["owner", "auditor"],
        ),
        (
            ("POST", "/console/settings/staff/{id}/sessions"),
            &["owner"],
        ),
        (("GET", "/console/me"), ALL),
        (("POST", "/console/me"), ALL),
        (("POST", "/console/me/sessions"), ALL),
        (("POST", "/console/sign-out"), ALL),
    ])
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
