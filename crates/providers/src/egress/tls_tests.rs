//! Whom the way out trusts.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::AsyncWriteExt;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::tests::{connections, egress, post, requests, scripted};
use super::*;
use crate::testing::listener::{Listener, Seen};

#[tokio::test]
async fn a_handshake_that_never_ends_is_no_connection() {
    let mut listener = Listener::start([]).await;
    let url = format!("https://{}/", listener.address);
    let egress = egress(Reach::Loopback);
    let call = tokio::spawn(async move { egress.exchange(post(&url)).await.err() });
    listener.until(&Seen::Connection).await;
    tokio::time::pause();
    assert_eq!(
        call.await.unwrap(),
        Some(ExchangeError::NotConnected("timeout"))
    );
    assert_eq!(requests(&listener.seen()), 0);
}

/// An authority for tests, and a certificate of it for `name`, valid until that year, for a server that speaks these protocols.
pub(super) fn certificate(
    name: &str,
    until: i32,
    protocols: &[&[u8]],
) -> (CertificateDer<'static>, TlsAcceptor) {
    let mut authority = CertificateParams::new([]).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let mut certificate = CertificateParams::new([name.to_owned()]).unwrap();
    certificate.not_after = rcgen::date_time_ymd(until, 1, 1);
    let certificate = certificate.signed_by(&key, &authority).unwrap();
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    (authority.der().clone(), TlsAcceptor::from(Arc::new(config)))
}

// shows: F8
#[tokio::test]
async fn certificates_are_checked() {
    for (name, until, trusted, cause) in [
        ("localhost", 4000, true, None),
        ("localhost", 4000, false, Some("tls: unknown issuer")),
        (
            "vendor.example",
            4000,
            true,
            Some("tls: certificate of another name"),
        ),
        ("localhost", 2020, true, Some("tls: expired certificate")),
    ] {
        let (root, tls) = certificate(name, until, &[]);
        let mut listener = Listener::over([], Some(tls)).await;
        let url = format!("https://localhost:{}/", listener.address.port());
        let (other, _) = certificate(name, until, &[]);
        let mut roots = RootCertStore::empty();
        roots.add(if trusted { root } else { other }).unwrap();
        let (lookup, _) = scripted(&[&[listener.address]]);
        let egress = Egress::with(Reach::Loopback, lookup, roots).unwrap();
        let answer = egress.exchange(post(&url)).await;
        let case = format!("{name} {until} {trusted}");
        let lost = cause.map(ExchangeError::NotConnected);
        assert_eq!(answer.err(), lost, "{case}");
        let taken = usize::from(cause.is_none());
        assert_eq!(requests(&listener.seen()), taken, "{case}");
    }
}

#[tokio::test]
async fn a_connection_over_tls_is_kept_and_nothing_is_sent_before_its_handshake() {
    let (root, tls) = certificate("localhost", 4000, &[]);
    let mut listener = Listener::over([], Some(tls)).await;
    let url = format!("https://localhost:{}/", listener.address.port());
    let mut roots = RootCertStore::empty();
    roots.add(root).unwrap();
    let (lookup, _) = scripted(&[&[listener.address]]);
    let egress = Egress::with(Reach::Loopback, lookup, roots).unwrap();
    let Tls { both, http1 } = &egress.dialler.tls;
    assert!(!both.enable_early_data && !http1.enable_early_data);
    for _ in 0..3 {
        egress.exchange(post(&url)).await.unwrap();
    }
    let seen = listener.seen();
    assert_eq!((requests(&seen), connections(&seen)), (3, 1));
}

#[tokio::test]
async fn a_handshake_with_a_server_that_speaks_plain_http_is_no_connection() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    let plain = tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        let refusal = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n";
        connection.write_all(refusal).await.unwrap();
        connection
    });
    let lost = egress(Reach::Loopback).exchange(post(&url)).await.err();
    let cause = "tls: no TLS is spoken there";
    assert_eq!(lost, Some(ExchangeError::NotConnected(cause)));
    drop(plain.await.unwrap());
}
