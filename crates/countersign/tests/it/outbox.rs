//! The development phone.

use reqwest::StatusCode;

use crate::server::{Server, folder, number};

#[tokio::test]
async fn the_inbox_survives_a_kill_and_is_newest_first() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    assert_eq!(server.login(&number(1)).await, 200);
    assert_eq!(
        server
            .send("CHANNEL_REGISTER", &number(1))
            .await
            .status_code,
        200
    );
    assert_eq!(server.login(&number(2)).await, 200);
    let to = format!("+86{}", number(1));
    let before = server.outbox(&to).await;
    server.kill().await;
    let server = Server::start(data.path(), &["--quiet"]).await;
    assert_eq!(server.outbox(&to).await, before);
    let channels: Vec<_> = before
        .iter()
        .map(|message| message["channel"].as_str().unwrap())
        .collect();
    assert_eq!(channels, ["CHANNEL_REGISTER", "CHANNEL_LOGIN"]);
    for message in before {
        let code = message["passCode"].as_str().unwrap();
        assert!(
            code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()),
            "{code}"
        );
        assert!(message["text"].as_str().unwrap().contains(code));
        assert_eq!(message["to"], to.as_str());
    }
    assert_eq!(
        server
            .get("/dev/outbox")
            .await
            .json::<Vec<serde_json::Value>>()
            .await
            .unwrap()
            .len(),
        3
    );
    let bad = server.get("/dev/outbox?phoneNumber=12").await;
    assert_eq!(bad.status(), StatusCode::BAD_REQUEST);
    assert_eq!(server.outbox("%2B8613900139000").await.len(), 0);
}

#[tokio::test]
async fn messages_are_drawn_unless_quiet() {
    let data = folder();
    let server = Server::start(data.path(), &[]).await;
    assert_eq!(server.login(&number(1)).await, 200);
    let code = server.outbox(&format!("+86{}", number(1))).await[0]["passCode"]
        .as_str()
        .unwrap()
        .to_owned();
    let stopped = server.stop().await;
    assert!(stopped.status.success());
    assert!(
        stopped.stdout.contains(&code) && stopped.stdout.contains("╭"),
        "{}",
        stopped.stdout
    );
    assert!(
        stopped.stdout.contains("for development only"),
        "{}",
        stopped.stdout
    );
    assert!(
        stopped.stdout.contains("curl -s http://127.0.0.1:"),
        "{}",
        stopped.stdout
    );

    let server = Server::start(data.path(), &["--quiet"]).await;
    assert_eq!(server.login(&number(2)).await, 200);
    let url = server.url.clone();
    assert_eq!(server.stop().await.stdout, format!("listening on {url}\n"));
}
