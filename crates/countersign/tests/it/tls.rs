//! TLS that the service speaks itself.

use std::fs;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use insta::assert_snapshot;
use reqwest::tls::{TlsInfo, Version};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::authority::{Authority, Pair};
use crate::deployment::{Deployment, countersign, free_port, watch};
use crate::server::{Server, client_trusting};

/// A deployment whose service shows the certificate of `pair`.
fn with_tls(pair: &Pair) -> Deployment {
    let deployment = Deployment::new();
    pair.write(&deployment.folder);
    deployment.edit(
        "[server]",
        "[server]\ntls = { certificate = \"tls.pem\", key = \"tls.key\" }",
    );
    deployment
}

/// The certificate, in DER, with which the service answers a request of this client.
async fn shown(client: &reqwest::Client, server: &Server) -> Vec<u8> {
    let request = client.get(format!("{}/api/v3/system", server.url));
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let info = answer.extensions().get::<TlsInfo>().unwrap();
    info.peer_certificate().unwrap().to_vec()
}

/// A client that makes a connection for each request. It resumes sessions, and so sees the certificate of its first one.
fn impatient(authority: &Authority) -> reqwest::Client {
    let client = client_trusting(&authority.pem()).pool_max_idle_per_host(0);
    client.tls_info(true).build().unwrap()
}

/// The certificate, in DER, that the service shows to a new client.
async fn shown_anew(authority: &Authority, server: &Server) -> Vec<u8> {
    shown(&impatient(authority), server).await
}

/// Waits until new clients are shown this certificate.
async fn is_shown(pair: &Pair, authority: &Authority, server: &Server) {
    let renewed = async { while shown_anew(authority, server).await != pair.der {} };
    let renewed = tokio::time::timeout(Duration::from_secs(10), renewed).await;
    renewed.expect("the new certificate within ten seconds");
}

// shows: G4
#[tokio::test]
async fn a_service_with_a_certificate_answers_by_https_to_callers_and_to_the_command_line() {
    let authority = Authority::new();
    let deployment = with_tls(&authority.pair(2040));
    let server = deployment.serve(&[]).await.trusting(&authority.pem());
    assert!(
        server.url.starts_with("https://127.0.0.1:"),
        "{}",
        server.url
    );
    for version in [Version::TLS_1_2, Version::TLS_1_3] {
        let client = client_trusting(&authority.pem());
        let client = client.min_tls_version(version).max_tls_version(version);
        let request = client
            .build()
            .unwrap()
            .get(format!("{}/api/v3/system", server.url));
        assert_eq!(request.send().await.unwrap().status(), 200, "{version:?}");
    }
    for path in [
        "/",
        "/api/v3/system",
        "/api/v3/list-messages",
        "/receipts/none",
    ] {
        let answer = server.get(path).await;
        let strict = answer.header("strict-transport-security");
        assert_eq!(strict, Some("max-age=31536000"), "{path}");
    }
    let terminal = server.terminal();
    terminal.ok(&["app", "create", "--name", "Shop", "--id", "shop"]);
    assert!(terminal.ok(&["app", "list"]).contains("shop"));
}

#[tokio::test]
async fn the_command_line_tells_nothing_to_a_service_with_another_certificate() {
    let authority = Authority::new();
    let deployment = with_tls(&authority.pair(2040));
    let server = deployment.serve(&[]).await;
    let note = deployment.data().join("owner.json");
    let text = fs::read_to_string(&note).unwrap();
    let digest = text
        .split("certificates\":[\"")
        .nth(1)
        .unwrap()
        .get(..64)
        .unwrap();
    fs::write(&note, text.replace(digest, &"0".repeat(64))).unwrap();
    let printed = server.terminal().run(&["app", "list"]);
    assert_eq!(printed.code, 1, "{printed}");
    assert!(
        printed.stderr.contains("no countersign is running"),
        "{printed}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_that_is_renewed_under_load_loses_no_request() {
    let authority = Authority::new();
    let deployment = with_tls(&authority.pair(2040));
    let server = Arc::new(deployment.serve(&[]).await);
    let kept = client_trusting(&authority.pem()).pool_idle_timeout(Duration::from_secs(60));
    let kept = kept.tls_info(true).build().unwrap();
    let first = shown(&kept, &server).await;

    let is_over = Arc::new(AtomicBool::new(false));
    let callers = std::iter::repeat_with(|| {
        let (client, server) = (impatient(&authority), Arc::clone(&server));
        let is_over = Arc::clone(&is_over);
        tokio::spawn(async move {
            let mut answers = 0;
            while !is_over.load(Ordering::SeqCst) {
                shown(&client, &server).await;
                answers += 1;
            }
            answers
        })
    });
    let callers: Vec<_> = callers.take(4).collect();
    for year in 2041..2046 {
        let pair = authority.pair(year);
        pair.write(&deployment.folder);
        server.signal("-HUP");
        is_shown(&pair, &authority, &server).await;
        assert!(server.terminal().ok(&["app", "list"]).contains("APP ID"));
    }
    // An open connection stays as it is.
    assert_eq!(shown(&kept, &server).await, first);
    is_over.store(true, Ordering::SeqCst);
    for caller in callers {
        assert!(caller.await.unwrap() > 0, "every request was answered");
    }
    let server = Arc::into_inner(server).unwrap();
    let stopped = server.stop().await;
    assert!(stopped.status.success(), "{}", stopped.stderr);
}

#[tokio::test]
async fn a_certificate_that_cannot_be_used_leaves_the_one_before_and_one_error_in_the_log() {
    let authority = Authority::new();
    let deployment = with_tls(&authority.pair(2040));
    let port = free_port();
    deployment.edit(
        "[server]",
        &format!("[server]\nmonitor_listen = \"127.0.0.1:{port}\""),
    );
    let server = deployment.serve(&[]).await;
    let before = shown_anew(&authority, &server).await;
    let metric = async || {
        let metrics = watch(port, "/metrics").await.1;
        let name = "countersign_tls_certificate_expiry_timestamp_seconds ";
        let value = metrics.lines().find_map(|line| line.strip_prefix(name));
        value.map(str::to_owned)
    };
    assert_eq!(metric().await.as_deref(), Some("2208988800"));

    let ended = authority.pair(2020);
    ended.write(&deployment.folder);
    server.signal("-HUP");
    let other = authority.pair(2042);
    fs::write(deployment.folder.join("tls.pem"), &other.certificate).unwrap();
    server.signal("-HUP");
    assert_eq!(shown_anew(&authority, &server).await, before);
    other.write(&deployment.folder);
    server.signal("-HUP");
    is_shown(&other, &authority, &server).await;
    assert_eq!(metric().await.as_deref(), Some("2272147200"));

    let log = server.stop().await.stderr;
    let errors: Vec<_> = log.lines().filter(|line| line.contains("ERROR")).collect();
    assert!(!errors.is_empty() && errors.len() <= 2, "{errors:?}");
    for error in errors {
        assert!(error.contains("the certificate stays as it was"), "{error}");
    }
}

#[test]
fn a_certificate_that_cannot_be_served_is_refused_in_a_sentence_with_the_mend() {
    use std::os::unix::fs::PermissionsExt as _;
    let authority = Authority::new();
    let pair = authority.pair(2040);
    let deployment = with_tls(&pair);
    let key = deployment.folder.join("tls.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    assert_snapshot!(deployment.refusal(), @"countersign: the private key [folder]/tls.key can be read by every user: run chmod 600 [folder]/tls.key");
    authority.pair(2040).write(&deployment.folder);
    fs::write(deployment.folder.join("tls.pem"), &pair.certificate).unwrap();
    assert_snapshot!(deployment.refusal(), @"countersign: [folder]/tls.pem does not go with the private key [folder]/tls.key: keys may not be consistent: KeyMismatch");
    fs::write(deployment.folder.join("tls.pem"), "").unwrap();
    assert_snapshot!(deployment.refusal(), @"countersign: [folder]/tls.pem holds no certificate: name a file in PEM with the certificate of the service, and after it those that lead to its authority");
    fs::remove_file(deployment.folder.join("tls.pem")).unwrap();
    assert_snapshot!(deployment.refusal(), @"countersign: the file [folder]/tls.pem of [server] tls cannot be read: No such file or directory (os error 2)");
    pair.write(&deployment.folder);
    fs::write(&key, "-----BEGIN CERTIFICATE-----").unwrap();
    assert_snapshot!(deployment.refusal(), @"countersign: [folder]/tls.key holds no private key: name a file in PEM with the private key of the certificate, without a passphrase");
}

#[tokio::test]
async fn a_doctor_tells_when_the_certificate_ends_and_why_it_cannot_be_served() {
    let authority = Authority::new();
    let deployment = with_tls(&authority.pair(2040));
    let settings = deployment.settings();
    let told = || {
        let output = countersign(&["doctor", "--config", settings.to_str().unwrap()]);
        let text = String::from_utf8(output.stdout).unwrap();
        let line = text.lines().find(|line| line.contains(" certificate "));
        let folder = deployment.folder.to_str().unwrap();
        line.unwrap().replace(folder, "[folder]")
    };
    let good = told();
    assert!(
        good.starts_with("ok       certificate  [folder]/tls.pem ends in "),
        "{good}"
    );
    authority.pair(2020).write(&deployment.folder);
    assert_snapshot!(told(), @"BROKEN   certificate  [folder]/tls.pem ended at 2020-01-01T00:00:00.000Z: renew it, and send SIGHUP to the service");
    fs::remove_file(deployment.folder.join("tls.key")).unwrap();
    assert_snapshot!(told(), @"BROKEN   certificate  the file [folder]/tls.key of [server] tls cannot be read: No such file or directory (os error 2)");
}

/// A connection over TLS that offers `protocol`, before its first request.
async fn connect(
    server: &Server,
    authority: &Authority,
    protocol: &[u8],
) -> io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    let authority = CertificateDer::from_pem_slice(authority.pem().as_bytes()).unwrap();
    roots.add(authority).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    let socket = TcpStream::connect(server.address()).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config))
        .connect(name, socket)
        .await
}

// shows: H4
#[tokio::test]
async fn a_caller_that_asks_by_https_and_does_not_read_loses_the_connection() {
    let authority = Authority::new();
    let deployment = with_tls(&authority.pair(2040));
    let server = deployment.serve(&[]).await;
    let mut caller = connect(&server, &authority, b"http/1.1").await.unwrap();
    let asks = async {
        let request = b"GET /openapi.json HTTP/1.1\r\nhost: localhost\r\n\r\n";
        while caller.write_all(request).await.is_ok() {}
    };
    let ended = tokio::time::timeout(Duration::from_secs(60), asks).await;
    assert!(ended.is_ok(), "the connection is still open");
}

// shows: H5
#[tokio::test]
async fn a_caller_that_speaks_http_2_alone_is_refused_before_its_first_request() {
    let authority = Authority::new();
    let deployment = with_tls(&authority.pair(2040));
    let server = deployment.serve(&[]).await;
    let refused = connect(&server, &authority, b"h2").await.unwrap_err();
    assert_snapshot!(refused, @"received fatal alert: NoApplicationProtocol");
}

// shows: H5
#[tokio::test]
async fn a_caller_that_begins_http_2_in_clear_gets_no_frame_and_loses_the_connection() {
    let deployment = Deployment::new();
    let server = deployment.serve(&[]).await;
    let mut socket = TcpStream::connect(server.address()).await.unwrap();
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    socket.write_all(preface).await.unwrap();
    let mut answer = String::new();
    let _ = socket.read_to_string(&mut answer).await;
    assert!(!answer.contains("HTTP/2"), "{answer}");
    assert_eq!(server.get("/api/v3/system").await.http, 200);
}

// shows: H4
#[tokio::test]
async fn a_caller_that_does_not_end_its_handshake_loses_the_connection() {
    let authority = Authority::new();
    let deployment = with_tls(&authority.pair(2040));
    let server = deployment.serve(&[]).await;
    let mut silent = TcpStream::connect(server.address()).await.unwrap();
    let mut begun = TcpStream::connect(server.address()).await.unwrap();
    begun.write_all(b"\x16\x03\x01\x02\x00\x01").await.unwrap();
    for socket in [&mut silent, &mut begun] {
        let mut rest = [0; 64];
        let ended = socket.read(&mut rest);
        let ended = tokio::time::timeout(Duration::from_secs(20), ended).await;
        assert!(matches!(ended, Ok(Ok(0) | Err(_))), "{ended:?}");
    }
}
