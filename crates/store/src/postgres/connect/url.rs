//! The address of a database, as an operator writes it.

use std::fmt;
use std::fs;
use std::io;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

/// The time after which a connection that does not come about, or whose other end says nothing, is given up.
const SILENCE: Duration = Duration::from_secs(1);

/// The address of a database: `postgres://user@host/name`, with the parameters of libpq and with these.
///
/// | parameter | meaning |
/// |---|---|
/// | `password_file` | a file whose first line is the password, in place of one in the address |
/// | `sslmode` | `disable`, or `require` and `verify-full`, which are the same here: a certificate is always verified |
/// | `sslrootcert` | a PEM file of the authorities to trust, in place of those of the operating system |
///
/// Without `sslmode`, a session is encrypted unless the database is on this machine.
#[derive(Clone)]
pub struct DatabaseUrl {
    pub(super) config: Config,
    password_file: Option<PathBuf>,
    pub(super) authorities: Option<PathBuf>,
}

// Written by hand: the address may hold a password.
impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseUrl(..)")
    }
}

/// The reason why a text is no address of a database. None of them repeats the text.
#[derive(Debug, thiserror::Error)]
pub enum InvalidUrl {
    /// It is no address, or has a parameter that is not known.
    #[error("it is no address such as postgres://user@host/name: {0}")]
    Malformed(String),
    /// It names another way to encrypt.
    #[error("sslmode is disable, require or verify-full")]
    SslMode,
    /// It names no host.
    #[error("it names no host: begin it with postgres://user@host/")]
    NoHost,
}

/// The parameters that are ours and not libpq's.
#[derive(Default)]
struct Ours {
    password_file: Option<PathBuf>,
    authorities: Option<PathBuf>,
    ssl_mode: Option<SslMode>,
}

impl DatabaseUrl {
    /// Reads an address.
    ///
    /// # Errors
    /// [`InvalidUrl`] says why the text is no address.
    pub fn parse(text: &str) -> Result<Self, InvalidUrl> {
        let (ours, theirs) = split(text)?;
        let config: Result<Config, _> = theirs.parse();
        let mut config = config.map_err(|error| InvalidUrl::Malformed(words(&error)))?;
        if config.get_hosts().is_empty() {
            return Err(InvalidUrl::NoHost);
        }
        let by_place = match config.get_hosts().iter().all(is_here) {
            true => SslMode::Disable,
            false => SslMode::Require,
        };
        config
            .ssl_mode(ours.ssl_mode.unwrap_or(by_place))
            .application_name("countersign")
            .connect_timeout(SILENCE)
            .tcp_user_timeout(SILENCE)
            .keepalives_idle(SILENCE)
            .keepalives_interval(SILENCE)
            .keepalives_retries(2);
        Ok(Self {
            config,
            password_file: ours.password_file,
            authorities: ours.authorities,
        })
    }

    /// Reads the password, where the address names a file of it.
    ///
    /// # Errors
    /// In words, when the file cannot be read.
    pub(super) fn with_password(mut self) -> Result<Self, String> {
        if let Some(path) = &self.password_file {
            let password = password(path).map_err(|why| {
                let path = path.display();
                format!("the file of the password, {path}, cannot be read: {why}")
            })?;
            self.config.password(password);
        }
        Ok(self)
    }
}

/// Takes our parameters out of an address.
fn split(text: &str) -> Result<(Ours, String), InvalidUrl> {
    let (address, query) = text.split_once('?').unwrap_or((text, ""));
    let (mut ours, mut theirs) = (Ours::default(), Vec::new());
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let path = || PathBuf::from(percent_decode_str(value).decode_utf8_lossy().into_owned());
        match name {
            "password_file" => ours.password_file = Some(path()),
            "sslrootcert" => ours.authorities = Some(path()),
            "sslmode" => ours.ssl_mode = Some(ssl_mode(value)?),
            _ => theirs.push(parameter),
        }
    }
    Ok((ours, format!("{address}?{}", theirs.join("&"))))
}

fn ssl_mode(value: &str) -> Result<SslMode, InvalidUrl> {
    match value {
        "disable" => Ok(SslMode::Disable),
        "require" | "verify-full" => Ok(SslMode::Require),
        _ => Err(InvalidUrl::SslMode),
    }
}

/// Returns the first line of a file, without its end.
fn password(path: &PathBuf) -> io::Result<String> {
    let text = zeroize::Zeroizing::new(fs::read_to_string(path)?);
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

/// Returns whether a host is this machine.
fn is_here(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            let address: Option<IpAddr> = name.parse().ok();
            name == "localhost" || address.is_some_and(|address| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

/// Says what is wrong with an address, without any part of it.
fn words(error: &tokio_postgres::Error) -> String {
    let source = std::error::Error::source(error);
    source.map_or_else(|| error.to_string(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(text: &str) -> SslMode {
        DatabaseUrl::parse(text).unwrap().config.get_ssl_mode()
    }

    #[test]
    fn a_session_is_encrypted_unless_the_database_is_on_this_machine() {
        for here in [
            "postgres://u@localhost/d",
            "postgres://u@127.0.0.1/d",
            "postgres://u@%2Frun%2Fpostgresql/d",
            "postgres://u@db.example.com/d?sslmode=disable",
        ] {
            assert_eq!(mode(here), SslMode::Disable, "{here}");
        }
        for elsewhere in [
            "postgres://u@db.example.com/d",
            "postgres://u@localhost,db.example.com/d",
            "postgres://u@localhost/d?sslmode=verify-full&sslrootcert=/etc/ca.pem",
        ] {
            assert_eq!(mode(elsewhere), SslMode::Require, "{elsewhere}");
        }
    }

    #[test]
    fn a_password_comes_from_a_file_and_is_never_shown() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "s3cret!\nsecond line\n").unwrap();
        let path = file.path().display().to_string().replace('/', "%2F");
        let url = DatabaseUrl::parse(&format!("postgres://u@localhost/d?password_file={path}"));
        let url = url.unwrap().with_password().unwrap();
        assert_eq!(url.config.get_password(), Some(&b"s3cret!"[..]));
        assert!(!format!("{url:?}").contains("s3cret"));
        fs::remove_file(file.path()).unwrap();
        let error = url.with_password().unwrap_err();
        assert!(error.contains("cannot be read"), "{error}");
    }

    #[test]
    fn what_is_no_address_is_refused_without_repeating_it() {
        for wrong in [
            "postgres://u:s3cret@localhost/d?sslmode=prefer",
            "postgres://u:s3cret@localhost/d?nonsense=s3cret",
            "postgres://u:s3cret@localhost:s3cret/d",
            "user=s3cret",
        ] {
            let error = DatabaseUrl::parse(wrong).unwrap_err();
            assert!(!error.to_string().contains("s3cret"), "{error}");
        }
    }
}
