use std::io;
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::Error;

/// TLS 1.2 and 1.3 to one host. The cryptographic provider is named here instead of using or setting the
/// default of the process, so that TLS elsewhere in the program is not affected.
#[derive(Clone)]
pub(crate) struct Tls {
    connector: TlsConnector,
    name: ServerName<'static>,
}

impl Tls {
    /// Makes a connector that trusts the authorities of the operating system and those in `extra`.
    pub(crate) fn new(host: &str, extra: &[CertificateDer<'static>]) -> Result<Self, Error> {
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| Error::configuration("app_host must be a DNS name or an IP address"))?;
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|_| Error::configuration("TLS cannot be set up with this build of rustls"))?
            .with_root_certificates(roots(extra)?)
            .with_no_client_auth();
        Ok(Self {
            connector: TlsConnector::from(Arc::new(config)),
            name,
        })
    }

    pub(crate) async fn wrap(&self, tcp: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        self.connector.connect(self.name.clone(), tcp).await
    }
}

fn roots(extra: &[CertificateDer<'static>]) -> Result<RootCertStore, Error> {
    let mut roots = RootCertStore::empty();
    for certificate in extra {
        roots.add(certificate.clone()).map_err(|_| unusable())?;
    }
    // Skip a certificate that cannot be used, and keep the others.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err(Error::configuration(
            "https needs a certificate authority to trust, and this system has none: install its \
             package of CA certificates, set SSL_CERT_FILE, or name one with root_certificate",
        ));
    }
    Ok(roots)
}

/// Reads the certificates in a PEM text.
pub(crate) fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, Error> {
    let found: Vec<_> = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .map_err(|_| unusable())?;
    if found.is_empty() {
        Err(unusable())
    } else {
        Ok(found)
    }
}

fn unusable() -> Error {
    Error::configuration("root_certificate must be certificates in PEM")
}
