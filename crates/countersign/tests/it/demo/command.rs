//! The command line of the demo.

use std::process::{Output, Stdio};

use insta::assert_snapshot;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::{Demo, demo, form};
use crate::server::{BINARY, Server, folder, number};

/// The output of a demo that is refused: exit code 1, and one line on standard error alone.
async fn refused(args: &[&str]) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = demo(args).output().await.unwrap();
    assert_eq!(status.code(), Some(1), "{args:?}");
    assert!(stdout.is_empty(), "{args:?}");
    let line = String::from_utf8(stderr).unwrap();
    assert_eq!(line.lines().count(), 1, "{args:?}: {line}");
    line.replace(BINARY, "[program]")
}

#[tokio::test]
async fn the_demo_takes_the_secret_of_another_application_by_file_and_by_standard_input() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let shop = server.operator().create_application("shop", "Shop").await;
    let file = data.path().join("shop.secret");
    std::fs::write(&file, format!("{}\n", shop.secret)).unwrap();
    let args = ["--url", &server.url, "--app", "shop", "--app-secret-file"];
    let by_file = Demo::start(demo(&[&args[..], &[file.to_str().unwrap()]].concat())).await;
    let mut child = demo(&[&args[..], &["-"]].concat())
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(shop.secret.as_bytes()).await.unwrap();
    drop(stdin);
    let by_standard_input = Demo::listening(child).await;
    for (n, demo) in [by_file, by_standard_input].iter().enumerate() {
        assert!(!demo.printed.contains(&shop.secret));
        let (visitor, number) = (demo.visitor(), number(n));
        visitor.submit("/code", &format!("number={number}")).await;
        let message = &server.outbox(&format!("+86{number}")).await[0];
        assert!(message["text"].as_str().unwrap().contains("Shop"));
        let code = message["passCode"].as_str().unwrap();
        let right = visitor.submit("/sign-in", &form(&number, code)).await;
        assert_eq!(right.status, 303, "{right}");
    }
}

#[tokio::test]
async fn a_demo_that_cannot_work_ends_with_one_sentence_that_says_what_to_do() {
    let data = folder();
    let folder = data.path().to_str().unwrap();
    let nobody = crate::sandbox::nobody();
    let sentences = [
        refused(&["--data", folder]).await.replace(folder, "[data]"),
        refused(&["--url", &nobody]).await.replace(&nobody, "[url]"),
        refused(&["--url", "https://sms.example.com"]).await,
        refused(&["--app", "shop"]).await,
        refused(&["--app", "shop", "--app-secret-file", "-"]).await,
    ];
    assert_snapshot!(sentences.concat(), @"
    countersign: no countersign is running on [data]: start one with `[program] dev --data [data]`, or name its folder with --data
    countersign: no countersign is running at [url]: start one with `[program] dev`, or name its address with --url
    countersign: --url must be an http address, such as http://127.0.0.1:8480
    countersign: --app-secret-file must name a file with the secret of shop, or be - for standard input
    countersign: --app-secret-file: standard input is empty
    ");

    let mut command = Command::new(BINARY);
    let open = command.args(["demo", "--listen", "0.0.0.0:0"]).output();
    let open = open.await.unwrap();
    assert_eq!(open.status.code(), Some(1));
    assert_snapshot!(String::from_utf8(open.stderr).unwrap(), @"countersign: demo listens on loopback only, not on 0.0.0.0:0: it is an example, without TLS");

    let server = Server::start(data.path(), &["--quiet"]).await;
    server.kill().await; // leaves its note behind
    let says = refused(&["--data", folder]).await;
    assert!(says.contains("no countersign is running on"), "{says}");
}

#[tokio::test]
async fn the_demo_says_what_to_open_and_ends_well_on_a_signal() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let mut screens = Vec::new();
    for signal in ["-INT", "-TERM"] {
        let demo = Demo::beside(data.path()).await;
        let printed = demo.printed.replace(&demo.url, "[demo]");
        screens.push(printed.replace(&server.url, "[dev]"));
        assert_eq!(demo.ends_on(signal).await, (Some(0), String::new()));
    }
    assert_eq!(screens[0], screens[1]);
    assert_snapshot!(screens[0], @"

    An example application that signs people in by phone. Open [demo]

      codes come from  [dev], application dev-app
      codes arrive at  [dev]/dev/outbox

    Stop with Ctrl-C.
    ");
}
