//! The form of an application, its state and its own limits, by the pages of the console.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::person::Person;
use crate::server::{Server, folder, number};

const SHOP: &str = "/console/applications/shop";

async fn shop(server: &Server) -> Value {
    let all = server.operator().list("list-applications").await;
    let found = all.into_iter().find(|app| app["appId"] == "shop");
    found.unwrap()
}

#[tokio::test]
async fn every_part_of_an_application_is_changed_by_its_form() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    server.operator().create_application("shop", "Shop").await;
    let operator = Person::of(&server, "operator").await;
    let page = operator.get(SHOP).await;
    let wrong = [
        ("backends", "nowhere"),
        ("allowedCountries", "CN, XX"),
        ("messageLanguage", "browser"),
        ("defaultLanguage", "no tag"),
        ("defaultCountry", "XX"),
        ("tokenAlgorithm", "HS256"),
    ];
    let refused = operator.submit(&page, SHOP, &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for (field, _) in wrong {
        let error = format!("id=\"{field}-error\"");
        assert!(refused.body.contains(&error), "{field}");
    }
    let mut filled = page.filled(
        SHOP,
        &[
            ("backends", "203.0.113.7\n10.0.0.0/16"),
            ("allowedCountries", "hk，CN"),
            ("messageLanguage", "zh-TW"),
            ("defaultLanguage", "fr-FR"),
            ("defaultCountry", "HK"),
            ("tokenAlgorithm", "ES256"),
        ],
    );
    filled.push(("challenges".to_owned(), "1".to_owned()));
    let filled = super::person::pairs(&filled);
    assert_eq!(operator.post(SHOP, &filled).await.leads_to(), SHOP);
    let now = shop(&server).await;
    assert_eq!(now["backends"], json!(["203.0.113.7", "10.0.0.0/16"]));
    assert_eq!(now["allowedCountries"], json!(["CN", "HK"]));
    assert_eq!(now["messageLanguage"], "zh-TW");
    assert_eq!(now["defaultLanguage"], "fr-FR");
    assert_eq!(now["defaultCountry"], "HK");
    assert_eq!(now["challenges"], true);
    assert_eq!(now["tokenAlgorithm"], "ES256");

    let page = operator.get(SHOP).await;
    let emptied = [
        ("backends", ""),
        ("allowedCountries", ""),
        ("defaultLanguage", ""),
        ("defaultCountry", ""),
        ("messageLanguage", "number"),
        ("tokenAlgorithm", "RS256"),
    ];
    operator.submit(&page, SHOP, &emptied).await.leads_to();
    let now = shop(&server).await;
    assert_eq!(now["backends"], Value::Null);
    assert_eq!(now["allowedCountries"], Value::Null);
    assert_eq!(now["messageLanguage"], "number");
    assert_eq!(now["tokenAlgorithm"], Value::Null);
    assert_ne!(now["challenges"], true, "a box that is not ticked");
}

#[tokio::test]
async fn an_application_is_disabled_and_enabled() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let app = server.operator().create_application("shop", "Shop").await;
    let operator = Person::of(&server, "operator").await;
    let [disable, enable] = ["disable", "enable"].map(|act| format!("{SHOP}/{act}"));
    let page = operator.get(SHOP).await;
    assert!(page.attributes("href").contains(&disable));
    let asked = operator.get(&disable).await;
    let done = operator.submit(&asked, &disable, &[]).await;
    assert_eq!(done.leads_to(), SHOP);
    assert_eq!(app.public.login(&number(1)).await, 404);
    let twice = operator.submit(&asked, &disable, &[]).await;
    assert_eq!(
        twice.status,
        StatusCode::CONFLICT,
        "of the version of before"
    );
    let page = operator.get(SHOP).await;
    assert!(page.attributes("href").contains(&enable));
    let asked = operator.get(&enable).await;
    operator.submit(&asked, &enable, &[]).await.leads_to();
    assert_eq!(app.public.login(&number(1)).await, 200);
}

#[tokio::test]
async fn an_application_has_a_maximum_of_its_own_and_loses_it() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    server.operator().create_application("shop", "Shop").await;
    let operator = Person::of(&server, "operator").await;
    let list = format!("{SHOP}/limits");
    let day = format!("{list}/app-day");
    let page = operator.get(&list).await;
    assert!(page.attributes("href").contains(&day));
    let page = operator.get(&day).await;
    let wrong = operator.submit(&page, &day, &[("max", "many")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let saved = operator.submit(&page, &day, &[("max", "7")]).await;
    assert_eq!(saved.leads_to(), list);
    let overrides = async || {
        let limits = server.operator().list("list-sms-limits").await;
        let mut limits = limits.into_iter();
        let day = limits.find(|limit| limit["name"] == "app-day");
        day.unwrap()["overrides"].clone()
    };
    let own = overrides().await;
    assert_eq!(own.as_array().unwrap().len(), 1);
    assert_eq!(
        (&own[0]["appId"], &own[0]["max"]),
        (&json!("shop"), &json!(7))
    );
    let late = operator.submit(&page, &day, &[("max", "8")]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    let listed = operator.get(&list).await;
    assert!(
        listed.body.contains("<td><bdi>7</bdi></td>"),
        "{}",
        listed.body
    );
    let page = operator.get(&day).await;
    operator
        .submit(&page, &day, &[("max", "")])
        .await
        .leads_to();
    assert_eq!(overrides().await, Value::Null);
    let waits = format!("{list}/channel-waits");
    assert_eq!(operator.get(&waits).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_application_is_told_in_words_and_gives_its_first_calls() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    server.operator().create_application("shop", "Shop").await;
    let auditor = Person::of(&server, "auditor").await;
    let page = auditor.get("/console/applications").await;
    assert!(
        page.body.contains("<bdi>by the number</bdi>"),
        "{}",
        page.body
    );
    assert!(
        page.body
            .contains("<bdi>none: its servers alone send</bdi>")
    );
    let page = auditor.get(SHOP).await;
    for part in [
        "curl -s http",
        "await fetch(",
        "urllib.request",
        "reqwest::Client",
    ] {
        assert!(page.body.contains(part), "{part}");
    }
    for link in [
        "/console/applications/shop/limits",
        "/console/templates?app=shop",
        "/console/settings/access-keys",
    ] {
        assert!(page.attributes("href").contains(&link.to_owned()), "{link}");
    }
    let operator = Person::of(&server, "operator").await;
    let page = operator.get(SHOP).await;
    let keys = "/console/settings/access-keys".to_owned();
    assert!(!page.attributes("href").contains(&keys));
}
