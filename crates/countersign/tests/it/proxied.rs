//! Requests to vendors through the proxy of the settings.

use std::sync::{Arc, Mutex};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::server::{Server, folder, number};
use crate::vendor::{Manner, Vendor};

/// A proxy on this machine that leads every tunnel to `vendor`: its address, and the heads of what it was asked.
async fn proxy(vendor: &Vendor) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let to = vendor
        .url
        .trim_start_matches("http://")
        .trim_end_matches("/sms")
        .to_owned();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut caller, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(caller.read_u8().await.unwrap());
            }
            log.lock().unwrap().push(String::from_utf8(head).unwrap());
            caller.write_all(b"HTTP/1.1 200 X\r\n\r\n").await.unwrap();
            let mut vendor = TcpStream::connect(&to).await.unwrap();
            let _ = tokio::io::copy_bidirectional(&mut caller, &mut vendor).await;
        }
    });
    (address, asked)
}

// shows: found-V9
#[tokio::test]
async fn a_message_goes_through_the_proxy_of_the_settings_to_the_address_of_the_vendor() {
    let (data, vendor) = (folder(), Vendor::start(Manner::Answer(200, "{}")).await);
    let (proxy, asked) = proxy(&vendor).await;
    let settings = data.path().join("settings.toml");
    let text =
        format!("[providers]\nreach = \"anywhere\"\nproxy = \"http://user:hunter2@{proxy}\"\n");
    std::fs::write(&settings, text).unwrap();
    let config = settings.to_str().unwrap();
    let server = Server::start(data.path(), &["--quiet", "--config", config]).await;
    // An address that nothing but the proxy leads to.
    let account = json!({
        "name": "acme", "kind": "http",
        "settings": {"url": "http://10.255.255.1:8080/sms", "format": "json", "body": {"to": "{to}", "code": "{code}"}},
    });
    server.operator().set("set-sms-provider", account).await;
    let app = server
        .operator()
        .create_application_through("app", &["acme"])
        .await;
    assert_eq!(app.public.login(&number(1)).await, 200);
    assert_eq!(vendor.messages().len(), 1);
    let asked = asked.lock().unwrap().clone();
    let [head] = &asked[..] else {
        panic!("one tunnel: {asked:?}");
    };
    assert!(
        head.starts_with("CONNECT 10.255.255.1:8080 HTTP/1.1\r\n"),
        "{head}"
    );
    let logs = server.stop().await.stderr;
    assert!(!logs.contains("hunter2"), "the log has a password");
}
