//! Signals and limits of the operating system that reach a running program.

use std::collections::HashMap;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::Command;

use crate::crash::burst;
use crate::sandbox::until;
use crate::server::{BINARY, Server, folder, number};
use crate::vendor::{Manner, Vendor};

// shows: found-R6
#[tokio::test]
async fn a_send_under_way_is_answered_before_a_signal_ends_the_server() {
    for signal in ["-HUP", "-QUIT", "-INT", "-TERM"] {
        let (data, vendor) = (folder(), Vendor::start(Manner::WhenReleased).await);
        let server =
            Server::start(data.path(), &["--quiet", "--provider", &vendor.provider()]).await;
        let public = server.public();
        let send = tokio::spawn(async move { public.login(&number(1)).await });
        vendor.arrived(1).await;
        server.signal(signal);
        vendor.release();
        assert_eq!(send.await.unwrap(), 200, "{signal}");
        let stopped = server.wait().await;
        assert_eq!(
            stopped.status.code(),
            Some(0),
            "{signal}: {}",
            stopped.stderr
        );
    }
}

// shows: H8
#[tokio::test(flavor = "multi_thread")]
async fn a_stop_in_a_burst_loses_no_send_that_was_answered() {
    let (data, vendor) = (folder(), Vendor::start(Manner::Answer(200, "")).await);
    let args = ["--quiet", "--provider", &vendor.provider()];
    for (round, signal) in ["-TERM", "-HUP", "-INT"].into_iter().enumerate() {
        let server = Server::start(data.path(), &args).await;
        let numbers = round * 120..(round + 1) * 120;
        let before = vendor.messages().len();
        let sends = burst(&server, numbers.clone());
        vendor.arrived(before + 20).await;
        server.signal(signal);
        let first = sends.join_all().await;
        let stopped = server.wait().await;
        assert_eq!(stopped.status.code(), Some(0), "{signal}");

        let server = Server::start(data.path(), &args).await;
        let again: HashMap<_, _> = burst(&server, numbers)
            .join_all()
            .await
            .into_iter()
            .collect();
        for (number, answer) in first {
            let status = |answer: &Option<(u16, String)>| answer.as_ref().map(|answer| answer.0);
            match status(&answer) {
                Some(200) => assert_eq!(status(&again[&number]), Some(429), "{signal} {number}"),
                Some(other) => panic!("{signal}: {number} was answered {other}"),
                None => {}
            }
        }
        assert_eq!(server.stop().await.status.code(), Some(0));
    }
    let counts = vendor.by_number();
    assert!(
        counts.values().all(|count| *count == 1),
        "a number got two messages"
    );
}

/// The time after which the systemd unit ends a service that was told to stop.
const STOP: Duration = Duration::from_secs(20);

// shows: H8
#[tokio::test]
async fn a_vendor_and_a_caller_that_say_nothing_keep_no_server_from_its_end() {
    let (data, vendor) = (folder(), Vendor::start(Manner::Silence).await);
    let server = Server::start(data.path(), &["--quiet", "--provider", &vendor.provider()]).await;
    let mut silent = TcpStream::connect(server.address()).await.unwrap();
    silent
        .write_all(b"POST /api/v3/send-sms HTTP/1.1\r\nhost: localhost\r\n")
        .await
        .unwrap();
    let public = server.public();
    let send = tokio::spawn(async move { public.login(&number(1)).await });
    vendor.arrived(1).await;
    server.terminate();
    let stopped = tokio::time::timeout(STOP, server.wait())
        .await
        .expect("an end");
    assert_eq!(
        send.await.unwrap(),
        200,
        "an outcome that is unknown counts as sent"
    );
    assert_eq!(stopped.status.code(), Some(0));
}

// shows: found-R6
#[tokio::test]
async fn a_terminal_that_closes_hangs_up_twice_and_cuts_no_send_off() {
    let (data, vendor) = (folder(), Vendor::start(Manner::WhenReleased).await);
    let server = Server::start(data.path(), &["--quiet", "--provider", &vendor.provider()]).await;
    let (public, address) = (server.public(), server.address().to_owned());
    let send = tokio::spawn(async move { public.login(&number(1)).await });
    vendor.arrived(1).await;
    server.signal("-HUP");
    until("no new connections", async || {
        let connection = TcpStream::connect(&address).await;
        connection.is_err().then_some(())
    })
    .await;
    server.signal("-HUP");
    vendor.release();
    assert_eq!(send.await.unwrap(), 200);
    assert_eq!(server.wait().await.status.code(), Some(0));
}

// shows: found-R6
#[tokio::test]
async fn a_signal_that_means_nothing_to_the_server_does_not_end_it() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    for (n, signal) in ["-USR1", "-USR2", "-ALRM", "-PIPE", "-XFSZ"]
        .iter()
        .enumerate()
    {
        server.signal(signal);
        assert_eq!(server.public().login(&number(n)).await, 200, "{signal}");
    }
    assert_eq!(server.stop().await.status.code(), Some(0));
}

// shows: found-R6
#[tokio::test]
async fn a_server_that_nohup_started_outlives_its_terminal() {
    let data = folder();
    let mut command = Command::new("nohup");
    command.arg(BINARY);
    let server = Server::run(command, data.path(), "127.0.0.1:0", &["--quiet"]).await;
    server.signal("-HUP");
    assert_eq!(server.public().login(&number(1)).await, 200);
    assert_eq!(server.stop().await.status.code(), Some(0));
}

// shows: found-R6
#[tokio::test]
async fn a_sandbox_and_a_demo_end_well_when_their_terminal_closes() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let demo = ["demo", "--listen", "127.0.0.1:0", "--url", &server.url];
    let sandbox = ["sandbox", "--listen", "127.0.0.1:0", "--quiet"];
    for args in [&demo[..], &sandbox[..]] {
        let mut child = Command::new(BINARY)
            .args(args)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        while !lines
            .next_line()
            .await
            .unwrap()
            .expect("a line")
            .starts_with("listening on ")
        {}
        let pid = child.id().unwrap().to_string();
        for signal in ["-USR1", "-XFSZ", "-HUP"] {
            let status = Command::new("kill").args([signal, &pid]).status().await;
            assert!(status.unwrap().success());
        }
        let ended = tokio::time::timeout(Duration::from_secs(10), child.wait()).await;
        assert_eq!(ended.unwrap().unwrap().code(), Some(0), "{args:?}");
    }
}

/// Sets the largest file that the server may write, in bytes.
pub(crate) async fn limit_files(server: &Server, bytes: &str) {
    let limit = format!("--fsize={bytes}:unlimited");
    let set = Command::new("prlimit")
        .args(["--pid", &server.pid(), &limit])
        .status()
        .await;
    assert!(set.unwrap().success());
}

// shows: found-R6
#[tokio::test]
async fn a_server_that_may_write_no_more_answers_503_until_it_may_again() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    assert_eq!(server.public().login(&number(1)).await, 200);
    limit_files(&server, "1").await;
    for n in 2..5 {
        assert_eq!(server.public().login(&number(n)).await, 503);
    }
    limit_files(&server, "unlimited").await;
    assert_eq!(server.public().login(&number(9)).await, 200);
    assert_eq!(
        server.public().login(&number(1)).await,
        429,
        "the minute goes on"
    );
    assert_eq!(server.stop().await.status.code(), Some(0));
}
