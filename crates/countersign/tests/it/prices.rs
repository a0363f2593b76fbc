//! The price file: read at the start, refused with its line, and read again.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use insta::assert_snapshot;
use serde_json::json;

use crate::actors::Public;
use crate::deployment::{Deployment, countersign, in_service, refused};
use crate::sandbox::nobody;
use crate::server::number;
use crate::vendor::{Manner, Vendor};

/// A deployment that keeps prices.
fn with_prices(lines: &str) -> Deployment {
    let deployment = Deployment::new();
    deployment.edit("[server]", "[prices]\nfile = \"prices.csv\"\n\n[server]");
    write(&deployment.folder, lines);
    deployment
}

fn write(folder: &Path, lines: &str) {
    let text = format!("provider,country,currency,price\n{lines}\n");
    fs::write(folder.join("prices.csv"), text).unwrap();
}

/// What `config check` says of the settings that it refuses.
fn checked(deployment: &Deployment) -> String {
    let settings = deployment.settings();
    let output = countersign(&["config", "check", "--config", settings.to_str().unwrap()]);
    refused(&output).replace(&deployment.folder.display().to_string(), "[folder]")
}

#[tokio::test]
async fn a_price_file_that_cannot_be_used_stops_the_start_with_its_line() {
    let deployment = with_prices("acme,CN,CNY,0.045\n\nacme,US,USD,0.00451");
    assert_snapshot!(deployment.refusal(), @r#"countersign: the price file [folder]/prices.csv: line 4: an amount has at most 4 decimals, not "0.00451""#);
    assert_eq!(checked(&deployment), deployment.refusal());
    fs::remove_file(deployment.folder.join("prices.csv")).unwrap();
    assert_snapshot!(deployment.refusal(), @"countersign: the price file [folder]/prices.csv: there is no such file or folder");

    let environment = [("COUNTERSIGN_PRICES__FILE", "other.csv")];
    fs::write(deployment.folder.join("other.csv"), "price\n1").unwrap();
    assert_snapshot!(deployment.refusal_with(&environment), @"countersign: the price file [folder]/other.csv: line 1: the first line names the columns: provider,country,currency,price");
}

#[tokio::test]
async fn prices_are_read_again_on_sighup_and_stay_where_the_file_is_refused() {
    let deployment = with_prices("acme,CN,CNY,0.045");
    let (server, app, _vendor) = in_service(&deployment).await;
    write(&deployment.folder, "acme,CN,CNY,0.05\nother,*,CNY,1");
    server.signal("-HUP");
    server.logged("the prices were read again").await;
    write(&deployment.folder, "acme,CN,CNY,-1");
    server.signal("-HUP");
    server.logged("the prices stay as they were").await;
    assert!(app.public.login(&number(1)).await < 300);
    let log = server.stop().await.stderr;
    let line = log.lines().find(|line| line.contains("stay as they were"));
    assert!(line.unwrap().contains("line 2"), "{log}");
}

/// A deployment that may spend one yuan a day.
fn with_budget(price: &str) -> Deployment {
    let deployment = with_prices(&format!("acme,CN,CNY,{price}"));
    let budget = "[[limits]]\nname = \"budget\"\ncounts = \"money\"\ncurrency = \"CNY\"\n\
                  window_seconds = 86400\nmax = 1\n\n[server]";
    deployment.edit("[server]", budget);
    deployment
}

// shows: D3
#[tokio::test]
async fn sends_that_arrive_at_once_spend_no_more_than_the_budget() {
    let deployment = with_budget("0.05");
    let (server, app, vendor) = in_service(&deployment).await;
    let sends = (0..50).map(|n| {
        let public = app.public.clone();
        tokio::spawn(async move {
            public
                .send_sms("CHANNEL_LOGIN", &number(100 * n))
                .await
                .codes()
        })
    });
    let mut answers = BTreeMap::new();
    for send in sends.collect::<Vec<_>>() {
        *answers.entry(send.await.unwrap()).or_insert(0) += 1;
    }
    let expected = [((200, None), 20), ((429, Some(2_990_005)), 30)];
    assert_eq!(answers, BTreeMap::from(expected));
    assert_eq!(vendor.messages().len(), 20, "twenty times 0.05");
    server.stop().await;
    let server = deployment.serve(&[]).await;
    assert_eq!(server.operator().messages().await.len(), 20);
    let public = Public::of(&server, "shop");
    let answer = public.send_sms("CHANNEL_LOGIN", &number(30_000)).await;
    assert_eq!(answer.codes(), (429, Some(2_990_005)), "{answer}");
}

#[tokio::test]
async fn a_message_that_no_vendor_took_costs_nothing() {
    let deployment = with_budget("0.6");
    let (server, app, _vendor) = in_service(&deployment).await;
    let operator = server.operator();
    let settings =
        json!({"url": nobody(), "format": "json", "body": {"to": "{to}", "code": "{code}"}});
    let account = |settings| json!({"name": "acme", "kind": "http", "settings": settings});
    operator.set("set-sms-provider", account(settings)).await;
    for n in 0..5 {
        assert_eq!(app.public.login(&number(100 * n)).await, 601);
    }
    let vendor = Vendor::start(Manner::Answer(200, "{}")).await;
    let settings =
        json!({"url": vendor.url, "format": "json", "body": {"to": "{to}", "code": "{code}"}});
    operator.set("set-sms-provider", account(settings)).await;
    assert_eq!(
        app.public.login(&number(1_000)).await,
        200,
        "0.6 of 1 is spent"
    );
    assert_eq!(app.public.login(&number(1_100)).await, 429);
}
