//! TLS that the service speaks itself: the certificate and its private key, which are read again while it runs, and the
//! digest by which the command line knows the certificate.

mod files;
mod pin;
mod renewal;
mod validity;

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use countersign_core::time::Timestamp;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{self, ServerConfig};

use crate::config::settings::TlsFiles;

pub use pin::{Digest, trusting_only};
pub use renewal::Renewal;

/// The protocol that clients are offered. HTTP/2 is not spoken, so none of its floods reach the service.
const PROTOCOL: &[u8] = b"http/1.1";

/// The reason why a certificate cannot be used: a sentence with the mend.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("the file {0} of [server] tls cannot be read: {1}")]
    Unreadable(PathBuf, std::io::Error),
    /// Every user of the machine can read the private key.
    #[error("the private key {0} can be read by every user: run chmod 600 {0}")]
    Exposed(PathBuf),
    /// The file has no certificate.
    #[error(
        "{0} holds no certificate: name a file in PEM with the certificate of the service, and after it those that lead to its authority"
    )]
    NoCertificate(PathBuf),
    /// The file has no private key.
    #[error(
        "{0} holds no private key: name a file in PEM with the private key of the certificate, without a passphrase"
    )]
    NoKey(PathBuf),
    /// Certificate and private key do not belong together, or are of a kind that is not served.
    #[error("{0} does not go with the private key {1}: {2}")]
    Mismatch(PathBuf, PathBuf, rustls::Error),
    /// The certificate ended already.
    #[error("the certificate {0} ended at {1}: renew it")]
    Ended(PathBuf, Timestamp),
    /// The library of TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Library(#[from] rustls::Error),
}

/// A certificate with its private key.
#[derive(Clone)]
pub struct Pair {
    key: Arc<CertifiedKey>,
    /// Names the certificate.
    pub digest: Digest,
    /// When the certificate ends.
    pub ends: Timestamp,
}

impl fmt::Debug for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pair")
            .field("digest", &self.digest)
            .field("ends", &self.ends)
            .finish_non_exhaustive()
    }
}

/// The certificate of a service, from its files.
#[derive(Debug)]
pub struct Tls {
    files: TlsFiles,
    shown: Arc<Shown>,
    config: Arc<ServerConfig>,
}

/// The certificate that new connections are shown.
#[derive(Debug)]
struct Shown(RwLock<Pair>);

impl Tls {
    /// Reads the files.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn open(files: TlsFiles) -> Result<Self, TlsError> {
        let shown = Arc::new(Shown(RwLock::new(files::read(&files)?)));
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
            .with_no_client_auth();
        let mut config = config.with_cert_resolver(Arc::<Shown>::clone(&shown));
        config.alpn_protocols = vec![PROTOCOL.to_vec()];
        Ok(Self {
            files,
            shown,
            config: Arc::new(config),
        })
    }

    /// Reads the files again, and shows nothing of them yet.
    ///
    /// # Errors
    /// [`TlsError`], also where the new certificate ended before `now`: the one before is no worse.
    pub fn read_again(&self, now: Timestamp) -> Result<Pair, TlsError> {
        let pair = files::read(&self.files)?;
        match pair.ends <= now {
            true => Err(TlsError::Ended(self.files.certificate.clone(), pair.ends)),
            false => Ok(pair),
        }
    }

    /// Shows `pair` to every connection from now on. Open connections stay as they are.
    pub fn show(&self, pair: Pair) {
        *self.shown.0.write().unwrap_or_else(PoisonError::into_inner) = pair;
    }

    /// The certificate that new connections are shown.
    #[must_use]
    pub fn shown(&self) -> Pair {
        self.shown.pair()
    }

    /// Accepts connections.
    #[must_use]
    pub fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.config))
    }
}

impl Shown {
    fn pair(&self) -> Pair {
        let pair = self.0.read().unwrap_or_else(PoisonError::into_inner);
        pair.clone()
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.pair().key)
    }
}
