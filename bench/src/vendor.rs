//! Sends through a vendor of kind `http`, against sends into the sink: what the call costs.
//!
//! The vendor is a process of the bench on the client's core, which accepts every message at once, on connections that it keeps.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::ledger::Ledger;
use crate::load;
use crate::meter;
use crate::ours;
use crate::process::{Service, pinned};
use crate::sample::Sample;
use crate::say::say;
use crate::series::{Bench, RequestedNumbers, Workload};

/// What the vendor answers.
const ACCEPTED: &[u8] = br#"{"id":"01a1ffdc-fced-71fb-9054-27b7b939e8d2"}"#;

/// How the vendor is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Over {
    Http,
    Https,
}

impl Over {
    pub(crate) const ALL: [Over; 2] = [Over::Http, Over::Https];

    /// Returns the row of the table.
    pub(crate) const fn what(self) -> &'static str {
        match self {
            Over::Http => "send through a vendor over HTTP",
            Over::Https => "send through a vendor over TLS",
        }
    }

    /// Returns the least share of sends into the sink, in per cent, that has to be reached, and that is wanted.
    pub(crate) const fn bounds(self) -> (f64, f64) {
        match self {
            Over::Http => (60.0, 70.0),
            Over::Https => (50.0, 62.0),
        }
    }
}

/// Sends into the sink, then through the vendor.
pub(crate) async fn pair(bench: &Bench, over: Over) -> anyhow::Result<(Sample, Sample)> {
    let sink = bench.ours(Workload::Send, &bench.plan).await?;
    Ok((sink, through(bench, over).await?))
}

async fn through(bench: &Bench, over: Over) -> anyhow::Result<Sample> {
    let folder = bench.folder()?;
    let (data, roots) = (folder.path().join("data"), folder.path().join("roots.pem"));
    let mut vendor = Command::new(&bench.me);
    vendor.arg("vendor");
    if over == Over::Https {
        vendor.arg("--tls").arg(&roots);
    }
    let vendor = Service::start(vendor)?;
    let mut service = pinned(&bench.countersign);
    service.args(ours::ARGS).arg(&data);
    service.args(["--provider", "sink", "--config", ours::SETTINGS]);
    if over == Over::Https {
        service.env("SSL_CERT_FILE", &roots);
    }
    let service = Service::start(service)?;
    set_up(bench, &data, over, vendor.address)?;
    let source = Workload::Send.source(Vec::new(), &RequestedNumbers::default());
    let run = load::run(service.address, source, &bench.plan, &[service.pid()]).await?;
    run.verdict()?;
    let resident = meter::resident(&[service.pid()])?;
    let ledger = Ledger::read(service.address, &data).await?;
    ledger.holds(&Ledger::default(), &run.counts)?;
    service.stop()?;
    vendor.stop()?;
    Sample::of(&run, resident)
}

/// Sets the vendor's account up, and the route to it.
fn set_up(bench: &Bench, data: &Path, over: Over, vendor: SocketAddr) -> anyhow::Result<()> {
    let origin = match over {
        Over::Http => format!("http://{vendor}"),
        Over::Https => format!("https://localhost:{}", vendor.port()),
    };
    let account = format!(
        r#"name = "vendor"
kind = "http"
[settings]
url = "{origin}/messages"
format = "json"
body = '{{"to": "{{to}}", "text": "{{text}}", "reference": "{{message_id}}"}}'
success = {{ statuses = [200] }}
message_id = "/id"
"#
    );
    let file = data.with_file_name("vendor.toml");
    std::fs::write(&file, account)?;
    let file = file.to_str().context("a path in UTF-8")?;
    for arguments in [
        &["provider", "add", "--file", file][..],
        &["route", "set", "--default", "vendor"],
    ] {
        let mut command = Command::new(&bench.countersign);
        command.args(arguments).arg("--data").arg(data);
        let status = command.stdout(Stdio::null()).status()?;
        ensure!(status.success(), "{arguments:?} failed");
    }
    Ok(())
}

/// Serves the vendor on `address` until killed, over TLS where `roots` names the file for the certificate of its authority.
pub(crate) fn run(
    address: SocketAddr,
    roots: Option<&PathBuf>,
    wait: Duration,
) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let tls = roots.map(|roots| acceptor(roots)).transpose()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(address).await?;
        say(format!("listening on http://{}", listener.local_addr()?));
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let tls = tls.clone();
            tokio::spawn(async move {
                // A client that goes ends its connection, and nothing else.
                match tls {
                    None => serve(stream, wait).await,
                    Some(tls) => {
                        if let Ok(stream) = tls.accept(stream).await {
                            serve(stream, wait).await;
                        }
                    }
                }
            });
        }
    })
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin, wait: Duration) {
    let accept = service_fn(move |request: Request<Incoming>| async move {
        let _ = request.into_body().collect().await;
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
        Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(ACCEPTED))))
    });
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), accept);
    let _ = connection.await;
}

/// Makes an authority, whose certificate goes to `roots`, and a certificate of it for `localhost`.
fn acceptor(roots: &Path) -> anyhow::Result<TlsAcceptor> {
    let mut authority = CertificateParams::new([])?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
    std::fs::write(roots, authority.pem())?;
    let key = KeyPair::generate()?;
    let certificate = CertificateParams::new(["localhost".to_owned()])?;
    let certificate = certificate.signed_by(&key, &authority)?;
    let key = PrivateKeyDer::try_from(key.serialize_der());
    let key = key.map_err(|error| anyhow::anyhow!("{error}"))?;
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
