//! The vendor's process: it accepts every message, on connections that it keeps.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use super::reports::Reports;
use crate::say::say;

/// What the vendor answers.
const ACCEPTED: &[u8] = br#"{"id":"01a1ffdc-fced-71fb-9054-27b7b939e8d2"}"#;

/// The names of the protocols in TLS (ALPN).
const HTTP1: &[u8] = b"http/1.1";
const HTTP2: &[u8] = b"h2";

/// The line that the vendor prints at its first connection over HTTP/2.
pub(super) const SPEAKS_HTTP2: &str = "speaks HTTP/2";

/// The way in which the vendor answers.
pub(crate) struct Manner {
    /// Over TLS: the file for the certificate of its authority.
    pub(crate) roots: Option<PathBuf>,
    /// Over HTTP/2 where the client offers it by ALPN.
    pub(crate) http2: bool,
    /// The time until each answer.
    pub(crate) wait: Duration,
}

struct Vendor {
    tls: Option<TlsAcceptor>,
    wait: Duration,
    reports: Arc<Reports>,
    has_spoken_http2: AtomicBool,
}

/// Serves the vendor on `address` until killed.
pub(crate) fn run(address: SocketAddr, manner: &Manner) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let roots = manner.roots.as_deref();
    let vendor = Arc::new(Vendor {
        tls: roots
            .map(|roots| acceptor(roots, manner.http2))
            .transpose()?,
        wait: manner.wait,
        reports: Arc::default(),
        has_spoken_http2: AtomicBool::new(false),
    });
    runtime.block_on(async {
        let listener = TcpListener::bind(address).await?;
        say(format!("listening on http://{}", listener.local_addr()?));
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            tokio::spawn(Arc::clone(&vendor).serve(stream));
        }
    })
}

impl Vendor {
    /// Serves one connection. A client that goes ends it, and nothing else.
    async fn serve(self: Arc<Self>, stream: TcpStream) {
        let Some(tls) = &self.tls else {
            return self.http1(stream).await;
        };
        let Ok(stream) = tls.accept(stream).await else {
            return;
        };
        if stream.get_ref().1.alpn_protocol() == Some(HTTP2) {
            self.http2(stream).await;
        } else {
            self.http1(stream).await;
        }
    }

    async fn http1(&self, stream: impl AsyncRead + AsyncWrite + Unpin) {
        let answer = service_fn(|request| self.answer(request));
        let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), answer);
        let _ = connection.await;
    }

    async fn http2(self: &Arc<Self>, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        if !self.has_spoken_http2.swap(true, Ordering::Relaxed) {
            say(SPEAKS_HTTP2);
        }
        let vendor = Arc::clone(self);
        let answer = service_fn(move |request| {
            let vendor = Arc::clone(&vendor);
            async move { vendor.answer(request).await }
        });
        let connection = http2::Builder::new(TokioExecutor::new())
            .serve_connection(TokioIo::new(stream), answer);
        let _ = connection.await;
    }

    /// Accepts a message. `PUT /reports` says where to report, and `GET /reports` how many reports were taken.
    async fn answer(
        &self,
        request: Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, Infallible> {
        let method = request.method().clone();
        let body = match request.into_body().collect().await {
            Ok(body) => body.to_bytes(),
            Err(_) => Bytes::new(),
        };
        if method == Method::GET {
            let taken = self.reports.taken().to_string();
            return Ok(Response::new(Full::from(taken)));
        }
        if method == Method::PUT {
            self.reports.go_to(&body);
            return Ok(Response::new(Full::default()));
        }
        if !self.wait.is_zero() {
            tokio::time::sleep(self.wait).await;
        }
        self.reports.report(&body);
        Ok(Response::new(Full::new(Bytes::from_static(ACCEPTED))))
    }
}

/// Makes an authority, whose certificate goes to `roots`, and a certificate of it for `localhost`.
fn acceptor(roots: &Path, http2: bool) -> anyhow::Result<TlsAcceptor> {
    let mut authority = CertificateParams::new([])?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    // Its own name: OpenSSL takes a certificate whose issuer has its name for one that signed itself.
    let name = &mut authority.distinguished_name;
    name.push(DnType::CommonName, "the authority of the bench");
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
    std::fs::write(roots, authority.pem())?;
    let key = KeyPair::generate()?;
    let certificate = CertificateParams::new(["localhost".to_owned()])?;
    let certificate = certificate.signed_by(&key, &authority)?;
    let key = PrivateKeyDer::try_from(key.serialize_der());
    let key = key.map_err(|error| anyhow::anyhow!("{error}"))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)?;
    let protocols = if http2 {
        vec![HTTP2.to_vec(), HTTP1.to_vec()]
    } else {
        vec![HTTP1.to_vec()]
    };
    config.alpn_protocols = protocols;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
