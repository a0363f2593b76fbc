//! Calls that a caller repeats with their `Idempotency-Key`.

use insta::assert_snapshot;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::answer::Answer;
use crate::checks::LOGIN;
use crate::server::{Server, folder, number};
use crate::vendor::{Manner, Vendor};

const QUIET: &[&str] = &["--quiet"];

/// Everything of an answer but the id of its request.
fn told(answer: &Answer) -> Value {
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    let mut body = body.as_object().unwrap().clone();
    body.remove("requestId").expect("a requestId");
    json!({"body": body, "retry-after": answer.header("retry-after")})
}

/// `POST /api/v3/send-sms` with a key and exactly this body, at the development application.
async fn send(server: &Server, key: &str, body: String) -> Answer {
    let headers = [
        ("x-authing-app-id", "dev-app"),
        ("x-authing-lang", "en-US"),
        ("content-type", "application/json"),
        ("idempotency-key", key),
    ];
    server.post("send-sms", &headers, body).await
}

fn login(number: &str) -> String {
    json!({"channel": LOGIN, "phoneNumber": number}).to_string()
}

// shows: B15
#[tokio::test]
async fn a_repeated_send_gets_the_first_answer_and_sends_nothing() {
    let data = folder();
    let server = Server::start(data.path(), QUIET).await;
    let public = server.public().with_key("order-1");
    let first = public.send_sms(LOGIN, &number(1)).await;
    assert_eq!(first.status(), 200);
    let again = public.send_sms(LOGIN, &number(1)).await;
    assert_eq!(told(&again), told(&first));
    assert_ne!(again["requestId"], first["requestId"]);
    // The same JSON in another order, asked in another language.
    let reordered = format!(
        "{{ \"phoneNumber\":\"{}\",\n \"channel\":\"{LOGIN}\" }}",
        number(1)
    );
    let again = send(&server, "order-1", reordered).await;
    assert_eq!(told(&again), told(&first));
    let again = public.clone().in_language("zh-CN");
    assert_eq!(told(&again.send_sms(LOGIN, &number(1)).await), told(&first));

    let server = {
        server.stop().await;
        Server::start(data.path(), QUIET).await
    };
    let public = server.public().with_key("order-1");
    assert_eq!(
        told(&public.send_sms(LOGIN, &number(1)).await),
        told(&first)
    );
    let other = public.send_sms(LOGIN, &number(2)).await;
    assert_snapshot!(other, @r#"
    HTTP 200
    {
      "statusCode": 422,
      "message": "This Idempotency-Key was used with another body. A repeat must have the same body; another call needs another key.",
      "apiCode": 2990006,
      "requestId": "[request id]"
    }
    "#);
    assert_eq!(server.outbox("").await.len(), 1, "one message in all");
    assert_eq!(server.public().login(&number(1)).await, 429);
    // A key belongs to one application.
    let shop = server.operator().create_application("shop", "Shop").await;
    let theirs = shop.public.with_key("order-1");
    assert_eq!(theirs.send_sms(LOGIN, &number(2)).await.status(), 200);
}

// shows: B15
#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_calls_at_once_with_one_key_are_one_message() {
    let vendor = Vendor::start(Manner::Answer(200, "")).await;
    let data = folder();
    let server = Server::start(data.path(), &["--quiet", "--provider", &vendor.provider()]).await;
    let public = server.public().with_key("one of a thousand");
    assert_eq!(
        public.send_sms(LOGIN, &number(1)).await.status(),
        400,
        "a space"
    );
    let public = server.public().with_key("one-of-a-thousand");
    let mut calls = JoinSet::new();
    for _ in 0..1_000 {
        let public = public.clone();
        calls.spawn(async move { public.send_sms(LOGIN, &number(1)).await.codes() });
    }
    let answers = calls.join_all().await;
    let sent = answers.iter().filter(|codes| **codes == (200, None));
    let waits = answers.iter().filter(|codes| **codes == (409, None));
    assert!(sent.clone().count() > 0);
    assert_eq!(sent.count() + waits.count(), 1_000, "{answers:?}");
    assert_eq!(vendor.messages().len(), 1);
}

// shows: B15, F1
#[tokio::test]
async fn a_repeat_after_a_kill_before_the_vendor_answered_sends_nothing_again() {
    let vendor = Vendor::start(Manner::WhenReleased).await;
    let (data, args) = (folder(), ["--quiet", "--provider", &vendor.provider()]);
    let server = Server::start(data.path(), &args).await;
    let public = server.public().with_key("order-1");
    let first = tokio::spawn({
        let sdk = server.public();
        async move { sdk.with_key("order-1").send_sms(LOGIN, &number(1)).await }
    });
    vendor.arrived(1).await;
    server.kill().await;
    assert!(first.await.is_err(), "it was answered");
    drop(public);

    let server = Server::start(data.path(), &args).await;
    let public = server.public().with_key("order-1");
    let again = public.send_sms(LOGIN, &number(1)).await;
    assert_snapshot!(again, @r#"
    HTTP 200
    {
      "statusCode": 200,
      "message": "Operation successful",
      "requestId": "[request id]"
    }
    "#);
    assert_eq!(
        told(&public.send_sms(LOGIN, &number(1)).await),
        told(&again)
    );
    assert_eq!(
        public.send_sms(LOGIN, &number(2)).await.codes(),
        (422, Some(2_990_006))
    );
    assert_eq!(vendor.messages().len(), 1);
}

// shows: B15
#[tokio::test]
async fn a_repeat_waits_a_moment_for_the_first_call() {
    let vendor = Vendor::start(Manner::WhenReleased).await;
    let data = folder();
    let server = Server::start(data.path(), &["--quiet", "--provider", &vendor.provider()]).await;
    let first = {
        let public = server.public().with_key("order-1");
        tokio::spawn(async move { public.send_sms(LOGIN, &number(1)).await })
    };
    vendor.arrived(1).await;
    let public = server.public().with_key("order-1");
    let repeated = public.send_sms(LOGIN, &number(1)).await;
    assert_snapshot!(repeated, @r#"
    HTTP 200
    {
      "statusCode": 409,
      "message": "The first call with this Idempotency-Key is still under way. Repeat it in a moment, with the same key.",
      "requestId": "[request id]"
    }
    "#);
    vendor.release();
    assert_eq!(first.await.unwrap().status(), 200);
    assert_eq!(public.send_sms(LOGIN, &number(1)).await.status(), 200);
    assert_eq!(vendor.messages().len(), 1);
}

// shows: B15
#[tokio::test]
async fn a_refusal_of_the_vendor_is_repeated_too() {
    let vendor = Vendor::start(Manner::Answer(400, "")).await;
    let data = folder();
    let args = ["--quiet", "--provider", &vendor.provider()];
    let server = Server::start(data.path(), &args).await;
    let public = server.public().with_key("order-1");
    let first = public.send_sms(LOGIN, &number(1)).await;
    assert_eq!(first.status(), 602);
    assert_eq!(
        told(&public.send_sms(LOGIN, &number(1)).await),
        told(&first)
    );
    server.kill().await;
    let server = Server::start(data.path(), &args).await;
    let public = server.public().with_key("order-1");
    assert_eq!(
        told(&public.send_sms(LOGIN, &number(1)).await),
        told(&first)
    );
    assert_eq!(vendor.messages().len(), 1);
}

// shows: B15
#[tokio::test]
async fn a_refusal_before_the_decision_leaves_the_key_free() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet", "--countries", "CN"]).await;
    let public = server.public().with_key("order-1");
    let abroad = public.send_sms(LOGIN, "+14155550132").await;
    assert_eq!(abroad.codes(), (422, Some(2_990_001)));
    assert_eq!(public.send_sms(LOGIN, "12").await.status(), 400);
    server.code(LOGIN, &number(1)).await;
    assert_eq!(public.send_sms(LOGIN, &number(1)).await.status(), 429);
    assert_eq!(public.send_sms(LOGIN, &number(2)).await.status(), 200);
    assert_eq!(
        public.send_sms(LOGIN, &number(3)).await.codes(),
        (422, Some(2_990_006))
    );
}

// shows: B15
#[tokio::test]
async fn a_repeated_check_brings_the_same_token_also_after_a_kill() {
    let data = folder();
    let server = Server::start(data.path(), QUIET).await;
    let code = server.code(LOGIN, &number(1)).await;
    let check = |code: &str| json!({"channel": LOGIN, "phoneNumber": number(1), "passCode": code});
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let miss = server.app_server().with_key("check-0");
    let missed = miss.post("verify-code", check(wrong)).await;
    assert_eq!(missed.data()["triesLeft"], 4, "{missed}");
    for _ in 0..10 {
        let again = miss.post("verify-code", check(wrong)).await;
        assert_eq!(told(&again), told(&missed));
    }
    let app = server.app_server().with_key("check-1");
    let first = app.post("verify-code", check(&code)).await;
    let token = first.text("verificationToken");
    assert_eq!(
        told(&app.post("verify-code", check(&code)).await),
        told(&first)
    );
    assert_eq!(
        app.post("verify-code", check(wrong)).await.codes(),
        (422, Some(2_990_006))
    );
    server.kill().await;

    let server = Server::start(data.path(), QUIET).await;
    let app = server.app_server().with_key("check-1");
    let again = app.post("verify-code", check(&code)).await;
    assert_eq!(told(&again), told(&first));
    assert_eq!(again.text("verificationToken"), token);
    let app = server.app_server();
    assert!(!app.accepts(&number(1), &code).await, "it is used up");
    let timeline = server.operator().timelines(&number(1)).await;
    assert_eq!(timeline.len(), 1);
    assert_eq!(timeline[0].checks.len(), 2, "one wrong, one right");
    // A key belongs to one endpoint.
    let sent = server.public().with_key("check-1");
    assert_eq!(sent.send_sms(LOGIN, &number(2)).await.status(), 200);
}

// shows: B15, G10
#[tokio::test]
async fn the_answers_about_an_erased_number_go() {
    let data = folder();
    let server = Server::start(data.path(), QUIET).await;
    let public = server.public().with_key("order-1");
    assert_eq!(public.send_sms(LOGIN, &number(1)).await.status(), 200);
    let erase = ["erase", "--phone", &number(1), "--reason", "asked for"];
    let erased = server.terminal().run(&erase);
    assert_eq!(erased.code, 0, "{erased}");
    // Neither another body nor a repeat is known any more; the minute still is.
    assert_eq!(public.send_sms(LOGIN, &number(1)).await.status(), 429);
    assert_eq!(public.send_sms(LOGIN, &number(2)).await.status(), 200);
}

// shows: B15
#[tokio::test]
async fn a_header_that_is_no_key_is_refused_by_name() {
    let data = folder();
    let server = Server::start(data.path(), QUIET).await;
    let refused = send(&server, "", login(&number(1))).await;
    assert_snapshot!(refused, @r#"
    HTTP 200
    {
      "statusCode": 400,
      "message": "Idempotency-Key must have 1 to 255 visible ASCII characters.",
      "requestId": "[request id]"
    }
    "#);
    for bad in [&"k".repeat(256), "with space", "a\tb"] {
        let refused = send(&server, bad, login(&number(1))).await;
        assert_eq!(refused.status(), 400, "{bad}");
        assert!(refused.message().contains("Idempotency-Key"), "{refused}");
    }
    let two = [
        ("x-authing-app-id", "dev-app"),
        ("idempotency-key", "a"),
        ("idempotency-key", "b"),
    ];
    let refused = server.post("send-sms", &two, login(&number(1))).await;
    assert!(refused.message().contains("Idempotency-Key"), "{refused}");
    let sent = send(&server, &"k".repeat(255), login(&number(1))).await;
    assert_eq!(sent.status(), 200);
    assert_eq!(server.outbox("").await.len(), 1);
}
