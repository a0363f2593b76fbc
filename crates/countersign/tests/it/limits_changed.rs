//! Limits that an operator changes while the service runs.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::actors::{Operator, Public};
use crate::server::{Server, folder, number};

/// What an operator sees of the limit of this name.
async fn limit(operator: &Operator, name: &str) -> Value {
    let limits = operator.list("list-sms-limits").await;
    let found = limits.into_iter().find(|limit| limit["name"] == name);
    found.expect(name)
}

/// `statusCode` and `apiCode` of a send for this channel.
async fn codes(public: &Public, channel: &str, number: &str) -> (u64, Option<u64>) {
    public.send_sms(channel, number).await.codes()
}

const SENT: (u64, Option<u64>) = (200, None);
const REFUSED: (u64, Option<u64>) = (429, Some(2_990_003));

#[tokio::test]
async fn the_next_send_is_judged_by_a_changed_limit_until_the_change_is_taken_back() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let (public, operator) = (server.public(), server.operator());
    assert_eq!(codes(&public, "CHANNEL_LOGIN", &number(1)).await, SENT);
    let change = json!({"name": "number-day", "max": 1, "mode": "enforce"});
    assert_snapshot!(operator.post("set-sms-limit", change).await, @r#"
    HTTP 200
    {
      "statusCode": 200,
      "message": "Operation successful",
      "requestId": "[request id]",
      "data": {
        "name": "number-day",
        "by": ["number"],
        "counts": "messages",
        "windowSeconds": 86400,
        "max": 1,
        "mode": "enforce",
        "source": "default",
        "changed": {"max": 20, "mode": "monitor"},
        "version": 4
      }
    }
    "#);
    assert_eq!(
        codes(&public, "CHANNEL_REGISTER", &number(1)).await,
        REFUSED
    );
    assert_eq!(codes(&public, "CHANNEL_REGISTER", &number(2)).await, SENT);
    server.stop().await;

    let server = Server::start(data.path(), &["--quiet"]).await;
    let (public, operator) = (server.public(), server.operator());
    assert_eq!(
        codes(&public, "CHANNEL_REGISTER", &number(1)).await,
        REFUSED
    );
    let later = json!({"name": "number-day", "max": 2, "ifVersion": 1});
    let stale = operator.post("set-sms-limit", later).await;
    assert_eq!(stale.status(), 409, "{stale}");
    operator
        .set("reset-sms-limit", json!({"name": "number-day"}))
        .await;
    assert_eq!(codes(&public, "CHANNEL_REGISTER", &number(1)).await, SENT);
    assert_eq!(limit(&operator, "number-day").await["changed"], Value::Null);
    let again = operator
        .post("reset-sms-limit", json!({"name": "number-day"}))
        .await;
    assert_eq!(again.status(), 404, "{again}");
}

#[tokio::test]
async fn a_change_of_a_limit_is_on_record_with_before_and_after() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    for change in [
        json!({"name": "app-day", "max": 2000}),
        json!({"name": "app-day", "overrides": [{"appId": "shop", "max": 9000}]}),
    ] {
        operator.set("set-sms-limit", change).await;
    }
    operator
        .set("reset-sms-limit", json!({"name": "app-day"}))
        .await;
    let acts = operator.list("list-audit-acts?limit=1000").await;
    let told = acts
        .iter()
        .rev()
        .filter(|act| act["target"]["kind"] == "limit");
    let told = told.map(|act| format!("{} {} {}\n", act["act"], act["before"], act["after"]));
    assert_snapshot!(told.collect::<String>(), @r#"
    "limit_set" {"max":1000} {"max":2000}
    "limit_set" {"overrides":[]} {"overrides":[{"appId":"shop","max":9000}]}
    "limit_reset" {"max":2000,"overrides":[{"appId":"shop","max":9000}]} {"max":1000,"overrides":[]}
    "#);
}

#[tokio::test]
async fn a_change_that_cannot_be_is_refused_in_a_sentence() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    let mut told = String::new();
    for change in [
        json!({"name": "minute", "max": 2}),
        json!({"name": "nothing", "max": 2}),
        json!({"name": "channel-waits", "max": 2}),
        json!({"name": "number-day", "windowSeconds": 0}),
        json!({"name": "number-day", "mode": "off"}),
        json!({"name": "number-day", "overrides": [{"max": 2}]}),
    ] {
        let refused = operator.post("set-sms-limit", change).await;
        told += &format!("{} {}\n", refused.status(), refused.message());
    }
    assert_snapshot!(told, @"
    400 name: the one-minute limit cannot be changed.
    404 There is no such setting: the limit nothing.
    400 max: a limit with waits has no maximum.
    400 windowSeconds: a window has 1 millisecond to 31 days.
    400 mode: must be enforce, challenge or monitor.
    400 overrides: each names an application, a country or a calling code.
    ");
}

#[tokio::test]
async fn one_application_has_a_maximum_of_its_own() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    let shop = operator.create_application("shop", "Shop").await;
    let change = json!({"name": "app-burst", "max": 0, "mode": "enforce",
        "overrides": [{"appId": "shop", "max": 10}]});
    operator.set("set-sms-limit", change).await;
    let refused = codes(&server.public(), "CHANNEL_LOGIN", &number(1)).await;
    assert_eq!(refused, (429, Some(2_990_005)));
    assert_eq!(codes(&shop.public, "CHANNEL_LOGIN", &number(1)).await, SENT);
}

// The terminal blocks a thread, and another one reads the server's log meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn the_terminal_lists_changes_and_resets_limits() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let terminal = server.terminal();
    assert_snapshot!(terminal.ok(&["limit", "list"]), @"
    LIMIT                   USED     MAX   WINDOW  MODE       BY                            SOURCE
    minute                             1       1m  enforce    application channel number    built-in
    channel-hour                       5       1h  monitor    application channel number    default
    channel-waits                  waits       1h  monitor    application channel number    default
    app-number-hour                    8       1h  monitor    application number            default
    app-number-day                    10       1d  monitor    application number            default
    number-minute                      5       1m  monitor    number                        default
    number-hour                       10       1h  monitor    number                        default
    number-day                        20       1d  monitor    number                        default
    address-burst                     10      10m  monitor    address                       default
    address-numbers                   10       1h  monitor    address (numbers)             default
    address-hour                      60       1h  monitor    address                       default
    address-day                      300       1d  monitor    address                       default
    network-hour                     240       1h  monitor    network                       default
    network-day                     1200       1d  monitor    network                       default
    block-numbers                      5      10m  monitor    block (numbers)               default
    prefix-home-hour                 100       1h  monitor    prefix, at home               default
    prefix-abroad-hour                10       1h  monitor    prefix, abroad                default
    prefix-abroad-day                 30       1d  monitor    prefix, abroad                default
    calling-code-day                  50       1d  monitor    calling_code, abroad          default
    app-burst                        100      10m  monitor    application                   default
    app-day                         1000       1d  monitor    application                   default
    deployment-day             0    5000       1d  monitor    all sends                     default
    ");
    let set = [
        "limit", "set", "app-day", "--app", "dev-app", "--max", "20000",
    ];
    assert_snapshot!(terminal.ok(&set), @"
    LIMIT                   USED     MAX   WINDOW  MODE       BY                            SOURCE
    app-day                         1000       1d  monitor    application                   operator, over default
                                   20000  application dev-app
    ");
    let more = ["limit", "set", "app-day", "--country", "SG", "--max", "7"];
    assert_snapshot!(terminal.ok(&more), @"
    LIMIT                   USED     MAX   WINDOW  MODE       BY                            SOURCE
    app-day                         1000       1d  monitor    application                   operator, over default
                                       7  country SG
                                   20000  application dev-app
    ");
    assert_snapshot!(terminal.run(&["limit", "set", "app-day"]), @"
    exit code 2
    error: the following required arguments were not provided:
      <--max <N>|--mode <MODE>|--window <TIME>>

    Usage: countersign limit set --data <DIR> <--max <N>|--mode <MODE>|--window <TIME>> <NAME>

    For more information, try '--help'.
    ");
    assert_snapshot!(terminal.run(&["limit", "set", "minute", "--max", "2"]), @"
    exit code 1
    countersign: name: the one-minute limit cannot be changed. (statusCode 400)
    ");
    assert_eq!(
        codes(&server.public(), "CHANNEL_LOGIN", &number(1)).await,
        SENT
    );
    let set = ["limit", "set", "app-burst", "--mode", "enforce"];
    assert_snapshot!(terminal.ok(&set), @"
    LIMIT                   USED     MAX   WINDOW  MODE       BY                            SOURCE
    app-burst                        100      10m  enforce    application                   operator, over default
                               1     100  application dev-app
    ");
    let listed = terminal.ok(&["limit", "list"]);
    let quotas = listed
        .lines()
        .skip_while(|line| !line.starts_with("app-day"));
    assert_snapshot!(quotas.collect::<Vec<_>>().join("\n"), @"
    app-day                         1000       1d  monitor    application                   operator, over default
                                       7  country SG
                               1   20000  application dev-app
    deployment-day             1    5000       1d  monitor    all sends                     default
    ");
    terminal.ok(&["limit", "reset", "app-day"]);
    terminal.ok(&["limit", "reset", "app-burst"]);
    let listed = terminal.ok(&["limit", "list", "--json"]);
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let sources = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|limit| limit["source"].clone());
    assert_eq!(sources.filter(|source| source == "default").count(), 21);
}
