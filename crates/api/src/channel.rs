use serde::{Deserialize, Serialize};

/// The purpose of a code, as it is written on the wire.
///
/// ```
/// use countersign_api::Channel;
/// let channel: Channel = serde_json::from_str("\"CHANNEL_LOGIN\"").unwrap();
/// assert_eq!(channel, Channel::Login);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Channel {
    /// Sign in.
    #[serde(rename = "CHANNEL_LOGIN")]
    Login,
    /// Sign up.
    #[serde(rename = "CHANNEL_REGISTER")]
    Register,
    /// Reset a forgotten password.
    #[serde(rename = "CHANNEL_RESET_PASSWORD")]
    ResetPassword,
    /// Bind a phone number to an account.
    #[serde(rename = "CHANNEL_BIND_PHONE")]
    BindPhone,
    /// Take a phone number off an account.
    #[serde(rename = "CHANNEL_UNBIND_PHONE")]
    UnbindPhone,
    /// Enrol the number as a second factor.
    #[serde(rename = "CHANNEL_BIND_MFA")]
    BindMfa,
    /// Pass a second-factor challenge.
    #[serde(rename = "CHANNEL_VERIFY_MFA")]
    VerifyMfa,
    /// Remove the number as a second factor.
    #[serde(rename = "CHANNEL_UNBIND_MFA")]
    UnbindMfa,
    /// Complete a profile that lacks a phone number.
    #[serde(rename = "CHANNEL_COMPLETE_PHONE")]
    CompletePhone,
    /// Prove who one is before a sensitive step.
    #[serde(rename = "CHANNEL_IDENTITY_VERIFICATION")]
    IdentityVerification,
    /// Delete an account.
    #[serde(rename = "CHANNEL_DELETE_ACCOUNT")]
    DeleteAccount,
}

impl Channel {
    /// All eleven names, in GenAuth's order.
    pub const NAMES: [&'static str; 11] = [
        "CHANNEL_LOGIN",
        "CHANNEL_REGISTER",
        "CHANNEL_RESET_PASSWORD",
        "CHANNEL_BIND_PHONE",
        "CHANNEL_UNBIND_PHONE",
        "CHANNEL_BIND_MFA",
        "CHANNEL_VERIFY_MFA",
        "CHANNEL_UNBIND_MFA",
        "CHANNEL_COMPLETE_PHONE",
        "CHANNEL_IDENTITY_VERIFICATION",
        "CHANNEL_DELETE_ACCOUNT",
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_channel_and_its_own_text() {
        for name in Channel::NAMES {
            let channel: Channel = serde_json::from_value(name.into()).unwrap();
            assert_eq!(serde_json::to_value(channel).unwrap(), name);
        }
        assert!(serde_json::from_str::<Channel>("\"channel_login\"").is_err());
    }
}
