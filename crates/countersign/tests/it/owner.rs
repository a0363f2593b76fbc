//! The one owner of a data folder, and what makes a command believe that it is the owner.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use countersign_store::OwnedFolder;
use serde_json::json;

use crate::actors::Terminal;
use crate::server::{Server, Stopped, folder, number};

/// The longest that a server may take to notice that its folder is gone, and to end.
const NOTICE: Duration = Duration::from_secs(5);

/// A process that took a port, answers every request 200 with the same text, and tells what it was asked.
fn impostor(listener: TcpListener, text: &'static str) -> Receiver<String> {
    let (told, asked) = channel();
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let _ = told.send(head(&mut connection));
            let length = text.len();
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{text}"
            );
            let _ = connection.write_all(answer.as_bytes());
        }
    });
    asked
}

/// The head of a request.
fn head(connection: &mut TcpStream) -> String {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") && connection.read(&mut byte).unwrap() == 1 {
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap()
}

/// Leaves the note of an owner that listens at `listener`.
fn leave_note(data: &Path, listener: &TcpListener, token: &str) {
    let url = format!("http://{}", listener.local_addr().unwrap());
    let note = json!({ "url": url, "token": token }).to_string();
    fs::write(data.join("owner.json"), note).unwrap();
}

/// The end of a server whose folder is not in its place any more.
async fn stops(server: Server) -> Stopped {
    let stopped = tokio::time::timeout(NOTICE, server.wait()).await;
    let stopped = stopped.expect("the server notices");
    assert_eq!(stopped.status.code(), Some(1), "{}", stopped.stderr);
    let last = stopped.stderr.lines().last().unwrap_or_default();
    assert!(
        last.contains("was moved, replaced or removed while countersign was running: put it back"),
        "{last}"
    );
    stopped
}

// shows: found-R5
#[tokio::test]
async fn a_second_server_is_refused_though_the_lock_file_was_removed() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    fs::remove_file(data.path().join("owner.lock")).unwrap();
    let second = Terminal::on(data.path()).run(&["dev", "--quiet", "--listen", "127.0.0.1:0"]);
    assert_eq!(second.code, 1, "{second}");
    assert!(
        second.stderr.contains("belongs to a running countersign"),
        "{second}"
    );
    assert_eq!(server.public().login(&number(1)).await, 200);
}

// shows: found-R5
#[tokio::test]
async fn a_server_whose_folder_is_moved_stops_and_another_goes_on_with_its_minutes() {
    let parent = folder();
    let (here, there) = (parent.path().join("data"), parent.path().join("moved"));
    let server = Server::start(&here, &["--quiet"]).await;
    assert_eq!(server.public().login(&number(1)).await, 200);
    fs::rename(&here, &there).unwrap();
    stops(server).await;
    let server = Server::start(&there, &["--quiet"]).await;
    assert_eq!(
        server.public().login(&number(1)).await,
        429,
        "the minute goes on"
    );
}

// shows: found-R5
#[tokio::test]
async fn a_server_whose_folder_or_database_is_replaced_stops() {
    for name in ["", "countersign.db"] {
        let parent = folder();
        let data = parent.path().join("data");
        let server = Server::start(&data, &["--quiet"]).await;
        let place = data.join(name);
        fs::rename(&place, parent.path().join("old")).unwrap();
        if name.is_empty() {
            fs::create_dir(&place).unwrap();
        } else {
            fs::write(&place, "").unwrap();
        }
        stops(server).await;
    }
}

// shows: found-R4
#[tokio::test]
async fn a_process_that_took_the_port_of_a_dead_server_is_told_nothing() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let address = server.address().to_owned();
    server.kill().await; // leaves its note behind
    let asked = impostor(TcpListener::bind(address).unwrap(), "{}");
    let account = data.path().join("account.toml");
    fs::write(
        &account,
        "name = \"shop\"\nkind = \"http\"\n[secrets]\npassword = \"secret\"\n",
    )
    .unwrap();
    let terminal = Terminal::on(data.path());
    for command in [
        &["provider", "add", "--file", account.to_str().unwrap()][..],
        &["app", "list"],
        &["send", "--to", "13800000001"],
        &["demo", "--listen", "127.0.0.1:0"],
    ] {
        let refused = terminal.run(command);
        assert_eq!(refused.code, 1, "{refused}");
        assert!(
            refused.stderr.contains("no countersign is running on"),
            "{refused}"
        );
    }
    assert!(asked.try_recv().is_err(), "nothing was asked");
}

// shows: found-R4
#[tokio::test]
async fn a_process_that_does_not_know_the_token_gets_neither_token_nor_secret() {
    for answer in [
        "",
        "\u{1b}]0;owned\u{7}",
        "00000000000000000000000000000000000000000000000000000000000000ff",
    ] {
        let (data, listener) = (folder(), TcpListener::bind("127.0.0.1:0").unwrap());
        let owner = OwnedFolder::claim(data.path()).unwrap();
        leave_note(data.path(), &listener, "the-token");
        let asked = impostor(listener, answer);
        let refused =
            Terminal::on(data.path()).run(&["check", "--to", "13800000001", "--code", "123456"]);
        assert_eq!(refused.code, 1, "{refused}");
        assert!(
            refused.stderr.contains("nothing was told to it"),
            "{refused}"
        );
        assert!(!refused.stderr.contains('\u{1b}'), "{refused}");
        let heads: Vec<_> = asked.try_iter().collect();
        let [head] = heads.as_slice() else {
            panic!("{heads:?}")
        };
        assert!(head.starts_with("GET /owner/proof?nonce="), "{head}");
        for secret in ["the-token", "123456", "13800000001", "authorization"] {
            assert!(!head.contains(secret), "{head}");
        }
        drop(owner);
    }
}

// shows: found-R4
#[tokio::test]
async fn an_owner_proves_itself_anew_for_every_nonce_and_only_for_nonces() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let ask = async |nonce: String| server.get(&format!("/owner/proof?nonce={nonce}")).await;
    let (one, other) = (ask("0".repeat(64)).await, ask("1".repeat(64)).await);
    assert_eq!((one.http.as_u16(), one.body.len()), (200, 64));
    assert_ne!(one.body, other.body);
    for nonce in ["", "00", "countersign", &"g".repeat(64), &"0".repeat(65)] {
        assert_eq!(ask(nonce.to_owned()).await.http, 400, "{nonce}");
    }
}
