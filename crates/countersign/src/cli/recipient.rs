//! Whose code it is, and what for, as people type it.

use clap::Args;
use countersign_api::Channel;

#[derive(Args)]
pub(super) struct Recipient {
    /// The number, such as 18800008888 or +14155550132
    #[arg(long, value_name = "NUMBER")]
    pub(super) to: String,
    /// Its country code, where it names none (default: +86)
    #[arg(long, value_name = "+86")]
    pub(super) country_code: Option<String>,
    /// What the code is for, such as login, register or reset-password
    #[arg(long, value_name = "CHANNEL", default_value = "login", value_parser = channel)]
    pub(super) channel: Channel,
}

/// A channel by its wire name, or by the short one that people type.
pub(super) fn channel(text: &str) -> Result<Channel, String> {
    let name = text.to_ascii_uppercase().replace('-', "_");
    let name = if name.starts_with("CHANNEL_") {
        name
    } else {
        format!("CHANNEL_{name}")
    };
    serde_json::from_value(name.into()).map_err(|_| {
        let short = Channel::NAMES.map(|name| {
            name.trim_start_matches("CHANNEL_")
                .to_lowercase()
                .replace('_', "-")
        });
        format!("must be one of {}", short.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_has_a_short_name() {
        assert_eq!(channel("login"), Ok(Channel::Login));
        assert_eq!(channel("reset-password"), Ok(Channel::ResetPassword));
        assert_eq!(channel("CHANNEL_UNBIND_MFA"), Ok(Channel::UnbindMfa));
        assert!(
            channel("sign-in")
                .unwrap_err()
                .contains("identity-verification")
        );
    }
}
