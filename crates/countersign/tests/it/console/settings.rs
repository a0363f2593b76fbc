//! What owners change for the deployment: signing keys, test numbers, erasures.

use std::collections::BTreeSet;

use reqwest::StatusCode;
use serde_json::json;

use super::newest;
use super::person::Person;
use crate::audit::acts;
use crate::checks::LOGIN;
use crate::server::{Server, folder, number};

const KEYS: &str = "/console/settings/signing-keys";
const TESTS: &str = "/console/settings/test-numbers";
const ERASURE: &str = "/console/settings/erasure";

#[tokio::test]
async fn the_page_of_settings_leads_to_everything_and_tells_what_is_kept_and_what_is_not_there() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let page = Person::of(&server, "owner")
        .await
        .get("/console/settings")
        .await;
    let links: BTreeSet<_> = page.attributes("href").into_iter().collect();
    for address in [
        KEYS,
        TESTS,
        ERASURE,
        "/console/settings/staff",
        "/console/settings/access-keys",
    ] {
        assert!(links.contains(address), "{address}");
    }
    let kept = server.operator().get("get-retention").await;
    let days = |name: &str| format!("{} days", kept.data()[name]);
    assert!(page.body.contains(&days("messagesDays")) && page.body.contains(&days("securityDays")));
    assert!(page.body.contains("(OIDC) is not there yet"));
    let page = Person::of(&server, "auditor")
        .await
        .get("/console/settings")
        .await;
    assert!(!page.attributes("href").contains(&ERASURE.to_owned()));
}

#[tokio::test]
async fn an_owner_replaces_the_signing_key_once_and_sees_when_the_next_one_signs() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let owner = Person::of(&server, "owner").await;
    let page = owner.get(KEYS).await;
    assert!(page.body.contains("RS256") && page.body.contains("None is planned"));
    let done = owner.submit(&page, KEYS, &[]).await;
    assert_eq!(done.leads_to(), KEYS);
    let page = owner.follow(&done).await;
    assert!(page.body.contains("A new key is published."));
    let keys = server.operator().list("list-signing-keys").await;
    assert_eq!(keys.len(), 4, "two of each algorithm");
    for key in &keys {
        assert!(page.body.contains(key["kid"].as_str().unwrap()));
    }
    assert!(!page.body.contains("None is planned"));
    let twice = owner.submit(&page, KEYS, &[]).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
    assert!(
        twice
            .body
            .contains("A new key waits already, and begins to sign at 2")
    );
    assert_eq!(server.operator().list("list-signing-keys").await.len(), 4);
}

#[tokio::test]
async fn an_operator_adds_a_test_number_with_a_code_that_no_page_shows_and_removes_it() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = Person::of(&server, "operator").await;
    let limits = operator.get("/console/limits").await;
    assert!(limits.attributes("href").contains(&TESTS.to_owned()));
    let page = operator.get(TESTS).await;
    let wrong = [("number", "12"), ("secrets.passCode", "12")];
    let refused = operator.submit(&page, TESTS, &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("id=\"number-error\""));
    let phone = number(1);
    let wrong = [("number", phone.as_str()), ("secrets.passCode", "12")];
    let refused = operator.submit(&page, TESTS, &wrong).await;
    let told = refused.text_of("secrets-passCode-error");
    assert!(told.contains("fixed code of 6 to 8 digits"), "{told}");
    let filled = [("number", phone.as_str()), ("secrets.passCode", "424242")];
    let added = operator.submit(&page, TESTS, &filled).await;
    assert_eq!(added.leads_to(), TESTS);
    assert_eq!(server.public().login(&phone).await, 200);
    assert_eq!(server.outbox(&phone).await.len(), 0, "no vendor got it");
    assert!(
        server
            .public()
            .pre_check_code(LOGIN, &phone, "424242")
            .await
            .is_valid()
    );
    let page = operator.get(TESTS).await;
    assert!(page.body.contains("+86138****0001"));
    assert!(!page.body.contains("424242") && !page.body.contains(&phone));
    let links = page.attributes("href");
    let remove = links.iter().find(|link| link.ends_with("/remove")).unwrap();
    let support = Person::of(&server, "support").await;
    assert_eq!(support.get(TESTS).await.status, StatusCode::FORBIDDEN);
    let asked = operator.get(remove).await;
    let removed = operator.submit(&asked, remove, &[]).await;
    assert_eq!(removed.leads_to(), TESTS);
    assert!(server.operator().list("list-test-numbers").await.is_empty());
    assert_eq!(operator.get(remove).await.status, StatusCode::NOT_FOUND);
}

// shows: G10
#[tokio::test]
async fn an_owner_erases_a_number_after_seeing_what_goes() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let phone = number(1);
    server.code(LOGIN, &phone).await;
    let message = newest(&server).await;
    let owner = Person::of(&server, "owner").await;
    let page = owner.get(ERASURE).await;
    let refused = owner.submit(&page, ERASURE, &[("number", &phone)]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("id=\"note-error\""));
    let before = acts(&server).await;
    let filled = [("number", phone.as_str()), ("note", "request 4711")];
    let asked = owner.submit(&page, ERASURE, &filled).await;
    assert_eq!(asked.status, StatusCode::OK);
    assert!(asked.body.contains("This cannot be undone."));
    assert_eq!(acts(&server).await, before, "nothing is done yet");
    let done = owner.submit(&asked, ERASURE, &[]).await;
    assert_eq!(done.leads_to(), ERASURE, "no number is in the address");
    let page = owner.get(ERASURE).await;
    assert!(
        page.body
            .contains("<dt>Erased: messages</dt><dd><bdi>1</bdi></dd>")
    );
    assert!(!page.body.contains(&phone));
    let again = owner.get(ERASURE).await;
    assert!(!again.body.contains("Erased: messages"), "told once");
    let act = acts(&server).await.pop().unwrap();
    assert_eq!(act["act"], "number_erased");
    assert_eq!(act["door"], "console");
    assert_eq!(act["after"]["note"], "request 4711");
    let reveal = json!({"messageId": message, "reason": "is it gone"});
    let gone = server.operator().post("reveal-phone", reveal).await;
    assert_ne!(gone.status(), 200, "{gone}");
    let stopped = server.stop().await;
    assert!(!stopped.stderr.contains(&phone));
}
