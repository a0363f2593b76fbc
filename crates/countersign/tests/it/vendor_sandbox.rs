//! The program `countersign sandbox`. The tests of its vendors are in the crate `sandbox`.

use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::server::{BINARY, client};

/// Starts the program: the process, and its URL once it listens.
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
async fn a_sandbox_that_is_stopped_drops_a_stalled_request_and_ends() {
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
async fn a_sandbox_on_a_public_address_or_without_an_address_for_reports_is_refused() {
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

/// The lines about faults in the help of the sandbox.
async fn help_about_faults() -> Vec<String> {
    let output = Command::new(BINARY).args(["sandbox", "--help"]).output();
    let help = String::from_utf8(output.await.unwrap().stdout).unwrap();
    let (_, faults) = help.split_once("\nFaults, ").unwrap();
    let (faults, _) = faults.split_once("\n\n").unwrap();
    // A sentence and the names of the columns come first.
    faults.lines().skip(2).map(str::to_owned).collect()
}

#[tokio::test]
async fn the_help_lists_the_faults_that_the_sandbox_takes() {
    let (_child, url) = start(&[]).await;
    let lines = help_about_faults().await;
    let listed: Vec<_> = lines
        .iter()
        .filter_map(|line| line.strip_prefix("  "))
        .filter(|line| !line.starts_with(' '))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    let ask = json!({"vendor": "http", "fault": "no such fault"});
    let faults = client().post(format!("{url}/sandbox/faults")).json(&ask);
    let refused: Value = faults.send().await.unwrap().json().await.unwrap();
    let refused = refused["error"].as_str().unwrap();
    let taken: Vec<_> = refused.split('`').skip(3).step_by(2).collect();
    assert_eq!(listed, taken, "{refused}");
    assert!(listed.contains(&"stall_after_accept"), "{listed:?}");
}

#[tokio::test]
async fn the_help_names_the_code_by_which_a_vendor_refuses() {
    let (_child, url) = start(&[]).await;
    let lines = help_about_faults().await;
    for fault in [
        "throttle",
        "bad_number",
        "config_error",
        "content",
        "system_busy",
    ] {
        let script = json!({"vendor": "chuanglan", "fault": fault, "times": 1});
        let faults = client().post(format!("{url}/sandbox/faults")).json(&script);
        assert_eq!(faults.send().await.unwrap().status(), 200);
        let sent = client().post(format!("{url}/msg/v1/send/json"));
        let answer: Value = sent
            .json(&message())
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        let mut about = lines
            .iter()
            .skip_while(|line| !line.starts_with(&format!("  {fault} ")));
        let of_vendor = about.find(|line| line.contains(" chuanglan ")).unwrap();
        let code = answer["code"].as_str().unwrap();
        let named = of_vendor.split_whitespace().any(|word| word == code);
        assert!(named, "{fault}: {code} in {of_vendor}");
    }
}
