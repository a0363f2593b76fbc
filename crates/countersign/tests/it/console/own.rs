//! What people change about themselves on their own page: password, second factor, recovery codes, sessions.

use std::time::Duration;

use countersign_core::staff::totp::TotpSecret;
use reqwest::StatusCode;
use serde_json::json;

use super::service::{PASSWORD, Service, code, verbs};
use crate::audit::acts;

/// The time after which a proof is not fresh any more, and a session still is alive.
const LATER: Duration = Duration::from_secs(6 * 60);

// shows: G2
#[tokio::test]
async fn another_password_and_new_codes_end_every_other_session() {
    let service = Service::start().await;
    let (mut lin, joined) = service.joined("owner", "Lin").await;
    let mut other = service.browser();
    other.password("Lin", PASSWORD).await.leads_to();
    other.code(&code(&joined.totp, 1)).await.leads_to();
    assert!(other.is_signed_in().await);
    let me = lin.get("/console/me").await;
    assert!(me.body.contains("10 recovery codes are left."));
    let new = "a wholly different one";
    let wrong = [("password", "not my password"), ("new-password", new)];
    let refused = lin.post("/console/me/password", &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused
            .text_of("password-error")
            .contains("current password is wrong")
    );
    let weak = [("password", PASSWORD), ("new-password", "password1234")];
    let refused = lin.post("/console/me/password", &weak).await;
    assert!(
        refused
            .text_of("new-password-error")
            .contains("guessed first")
    );
    let right = [("password", PASSWORD), ("new-password", new)];
    let changed = lin.post("/console/me/password", &right).await;
    assert_eq!(changed.leads_to(), "/console/me?saved=1");
    assert!(lin.is_signed_in().await && !other.is_signed_in().await);

    let made = lin
        .post("/console/me/codes", &[("codes-password", new)])
        .await;
    assert_eq!(made.leads_to(), "/console/me/codes");
    let codes = lin.get("/console/me/codes").await;
    assert!(!codes.body.contains(&joined.codes[0]));
    let mut browser = service.browser();
    browser.password("Lin", new).await.leads_to();
    let old = browser.code(&joined.codes[0]).await;
    assert_eq!(old.status, StatusCode::UNPROCESSABLE_ENTITY);

    let chosen = [
        ("language", "zh-CN"),
        ("theme", "dark"),
        ("zone", "Asia/Shanghai"),
    ];
    lin.post("/console/me", &chosen).await.leads_to();
    let service = service.restart().await;
    let page = lin.get("/console/overview").await;
    assert!(
        page.body
            .contains("<html lang=\"zh-CN\" data-theme=\"dark\">")
    );
    assert!(page.body.contains("时间均为 Asia/Shanghai 时区。"));
    assert!(
        verbs(&service.server)
            .await
            .contains(&"credentials_changed".to_owned())
    );
}

const FACTOR: &str = "/console/me/factor";

// shows: G2, G8
#[tokio::test]
async fn another_app_replaces_the_old_one_after_a_fresh_proof_and_ends_other_sessions() {
    let service = Service::start().await;
    let (mut lin, joined) = service.joined("owner", "Lin").await;
    let service = service.restart_after(LATER).await;
    let me = lin.get("/console/me").await;
    assert!(me.attributes("href").contains(&FACTOR.to_owned()));
    let led = lin.get(FACTOR).await;
    assert_eq!(
        led.leads_to(),
        "/console/confirm?next=%2Fconsole%2Fme%2Ffactor"
    );
    assert!(led.body.is_empty(), "no secret is shown before the proof");
    let refused = lin.post(FACTOR, &[("code", "000000")]).await;
    assert!(refused.leads_to().starts_with("/console/confirm"));
    let confirm = lin.get(led.leads_to()).await;
    let old = [("proof", joined.codes[0].as_str())];
    let proved = lin.submit(&confirm, "/console/confirm", &old).await;
    assert_eq!(proved.leads_to(), FACTOR);

    let mut other = service.browser();
    other.password("Lin", PASSWORD).await.leads_to();
    other.code(&joined.codes[1]).await.leads_to();
    let page = lin.get(FACTOR).await;
    let totp = TotpSecret::parse(page.text_of("totp-secret")).unwrap();
    assert!(page.body.contains("<svg class=\"qr\""));
    let wrong = lin.submit(&page, FACTOR, &[("code", "000000")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text_of("code-error").contains("that the app shows"));
    assert!(
        wrong.body.contains(totp.reveal()),
        "the app need not scan anew"
    );
    assert!(other.is_signed_in().await, "nothing has changed yet");
    let new = code(&totp, 0);
    let done = lin.submit(&wrong, FACTOR, &[("code", &new)]).await;
    assert_eq!(done.leads_to(), "/console/me/codes");
    let codes = lin.get("/console/me/codes").await;
    assert_eq!(codes.body.matches("<li class=\"id\">").count(), 10);
    assert!(!codes.body.contains(&joined.codes[2]));
    assert!(lin.is_signed_in().await && !other.is_signed_in().await);

    let mut browser = service.browser();
    browser.password("Lin", PASSWORD).await.leads_to();
    for old in [&code(&joined.totp, 1), &joined.codes[2], &new] {
        let refused = browser.code(old).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    browser.code(&code(&totp, 1)).await.leads_to();
    assert!(browser.is_signed_in().await);
    let record = verbs(&service.server).await;
    assert!(record.contains(&"credentials_changed".to_owned()));
    let stopped = service.server.stop().await;
    assert!(!stopped.stderr.contains(totp.reveal()));
}

#[tokio::test]
async fn somebody_without_a_second_factor_sets_one_up() {
    let service = Service::start().await;
    let mut wang = service.joined_by_password("auditor", "Wang").await;
    let page = wang.get(FACTOR).await;
    let totp = TotpSecret::parse(page.text_of("totp-secret")).unwrap();
    let filled = [("code", code(&totp, 0))];
    let filled = filled.each_ref().map(|(name, code)| (*name, code.as_str()));
    let done = wang.submit(&page, FACTOR, &filled).await;
    assert_eq!(done.leads_to(), "/console/me/codes");
    let mut browser = service.browser();
    let page = browser.password("Wang", PASSWORD).await;
    assert!(page.leads_to().starts_with("/console/sign-in/code"));
    browser.code(&code(&totp, 1)).await.leads_to();
    assert!(browser.is_signed_in().await);
}

// shows: G2
#[tokio::test]
async fn a_person_ends_one_session_of_the_own_and_no_other() {
    let service = Service::start().await;
    let (mut lin, joined) = service.joined("owner", "Lin").await;
    let mut browsers = Vec::new();
    for used in &joined.codes[..2] {
        let mut browser = service.browser();
        browser.password("Lin", PASSWORD).await.leads_to();
        browser.code(used).await.leads_to();
        browsers.push(browser);
    }
    let page = lin.get("/console/me").await;
    let sessions = page.body.split("name=\"session\" value=\"").skip(1);
    let sessions: Vec<_> = sessions
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert_eq!(sessions.len(), 2, "all but this one: {}", page.body);
    assert!(
        page.body.contains("Another program"),
        "the browser in words"
    );
    let ended = lin
        .post("/console/me/sessions", &[("session", sessions[0])])
        .await;
    assert_eq!(ended.leads_to(), "/console/me");
    assert!(lin.is_signed_in().await);
    let mut alive = 0;
    for browser in &mut browsers {
        alive += usize::from(browser.is_signed_in().await);
    }
    assert_eq!(alive, 1);
    let twice = lin
        .post("/console/me/sessions", &[("session", sessions[0])])
        .await;
    assert_eq!(twice.status, StatusCode::NOT_FOUND);
    let act = acts(&service.server).await.pop().unwrap();
    assert_eq!(act["act"], "sessions_ended");
    assert_eq!(act["who"]["id"], "Lin");
}

// shows: G2
#[tokio::test]
async fn an_owner_sees_and_ends_the_sessions_of_others_by_pages_and_by_the_api() {
    let service = Service::start().await;
    let (mut lin, _) = service.joined("owner", "Lin").await;
    let mut wang = service.joined_by_password("auditor", "Wang").await;
    let staff = lin.get("/console/settings/staff").await;
    let listed = service.server.operator().list("list-staff").await;
    let person = listed.iter().find(|person| person["name"] == "Wang");
    let person = person.unwrap()["personId"].as_str().unwrap().to_owned();
    let address = format!("/console/settings/staff/{person}/sessions");
    assert!(staff.attributes("href").contains(&address));
    let seen = wang.get(&address).await;
    assert!(
        !seen
            .body
            .contains("<button class=\"second\" name=\"session\"")
    );
    let refused = wang.post(&address, &[]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);

    let page = lin.get(&address).await;
    assert!(page.body.contains("<bdi class=\"id\">127.0.0.1</bdi>"));
    let ended = lin.submit(&page, &address, &[]).await;
    assert_eq!(ended.leads_to(), address);
    assert!(!wang.is_signed_in().await && lin.is_signed_in().await);
    let page = lin.get(&address).await;
    assert!(page.body.contains("Signed in nowhere."));

    wang.password("Wang", PASSWORD).await.leads_to();
    assert!(wang.is_signed_in().await);
    let operator = service.server.operator();
    let path = format!("list-staff-sessions?personId={person}");
    let sessions = operator.list(&path).await;
    assert_eq!(sessions.len(), 1);
    assert_eq!(sessions[0]["from"], "127.0.0.1");
    let body = json!({"personId": person, "sessionId": sessions[0]["sessionId"]});
    operator.set("end-staff-sessions", body.clone()).await;
    assert!(!wang.is_signed_in().await);
    let twice = operator.post("end-staff-sessions", body).await;
    assert_eq!(twice.status(), 404, "{twice}");
}
