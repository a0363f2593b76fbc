//! Requests through a proxy that makes tunnels.

use std::net::SocketAddr;
use std::sync::Mutex;

use futures_util::FutureExt as _;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use super::tests::post;
use super::*;

/// A public address, which only the proxy of the test leads anywhere.
const PUBLIC: &str = "93.184.216.34:0";

/// What the proxy was asked for: the heads of its requests.
type Asked = Arc<Mutex<Vec<String>>>;

/// The head of a request, up to the empty line.
async fn head(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap()
}

/// A proxy that answers `CONNECT` with `status`, and leads every tunnel to `vendor`.
async fn proxy(status: u16, vendor: SocketAddr) -> (Proxy, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://user:pass@{}", listener.local_addr().unwrap());
    let asked = Asked::default();
    let log = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut caller, _)) = listener.accept().await {
            let head = head(&mut caller).await;
            log.lock().unwrap().push(head);
            let answer = format!("HTTP/1.1 {status} X\r\n\r\n");
            caller.write_all(answer.as_bytes()).await.unwrap();
            if status == 200 {
                let mut vendor = TcpStream::connect(vendor).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut caller, &mut vendor).await;
            }
        }
    });
    (Proxy::parse(&url).unwrap(), asked)
}

/// A vendor that has a certificate for `vendor.example` and accepts one message over TLS; and who trusts it.
async fn vendor() -> (SocketAddr, RootCertStore) {
    let mut authority = CertificateParams::new([]).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["vendor.example".to_owned()]).unwrap();
    let certificate = certificate.signed_by(&key, &authority).unwrap();
    let provider = Arc::new(aws_lc_rs::default_provider());
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(authority.der().clone()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (caller, _) = listener.accept().await.unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let Ok(mut caller) = acceptor.accept(caller).await else {
            return;
        };
        let asked = head(&mut caller).await;
        assert!(asked.starts_with("POST /send?x=1 HTTP/1.1\r\n"), "{asked}");
        assert!(asked.contains("host: vendor.example\r\n"), "{asked}");
        assert!(asked.contains("user-agent: countersign/"), "{asked}");
        let answer = "HTTP/1.1 202 X\r\ncontent-length: 2\r\n\r\nok";
        caller.write_all(answer.as_bytes()).await.unwrap();
        caller.shutdown().await.unwrap();
    });
    (address, roots)
}

/// A way out as far as the public internet, through `proxy`, on a machine where every name has this address.
fn through(proxy: Proxy, roots: RootCertStore, address: &'static str) -> Egress {
    let lookup: Lookup =
        Arc::new(move |_| async move { Ok(vec![address.parse().unwrap()]) }.boxed());
    let egress = Egress::with(Reach::Public, lookup, roots).unwrap();
    egress.through(proxy)
}

// shows: found-V9
#[tokio::test]
async fn a_request_goes_through_a_tunnel_to_the_address_that_was_judged() {
    let (vendor, roots) = vendor().await;
    let (proxy, asked) = proxy(200, vendor).await;
    let egress = through(proxy, roots, PUBLIC);
    let answer = egress
        .exchange(post("https://vendor.example/send?x=1"))
        .await;
    let answer = answer.unwrap();
    assert_eq!((answer.status, &answer.body[..]), (202, &b"ok"[..]));
    let asked = asked.lock().unwrap();
    let [head] = &asked[..] else {
        panic!("one tunnel: {asked:?}");
    };
    assert!(
        head.starts_with("CONNECT 93.184.216.34:443 HTTP/1.1\r\n"),
        "{head}"
    );
    assert!(
        head.contains("proxy-authorization: Basic dXNlcjpwYXNz\r\n"),
        "{head}"
    );
}

// shows: found-V9, F6
#[tokio::test]
async fn a_name_that_leads_to_a_private_network_reaches_no_proxy() {
    let (vendor, roots) = vendor().await;
    let (proxy, asked) = proxy(200, vendor).await;
    for private in [
        "10.0.0.1:0",
        "127.0.0.1:0",
        "169.254.169.254:0",
        "[::ffff:10.0.0.1]:0",
        "[fd00::1]:0",
    ] {
        let egress = through(proxy.clone(), roots.clone(), private);
        let refused = egress
            .exchange(post("https://vendor.example/send?x=1"))
            .await;
        assert_eq!(refused.err(), Some(ExchangeError::Refused), "{private}");
    }
    assert!(asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_request_that_no_tunnel_was_made_for_certainly_did_not_leave() {
    let (vendor, roots) = vendor().await;
    for (status, cause) in [
        (407, "proxy: it wants another password"),
        (403, "proxy: it refuses this address"),
        (502, "proxy: it made no tunnel"),
    ] {
        let (proxy, _) = proxy(status, vendor).await;
        let refused = through(proxy, roots.clone(), PUBLIC);
        let refused = refused
            .exchange(post("https://vendor.example/send?x=1"))
            .await;
        assert_eq!(refused.err(), Some(ExchangeError::NotConnected(cause)));
    }
    let nowhere = Proxy::parse("http://127.0.0.1:1").unwrap();
    let refused = through(nowhere, roots.clone(), PUBLIC);
    let refused = refused
        .exchange(post("https://vendor.example/send?x=1"))
        .await;
    let cause = "proxy: no connection";
    assert_eq!(refused.err(), Some(ExchangeError::NotConnected(cause)));
    // The certificate is of another name.
    let (proxy, _) = proxy(200, vendor).await;
    let other = through(proxy, roots, PUBLIC);
    let other = other.exchange(post("https://other.example/send?x=1")).await;
    let cause = "tls: certificate of another name";
    assert_eq!(other.err(), Some(ExchangeError::NotConnected(cause)));
}
