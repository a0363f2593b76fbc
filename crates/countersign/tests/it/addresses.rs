//! The address of a request: forged headers, trusted proxies, and the back ends of an application.

use insta::assert_snapshot;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

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

/// Has the application `shop` send once more to a number whose minute is taken, with these header lines.
async fn refuse(server: &Server, lines: &[(&str, &str)]) {
    let body = json!({"channel": "CHANNEL_LOGIN", "phoneNumber": number(1)}).to_string();
    let mut headers = vec![("x-authing-app-id", "shop")];
    headers.extend(lines);
    let answer = server.post("send-sms", &headers, body).await;
    assert_eq!(answer.status(), 429, "{answer}");
}

// shows: B7
#[tokio::test]
async fn a_trusted_proxy_that_writes_forwarded_is_believed_unless_it_writes_x_forwarded_for_too() {
    let deployment = Deployment::new();
    deployment.edit("[server]", "[server]\ntrusted_proxies = [\"127.0.0.1\"]");
    let (server, app, _vendor) = in_service(&deployment).await;
    assert_eq!(app.public.login(&number(1)).await, 200);
    let forwarded = (
        "forwarded",
        "for=1.2.3.4, for=\"[2001:db8::7]:4711\";proto=https",
    );
    refuse(&server, &[forwarded]).await;
    refuse(&server, &[forwarded, ("x-forwarded-for", "203.0.113.9")]).await;
    refuse(&server, &[("forwarded", "for=unknown")]).await;
    let addresses = refused_addresses(&server).await;
    assert_eq!(addresses, ["127.0.0.1", "203.0.113.9", "2001:db8::7"]);
}

// shows: B6, B7
#[tokio::test]
async fn a_back_end_names_the_end_user_and_a_stranger_does_not() {
    let deployment = Deployment::new();
    deployment.edit("[server]", "[server]\ntrusted_proxies = [\"127.0.0.1\"]");
    let (server, app, _vendor) = in_service(&deployment).await;
    let backends = json!({"appId": "shop", "backends": ["10.1.2.3/16", "::ffff:192.0.2.5"]});
    let shop = server.operator().set("update-application", backends).await;
    assert_eq!(shop["backends"], json!(["10.1.0.0/16", "192.0.2.5"]));
    assert_eq!(app.public.login(&number(1)).await, 200);
    let user = ("x-real-ip", "203.0.113.9");
    for from in ["10.1.7.7", "192.0.2.5", "10.2.7.7"] {
        refuse(&server, &[("x-forwarded-for", from), user]).await;
    }
    let unreadable = ("x-real-ip", "nonsense");
    refuse(&server, &[("x-forwarded-for", "10.1.7.7"), unreadable]).await;
    refuse(&server, &[("x-forwarded-for", "10.1.7.7")]).await;
    let addresses = refused_addresses(&server).await;
    let expected = [
        "10.1.7.7",
        "10.1.7.7",
        "10.2.7.7",
        "203.0.113.9",
        "203.0.113.9",
    ];
    assert_eq!(addresses, expected);
}

#[tokio::test]
async fn an_operator_lists_the_back_ends_of_an_application_and_takes_them_away() {
    let deployment = Deployment::new();
    let server = deployment.serve(&[]).await;
    let terminal = server.terminal();
    terminal.ok(&[
        "app",
        "create",
        "--name",
        "Shop",
        "--id",
        "shop",
        "--backend",
        "10.1.0.0/16",
    ]);
    let listed = || terminal.ok(&["app", "list", "--json"]);
    assert!(
        listed().contains(r#""backends":["10.1.0.0/16"]"#),
        "{}",
        listed()
    );
    let two = [
        "app",
        "set",
        "shop",
        "--backend",
        "203.0.113.7",
        "--backend",
        "fd00::/8",
    ];
    assert_snapshot!(terminal.ok(&two), @r"
    app id        shop
    name          Shop
    origins       none
    back ends     203.0.113.7 fd00::/8
    web host      none
    android hash  none
    country       CN
    language      by the number, or else en-US
    ");
    assert_snapshot!(terminal.run(&["app", "set", "shop", "--backend", "0.0.0.0/0"]), @r"
    exit code 1
    countersign: backends may hold no network wider than /8 (IPv6: /7): strangers would count as servers of the application. (statusCode 400)
    ");
    assert_snapshot!(terminal.run(&["app", "set", "shop", "--backend", "shop.example"]), @r"
    exit code 1
    countersign: backends must be addresses or networks such as 203.0.113.7 or 10.1.0.0/16, 64 at most. (statusCode 400)
    ");
    terminal.ok(&["app", "set", "shop", "--no-backends"]);
    assert!(!listed().contains("backends"), "{}", listed());
}

/// The answer of the service to these bytes, until it ends the connection.
async fn said_to(server: &Server, bytes: &[u8]) -> String {
    let mut caller = TcpStream::connect(server.address()).await.unwrap();
    caller.write_all(bytes).await.unwrap();
    let mut said = String::new();
    let _ = caller.read_to_string(&mut said).await;
    said
}

// shows: B7
#[tokio::test]
async fn a_trusted_proxy_names_its_caller_by_the_proxy_protocol() {
    let deployment = Deployment::new();
    deployment.edit(
        "[server]",
        "[server]\ntrusted_proxies = [\"127.0.0.1\"]\nproxy_protocol = true",
    );
    let (server, app, _vendor) = in_service(&deployment).await;
    // The operator's own connections bring no header, and come from the proxy's machine.
    assert_eq!(app.public.login(&number(1)).await, 200);
    let body = json!({"channel": "CHANNEL_LOGIN", "phoneNumber": number(1)}).to_string();
    let request = format!(
        "POST /api/v3/send-sms HTTP/1.1\r\nhost: a\r\nx-authing-app-id: shop\r\nconnection: close\r\n\
         x-forwarded-for: 1.2.3.4\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let proxy = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xcb\0\x71\x09\x7f\0\0\x01\x12\x34\x01\xbb";
    let local = b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0";
    let version_1 = b"PROXY TCP4 203.0.113.9 127.0.0.1 4660 443\r\n";
    for header in [&proxy[..], local] {
        let said = said_to(&server, &[header, request.as_bytes()].concat()).await;
        assert!(said.contains("\"statusCode\":429"), "{said}");
    }
    let said = said_to(&server, &[&version_1[..], request.as_bytes()].concat()).await;
    assert!(said.starts_with("HTTP/1.1 400 "), "{said}");
    let said = said_to(&server, b"\r\n\r\n\0\r\nQUITE A LONG REQUEST").await;
    assert_eq!(said, "");
    let addresses = refused_addresses(&server).await;
    // The proxy itself is believed about the address before it.
    assert_eq!(addresses, ["1.2.3.4", "203.0.113.9"]);
    assert!(server.terminal().ok(&["app", "list"]).contains("shop"));
}
