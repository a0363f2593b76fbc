//! Why no connection was made, in the words that an operator reads on a timeline.

use std::error::Error;
use std::io;

use tokio_rustls::rustls::{self, CertificateError};

/// The word for an error: `refused`, `timeout`, `tls: unknown issuer` and the like; `None` for an error that only wraps another.
pub(super) fn word(error: &(dyn Error + 'static)) -> Option<&'static str> {
    if let Some(error) = error.downcast_ref::<rustls::Error>() {
        return Some(tls(error));
    }
    let error = error.downcast_ref::<io::Error>()?;
    // The source of an I/O error is the source of the error in it, and not that error.
    let within = error.get_ref().and_then(|within| word(within));
    if within.is_some() {
        return within;
    }
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Some("refused"),
        io::ErrorKind::TimedOut => Some("timeout"),
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable => Some("no route"),
        io::ErrorKind::ConnectionReset | io::ErrorKind::UnexpectedEof => Some("closed at once"),
        _ => None,
    }
}

fn tls(error: &rustls::Error) -> &'static str {
    match error {
        rustls::Error::InvalidCertificate(why) => certificate(why),
        rustls::Error::InvalidMessage(_) => "tls: no TLS is spoken there",
        rustls::Error::AlertReceived(_) => "tls: refused by the other side",
        rustls::Error::PeerIncompatible(_) => "tls: no version or cipher in common",
        _ => "tls: the handshake failed",
    }
}

fn certificate(why: &CertificateError) -> &'static str {
    match why {
        // A wrong signature is that of an issuer who only has the name of one that is trusted.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => "tls: unknown issuer",
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "tls: expired certificate"
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "tls: certificate not valid yet"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "tls: certificate of another name"
        }
        CertificateError::Revoked => "tls: revoked certificate",
        _ => "tls: invalid certificate",
    }
}
