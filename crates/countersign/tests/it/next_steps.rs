//! The commands that the program prints after an account was set up.

use std::path::Path;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::products::Product;
use crate::sandbox::Sandbox;
use crate::server::{Server, folder, number};

/// A value as TOML writes it within a line.
fn inline(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let fields = fields.iter();
            let fields: Vec<_> = fields
                .map(|(name, value)| format!("{name:?} = {}", inline(value)))
                .collect();
            format!("{{ {} }}", fields.join(", "))
        }
        Value::Array(values) => {
            let values: Vec<_> = values.iter().map(inline).collect();
            format!("[{}]", values.join(", "))
        }
        plain => plain.to_string(),
    }
}

/// Writes an account into a file, as an operator would: its path.
fn file(folder: &Path, account: &Value) -> String {
    let fields = account.as_object().unwrap().iter();
    let lines: String = fields
        .map(|(name, value)| format!("{name} = {}\n", inline(value)))
        .collect();
    let path = folder.join("account.toml");
    std::fs::write(&path, lines).unwrap();
    path.to_str().unwrap().to_owned()
}

/// What `provider add` prints about an account, from the line about reports on, without the path that is a secret.
fn added(server: &Server, folder: &Path, account: &Value) -> String {
    let file = file(folder, account);
    let printed = server.terminal().ok(&["provider", "add", "--file", &file]);
    let (_, rest) = printed.split_once("\nreports   ").unwrap();
    let (address, rest) = rest.split_once('\n').unwrap();
    assert!(address.starts_with(&format!("{}/receipts/", server.url)));
    rest.to_owned()
}

#[tokio::test]
async fn the_operator_is_told_the_steps_that_an_account_of_its_kind_needs() {
    let (data, files) = (folder(), folder());
    let server = Server::start(data.path(), &["--quiet"]).await;
    let url = "http://127.0.0.1:1";
    let steps = |name: &str, product: Product| {
        let account = product.account(name, url, None);
        added(&server, files.path(), &account)
    };
    assert_snapshot!(steps("aliyun", Product::Alibaba), @"
              set it in the vendor's console, as the address of the HTTP batch push of reports
    next      countersign template set --provider aliyun --id TEMPLATE --signature SIGNATURE --variable 'code={code}'
              countersign route set --country CN aliyun
              countersign provider test aliyun --to NUMBER
    ");
    assert_snapshot!(steps("aliyun-abroad", Product::AlibabaAbroad), @"
              set it in the vendor's console, as the address for delivery reports
    next      countersign template set --provider aliyun-abroad --id TEMPLATE --signature SIGNATURE --variable 'code={code}'   (for messages to CN; others are text)
              countersign route set --default aliyun-abroad
              countersign provider test aliyun-abroad --to NUMBER
    ");
    assert_snapshot!(steps("tencent", Product::Tencent), @"
              set it in the vendor's console, as the callback address for delivery reports
    next      countersign template set --provider tencent --id TEMPLATE --signature SIGNATURE --variable '{code}'
              countersign route set --country CN tencent
              countersign provider test tencent --to NUMBER
    ");
    assert_snapshot!(steps("chuanglan", Product::ChuanglanText), @"
              set it in the vendor's console, or give it to the vendor's support
    next      countersign route set --country CN chuanglan
              countersign provider test chuanglan --to NUMBER
    ");
    assert_snapshot!(steps("chuanglan-v2", Product::ChuanglanTemplate), @"
              set it in the vendor's console, or give it to the vendor's support
    next      countersign template set --provider chuanglan-v2 --id TEMPLATE --signature SIGNATURE --variable '{code}'
              countersign route set --country CN chuanglan-v2
              countersign provider test chuanglan-v2 --to NUMBER
    ");
    assert_snapshot!(steps("chuanglan-abroad", Product::ChuanglanAbroad), @"
              set it in the vendor's console, or give it to the vendor's support
    next      countersign route set --default chuanglan-abroad
              countersign provider test chuanglan-abroad --to NUMBER
    ");
    assert_snapshot!(steps("acme", Product::Http), @"
              let the vendor post JSON there: to, status, and messageId or providerMessageId
    next      countersign route set --default acme
              countersign provider test acme --to NUMBER
    ");
    let of_templates = json!({
        "name": "other", "kind": "http",
        "settings": {"url": "http://127.0.0.1:1/{to}/{template_id}/{code}", "content": "template"},
    });
    assert_snapshot!(added(&server, files.path(), &of_templates), @"
              let the vendor post JSON there: to, status, and messageId or providerMessageId
    next      countersign template set --provider other --id TEMPLATE --variable '{code}'
              countersign route set --default other
              countersign provider test other --to NUMBER
    ");
}

#[tokio::test]
async fn the_operator_is_not_told_again_what_is_set_up() {
    let (data, files, sandbox) = (folder(), folder(), Sandbox::start().await);
    let server = Server::start(data.path(), &["--quiet"]).await;
    let terminal = server.terminal();
    let account = Product::Tencent.account("tencent", &sandbox.url, None);
    let first = added(&server, files.path(), &account);

    // The printed commands work, once they have the names of the vendor's.
    let commands: Vec<_> = first
        .lines()
        .filter(|line| line.contains("countersign "))
        .collect();
    for command in commands {
        let (_, command) = command.split_once("countersign ").unwrap();
        let number = number(1);
        let words = command
            .split_whitespace()
            .map(|word| match word.trim_matches('\'') {
                "TEMPLATE" => "449739",
                "SIGNATURE" => "腾讯云",
                "NUMBER" => &number,
                word => word,
            });
        terminal.ok(&words.collect::<Vec<_>>());
    }
    assert_snapshot!(added(&server, files.path(), &account), @"
              set it in the vendor's console, as the callback address for delivery reports
    next      countersign provider test tencent --to NUMBER
    ");
    terminal.ok(&["route", "remove", "--country", "CN"]);
    assert_snapshot!(added(&server, files.path(), &account), @"
              set it in the vendor's console, as the callback address for delivery reports
    next      countersign route set --country CN tencent
              countersign provider test tencent --to NUMBER
    ");
}
