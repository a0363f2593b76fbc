//! With what the clock of the machine is compared: `[clock]`.

use anyhow::bail;
use serde::Deserialize;

/// With what the clock of the machine is compared.
#[derive(Debug, Default)]
pub struct ClockSettings {
    /// The SNTP server, as host and port; `None` for no comparison.
    pub sntp: Option<(String, u16)>,
}

/// The port of SNTP.
const PORT: u16 = 123;

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClockSection {
    sntp: Option<String>,
}

impl ClockSection {
    pub(super) fn settings(self) -> anyhow::Result<ClockSettings> {
        let sntp = self.sntp.as_deref().map(server).transpose()?;
        Ok(ClockSettings { sntp })
    }
}

/// Reads `host`, `host:port` or `[address]:port`.
fn server(text: &str) -> anyhow::Result<(String, u16)> {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => {
            (host, port.parse().ok())
        }
        _ => (text, Some(PORT)),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-_:".contains(c);
    match port {
        Some(port) if !host.is_empty() && host.chars().all(plain) => Ok((host.to_owned(), port)),
        _ => bail!("sntp is a host such as ntp.example.com or 192.0.2.1:123, not {text:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_has_a_host_and_the_port_of_sntp_unless_it_names_another() {
        for (text, host, port) in [
            ("ntp.example.com", "ntp.example.com", 123),
            ("192.0.2.1:1123", "192.0.2.1", 1123),
            ("[2001:db8::1]:1123", "2001:db8::1", 1123),
            ("2001:db8::1", "2001:db8::1", 123),
        ] {
            assert_eq!(server(text).unwrap(), (host.to_owned(), port), "{text}");
        }
        for text in ["", ":123", "host:port", "host:99999", "a b", "http://host"] {
            assert!(server(text).is_err(), "{text}");
        }
    }
}
