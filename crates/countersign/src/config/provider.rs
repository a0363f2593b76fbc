//! `--provider outbox|sink|http:URL`.

use std::str::FromStr;

/// Which provider carries messages in development.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProviderSpec {
    /// A phone in the data folder.
    Outbox,
    /// Accepts everything, keeps nothing.
    Sink,
    /// Posts to this URL.
    Loopback(String),
}

impl FromStr for ProviderSpec {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "outbox" => Ok(ProviderSpec::Outbox),
            "sink" => Ok(ProviderSpec::Sink),
            // A plain URL says the same as http: before one.
            _ if text.starts_with("http://") => Ok(ProviderSpec::Loopback(text.to_owned())),
            _ => match text.strip_prefix("http:") {
                Some(url) => Ok(ProviderSpec::Loopback(url.to_owned())),
                None => Err("must be outbox, sink or http:URL"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_kinds_and_a_url() {
        let url = ProviderSpec::Loopback("http://127.0.0.1:9/x".to_owned());
        assert_eq!("http:http://127.0.0.1:9/x".parse(), Ok(url.clone()));
        assert_eq!("http://127.0.0.1:9/x".parse(), Ok(url));
        assert_eq!("outbox".parse(), Ok(ProviderSpec::Outbox));
        assert_eq!("sink".parse(), Ok(ProviderSpec::Sink));
        assert!("twilio".parse::<ProviderSpec>().is_err());
    }
}
