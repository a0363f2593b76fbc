//! Traces: what an OpenTelemetry collector gets, and that it delays nothing.

use axum::http::StatusCode;
use insta::assert_snapshot;
use serde_json::json;
use tokio::process::Command;

use crate::actors::{App, check_body};
use crate::collector::{Collector, Manner};
use crate::deployment::Deployment;
use crate::secrecy::holds;
use crate::server::{BINARY, Server, number};
use crate::vendor::{self, Vendor};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const SPAN: &str = "b7ad6b7169203331";

const TAKES_ALL: Manner = |_| Some(StatusCode::OK);

/// A service that exports its traces to `collector` as soon as it can, with an application that sends through `acme`.
async fn traced(deployment: &Deployment, collector: &str) -> (Server, App, Vendor) {
    let section = format!("[telemetry]\notlp_endpoint = \"{collector}\"\n[store]");
    deployment.edit("[store]", &section);
    deployment.reach_this_machine();
    let vendor = Vendor::start(vendor::Manner::Answer(200, "{}")).await;
    let mut command = Command::new(BINARY);
    command.env("OTEL_BSP_SCHEDULE_DELAY", "20");
    let server = Server::serve_by(command, &deployment.settings(), &deployment.data(), &[]).await;
    let settings =
        json!({"url": &vendor.url, "format": "json", "body": {"to": "{to}", "code": "{code}"}});
    let account = json!({"name": "acme", "kind": "http", "settings": settings});
    let operator = server.operator();
    operator.set("set-sms-provider", account).await;
    let app = operator.create_application_through("shop", &["acme"]).await;
    (server, app, vendor)
}

fn send_body(n: usize) -> String {
    json!({"channel": "CHANNEL_LOGIN", "phoneNumber": number(n)}).to_string()
}

#[tokio::test]
async fn a_send_is_a_trace_below_the_span_of_its_caller() {
    let (deployment, collector) = (Deployment::new(), Collector::start(TAKES_ALL).await);
    let (server, _, vendor) = traced(&deployment, &collector.url).await;
    let parent = format!("00-{TRACE}-{SPAN}-01");
    let headers = [("x-authing-app-id", "shop"), ("traceparent", &*parent)];
    for status in [200, 429] {
        let answer = server.post("send-sms", &headers, send_body(1)).await;
        assert_eq!(answer.status(), status, "{answer}");
    }
    let code = vendor.messages()[0]["code"].as_str().unwrap().to_owned();
    let body = check_body("CHANNEL_LOGIN", &number(1), &code).to_string();
    server.post("pre-check-code", &headers, body).await;
    server.stop().await;
    assert_snapshot!(collector.trace(TRACE, SPAN), @r"
    /api/v3/send-sms (SPAN_KIND_SERVER, status 0) below the caller: countersign.app_id=shop countersign.channel=CHANNEL_LOGIN countersign.request_id=[id] countersign.status_code=200 http.request.method=POST http.response.status_code=200 http.route=/api/v3/send-sms
    decide (SPAN_KIND_INTERNAL, status 0) below /api/v3/send-sms: countersign.channel=CHANNEL_LOGIN countersign.message_id=[id] countersign.outcome=admitted
    call (SPAN_KIND_CLIENT, status 0) below /api/v3/send-sms: countersign.outcome=accepted countersign.provider=acme countersign.provider_kind=http
    /api/v3/send-sms (SPAN_KIND_SERVER, status 0) below the caller: countersign.app_id=shop countersign.channel=CHANNEL_LOGIN countersign.request_id=[id] countersign.status_code=429 http.request.method=POST http.response.status_code=200 http.route=/api/v3/send-sms
    decide (SPAN_KIND_INTERNAL, status 0) below /api/v3/send-sms: countersign.channel=CHANNEL_LOGIN countersign.message_id=[id] countersign.outcome=refused
    /api/v3/pre-check-code (SPAN_KIND_SERVER, status 0) below the caller: countersign.app_id=shop countersign.request_id=[id] countersign.status_code=200 http.request.method=POST http.response.status_code=200 http.route=/api/v3/pre-check-code
    check (SPAN_KIND_INTERNAL, status 0) below /api/v3/pre-check-code: countersign.outcome=right
    ");
    for resource in collector.resources() {
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(
            resource,
            format!("service.name=countersign service.version={version}")
        );
    }
}

// shows: G10
#[tokio::test]
async fn no_trace_holds_a_number_a_code_or_a_secret() {
    let (deployment, collector) = (Deployment::new(), Collector::start(TAKES_ALL).await);
    let (server, app, vendor) = traced(&deployment, &collector.url).await;
    let mut secrets = vec![server.token(), app.secret.clone(), number(1), number(2)];
    let state = format!("a={}", number(2));
    let headers = [
        ("x-authing-app-id", "shop"),
        ("traceparent", &*number(2)),
        ("tracestate", &*state),
        ("baggage", &*state),
    ];
    let sent = server.post("send-sms", &headers, send_body(1)).await;
    assert_eq!(sent.status(), 200, "{sent}");
    let path = format!("/api/v3/{}?phoneNumber={}", number(2), number(2));
    server.get(&path).await;
    let url = format!("{}/{}", server.url, number(2));
    let odd = reqwest::Method::from_bytes(number(2).as_bytes()).unwrap();
    server.client().request(odd, url).send().await.unwrap();
    let body = json!({"appId": "shop", "appSecret": &app.secret}).to_string();
    server.post("check-app-id-secret", &[], body).await;
    let code = vendor.messages()[0]["code"].as_str().unwrap().to_owned();
    let body = check_body("CHANNEL_LOGIN", &number(1), &code).to_string();
    server.post("pre-check-code", &headers, body).await;
    secrets.push(code);
    server.stop().await;
    let bytes = collector.bytes();
    assert!(holds(&bytes, "/api/v3/pre-check-code"), "there are traces");
    for secret in &secrets {
        assert!(!holds(&bytes, secret), "a trace holds {secret}");
    }
}

#[tokio::test]
async fn a_collector_that_never_answers_delays_no_send() {
    let (deployment, collector) = (Deployment::new(), Collector::start(|_| None).await);
    let (server, _, _vendor) = traced(&deployment, &collector.url).await;
    collector.arrived(1).await;
    let headers = [("x-authing-app-id", "shop")];
    let sent = server.post("send-sms", &headers, send_body(1)).await;
    assert_eq!(sent.status(), 200, "{sent}");
    let stopped = server.stop().await;
    assert!(stopped.status.success(), "{}", stopped.stderr);
    assert!(stopped.stderr.contains("\"message\":\"stopped\""));
}

#[tokio::test]
async fn a_collector_that_fails_is_one_line_of_the_log_and_another_once_it_is_well() {
    let fails_thrice: Manner = |batch| match batch {
        0..=2 => Some(StatusCode::INTERNAL_SERVER_ERROR),
        _ => Some(StatusCode::OK),
    };
    let (deployment, collector) = (Deployment::new(), Collector::start(fails_thrice).await);
    let (server, _, _vendor) = traced(&deployment, &collector.url).await;
    for batch in 1..=5 {
        server.get("/api/v3/system").await;
        collector.arrived(batch).await;
    }
    let logs = server.stop().await.stderr;
    let count = |words: &str| logs.matches(words).count();
    assert_eq!(count("the collector takes no traces"), 1, "{logs}");
    assert_eq!(count("the collector takes traces again"), 1, "{logs}");
}

#[test]
fn an_endpoint_that_is_no_url_of_a_collector_stops_the_start() {
    let deployment = Deployment::new();
    let variable = "COUNTERSIGN_TELEMETRY__OTLP_ENDPOINT";
    let refused = |endpoint| deployment.refusal_with(&[(variable, endpoint)]);
    assert_snapshot!(refused("http://user:secret@collector:4318"), @"countersign: the settings (file [folder]/countersign.toml): telemetry: otlp_endpoint is the URL of a collector, such as http://127.0.0.1:4318, without user, query and fragment");
}
