//! The page of a vendor account: a test in one act with saving, the failures that others made good, and a sample of the request.

use reqwest::StatusCode;
use serde_json::json;

use super::person::Person;
use crate::products::Product;
use crate::sandbox::Sandbox;
use crate::server::{Server, folder, number};

const HTTP: &str = "/console/sms/kinds/http";

#[tokio::test]
async fn an_account_is_saved_and_tested_in_one_act_or_not_at_all() {
    let (data, sandbox) = (folder(), Sandbox::start().await);
    let server = Server::start(data.path(), &["--quiet"]).await;
    let owner = Person::of(&server, "owner").await;
    let new = "/console/sms/kinds/chuanglan-international";
    let page = owner.get(new).await;
    assert!(page.body.contains("API账号") && page.body.contains("Where to find these"));
    let filled = [
        ("name", "sandbox"),
        ("settings.account", "I0000001"),
        ("settings.endpoint", &sandbox.url),
        ("secrets.password", "sandbox-password-0001"),
        ("then", "test"),
    ];
    let refused = owner.submit(&page, new, &filled).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("id=\"number-error\""));
    assert!(
        server
            .operator()
            .list("list-sms-providers")
            .await
            .is_empty()
    );
    let filled = [&filled[..], &[("number", "+14155550123")]].concat();
    let sent = owner.submit(&page, new, &filled).await;
    assert!(sent.leads_to().starts_with("/console/messages/"));
    let arrived = sandbox
        .messages("chuanglan-international", "+14155550123")
        .await;
    assert_eq!(arrived.len(), 1);
    // A limit refuses the second test within a minute: the account is saved, and the page says why nothing was sent.
    let own = "/console/sms/providers/sandbox";
    let page = owner.get(own).await;
    let again = [("number", "+14155550123"), ("then", "test")];
    let refused = owner.submit(&page, own, &again).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.body.contains("id=\"number-error\""),
        "{}",
        refused.body
    );
    assert!(
        refused
            .body
            .contains("action=\"/console/sms/providers/sandbox/test\"")
    );
}

#[tokio::test]
async fn a_failure_that_another_provider_made_good_is_told_with_its_meaning_and_its_mend() {
    let (data, sandbox) = (folder(), Sandbox::start().await);
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    for (name, product) in [("aliyun", Product::Alibaba), ("tencent", Product::Tencent)] {
        operator
            .set_up_provider(name, product, &sandbox.url, None)
            .await;
    }
    let providers = [json!({"name": "aliyun"}), json!({"name": "tencent"})];
    operator
        .set("set-sms-route", json!({"providers": providers}))
        .await;
    sandbox.fails_once("alibaba-cloud", "config_error").await;
    for place in [1, 2] {
        assert_eq!(server.public().login(&number(place)).await, 200);
    }
    let timeline = operator.timeline(&number(1)).await;
    let message = format!("/console/messages/{}", timeline.message_id);
    let failed = operator.list("list-messages?failedAt=aliyun").await;
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0]["messageId"], timeline.message_id.as_str());
    let owner = Person::of(&server, "owner").await;
    let page = owner.get("/console/sms/providers/aliyun").await;
    assert!(page.attributes("href").contains(&message));
    assert!(
        page.body
            .contains("Key, balance, signature or template is wrong (config_error)")
    );
    assert!(page.body.contains("Mend it now, by the vendor&#39;s code"));
    assert!(page.body.contains("isv."), "the vendor's code");
    assert!(
        page.attributes("href")
            .contains(&"/console/sms/routes/edit?app=&country=".to_owned())
    );
    let page = owner.get("/console/sms/providers/tencent").await;
    assert!(!page.attributes("href").contains(&message));
    let page = owner.get(&message).await;
    assert!(
        page.body
            .contains("Did not take it; nothing was sent. Key, balance,")
    );
    assert!(page.body.contains("minute · "), "the verdict of each limit");
    let support = Person::of(&server, "support").await;
    let page = support.get(&message).await;
    assert!(page.body.contains("(config_error)") && !page.body.contains("isv."));
}

#[tokio::test]
async fn the_request_of_an_http_account_is_shown_without_secrets_and_without_saving() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let owner = Person::of(&server, "owner").await;
    let page = owner.get(HTTP).await;
    assert!(page.body.contains("Fill the form, and show the request."));
    let filled = [
        ("name", "acme"),
        (
            "settings.url",
            "https://vendor.example/{to}?key={secret.key}",
        ),
        ("settings.format", "json"),
        (
            "settings.body",
            "{\"text\": \"{text}\", \"code\": \"{code}\"}",
        ),
        (
            "settings.headers",
            "{\"authorization\": \"Bearer {secret.token}\"}",
        ),
        ("secrets.token", "the-token-of-acme"),
        ("then", "preview"),
    ];
    let shown = owner.submit(&page, HTTP, &filled).await;
    assert_eq!(shown.status, StatusCode::OK);
    let (_, sample) = shown.body.split_once("<div id=\"sample\">").unwrap();
    let sample = sample.split("</pre>").next().unwrap();
    for part in [
        "POST https://vendor.example/%2B8618800008888?key=........",
        "authorization: Bearer ........",
        "123456",
    ] {
        assert!(sample.contains(part), "{part}: {sample}");
    }
    assert!(!shown.body.contains("the-token-of-acme"));
    assert!(
        server
            .operator()
            .list("list-sms-providers")
            .await
            .is_empty()
    );
    let wrong = [
        ("settings.url", "https://vendor.example/{to}"),
        ("then", "preview"),
    ];
    let shown = owner.submit(&page, HTTP, &wrong).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert!(
        shown
            .body
            .contains("stands nowhere in url, headers and body")
    );
}
