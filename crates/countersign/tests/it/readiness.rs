//! `/healthz` and `/readyz`: whether the process lives, and whether it should get requests.

use std::process::Stdio;

use insta::assert_snapshot;
use tokio::process::Command;

use crate::clock;
use crate::deployment::{Deployment, free_port, in_service, watch};
use crate::doctor::sntp::{self, Manner};
use crate::ended::limit_files;
use crate::sandbox::until;
use crate::server::{BINARY, Server, number};

/// A deployment that is watched, with more settings of the section `[server]`; and the port of the monitor.
fn watched(more: &str) -> (Deployment, u16) {
    let (deployment, port) = (Deployment::new(), free_port());
    let monitor = format!("[server]\nmonitor_listen = \"127.0.0.1:{port}\"\n{more}");
    deployment.edit("[server]", &monitor);
    (deployment, port)
}

/// The text at a path of the monitor, once it has this status.
async fn once(port: u16, path: &str, status: u16) -> String {
    until(path, async || {
        let (now, text) = watch(port, path).await;
        (now == status).then_some(text)
    })
    .await
}

#[tokio::test]
async fn a_service_that_is_told_to_stop_is_not_ready_first_and_serves_on_for_the_delay() {
    let (deployment, port) = watched("shutdown_delay_seconds = 60");
    let (server, app, _vendor) = in_service(&deployment).await;
    assert_eq!(watch(port, "/readyz").await, (200, "ready\n".to_owned()));
    server.terminate();
    assert_snapshot!(once(port, "/readyz", 503).await, @"stopping");
    assert_eq!(app.public.login(&number(1)).await, 200, "still served");
    assert_eq!(watch(port, "/healthz").await.0, 200);
    // A second signal ends the delay.
    let stopped = server.stop().await;
    assert!(stopped.status.success());
    assert!(
        stopped
            .stderr
            .contains("not ready any more, and still serving")
    );
}

#[tokio::test]
async fn a_service_whose_disk_is_full_is_not_ready_and_lives() {
    let (deployment, port) = watched("");
    let server = deployment.serve(&[]).await;
    limit_files(&server, "1").await;
    assert_snapshot!(once(port, "/readyz", 503).await, @"store: it cannot write");
    assert_eq!(
        watch(port, "/healthz").await.0,
        200,
        "a new process would find the same disk"
    );
    limit_files(&server, "unlimited").await;
    once(port, "/readyz", 200).await;
    server.stop().await;
}

#[tokio::test]
async fn a_service_whose_writer_hangs_is_not_alive_until_it_writes_again() {
    let (deployment, port) = watched("");
    let server = deployment.serve(&[]).await;
    let flush = "fsync,fdatasync";
    let mut hold = Command::new("strace")
        .args(["-f", "-p", &server.pid(), "-e", &format!("trace={flush}")])
        .args(["-e", &format!("inject={flush}:delay_enter=60000000")])
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("strace: apt-get install strace");
    // A probe that began before strace was attached passes.
    assert_snapshot!(once(port, "/readyz", 503).await, @"store: it cannot write");
    assert_snapshot!(once(port, "/healthz", 503).await, @"the thread that writes hangs");
    hold.start_kill().unwrap();
    hold.wait().await.unwrap();
    once(port, "/healthz", 200).await;
    once(port, "/readyz", 200).await;
    server.stop().await;
}

#[tokio::test]
async fn a_service_whose_clock_is_behind_the_record_or_off_its_time_server_is_not_ready() {
    let (deployment, port) = watched("");
    let (server, _app, _vendor) = in_service(&deployment).await;
    server.stop().await;
    let mut early = Command::new(BINARY);
    early
        .env("LD_PRELOAD", clock::library())
        .env("FAKETIME", "-1h")
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    let server = Server::serve_by(early, &deployment.settings(), &deployment.data(), &[]).await;
    let told = once(port, "/readyz", 503).await;
    assert!(
        told.starts_with("clock: 3") && told.contains("s behind the newest record"),
        "{told}"
    );
    assert_eq!(watch(port, "/healthz").await.0, 200);
    server.stop().await;

    let sntp = sntp::start(Manner::Later(3_600_000));
    deployment.edit("[store]", &format!("[clock]\nsntp = \"{sntp}\"\n[store]"));
    let server = deployment.serve(&[]).await;
    let told = once(port, "/readyz", 503).await;
    assert!(
        told.starts_with("clock: 3") && told.contains("s behind the SNTP server"),
        "{told}"
    );
    server.stop().await;
}
