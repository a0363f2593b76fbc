//! People who are limited to some applications: to them, others are not there.

use std::collections::BTreeMap;

use countersign_core::staff::Role;
use reqwest::StatusCode;
use serde_json::json;

use super::person::Person;
use super::{all_of, furnish, table};
use crate::server::{Server, folder, number};

/// The pages and acts about the things of applications, and whether their address names one.
fn of_applications() -> BTreeMap<(&'static str, &'static str), bool> {
    BTreeMap::from([
        (("GET", "/console/overview"), false),
        (("GET", "/console/overview.csv"), false),
        (("GET", "/console/messages"), false),
        (("POST", "/console/messages"), false),
        (("GET", "/console/messages.csv"), false),
        (("GET", "/console/messages/{id}"), true),
        (("POST", "/console/messages/{id}/to-number"), true),
        (("POST", "/console/messages/{id}/reveal"), true),
        (("POST", "/console/messages/{id}/unlock"), true),
        (("GET", "/console/templates"), false),
        (("GET", "/console/templates/edit"), true),
        (("GET", "/console/templates/delete"), true),
        (("GET", "/console/limits"), false),
        (("GET", "/console/limits/rules/{name}"), false),
        (("GET", "/console/limits/refusals"), false),
        (("POST", "/console/limits/refusals"), false),
        (("GET", "/console/limits/refusals/{id}"), true),
        (("POST", "/console/limits/refusals/{id}/unlock"), true),
        (("GET", "/console/applications"), false),
        (("GET", "/console/applications/{id}"), true),
        (("POST", "/console/applications/{id}"), true),
        (("GET", "/console/applications/{id}/secret"), true),
        (("POST", "/console/applications/{id}/secret"), true),
        (("GET", "/console/audit"), false),
        (("GET", "/console/me"), false),
        (("GET", "/console/me/acts"), false),
        (("POST", "/console/me"), false),
        (("POST", "/console/me/sessions"), false),
        (("POST", "/console/sign-out"), false),
    ])
}

// shows: G5
#[tokio::test]
async fn each_role_meets_the_things_of_its_own_applications_and_no_others() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    // Everything that the pages lead to is the one application's.
    furnish(&server).await;
    server.operator().create_application("shop", "Shop").await;
    let invited = json!({"role": "support", "name": "Wang"});
    server.operator().set("invite-staff", invited).await;
    let owner = Person::of(&server, "owner").await;
    let (all, table, of_applications) = (all_of(&owner).await, table(), of_applications());
    for role in [Role::Operator, Role::Support, Role::Auditor].map(Role::as_str) {
        for (app, is_own) in [("dev-app", true), ("shop", false)] {
            let name = format!("{role} of {app}");
            let visitor = Person::joined(&server, role, &name, &[app]).await;
            for ((method, pattern), address) in &all {
                let key = (method.as_str(), pattern.as_str());
                let page = match method.as_str() {
                    // It ends the session.
                    _ if pattern == "/console/sign-out" => continue,
                    "GET" => visitor.get(address).await,
                    _ => visitor.post(address, &[("reason", "they called")]).await,
                };
                let names_one = of_applications
                    .get(&key)
                    .filter(|_| table[&key].contains(&role));
                match names_one {
                    None => assert_eq!(
                        page.status,
                        StatusCode::FORBIDDEN,
                        "{name}: {method} {address}"
                    ),
                    Some(true) if !is_own => {
                        assert_eq!(
                            page.status,
                            StatusCode::NOT_FOUND,
                            "{name}: {method} {address}"
                        );
                    }
                    Some(_) => {
                        let status = page.status.as_u16();
                        assert!(
                            status < 400 || status == 409 || status == 422,
                            "{name}: {method} {address}: {status}"
                        );
                    }
                }
                let is_told = ["dev-app", "138****0001"]
                    .iter()
                    .any(|it| page.body.contains(it));
                assert!(
                    is_own || !is_told,
                    "{name}: {method} {address}: {}",
                    page.body
                );
            }
        }
    }
}

#[tokio::test]
async fn support_of_an_application_finds_its_messages_and_none_of_others() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let shop = server.operator().create_application("shop", "Shop").await;
    let (own, other) = (number(1), number(2));
    assert_eq!(shop.public.login(&own).await, 200);
    server.code("CHANNEL_LOGIN", &other).await;
    server.code("CHANNEL_LOGIN", &own).await;
    let support = Person::joined(&server, "support", "Wang", &["shop"]).await;
    let list = support.get("/console/messages").await;
    assert_eq!(list.body.matches("<th scope=\"row\">").count(), 1);
    assert!(list.body.contains("138****0001") && !list.body.contains("138****0002"));
    assert!(
        list.body.contains("<option value=\"shop\"")
            && !list.body.contains("<option value=\"dev-app\"")
    );
    for (number, count) in [(&own, 1), (&other, 0)] {
        let found = support.post("/console/messages", &[("q", number)]).await;
        let page = support.get(found.leads_to()).await;
        assert_eq!(page.body.matches("<th scope=\"row\">").count(), count);
    }
    let foreign = support.get("/console/messages?app=dev-app").await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    let newest = super::newest(&server).await;
    let by_id = support.post("/console/messages", &[("q", &newest)]).await;
    assert_eq!(
        by_id.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "the newest is another application's"
    );
    let file = support.get("/console/messages.csv").await;
    assert_eq!(file.body.lines().count(), 2);
    assert!(!file.body.contains("dev-app"));
}

#[tokio::test]
async fn support_of_an_application_sees_what_limits_refused_of_it_and_unlocks() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let shop = server.operator().create_application("shop", "Shop").await;
    for phone in [&number(1), &number(1)] {
        shop.public.login(phone).await;
    }
    for phone in [&number(2), &number(2)] {
        server.public().login(phone).await;
    }
    let overrides = json!([{"appId": "shop", "max": 77}, {"appId": "dev-app", "max": 99}]);
    let limit = json!({"name": "app-day", "overrides": overrides});
    server.operator().set("set-sms-limit", limit).await;
    let support = Person::joined(&server, "support", "Wang", &["shop"]).await;
    let limits = support.get("/console/limits").await;
    assert!(limits.body.contains("shop: 77") && !limits.body.contains("dev-app: 99"));
    let links = limits.attributes("href");
    assert!(links.contains(&"/console/limits/refusals".to_owned()));
    for closed in ["guard", "safe", "replay"] {
        assert!(!links.contains(&format!("/console/limits/{closed}")));
    }
    let list = support.get("/console/limits/refusals").await;
    assert!(list.body.contains("138****0001") && !list.body.contains("138****0002"));
    let mut links = list.attributes("href").into_iter();
    let refusal = links.find(|link| link.starts_with("/console/limits/refusals/"));
    let refusal = refusal.expect("a refused send");
    let page = support.get(&refusal).await;
    let unlock = format!("{refusal}/unlock");
    let done = support
        .submit(&page, &unlock, &[("note", "they called")])
        .await;
    assert_eq!(done.leads_to(), refusal);
    let other = number(2);
    let found = support
        .post("/console/limits/refusals", &[("number", &other)])
        .await;
    let found = support.get(found.leads_to()).await;
    assert!(
        !found.body.contains("138****0002</bdi>"),
        "of another application"
    );
}

#[tokio::test]
async fn an_operator_of_an_application_changes_its_templates_and_none_of_others() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    server.operator().create_application("shop", "Shop").await;
    let operator = Person::joined(&server, "operator", "Lin", &["shop"]).await;
    let edit = "/console/templates/edit";
    let scope = "channel=CHANNEL_LOGIN&language=en-US";
    let page = operator.get(&format!("{edit}?app=shop&{scope}")).await;
    let text = ("text", "[{app}] {code} is your code");
    let saved = operator.submit(&page, edit, &[text]).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    let of_all = operator.get(&format!("{edit}?{scope}")).await;
    assert_eq!(of_all.status, StatusCode::OK, "it holds for the shop too");
    assert!(of_all.body.contains("<fieldset disabled>"));
    for (app, refused) in [
        ("", StatusCode::FORBIDDEN),
        ("dev-app", StatusCode::NOT_FOUND),
    ] {
        let fields = [
            ("app", app),
            ("channel", "CHANNEL_LOGIN"),
            ("language", "en-US"),
            text,
        ];
        let page = operator.post(edit, &fields).await;
        assert_eq!(page.status, refused, "{app}");
    }
    let templates = server.operator().list("list-sms-templates").await;
    let apps: Vec<_> = templates.iter().map(|it| it["appId"].as_str()).collect();
    assert_eq!(apps, [Some("shop")]);
}

#[tokio::test]
async fn an_auditor_of_an_application_sees_the_acts_about_it() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    for (id, text) in [
        ("shop", "[{app}] {code} shop"),
        ("market", "[{app}] {code} market"),
    ] {
        operator.create_application(id, id).await;
        let template =
            json!({"appId": id, "language": "en-US", "channel": "CHANNEL_LOGIN", "text": text});
        operator.set("set-sms-template", template).await;
    }
    let auditor = Person::joined(&server, "auditor", "Zhao", &["shop"]).await;
    let page = auditor.get("/console/audit").await;
    // The filters before the table name every kind of act.
    let (_, acts) = page.body.split_once("<table>").unwrap();
    assert!(acts.contains("Application created") && acts.contains("Template saved"));
    assert!(
        !acts.contains("market") && !acts.contains("Provider"),
        "{acts}"
    );
    assert!(!acts.contains("audit.jsonl"), "the record as a whole");
}

#[tokio::test]
async fn people_are_limited_to_applications_that_exist_and_owners_to_none() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    for (role, apps) in [
        ("support", json!(["nowhere"])),
        ("support", json!([])),
        ("owner", json!(["dev-app"])),
    ] {
        let body = json!({"role": role, "name": "Wang", "applications": apps});
        let answer = operator.post("invite-staff", body).await;
        assert_eq!(answer.status(), 400, "{answer}");
    }
    let staff = "/console/settings/staff";
    let owner = Person::of(&server, "owner").await;
    let page = owner.get(staff).await;
    let filled = [
        ("name", "Wang"),
        ("role", "support"),
        ("applications", "nowhere"),
    ];
    let refused = owner.submit(&page, staff, &filled).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("href=\"#applications\""));
    let filled = [
        ("name", "Wang"),
        ("role", "support"),
        ("applications", "dev-app"),
    ];
    let invited = owner.submit(&page, staff, &filled).await;
    assert!(
        invited.body.contains("/console/welcome/"),
        "{}",
        invited.body
    );
    let people = operator.list("list-staff").await;
    assert_eq!(people[0]["applications"], json!(["dev-app"]));
    let page = owner.get(staff).await;
    let id = people[0]["personId"].as_str().unwrap();
    let role = format!("{staff}/{id}/role");
    let set = owner.submit(&page, &role, &[("new-role", "auditor")]).await;
    assert_eq!(set.leads_to(), staff);
    let people = operator.list("list-staff").await;
    assert_eq!(people[0]["role"], "auditor");
    assert_eq!(
        people[0]["applications"],
        json!(["dev-app"]),
        "the form holds them"
    );
}
