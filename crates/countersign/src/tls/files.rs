//! The files of a certificate and its private key.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::sign::CertifiedKey;
use zeroize::Zeroizing;

use super::pin::Digest;
use super::{Pair, TlsError, validity};
use crate::config::settings::TlsFiles;

/// Reads the pair, whose halves must belong together.
///
/// # Errors
/// [`TlsError`].
pub(super) fn read(files: &TlsFiles) -> Result<Pair, TlsError> {
    let chain = certificates(&files.certificate)?;
    let key = private_key(&files.key)?;
    let first = chain.first();
    let (digest, ends) = first
        .and_then(|first| Some((Digest::of(first), validity::end(first)?)))
        .ok_or_else(|| TlsError::NoCertificate(files.certificate.clone()))?;
    let key = CertifiedKey::from_der(chain, key, &aws_lc_rs::default_provider());
    let key = key.map_err(|why| {
        let (certificate, key) = (files.certificate.clone(), files.key.clone());
        TlsError::Mismatch(certificate, key, why)
    })?;
    Ok(Pair {
        key: Arc::new(key),
        digest,
        ends,
    })
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let text = bytes(path)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    found.map_err(|_| TlsError::NoCertificate(path.to_owned()))
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    let text = bytes(path)?;
    let exposed = is_exposed(path).map_err(|why| TlsError::Unreadable(path.to_owned(), why))?;
    if exposed {
        return Err(TlsError::Exposed(path.to_owned()));
    }
    PrivateKeyDer::from_pem_slice(&text).map_err(|_| TlsError::NoKey(path.to_owned()))
}

fn bytes(path: &Path) -> Result<Zeroizing<Vec<u8>>, TlsError> {
    let bytes = fs::read(path).map(Zeroizing::new);
    bytes.map_err(|why| TlsError::Unreadable(path.to_owned(), why))
}

/// Whether every user of the machine can read or write the file. Its group may: distributions have one for keys of TLS.
#[cfg(unix)]
fn is_exposed(path: &Path) -> std::io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    Ok(fs::metadata(path)?.mode() & 0o007 != 0)
}

#[cfg(not(unix))]
fn is_exposed(_: &Path) -> std::io::Result<bool> {
    Ok(false)
}
