use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

/// The purpose of a code, as it is written on the wire.
///
/// ```
/// use countersign_api::Channel;
/// let channel: Channel = serde_json::from_str("\"CHANNEL_LOGIN\"").unwrap();
/// assert_eq!(channel, Channel::Login);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
    /// Prove one's identity before a sensitive step.
    #[serde(rename = "CHANNEL_IDENTITY_VERIFICATION")]
    IdentityVerification,
    /// Delete an account.
    #[serde(rename = "CHANNEL_DELETE_ACCOUNT")]
    DeleteAccount,
}

impl Channel {
    /// All eleven channels, in GenAuth's order.
    pub const ALL: [Channel; 11] = [
        Channel::Login,
        Channel::Register,
        Channel::ResetPassword,
        Channel::BindPhone,
        Channel::UnbindPhone,
        Channel::BindMfa,
        Channel::VerifyMfa,
        Channel::UnbindMfa,
        Channel::CompletePhone,
        Channel::IdentityVerification,
        Channel::DeleteAccount,
    ];

    /// The names of all eleven channels, in GenAuth's order.
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

    /// The name on the wire.
    ///
    /// ```
    /// use countersign_api::Channel;
    /// assert_eq!(Channel::BindMfa.as_str(), "CHANNEL_BIND_MFA");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Channel::Login => "CHANNEL_LOGIN",
            Channel::Register => "CHANNEL_REGISTER",
            Channel::ResetPassword => "CHANNEL_RESET_PASSWORD",
            Channel::BindPhone => "CHANNEL_BIND_PHONE",
            Channel::UnbindPhone => "CHANNEL_UNBIND_PHONE",
            Channel::BindMfa => "CHANNEL_BIND_MFA",
            Channel::VerifyMfa => "CHANNEL_VERIFY_MFA",
            Channel::UnbindMfa => "CHANNEL_UNBIND_MFA",
            Channel::CompletePhone => "CHANNEL_COMPLETE_PHONE",
            Channel::IdentityVerification => "CHANNEL_IDENTITY_VERIFICATION",
            Channel::DeleteAccount => "CHANNEL_DELETE_ACCOUNT",
        }
    }
}

// Written by hand, since the implementation that serde derives also reads `{"CHANNEL_LOGIN": null}` as a
// channel.
impl<'de> Deserialize<'de> for Channel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let channel = Self::ALL
            .into_iter()
            .zip(Self::NAMES)
            .find(|(_, known)| *known == name);
        channel
            .map(|(channel, _)| channel)
            .ok_or_else(|| D::Error::unknown_variant(&name, &Self::NAMES))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_channel_and_its_own_text() {
        for name in Channel::NAMES {
            let channel: Channel = serde_json::from_value(name.into()).unwrap();
            assert_eq!(serde_json::to_value(channel).unwrap(), name);
            assert_eq!(channel.as_str(), name);
        }
        for other in ["\"channel_login\"", "{\"CHANNEL_LOGIN\":null}", "null", "0"] {
            assert!(serde_json::from_str::<Channel>(other).is_err(), "{other}");
        }
    }
}
