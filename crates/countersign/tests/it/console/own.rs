//! What people change about themselves on their own page: password, second factor, recovery codes, sessions.

use reqwest::StatusCode;

use super::service::{PASSWORD, Service, code, verbs};

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
