//! `countersign sandbox`, the program. What its vendors do is tested in its own crate.

use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::server::{BINARY, client};

/// The program, listening, and its URL.
async fn start(arguments: &[&str]) -> (Child, String) {
    let mut child = Command::new(BINARY)
        .args(["sandbox", "--listen", "127.0.0.1:0", "--quiet"])
        .args(arguments)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = lines.next_line().await.unwrap().unwrap();
    let url = first.strip_prefix("listening on ").unwrap().to_owned();
    (child, url)
}

fn message() -> Value {
    json!({
        "account": "YZM0000001", "password": "sandbox-password-0001",
        "phone": "13800138000", "msg": "【示例】您的验证码是123456",
    })
}

#[tokio::test]
async fn it_serves_until_it_is_told_to_stop_and_leaves_nobody_waiting() {
    let (mut child, url) = start(&[]).await;
    let client = client();
    let send = || {
        let request = client.post(format!("{url}/msg/v1/send/json"));
        request.json(&message()).send()
    };
    let sent: Value = send().await.unwrap().json().await.unwrap();
    assert_eq!(sent["code"], "0");
    let stall = json!({"vendor": "chuanglan", "fault": "stall_after_accept"});
    let faults = format!("{url}/sandbox/faults");
    client.post(faults).json(&stall).send().await.unwrap();
    let stalled = tokio::spawn(send());
    let messages = async || {
        let found = client.get(format!("{url}/sandbox/messages")).send().await;
        let found: Value = found.unwrap().json().await.unwrap();
        found.as_array().unwrap().len()
    };
    while messages().await < 2 {
        tokio::task::yield_now().await;
    }
    let process = child.id().unwrap().to_string();
    let told = Command::new("kill").args(["-TERM", &process]).status();
    assert!(told.await.unwrap().success());
    assert!(child.wait().await.unwrap().success());
    assert!(stalled.await.unwrap().is_err());
}

#[tokio::test]
async fn it_refuses_to_be_found_by_others_and_to_report_nowhere() {
    for (arguments, says) in [
        (["--listen", "0.0.0.0:0"], "loopback"),
        (["--report", "nobody=http://127.0.0.1:1"], "alibaba-cloud"),
        (["--report", "http=nowhere"], "url"),
    ] {
        let mut command = Command::new(BINARY);
        let output = command.arg("sandbox").args(arguments).output();
        let output = output.await.unwrap();
        assert!(!output.status.success());
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.contains(says), "{text}");
    }
}
