//! kill -9 while a vendor reports on messages that are being sent.

use std::path::Path;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::actors::{Operator, Public};
use crate::server::{Server, folder, number, rounds};
use crate::vendor::{Manner, Vendor};

const BURST: usize = 60;

/// The provider `acme`, which gives every message the id `v-1`, and an application that sends through it: the path for reports.
async fn set_up(data: &Path, vendor: &Vendor) -> String {
    let server = Server::start(data, &["--quiet"]).await;
    let operator = server.operator();
    let settings = json!({
        "url": &vendor.url, "format": "json", "body": {"to": "{to}", "code": "{code}"}, "message_id": "/id", "reports": {},
    });
    let account = json!({"name": "acme", "kind": "http", "settings": settings});
    let mut shown = operator.set("set-sms-provider", account).await;
    let Value::String(path) = shown["receiptsPath"].take() else {
        panic!("no path: {shown}");
    };
    operator.create_application_through("app", &["acme"]).await;
    server.stop().await;
    path
}

/// Reports the message to `to` as delivered: its number, where the server answered 200.
async fn report(client: reqwest::Client, url: String, to: String) -> Option<String> {
    let report = json!({"providerMessageId": "v-1", "to": to, "status": "delivered"});
    let answer = client.post(&url).json(&report).send().await.ok()?;
    answer.status().is_success().then_some(to)
}

async fn is_on_the_timeline(operator: &Operator, to: &str) -> bool {
    let timelines = operator.timelines(to).await;
    let mut receipts = timelines.iter().flat_map(|message| &message.receipts);
    receipts.any(|receipt| receipt.status == "delivered")
}

/// Sends to each of these numbers at once.
fn burst(server: &Server, first: usize) -> JoinSet<()> {
    let sdk = Public::of(server, "app").sdk();
    let send = |n| {
        let sdk = sdk.clone();
        async move { drop(sdk.try_login(&number(n)).await) }
    };
    (first..first + BURST).map(send).collect()
}

// shows: found-V8
#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_was_answered_before_a_kill_is_on_a_timeline() {
    let data = folder();
    let vendor = Vendor::start(Manner::Answer(200, r#"{"id":"v-1"}"#)).await;
    let path = set_up(data.path(), &vendor).await;
    let mut answered = Vec::new();
    for round in 0..rounds() / 20 {
        let server = Server::start(data.path(), &["--quiet"]).await;
        let (url, before) = (format!("{}{path}", server.url), vendor.messages().len());
        let sends = burst(&server, round * BURST);
        let mut reports = JoinSet::new();
        // The kill comes when half of these reports were answered, while others and sends are under way.
        for count in before..before + 5 + round * 7 % (BURST - 10) {
            vendor.arrived(count + 1).await;
            let to = vendor.messages()[count]["to"].as_str().unwrap().to_owned();
            reports.spawn(report(server.client().clone(), url.clone(), to));
        }
        for _ in 0..reports.len() / 2 {
            answered.extend(reports.join_next().await.unwrap().unwrap());
        }
        server.kill_now();
        answered.extend(reports.join_all().await.into_iter().flatten());
        sends.join_all().await;
        server.kill().await;
    }
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    for to in &answered {
        assert!(is_on_the_timeline(&operator, to).await, "{to}");
    }
}
