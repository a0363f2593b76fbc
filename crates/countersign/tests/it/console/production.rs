//! The listener of the console in production: its host, its headers, and what it refuses to start with.

use insta::assert_snapshot;
use reqwest::StatusCode;

use super::person::form;
use super::service::{HOST, Service};
use crate::deployment::Deployment;

// shows: G3
#[tokio::test]
async fn the_console_in_production_is_on_its_own_listener_and_for_its_own_host() {
    let service = Service::start().await;
    let (mut lin, _) = service.joined("owner", "Lin").await;
    assert_eq!(service.server.get("/console/sign-in").await.http, 404);
    let address = lin.address("/console/overview");
    let asked = lin.client.get(&address);
    let other = lin.ask(asked, "evil.example").await;
    assert_eq!(other.status, StatusCode::MISDIRECTED_REQUEST);
    let page = lin.get("/console/overview").await;
    let header = |name: &str| page.headers[name].to_str().unwrap().to_owned();
    assert!(header("strict-transport-security").starts_with("max-age=31536000"));
    assert!(!page.body.contains("Development") && !page.body.contains("/console/inbox"));
    assert_eq!(
        lin.get("/console/inbox").await.status,
        StatusCode::NOT_FOUND
    );
    let by_role = lin.post("/console/sign-in", &[("role", "owner")]).await;
    assert_eq!(
        by_role.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "no button in production"
    );
    let foreign = form(lin.client.post(lin.address("/console/sign-out")), &[])
        .header("origin", format!("http://{HOST}"))
        .header("sec-fetch-site", "same-origin");
    assert_eq!(lin.ask(foreign, HOST).await.status, StatusCode::FORBIDDEN);
    assert!(lin.is_signed_in().await);
}

#[test]
fn a_console_that_would_take_passwords_over_plain_http_is_refused() {
    let refusal = |section: &str| {
        let made = Deployment::new();
        let text = std::fs::read_to_string(made.settings()).unwrap();
        std::fs::write(made.settings(), format!("{text}\n[console]\n{section}\n")).unwrap();
        made.refusal()
    };
    let listen = "listen = \"127.0.0.1:0\"\n";
    assert_snapshot!(refusal(listen), @"countersign: the settings (file [folder]/countersign.toml): console: listen needs a url, by which people reach the console, such as https://console.example.com");
    let url = "url = \"https://console.example.com\"";
    assert_snapshot!(refusal(url), @"countersign: the settings (file [folder]/countersign.toml): console: url needs listen, such as 127.0.0.1:8481");
    let plain = format!("{listen}url = \"http://console.example.com\"");
    assert_snapshot!(refusal(&plain), @"countersign: the settings (file [folder]/countersign.toml): console: url must be https, since people sign in there: put a proxy that speaks https in front of listen");
}
