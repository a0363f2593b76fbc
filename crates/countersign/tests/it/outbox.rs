//! The development phone.

use crate::server::{Server, folder, number};

#[tokio::test]
async fn the_outbox_keeps_messages_over_a_kill_and_shows_the_newest_first() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    assert_eq!(server.public().login(&number(1)).await, 200);
    let register = server
        .public()
        .send_sms("CHANNEL_REGISTER", &number(1))
        .await;
    assert_eq!(register.status(), 200);
    assert_eq!(server.public().login(&number(2)).await, 200);
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
    assert_eq!(server.outbox("").await.len(), 3);
    let bad = server.get("/dev/outbox?phoneNumber=12").await;
    assert_eq!(bad.http, 400);
    assert_eq!(server.outbox("%2B8613900139000").await.len(), 0);
}

#[tokio::test]
async fn the_terminal_shows_messages_unless_it_is_quiet() {
    let data = folder();
    let server = Server::start(data.path(), &[]).await;
    assert_eq!(server.public().login(&number(1)).await, 200);
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
    assert_eq!(server.public().login(&number(2)).await, 200);
    let url = server.url.clone();
    assert_eq!(server.stop().await.stdout, format!("listening on {url}\n"));
}
