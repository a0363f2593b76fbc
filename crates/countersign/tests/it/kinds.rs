//! The kinds of vendor accounts: an operator reads which fields each has, and hears which ones are missing.

use insta::assert_snapshot;
use serde_json::{Map, Value, json};

use crate::deployment::countersign;
use crate::server::{Server, folder};

/// The kinds, as the program lists them for programs.
fn kinds() -> Vec<Value> {
    let printed = countersign(&["provider", "kinds", "--json"]);
    assert!(printed.status.success(), "{printed:?}");
    serde_json::from_slice(&printed.stdout).unwrap()
}

/// The required fields of a kind.
fn required(kind: &Value) -> impl Iterator<Item = &Value> {
    let fields = kind["fields"].as_array().unwrap().iter();
    fields.filter(|field| field["required"] == true)
}

/// The place of a field in an account, such as `secrets.password`.
fn path(field: &Value) -> String {
    let text = |name: &str| field[name].as_str().unwrap();
    format!("{}.{}", text("in"), text("name"))
}

/// An account of this kind with the examples of `fields`.
fn account<'a>(kind: &Value, fields: impl Iterator<Item = &'a Value>) -> Value {
    let (mut settings, mut secrets) = (Map::new(), Map::new());
    for field in fields {
        let table = match field["in"].as_str() {
            Some("settings") => &mut settings,
            _ => &mut secrets,
        };
        let name = field["name"].as_str().unwrap();
        table.insert(name.to_owned(), field["example"].clone());
    }
    json!({"name": kind["kind"], "kind": kind["kind"], "settings": settings, "secrets": secrets})
}

#[tokio::test]
async fn an_account_without_a_required_field_is_refused_by_the_name_of_the_field() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    for kind in kinds() {
        assert!(required(&kind).count() > 0, "{kind}");
        for left_out in required(&kind) {
            let others = required(&kind).filter(|field| *field != left_out);
            let refused = operator.post("set-sms-provider", account(&kind, others));
            let refused = refused.await;
            assert_eq!(refused.codes(), (400, None), "{refused}");
            assert_eq!(refused.message(), format!("{}: missing.", path(left_out)));
        }
        assert!(operator.list("list-sms-providers").await.is_empty());
        let whole = account(&kind, required(&kind));
        operator.set("set-sms-provider", whole).await;
        let name = json!({"name": kind["kind"]});
        let gone = operator.post("delete-sms-provider", name).await;
        assert_eq!(gone.status(), 200, "{gone}");
    }
}

/// An account whose settings and secrets break three rules.
const WRONG: &str = r#"
name = "aliyun"
kind = "alibaba-cloud"
[settings]
access_key_id = "two words"
endpoint = "ftp://vendor.example"
[secrets]
access_key_secret = "s-1"
security_token = "two words"
"#;

#[tokio::test]
async fn every_problem_of_an_account_is_told_on_a_line_of_its_own() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    for kind in kinds() {
        let none = account(&kind, std::iter::empty());
        let refused = server.operator().post("set-sms-provider", none).await;
        let missing = required(&kind).map(|field| format!("{}: missing.", path(field)));
        let missing: Vec<_> = missing.collect();
        assert_eq!(refused.message(), missing.join("\n"), "{kind}");
    }
    let file = data.path().join("aliyun.toml");
    std::fs::write(&file, WRONG).unwrap();
    let add = ["provider", "add", "--file", file.to_str().unwrap()];
    assert_snapshot!(server.terminal().run(&add), @"
    exit code 1
    countersign: settings.access_key_id: not the id of an access key, such as LTAI5t....
    secrets.security_token: a token has ASCII characters without spaces.
    settings.endpoint: not a URL such as https://vendor.example/path. (statusCode 400)
    ");
}

#[test]
fn the_terminal_lists_every_field_with_its_example_and_its_name_at_the_vendor() {
    let printed = countersign(&["provider", "kinds"]);
    let printed = String::from_utf8(printed.stdout).unwrap();
    for kind in kinds() {
        for field in kind["fields"].as_array().unwrap() {
            assert!(printed.contains(&path(field)), "{field}");
            for shown in ["example", "label", "link"] {
                let shown = field[shown].as_str().unwrap_or_default();
                assert!(printed.contains(shown), "{field}: {shown}");
            }
        }
    }
    let of_tencent = printed.split("\n  tencent-cloud\n").nth(1).unwrap();
    let first: Vec<_> = of_tencent.lines().skip(3).take(3).collect();
    assert_snapshot!(first.join("\n"), @"
    settings.secret_id  *  the public half of an API key that may send SMS
                           such as AKIDexample
                           SecretId, https://console.cloud.tencent.com/cam/capi
    ");
}
