//! The price file: read at the start, refused with its line, and read again.

use std::fs;
use std::path::Path;

use insta::assert_snapshot;

use crate::deployment::{Deployment, countersign, in_service, refused};

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
    assert!(app.public.login(&crate::server::number(1)).await < 300);
    let log = server.stop().await.stderr;
    let line = log.lines().find(|line| line.contains("stay as they were"));
    assert!(line.unwrap().contains("line 2"), "{log}");
}
