//! Drafts of limits, tried on the record of messages.

use std::fs;

use insta::assert_snapshot;
use serde_json::Value;

use crate::actors::Terminal;
use crate::checks::LOGIN;
use crate::server::{Server, folder, number};

/// A limit on the sends of an hour that have this part in common.
fn limit(name: &str, by: &str, max: u32) -> String {
    format!("[[limits]]\nname = \"{name}\"\nby = [\"{by}\"]\nwindow_seconds = 3600\nmax = {max}\n")
}

/// A text without the times of a replay.
fn untimed(text: &str) -> String {
    let end = text.find(", from ").unwrap();
    text[..end].to_owned()
}

#[tokio::test]
async fn an_operator_tries_a_draft_of_limits_on_the_record() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    for n in 0..11 {
        assert_eq!(server.public().login(&number(n)).await, 200);
    }
    let code = server.code(LOGIN, &number(11)).await;
    assert!(server.app_server().accepts(&number(11), &code).await);
    let draft = data.path().join("draft.toml");
    fs::write(
        &draft,
        limit("prefix", "prefix", 10) + &limit("address", "address", 1),
    )
    .unwrap();
    let terminal = Terminal::on(data.path());
    let replay = ["guard", "replay", "--rules", draft.to_str().unwrap()];
    assert_snapshot!(untimed(&terminal.ok(&replay)), @r"
    RULE                                REFUSED    NUMBERS   VERIFIED          COST
    prefix                                    2          2          1             -
    address                           not tried: the record has no addresses of callers, or messages have no price
    guard-conversion                          0          0          0             -
    guard-block                               0          0          0             -
    2 of 12 sends refused
    ");
    fs::write(&draft, limit("prefix", "prefix", 10).replace("max", "most")).unwrap();
    let refused = terminal.run(&replay);
    assert_snapshot!(refused, @"
    exit code 1
    countersign: rules: there is no setting limits[0].most: the nearest is limits[0].mode. (statusCode 400)
    ");
    assert_eq!(
        server.public().login(&number(12)).await,
        200,
        "no limit is in force"
    );
}

/// The prices of messages in a simulation.
const PRICES: &str = "provider,country,currency,price\ncarrier,CN,CNY,0.045\ncarrier,*,CNY,0.9\n";

// The terminal blocks a thread, and another one reads the server's log meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn a_draft_of_limits_is_tried_on_the_record_of_a_simulated_day() {
    let folder = folder();
    let day = folder.path().join("day");
    let simulated = Terminal::on(&day).run(&["simulate", "day", "--tenth", "--json"]);
    assert_eq!(simulated.code, 0, "{simulated}");
    let report: Value = serde_json::from_str(&simulated.stdout).unwrap();
    let settings = folder.path().join("settings.toml");
    fs::write(folder.path().join("prices.csv"), PRICES).unwrap();
    fs::write(&settings, "[prices]\nfile = \"prices.csv\"\n").unwrap();
    let args = ["--quiet", "--config", settings.to_str().unwrap()];
    let server = Server::start(&day, &args).await;
    let most = report["total"]["sent"].as_u64().unwrap() - 100;
    let all = format!("[[limits]]\nname = \"all-day\"\nwindow_seconds = 172800\nmax = {most}\n");
    let draft = folder.path().join("draft.toml");
    let limits = [
        limit("prefix", "prefix", 1_000),
        limit("number", "number", 1),
        all,
    ];
    fs::write(&draft, limits.concat()).unwrap();
    let terminal = server.terminal();
    let replay = ["guard", "replay", "--days", "3", "--rules"];
    let replayed = terminal.ok(&[&replay[..], &[draft.to_str().unwrap()]].concat());
    assert_snapshot!(untimed(&replayed), @"
    RULE                                REFUSED    NUMBERS   VERIFIED          COST
    prefix                                    0          0          0             -
    number                                  374        345        345    17.685 CNY
    all-day                                 100         99         99      4.50 CNY
    guard-conversion                          0          0          0             -
    guard-block                               0          0          0             -
    473 of 6627 sends refused
    ");
    let apps = terminal.ok(&["app", "list"]);
    assert!(apps.contains("shop"), "{apps}");
    let again = Terminal::on(&day).run(&["simulate", "day", "--tenth"]);
    let says = "is not empty: name a new one with --data";
    assert!(again.code == 1 && again.stderr.contains(says), "{again}");
}
