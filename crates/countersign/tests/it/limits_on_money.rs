//! Limits on money, as people at the terminal see and change them.

use std::fs;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::deployment::{Deployment, in_service};
use crate::server::{Server, folder, number};

/// A limit on the money of all sends in a day.
fn budget(max: &str) -> String {
    format!(
        "[[limits]]\nname = \"budget\"\ncounts = \"money\"\ncurrency = \"CNY\"\n\
         window_seconds = 86400\nmax = {max}\n"
    )
}

// The terminal blocks a thread, and another one reads the server's log meanwhile.
// shows: D3
#[tokio::test(flavor = "multi_thread")]
async fn the_terminal_shows_and_takes_a_limit_on_money_as_amounts_of_its_currency() {
    let data = folder();
    let file = data.path().join("settings.toml");
    fs::write(&file, budget("1000000000")).unwrap();
    let args = ["--quiet", "--config", file.to_str().unwrap()];
    let server = Server::start(data.path(), &args).await;
    let terminal = server.terminal();
    let set = |max| terminal.run(&["limit", "set", "budget", "--max", max]);
    let of_app = [
        "limit", "set", "budget", "--app", "dev-app", "--max", "499.9",
    ];
    assert_snapshot!(terminal.ok(&of_app), @"
    LIMIT                     USED                MAX   WINDOW  MODE       BY                            SOURCE
    budget                0.00 CNY  1000000000.00 CNY       1d  monitor    all sends (money)             operator, over file
                                           499.90 CNY  application dev-app
    ");
    assert_snapshot!(set("499.90001"), @r#"
    exit code 1
    countersign: "499.90001" is no amount of CNY: an amount has at most 4 decimals
    "#);
    assert_snapshot!(set("500CNY"), @r#"
    exit code 1
    countersign: "500CNY" is no amount of CNY: an amount is a decimal number such as 0.045
    "#);
    assert_snapshot!(set("1000000000.0001"), @r#"
    exit code 1
    countersign: max: limit "budget": max is at most 1000000000.00 CNY. (statusCode 400)
    "#);
    let counted = ["limit", "set", "number-day", "--max", "0.5"];
    assert_snapshot!(terminal.run(&counted), @r#"
    exit code 1
    countersign: "0.5" is no whole number
    "#);
    let json = terminal.ok(&["limit", "set", "budget", "--max", "0.0001", "--json"]);
    let limit = &serde_json::from_str::<Value>(&json).unwrap()[0];
    assert_eq!(
        json!([limit["currency"], limit["max"], limit["overrides"]]),
        json!(["CNY", 1, [{"appId": "dev-app", "max": 4_999_000}]])
    );
}

#[tokio::test]
async fn a_change_of_a_limit_on_money_is_on_record_in_amounts() {
    let data = folder();
    let file = data.path().join("settings.toml");
    fs::write(&file, budget("1000000000")).unwrap();
    let args = ["--quiet", "--config", file.to_str().unwrap()];
    let server = Server::start(data.path(), &args).await;
    let change = json!({"name": "budget", "max": 4_999_000,
        "overrides": [{"appId": "dev-app", "max": 1}]});
    server.operator().set("set-sms-limit", change).await;
    server.stop().await;
    let server = Server::start(data.path(), &args).await;
    let operator = server.operator();
    let back = json!({"name": "budget"});
    operator.set("reset-sms-limit", back).await;
    let acts = operator.list("list-audit-acts?limit=1000").await;
    let of_limit = acts.iter().rev();
    let of_limit = of_limit.filter(|act| act["target"]["kind"] == "limit");
    let told = of_limit.map(|act| format!("{} {} {}\n", act["act"], act["before"], act["after"]));
    assert_snapshot!(told.collect::<String>(), @r#"
    "limit_set" {"max":"1000000000.00 CNY","overrides":[]} {"max":"499.90 CNY","overrides":[{"appId":"dev-app","max":"0.0001 CNY"}]}
    "limit_reset" {"max":"499.90 CNY","overrides":[{"appId":"dev-app","max":"0.0001 CNY"}]} {"max":"1000000000.00 CNY","overrides":[]}
    "#);
}

// shows: D3
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_by_a_limit_on_money_is_told_in_amounts() {
    let deployment = Deployment::new();
    let prices = "[prices]\nfile = \"prices.csv\"\n\n[server]";
    deployment.edit("[server]", &format!("{}\n{prices}", budget("1")));
    let file = deployment.folder.join("prices.csv");
    fs::write(file, "provider,country,currency,price\nacme,CN,CNY,0.6\n").unwrap();
    let (server, app, _vendor) = in_service(&deployment).await;
    assert_eq!(app.public.login(&number(1)).await, 200);
    let refused = app.public.send_sms("CHANNEL_LOGIN", &number(200)).await;
    assert_eq!(refused.codes(), (429, Some(2_990_005)), "{refused}");
    let terminal = server.terminal();
    let told = terminal.ok(&["message", "show", "--refused"]);
    let limit = told.lines().find(|line| line.starts_with("limit"));
    assert_snapshot!(limit.unwrap(), @"limit     budget: had counted 0.60 CNY, allows 1.00 CNY");
    let listed = terminal.ok(&["message", "list", "--refused"]);
    assert!(listed.contains(" 0.60 CNY of 1.00 CNY "), "{listed}");
    let body = json!({"channel": "CHANNEL_LOGIN", "phoneNumber": number(300)});
    let foreseen = app.server.post("may-send-sms", body).await;
    let rules = foreseen["data"]["rules"].as_array().unwrap();
    let rule = rules.iter().find(|rule| rule["name"] == "budget").unwrap();
    assert_eq!(
        json!([rule["currency"], rule["count"], rule["max"]]),
        json!(["CNY", 6_000, 10_000])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_of_a_limit_on_money_is_tried_at_the_prices_of_the_file() {
    let deployment = Deployment::new();
    let prices = "[prices]\nfile = \"prices.csv\"\n\n[server]";
    deployment.edit("[server]", prices);
    let file = deployment.folder.join("prices.csv");
    fs::write(file, "provider,country,currency,price\nacme,CN,CNY,0.045\n").unwrap();
    let (server, app, _vendor) = in_service(&deployment).await;
    for n in 0..30 {
        assert_eq!(app.public.login(&number(100 * n)).await, 200);
    }
    let draft = deployment.folder.join("draft.toml");
    let terminal = server.terminal();
    let replay = |text: &str| {
        fs::write(&draft, text).unwrap();
        terminal.run(&["guard", "replay", "--rules", draft.to_str().unwrap()])
    };
    let dollars = budget("1")
        .replace("CNY", "USD")
        .replace("budget", "dollars");
    let replayed = replay(&(budget("1") + &dollars));
    let rules = replayed
        .stdout
        .lines()
        .filter(|line| !line.contains(", from "));
    assert_snapshot!(rules.collect::<Vec<_>>().join("\n"), @"
    RULE                                REFUSED    NUMBERS   VERIFIED          COST
    budget                                    8          8          0      0.36 CNY
    dollars                           not tried: the record has no addresses of callers, or messages have no price
    guard-conversion                          0          0          0             -
    guard-block                               0          0          0             -
    ");
    assert_snapshot!(replay(&(budget("1") + "[server]\nlisten = \"127.0.0.1:0\"\n[prices]\n")), @"
    exit code 1
    countersign: rules: a draft has [[limits]] and [guard] alone, and not prices, server. (statusCode 400)
    ");
}
