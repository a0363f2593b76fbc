//! Secrets and paths that leaked: they are renewed with an overlap; and an application is disabled and enabled.

use serde_json::{Value, json};

use crate::actors::AppServer;
use crate::products::Product;
use crate::sandbox::{Sandbox, until};
use crate::server::{Server, folder, number};

const LOGIN: &str = "CHANNEL_LOGIN";

/// Whether the service takes this secret for that of the application `shop`.
async fn is_secret(server: &Server, secret: &str) -> bool {
    let body = json!({"appId": "shop", "appSecret": secret}).to_string();
    let checked = server.post("check-app-id-secret", &[], body).await;
    checked.data()["valid"] == true
}

async fn renew(server: &Server, seconds: u64) -> Value {
    let body = json!({"appId": "shop", "overlapSeconds": seconds});
    server
        .operator()
        .set("renew-application-secret", body)
        .await
}

fn secret_of(renewed: &Value) -> String {
    renewed["appSecret"].as_str().unwrap().to_owned()
}

// shows: found-R7
#[tokio::test]
async fn a_renewed_secret_and_the_one_before_are_good_until_the_operator_ends_the_overlap() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let first = server
        .operator()
        .create_application("shop", "Shop")
        .await
        .secret;
    let second = secret_of(&renew(&server, 3_600).await);
    assert_ne!(first, second);
    let listed = &server.operator().list("list-applications").await[1];
    assert_eq!(listed["appId"], "shop");
    assert!(listed["replacedSecretExpires"].is_string(), "{listed}");
    server.stop().await;

    let server = Server::start(data.path(), &["--quiet"]).await;
    for secret in [&first, &second] {
        assert!(is_secret(&server, secret).await, "over a restart");
        let app = AppServer::of(&server, "shop", secret);
        let checked = app.verify_code(LOGIN, &number(1), "123456").await;
        assert_eq!(checked.status(), 200, "{checked}");
    }
    let third = secret_of(&renew(&server, 3_600).await);
    assert!(!is_secret(&server, &first).await, "two renewals ago");
    assert!(is_secret(&server, &second).await && is_secret(&server, &third).await);
    let fourth = secret_of(&renew(&server, 0).await);
    assert!(!is_secret(&server, &third).await, "no overlap");
    assert!(is_secret(&server, &fourth).await);
    let listed = &server.operator().list("list-applications").await[1];
    assert!(listed.get("replacedSecretExpires").is_none(), "{listed}");
}

// shows: found-R7
#[tokio::test]
async fn a_secret_that_was_replaced_ends_by_itself() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let first = server
        .operator()
        .create_application("shop", "Shop")
        .await
        .secret;
    let second = secret_of(&renew(&server, 2).await);
    until("the end of the overlap", async || {
        (!is_secret(&server, &first).await).then_some(())
    })
    .await;
    assert!(is_secret(&server, &second).await);
}

// shows: found-R7
#[tokio::test]
async fn a_renewal_that_cannot_be_made_names_its_field() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    let ask = async |body: Value| operator.post("renew-application-secret", body).await;
    let long = ask(json!({"appId": "dev-app", "overlapSeconds": 2_592_001})).await;
    assert_eq!(long.status(), 400);
    assert!(long.message().contains("overlapSeconds"), "{long}");
    let unknown = ask(json!({"appId": "nobody"})).await;
    assert_eq!(unknown.codes(), (404, Some(2011)));
    let stale = ask(json!({"appId": "dev-app", "ifVersion": 99})).await;
    assert_eq!(stale.status(), 409);
}

// shows: found-R7
#[tokio::test]
async fn a_disabled_application_is_unknown_to_its_callers_until_it_is_enabled() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let shop = server.operator().create_application("shop", "Shop").await;
    assert_eq!(shop.public.login(&number(1)).await, 200);
    let code = server.newest_code(&number(1)).await;
    let terminal = server.terminal();
    assert_eq!(
        terminal.ok(&["app", "disable", "shop"]),
        "disabled: to its callers it does not exist\n"
    );
    assert!(terminal.ok(&["app", "list"]).contains("Shop  (disabled)"));
    server.stop().await;

    let server = Server::start(data.path(), &["--quiet"]).await;
    let (shop, secret) = (crate::actors::Public::of(&server, "shop"), shop.secret);
    let back_end = AppServer::of(&server, "shop", &secret);
    let unknown = (404, Some(2011));
    assert_eq!(shop.send_sms(LOGIN, &number(2)).await.codes(), unknown);
    assert_eq!(
        shop.pre_check_code(LOGIN, &number(1), &code).await.codes(),
        unknown
    );
    assert_eq!(
        back_end.verify_code(LOGIN, &number(1), &code).await.codes(),
        unknown
    );
    assert_eq!(back_end.introspect("token").await.codes(), unknown);
    let stranger = AppServer::of(&server, "shop", "wrong");
    assert_eq!(
        stranger
            .verify_code(LOGIN, &number(1), &code)
            .await
            .status(),
        401
    );
    assert!(!is_secret(&server, &secret).await);
    assert_eq!(server.public().login(&number(2)).await, 200, "others go on");

    assert_eq!(
        server.terminal().ok(&["app", "enable", "shop"]),
        "enabled\n"
    );
    assert_eq!(shop.login(&number(2)).await, 200);
    assert!(back_end.accepts(&number(1), &code).await, "within its life");
}

// shows: found-R7
#[tokio::test]
async fn a_vendor_reports_at_the_path_before_until_the_operator_ends_the_overlap() {
    let (data, sandbox) = (folder(), Sandbox::start().await);
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    let product = Product::Tencent;
    let shown = operator
        .set_up_provider("vendor", product, &sandbox.url, None)
        .await;
    let app = operator
        .create_application_through("app", &["vendor"])
        .await;
    let path = |shown: &Value| shown["receiptsPath"].as_str().unwrap().to_owned();
    let first = path(&shown);
    let printed =
        server
            .terminal()
            .ok(&["provider", "renew-receipts", "vendor", "--overlap", "1h"]);
    assert!(printed.contains("taken until "), "{printed}");
    let second = path(&operator.provider("vendor").await);
    assert_ne!(first, second);
    for (n, path) in [&first, &second].into_iter().enumerate() {
        let url = format!("{}{path}", server.url);
        sandbox.reports_to(product.vendor(), &url, "normal").await;
        let number = product.number(n);
        assert_eq!(app.public.login(&number).await, 200);
        until("a report", async || {
            let timeline = operator.timeline(&number).await;
            (timeline.receipts.len() == 1).then_some(())
        })
        .await;
    }
    server
        .terminal()
        .ok(&["provider", "renew-receipts", "vendor", "--overlap", "0"]);
    for (path, is_there) in [
        (&first, false),
        (&second, false),
        (&path(&operator.provider("vendor").await), true),
    ] {
        let url = format!("{}{path}", server.url);
        let answer = server.client().post(url).body("[]").send().await.unwrap();
        assert_eq!(
            answer.status() != 404,
            is_there,
            "{path}: {}",
            answer.status()
        );
    }
    let log = server.stop().await.stderr;
    assert!(
        !log.contains(first.rsplit('/').next().unwrap()),
        "paths are secrets"
    );
}
