//! The countries that sends may reach: those of the deployment, of an application, and of a route that names one.

use std::process::Command;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::actors::{App, Public};
use crate::deployment::{Deployment, in_service};
use crate::server::{BINARY, Server, folder, number};
use crate::vendor::Vendor;

/// A number of Hong Kong, of Macao, of Taiwan and of the United States.
const HONG_KONG: &str = "+85251234567";
const ABROAD: [&str; 4] = [HONG_KONG, "+85366123456", "+886912345678", "+14155550132"];

/// A service in production whose settings have this section, and which sends everywhere by one route.
async fn in_service_with(countries: &str) -> (Deployment, Server, App, Vendor) {
    let deployment = Deployment::new();
    deployment.edit("[server]", &format!("{countries}\n[server]"));
    let (server, app, vendor) = in_service(&deployment).await;
    (deployment, server, app, vendor)
}

/// `countersign dev` with this section of settings.
async fn in_development_with(data: &std::path::Path, countries: &str) -> Server {
    let file = data.join("settings.toml");
    std::fs::write(&file, countries).unwrap();
    Server::start(data, &["--quiet", "--config", file.to_str().unwrap()]).await
}

/// The codes of the answer to a send.
async fn codes(public: &Public, number: &str) -> (u64, Option<u64>) {
    public.send_sms("CHANNEL_LOGIN", number).await.codes()
}

const SENT: (u64, Option<u64>) = (200, None);
const NOT_SERVED: (u64, Option<u64>) = (422, Some(2_990_001));
const NOT_ALLOWED: (u64, Option<u64>) = (422, Some(2_990_002));

// shows: D1
#[tokio::test]
async fn a_new_deployment_sends_to_no_country_but_its_own() {
    let (_deployment, server, app, vendor) = in_service_with("").await;
    for abroad in ABROAD {
        assert_eq!(codes(&app.public, abroad).await, NOT_ALLOWED, "{abroad}");
    }
    let mut told = String::new();
    for language in ["en-US", "zh-CN", "zh-TW", "ja-JP"] {
        let public = app.public.clone().in_language(language);
        told += &format!(
            "{}\n",
            public.send_sms("CHANNEL_LOGIN", HONG_KONG).await.message()
        );
    }
    assert_snapshot!(told, @"
    Codes are not sent to the country of this number (HK).
    不向该号码所属国家或地区（HK）发送验证码。
    不會向此號碼所屬國家或地區（HK）發送驗證碼。
    この番号の国または地域（HK）には確認コードを送信しません。
    ");
    assert!(vendor.messages().is_empty());
    assert!(server.operator().messages().await.is_empty());
    assert_eq!(codes(&app.public, &number(1)).await, SENT);
    vendor.arrived(1).await;
}

// shows: D1
#[tokio::test]
async fn a_route_that_names_a_country_allows_it_and_without_any_route_the_answer_is_2990001() {
    let (_deployment, server, app, vendor) = in_service_with("").await;
    let operator = server.operator();
    let to = |country: &str| json!({"country": country, "providers": [{"name": "acme"}]});
    operator.set("set-sms-route", to("HK")).await;
    assert_eq!(codes(&app.public, HONG_KONG).await, SENT);
    assert_eq!(codes(&app.public, "+85366123456").await, NOT_ALLOWED);
    vendor.arrived(1).await;
    assert_eq!(vendor.messages().len(), 1);

    let other = operator.create_application("other", "Other").await;
    assert_eq!(codes(&other.public, "+85366123456").await, NOT_SERVED);
    let narrowed = json!({"appId": "shop", "allowedCountries": ["CN"]});
    operator.set("update-application", narrowed).await;
    assert_eq!(codes(&app.public, "+85251234568").await, NOT_ALLOWED);
    let mut own = to("HK");
    own["appId"] = json!("shop");
    operator.set("set-sms-route", own).await;
    assert_eq!(codes(&app.public, "+85251234568").await, SENT);
}

// shows: D1
#[tokio::test]
async fn an_application_sends_to_less_than_the_deployment_allows_and_never_to_more() {
    let (_deployment, server, app, _vendor) =
        in_service_with("[countries]\nallowed = [\"CN\", \"HK\"]").await;
    assert_eq!(codes(&app.public, &number(1)).await, SENT);
    let operator = server.operator();
    let list = |countries: Value| {
        let change = json!({"appId": "shop", "allowedCountries": countries});
        operator.post("update-application", change)
    };
    let changed = list(json!(["HK", "US"])).await;
    assert_eq!(changed.data()["allowedCountries"], json!(["HK", "US"]));
    assert_eq!(codes(&app.public, HONG_KONG).await, SENT);
    assert_eq!(codes(&app.public, &number(2)).await, NOT_ALLOWED);
    assert_eq!(codes(&app.public, "+14155550132").await, NOT_ALLOWED);
    let refused = list(json!(["HK", "hk"])).await;
    assert_eq!(
        refused.message(),
        "allowedCountries must be countries with phone numbers by their two-letter codes, such as CN and HK."
    );
    let removed = list(json!([])).await;
    assert!(removed.data()["allowedCountries"].is_null(), "{removed}");
    assert_eq!(codes(&app.public, &number(2)).await, SENT);
}

#[tokio::test]
async fn an_operator_tries_a_provider_in_a_country_that_is_not_allowed() {
    let (_deployment, server, app, vendor) = in_service_with("").await;
    let test = json!({"name": "acme", "appId": "shop", "phoneNumber": HONG_KONG});
    let tried = server.operator().set("test-sms-provider", test).await;
    assert_eq!(tried["attempts"][0]["outcome"], "accepted", "{tried}");
    assert_eq!(vendor.messages()[0]["to"], HONG_KONG);
    assert_eq!(codes(&app.public, HONG_KONG).await, NOT_ALLOWED);
}

#[tokio::test]
async fn development_sends_anywhere_unless_its_settings_list_countries() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    for abroad in ABROAD {
        assert_eq!(codes(&server.public(), abroad).await, SENT, "{abroad}");
    }
    drop(server);
    let data = folder();
    let listed = "[countries]\nhome = \"US\"\nallowed = [\"HK\"]";
    let server = in_development_with(data.path(), listed).await;
    assert_eq!(codes(&server.public(), HONG_KONG).await, SENT);
    assert_eq!(codes(&server.public(), "+14155550132").await, NOT_ALLOWED);
    assert_eq!(codes(&server.public(), &number(1)).await, NOT_ALLOWED);
}

// The terminal blocks a thread, and another one reads the server's log meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn the_terminal_lists_the_countries_of_an_application_which_survive_a_restart_and_are_on_record()
 {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let set = server.terminal().ok(&[
        "app",
        "set",
        "dev-app",
        "--allow-country",
        "HK",
        "--allow-country",
        "CN",
    ]);
    assert!(set.contains("sends to      CN HK\n"), "{set}");
    let created = [
        "app",
        "create",
        "--name",
        "A",
        "--id",
        "a",
        "--allow-country",
        "DE",
    ];
    server.terminal().ok(&created);
    server.stop().await;
    let server = Server::start(data.path(), &["--quiet"]).await;
    assert_eq!(codes(&server.public(), HONG_KONG).await, SENT);
    assert_eq!(codes(&server.public(), "+14155550132").await, NOT_ALLOWED);
    let a = Public::of(&server, "a");
    assert_eq!(codes(&a, "+4915123456789").await, SENT);
    assert_eq!(codes(&a, HONG_KONG).await, NOT_ALLOWED);
    let all = server
        .terminal()
        .ok(&["app", "set", "dev-app", "--allow-country", ""]);
    assert!(!all.contains("sends to"), "{all}");
    assert_eq!(codes(&server.public(), "+14155550132").await, SENT);
    let acts = server.operator().list("list-audit-acts?limit=1000").await;
    let changes = acts.iter().filter(|act| act["target"]["name"] == "dev-app");
    let told: Vec<_> = changes
        .filter(|act| act["act"] == "application_updated")
        .map(|act| format!("{} {}\n", act["before"], act["after"]))
        .collect();
    assert_snapshot!(told.concat(), @r#"
    {"allowedCountries":["CN","HK"]} {}
    {} {"allowedCountries":["CN","HK"]}
    "#);
}

#[tokio::test]
async fn a_doctor_names_an_application_whose_own_country_is_not_allowed() {
    let (deployment, server, _app, _vendor) =
        in_service_with("[countries]\nallowed = [\"HK\"]").await;
    server.stop().await;
    let mut command = Command::new(BINARY);
    command
        .args(["doctor", "--config"])
        .arg(deployment.settings());
    let output = command.output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    let line = told.lines().find(|line| line.contains("2990002"));
    assert_snapshot!(line.unwrap_or_default(), @"warning  routes    the application shop reads numbers in CN, which is not allowed: its sends there are refused with 2990002, until [countries] allowed and its own list have it, or a route names it");
}
