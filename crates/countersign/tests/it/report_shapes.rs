//! Reports of a vendor that an operator describes, in every shape that vendors use.

use serde_json::{Value, json};

use crate::actors::{App, Operator};
use crate::sandbox::until;
use crate::server::{Server, folder, number};
use crate::vendor::{Manner, Vendor};

/// The application `app` at a server whose provider `acme` gives every message the id `v-1` and reports as `reports`
/// describes; and the URL for reports.
async fn line(server: &Server, vendor: &Vendor, reports: Value) -> (Operator, App, String) {
    let operator = server.operator();
    let settings = json!({
        "url": &vendor.url, "format": "json", "body": {"to": "{to}", "code": "{code}"}, "message_id": "/id", "reports": reports,
    });
    let account = json!({"name": "acme", "kind": "http", "settings": settings});
    let shown = operator.set("set-sms-provider", account).await;
    let url = format!("{}{}", server.url, shown["receiptsPath"].as_str().unwrap());
    let app = operator.create_application_through("app", &["acme"]).await;
    (operator, app, url)
}

/// The statuses and the details of the reports on the timeline of the `n`th number.
async fn reported(operator: &Operator, n: usize) -> Vec<(String, Option<String>)> {
    let receipts = operator.timeline(&number(n)).await.receipts.into_iter();
    receipts
        .map(|receipt| (receipt.status, receipt.detail))
        .collect()
}

// shows: found-V3
#[tokio::test]
async fn a_batch_with_a_bad_report_is_taken_but_for_that_one_which_the_log_names() {
    let (data, vendor) = (
        folder(),
        Vendor::start(Manner::Answer(200, r#"{"id":"v-1"}"#)).await,
    );
    let server = Server::start(data.path(), &["--quiet"]).await;
    let (operator, app, url) = line(&server, &vendor, json!({})).await;
    for n in [1, 2] {
        assert_eq!(app.public.login(&number(n)).await, 200);
    }
    let report = |n: usize, status: &str| {
        let to = format!("86{}", number(n));
        json!({"providerMessageId": "v-1", "to": to, "status": status})
    };
    let batch = json!([
        report(1, "DELIVRD"),
        report(1, "banana"),
        report(2, "Delivered")
    ]);
    // Some vendors add a slash.
    let answer = server.client().post(format!("{url}/")).json(&batch);
    assert_eq!(answer.send().await.unwrap().status(), 200);
    for n in [1, 2] {
        let delivered = [("delivered".to_owned(), None)];
        assert_eq!(reported(&operator, n).await, delivered, "{n}");
    }
    let logs = server.stop().await.stderr;
    assert!(
        logs.contains(r#""reports":"2: a status that is not known""#),
        "{logs}"
    );
}

// shows: found-V10
#[tokio::test]
async fn a_form_callback_with_the_vendors_own_names_and_words_is_on_the_timeline() {
    let (data, vendor) = (
        folder(),
        Vendor::start(Manner::Answer(200, r#"{"id":"v-1"}"#)).await,
    );
    let server = Server::start(data.path(), &["--quiet"]).await;
    let reports = json!({
        "to": "To", "status": "MessageStatus", "provider_message_id": "MessageSid", "code": "ErrorCode",
        "words": {"failed": ["lost"]},
    });
    let (operator, app, url) = line(&server, &vendor, reports).await;
    assert_eq!(app.public.login(&number(1)).await, 200);
    let to = format!("%2B86{}", number(1));
    for (status, code) in [("sent", ""), ("lost", "30003")] {
        let form = format!("MessageSid=v-1&MessageStatus={status}&To={to}&ErrorCode={code}");
        let request = server.client().post(&url).body(form);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        assert_eq!(request.send().await.unwrap().status(), 200, "{status}");
    }
    let expected = [
        ("underway".to_owned(), None),
        ("failed".to_owned(), Some("30003".to_owned())),
    ];
    assert_eq!(reported(&operator, 1).await, expected);
}

// shows: found-V8
#[tokio::test]
async fn a_report_about_a_message_that_a_kill_interrupted_is_on_its_timeline() {
    let (data, vendor) = (folder(), Vendor::start(Manner::WhenReleased).await);
    let server = Server::start(data.path(), &["--quiet"]).await;
    let (_, app, _) = line(&server, &vendor, json!({})).await;
    let sdk = app.public.sdk();
    let send = tokio::spawn(async move { sdk.try_login(&number(1)).await });
    vendor.arrived(1).await;
    server.kill().await;
    assert_eq!(send.await.unwrap(), None, "no answer");

    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    let path = operator.provider("acme").await["receiptsPath"].take();
    let url = format!("{}{}", server.url, path.as_str().unwrap());
    let to = format!("+86{}", number(1));
    let report = json!({"providerMessageId": "v-1", "to": to, "status": "delivered"});
    let answer = server.client().post(&url).json(&report).send().await;
    assert_eq!(answer.unwrap().status(), 200);
    let delivered = [("delivered".to_owned(), None)];
    assert_eq!(reported(&operator, 1).await, delivered);
}

// shows: found-V6
#[tokio::test]
async fn a_flood_of_early_reports_to_one_provider_pushes_out_none_to_another() {
    let (data, vendor) = (folder(), Vendor::start(Manner::WhenReleased).await);
    let server = Server::start(data.path(), &["--quiet"]).await;
    let (operator, app, url) = line(&server, &vendor, json!({})).await;
    let settings =
        json!({"url": &vendor.url, "format": "json", "body": {"to": "{to}", "code": "{code}"}});
    let account = json!({"name": "other", "kind": "http", "settings": settings});
    let other = operator.set("set-sms-provider", account).await;
    let other = format!("{}{}", server.url, other["receiptsPath"].as_str().unwrap());

    let sdk = app.public.sdk();
    let send = tokio::spawn(async move { sdk.try_login(&number(1)).await });
    vendor.arrived(1).await;
    let to = format!("+86{}", number(1));
    let report = |id: String| json!({"providerMessageId": id, "to": to, "status": "delivered"});
    let early = report("v-1".to_owned());
    let flood: Vec<_> = (0..4_200).map(|n| report(format!("x-{n}"))).collect();
    for (url, body) in [(&url, early), (&other, json!(flood))] {
        let answer = server.client().post(url).json(&body).send().await;
        assert_eq!(answer.unwrap().status(), 200);
    }
    vendor.release();
    assert_eq!(send.await.unwrap().expect("an answer").0, 200);
    let delivered = [("delivered".to_owned(), None)];
    until("the early report", async || {
        (reported(&operator, 1).await == delivered).then_some(())
    })
    .await;
}
