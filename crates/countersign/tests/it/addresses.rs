//! Whose address a request has: forged headers, and trusted proxies.

use serde_json::{Value, json};

use crate::deployment::{Deployment, in_service};
use crate::server::{Server, number};

// shows: B6
#[tokio::test]
async fn a_caller_that_forges_every_header_of_proxies_is_known_by_its_connection() {
    let deployment = Deployment::new();
    let (server, _app, _vendor) = in_service(&deployment).await;
    let body = json!({"channel": "CHANNEL_LOGIN", "phoneNumber": number(1)}).to_string();
    for n in 0..50 {
        let forged = format!("203.0.113.{n}");
        let forwarded = format!("for={forged}");
        let mut headers = vec![("x-authing-app-id", "shop"), ("forwarded", &*forwarded)];
        for name in [
            "x-forwarded-for",
            "x-real-ip",
            "cf-connecting-ip",
            "true-client-ip",
            "x-client-ip",
            "x-cluster-client-ip",
        ] {
            headers.extend([(name, &*forged); 2]);
        }
        server.post("send-sms", &headers, body.clone()).await;
    }
    assert_eq!(refused_addresses(&server).await, vec!["127.0.0.1"; 49]);
}

// shows: B7
#[tokio::test]
async fn a_trusted_proxy_is_believed_about_its_caller_from_the_right() {
    let deployment = Deployment::new();
    deployment.edit(
        "[server]",
        "[server]\ntrusted_proxies = [\"127.0.0.1\", \"10.0.0.0/8\"]",
    );
    let (server, _app, _vendor) = in_service(&deployment).await;
    let body = json!({"channel": "CHANNEL_LOGIN", "phoneNumber": number(1)}).to_string();
    for forwarded in [
        "203.0.113.9",
        "1.2.3.4, 192.0.2.7, 10.1.1.1",
        "nonsense",
        "",
    ] {
        let headers = [("x-authing-app-id", "shop"), ("x-forwarded-for", forwarded)];
        server.post("send-sms", &headers, body.clone()).await;
    }
    let addresses = refused_addresses(&server).await;
    assert_eq!(addresses, ["127.0.0.1", "127.0.0.1", "192.0.2.7"]);
}

/// The addresses of the callers that were refused, newest first.
async fn refused_addresses(server: &Server) -> Vec<String> {
    let refused = server.operator().get("list-refusals?limit=1000").await;
    let refused = refused.data().as_array().unwrap().clone();
    let address = |refused: Value| refused["address"].as_str().unwrap().to_owned();
    refused.into_iter().map(address).collect()
}
