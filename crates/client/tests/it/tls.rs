//! https, with the default features.

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use countersign_client::ErrorKind;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::*;

/// Starts an https service for `localhost`. Returns its address, its certificate authority in PEM, and its
/// requests.
fn start() -> (String, String, mpsc::Receiver<String>) {
    let mut authority = CertificateParams::new([]).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let certificate = certificate.signed_by(&key, &authority).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!(
        "https://localhost:{}",
        listener.local_addr().unwrap().port()
    );
    let (asked, requests) = mpsc::channel();
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            serve(&config, connection.unwrap(), &asked);
        }
    });
    (url, authority.pem(), requests)
}

fn serve(config: &Arc<ServerConfig>, connection: TcpStream, asked: &mpsc::Sender<String>) {
    let tls = ServerConnection::new(Arc::clone(config)).unwrap();
    let mut tls = StreamOwned::new(tls, connection);
    if let Some(request) = Service::read(&mut tls) {
        asked.send(request).unwrap();
        let body = r#"{"statusCode":200,"message":"ok"}"#;
        let length = body.len();
        let _ = write!(
            tls,
            "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        tls.conn.send_close_notify();
        let _ = tls.flush();
    }
}

#[test]
fn a_client_with_its_own_authority_sends_over_https() {
    for send in WAYS {
        let (url, authority, requests) = start();
        let answer = send(client(&url).root_certificate(authority), sms()).unwrap();
        assert!(answer.is_success());
        let request = requests.recv().unwrap();
        assert!(
            request.starts_with("POST /api/v3/send-sms HTTP/1.1\r\n"),
            "{request}"
        );
    }
}

/// The variable by which a test tells itself that it runs again, with other trust in its environment.
const AGAIN: &str = "COUNTERSIGN_CLIENT_TEST_URL";

#[test]
#[allow(clippy::disallowed_methods)] // the environment of this very test
fn a_client_with_an_authority_of_the_operating_system_sends_over_https() {
    if let Ok(url) = std::env::var(AGAIN) {
        assert!(in_async(client(&url), sms()).unwrap().is_success());
        return;
    }
    let (url, authority, requests) = start();
    let store = std::env::temp_dir().join(format!("countersign-client-{}.pem", std::process::id()));
    std::fs::write(&store, authority).unwrap();
    let again = std::process::Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "tls::a_client_with_an_authority_of_the_operating_system_sends_over_https",
        ])
        .env("SSL_CERT_FILE", &store)
        .env_remove("SSL_CERT_DIR")
        .env(AGAIN, url)
        .output()
        .unwrap();
    std::fs::remove_file(&store).unwrap();
    assert!(
        again.status.success(),
        "{}",
        String::from_utf8_lossy(&again.stdout)
    );
    assert!(requests.try_recv().is_ok());
}

#[test]
fn a_service_with_an_untrusted_or_wrong_certificate_is_sent_nothing() {
    for send in WAYS {
        let (url, authority, requests) = start();
        let (_, another, _) = start();
        let by_address = url.replace("localhost", "127.0.0.1");
        for (url, authority) in [(&url, another), (&by_address, authority)] {
            let error = send(client(url).root_certificate(authority), sms()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Connect, "{error:?}");
            assert!(error.nothing_was_sent());
        }
        assert!(requests.try_recv().is_err());
    }
}

#[test]
fn a_service_that_answers_https_with_plain_http_is_sent_nothing() {
    for send in WAYS {
        let service = Service::start(Manner::Raw(b"HTTP/1.1 400 Bad Request\r\n\r\n"));
        let url = service.url.replace("http:", "https:");
        let limit = Duration::from_millis(150);
        let error = send(client(&url).connect_timeout(limit), sms()).unwrap_err();
        // The service waits for the end of a request, and the client for the end of a handshake.
        assert_eq!(error.kind(), ErrorKind::Connect, "{error:?}");
        assert!(error.is_timeout() && error.nothing_was_sent());
        assert_eq!(service.requests().len(), 0);
    }
}

#[test]
fn a_text_that_is_no_certificate_is_refused() {
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for pem in ["", "hello", broken] {
        let error = client("https://localhost")
            .root_certificate(pem)
            .build()
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "root_certificate must be certificates in PEM",
            "{pem}"
        );
    }
}
