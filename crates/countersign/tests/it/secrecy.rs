//! What never reaches a log or a file.

use std::fs;

use crate::server::{Server, folder, number};
use crate::vendor::{Manner, Vendor};

#[tokio::test]
async fn no_code_number_or_secret_is_in_a_trace_or_in_the_store() {
    let (data, vendor) = (folder(), Vendor::start(Manner::Answer(400, "")).await);
    let mut server = Server::start(data.path(), &["--quiet"]).await; // logs at TRACE
    let mut secrets = vec!["dev-app-secret".to_owned(), server.token()];
    for n in 0..20 {
        assert_eq!(server.login(&number(n)).await, 200);
        assert_eq!(server.login(&number(n)).await, 429);
        secrets.push(number(n));
    }
    server.send("CHANNEL_LOGIN", "1380000000O").await;
    server.send("13800000001", "+4413800000002").await;
    for message in server
        .get("/dev/outbox")
        .await
        .json::<Vec<serde_json::Value>>()
        .await
        .unwrap()
    {
        secrets.push(message["passCode"].as_str().unwrap().to_owned());
    }
    server
        .get(&format!(
            "/api/v3/{}?phoneNumber=+86{}",
            number(7),
            number(8)
        ))
        .await;
    server.messages().await;
    let mut logs = server.stop().await.stderr;
    server = Server::start(data.path(), &["--quiet", "--provider", &vendor.provider()]).await;
    secrets.push(server.token());
    assert_eq!(server.login(&number(50)).await, 602);
    for message in vendor.messages() {
        secrets.push(message["passCode"].as_str().unwrap().to_owned());
    }
    logs += &server.stop().await.stderr;

    assert!(logs.contains("answered"), "there are logs");
    for secret in &secrets {
        // Six digits turn up by chance inside longer runs of them, such as times and ids; a number or a
        // token does not.
        let is_code = secret.len() == 6;
        let found = logs.match_indices(secret.as_str()).any(|(at, _)| {
            let around = [
                logs[..at].chars().next_back(),
                logs[at + secret.len()..].chars().next(),
            ];
            !(is_code && around.into_iter().flatten().any(|c| c.is_ascii_hexdigit()))
        });
        assert!(!found, "a log line holds {secret}");
    }
    for entry in fs::read_dir(data.path()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name.starts_with("outbox") {
            continue; // it plays the phone
        }
        let bytes = fs::read(&path).unwrap();
        for secret in secrets.iter().filter(|secret| secret.len() > 6) {
            let found = bytes
                .windows(secret.len())
                .any(|part| part == secret.as_bytes());
            assert!(!found, "{name} holds {secret}");
        }
    }
}
