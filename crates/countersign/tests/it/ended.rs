//! Signals and limits of the operating system that reach a running program.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::Command;

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
async fn limit_files(server: &Server, bytes: &str) {
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
