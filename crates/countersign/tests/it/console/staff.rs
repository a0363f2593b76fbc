//! People who sign in to the console of a service in production, from the invitation to the end.

use insta::assert_snapshot;
use reqwest::StatusCode;
use serde_json::json;

use super::service::{PASSWORD, Service, code, verbs};
use crate::audit::acts;

// shows: G1, G2, G8
#[tokio::test]
async fn a_first_owner_joins_by_a_link_and_signs_in_with_a_second_factor() {
    let service = Service::start().await;
    let path = service.invite("owner");
    let mut browser = service.browser();
    let totp = browser.shown_secret(&path).await;
    let bad = [
        ("name", " "),
        ("password", "too short"),
        ("totp", totp.reveal()),
        ("code", "000"),
    ];
    let refused = browser.post(&path, &bad).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["name-error", "password-error", "code-error"] {
        assert!(
            refused.text_of(field).starts_with("Error: Enter"),
            "{field}"
        );
    }
    assert!(
        !refused.body.contains("too short"),
        "no password comes back"
    );
    assert!(
        refused.body.contains(totp.reveal()),
        "the app need not scan anew"
    );
    let first = code(&totp, 0);
    let good = [
        ("name", "Lin"),
        ("password", PASSWORD),
        ("totp", totp.reveal()),
        ("code", &first),
    ];
    assert_eq!(
        browser.post(&path, &good).await.leads_to(),
        "/console/me/codes"
    );
    let codes = browser.get("/console/me/codes").await;
    assert_eq!(codes.body.matches("<li class=\"id\">").count(), 10);
    let recovery = codes.body.split("<li class=\"id\">").nth(1).unwrap();
    let recovery = recovery.split('<').next().unwrap().to_owned();
    let again = browser.get("/console/me/codes").await;
    assert!(!again.body.contains(&recovery), "shown once");
    assert!(browser.is_signed_in().await);
    let gone = service.browser().get(&path).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND, "the link is good once");
    assert!(gone.body.contains("This invitation is over"));

    let old = browser.cookie.clone();
    assert_eq!(
        browser.post("/console/sign-out", &[]).await.leads_to(),
        "/console/sign-in"
    );
    browser.cookie = old;
    assert!(
        !browser.is_signed_in().await,
        "ended in the service, not in the browser alone"
    );

    let mut browser = service.browser();
    let [unknown, wrong] = [("Wang", PASSWORD), ("Lin", "correct horse battery?")];
    let unknown = browser.password(unknown.0, unknown.1).await;
    let wrong = browser.password(wrong.0, wrong.1).await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(wrong.text_of("name-error"), unknown.text_of("name-error"));
    let page = browser.password("LIN", PASSWORD).await;
    assert!(page.leads_to().starts_with("/console/sign-in/code"));
    assert!(
        !browser.is_signed_in().await,
        "a password alone opens nothing"
    );
    let waiting = browser.cookie.clone();
    let used = browser.code(&first).await;
    assert_eq!(
        used.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "used when joining"
    );
    let next = code(&totp, 1);
    assert_eq!(browser.code(&next).await.leads_to(), "/console/overview");
    assert!(browser.is_signed_in().await);
    assert_ne!(browser.cookie, waiting, "another token");

    let mut browser = service.browser();
    browser.password("lin", PASSWORD).await.leads_to();
    let replayed = browser.code(&next).await;
    assert_eq!(replayed.status, StatusCode::UNPROCESSABLE_ENTITY);
    let typed = recovery.to_lowercase().replace('-', " ");
    assert_eq!(browser.code(&typed).await.leads_to(), "/console/overview");
    let mut browser = service.browser();
    browser.password("lin", PASSWORD).await.leads_to();
    let twice = browser.code(&recovery).await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);

    let listed = service.staff(&["list"]);
    assert_eq!(listed[0]["name"], "Lin");
    assert_eq!(listed[0]["recoveryCodesLeft"], 9);
    let verbs = verbs(&service.server).await;
    for verb in [
        "person_invited",
        "person_joined",
        "signed_in",
        "signed_out",
        "sign_in_failed",
        "recovery_code_used",
    ] {
        assert!(verbs.iter().any(|held| held == verb), "{verb}: {verbs:?}");
    }
    let record = json!(acts(&service.server).await).to_string();
    let stopped = service.server.stop().await;
    let token = path.rsplit('/').next().unwrap();
    let cookie = browser.cookie.split('=').nth(1).unwrap();
    for secret in [PASSWORD, totp.reveal(), &recovery, token, cookie] {
        assert!(!stopped.stderr.contains(secret) && !record.contains(secret));
    }
}

// shows: G8
#[tokio::test]
async fn after_ten_wrong_passwords_even_the_right_one_waits_also_after_a_restart() {
    let service = Service::start().await;
    service.joined("owner", "Lin").await;
    let mut browser = service.browser();
    for _ in 0..10 {
        let wrong = browser.password("Lin", "correct horse batteries").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let service = service.restart().await;
    let mut browser = service.browser();
    let page = browser.password("Lin", PASSWORD).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(page.text_of("name-error").contains("too many tries"));
}

// shows: G2
#[tokio::test]
async fn a_session_outlives_a_restart_and_ends_with_its_person() {
    let service = Service::start().await;
    let (mut lin, _) = service.joined("owner", "Lin").await;
    let (mut wang, _) = service.joined("auditor", "Wang").await;
    let mut service = service.restart().await;
    assert!(lin.is_signed_in().await && wang.is_signed_in().await);
    assert_eq!(lin.get("/console/settings").await.status, StatusCode::OK);
    service
        .server
        .terminal()
        .ok(&["staff", "role", "Wang", "support"]);
    assert!(!wang.is_signed_in().await, "another role, another session");
    let (mut wu, joined) = service.joined("operator", "Wu").await;
    service.staff(&["reset", "wu"]);
    assert!(!wu.is_signed_in().await);
    wu.cookie.clear();
    let old = wu.password("Wu", PASSWORD).await;
    assert_eq!(
        old.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "until the person joins anew"
    );
    assert_eq!(joined.codes.len(), 10);
    let refused = service.server.terminal().run(&["staff", "remove", "Lin"]);
    assert_snapshot!(refused.stderr.trim(), @"countersign: It cannot be deleted, because it is in use by the deployment, of which this is the last owner. (statusCode 409)");
    service.server.terminal().ok(&["staff", "remove", "Wang"]);
    let twice = service.server.terminal().run(&["staff", "remove", "Wang"]);
    assert_snapshot!(twice.stderr.trim(), @"countersign: there is nobody called Wang");
    service = service.restart().await;
    assert!(lin.is_signed_in().await);
    let listed = service.staff(&["list"]);
    let names: Vec<_> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["name"])
        .collect();
    assert_eq!(names.len(), 2, "{names:?}");
}

#[tokio::test]
async fn an_owner_invites_somebody_on_the_page_of_staff_and_support_does_not_see_it() {
    const STAFF: &str = "/console/settings/staff";
    let service = Service::start().await;
    let (mut lin, _) = service.joined("owner", "Lin").await;
    let taken = [("name", "lin"), ("role", "support")];
    let refused = lin.post(STAFF, &taken).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("Somebody has this name already"));
    let invited = lin
        .post(STAFF, &[("name", "Wang"), ("role", "support")])
        .await;
    let link = invited.text_of("link").to_owned();
    let path = link.strip_prefix("https://console.example.com").unwrap();
    let mut wang = service.browser();
    let totp = wang.shown_secret(path).await;
    let fields = [
        ("name", "Wang"),
        ("password", PASSWORD),
        ("totp", totp.reveal()),
    ];
    let joined = wang.post(path, &fields).await;
    assert_eq!(
        joined.leads_to(),
        "/console/overview",
        "support needs no second factor"
    );
    assert_eq!(wang.get(STAFF).await.status, StatusCode::FORBIDDEN);
    let id = service.staff(&["list"]);
    let people = id.as_array().unwrap();
    let id_of = |name| {
        let found = people.iter().find(|person| person["name"] == name).unwrap();
        found["personId"].as_str().unwrap().to_owned()
    };
    let (own, other) = (id_of("Lin"), id_of("Wang"));
    let raised = lin
        .post(
            &format!("{STAFF}/{other}/role"),
            &[("new-role", "operator")],
        )
        .await;
    assert!(raised.body.contains("This role needs a second factor"));
    let left = lin.post(&format!("{STAFF}/{own}/remove"), &[]).await;
    assert!(
        left.body
            .contains("The last owner who can sign in stays an owner")
    );
    let removed = lin.post(&format!("{STAFF}/{other}/remove"), &[]).await;
    assert_eq!(removed.leads_to(), STAFF);
    assert!(!wang.is_signed_in().await);
    let page = lin.get(STAFF).await;
    assert!(page.body.contains("10 recovery codes are left.") && !page.body.contains("Wang"));
}
