//! The purpose of a code.

/// The purpose of a code: the eleven `CHANNEL_*` values of GenAuth V3. A code of one channel never
/// passes under another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// Sign in.
    Login,
    /// Sign up.
    Register,
    /// Reset a forgotten password.
    ResetPassword,
    /// Bind a phone number to an account.
    BindPhone,
    /// Take a phone number off an account.
    UnbindPhone,
    /// Enrol the number as a second factor.
    BindMfa,
    /// Pass a second-factor challenge.
    VerifyMfa,
    /// Remove the number as a second factor.
    UnbindMfa,
    /// Complete a profile that lacks a phone number.
    CompletePhone,
    /// Prove one's identity before a sensitive step.
    IdentityVerification,
    /// Delete an account.
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

    /// The name on the wire and at rest, such as `CHANNEL_LOGIN`.
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

    /// Returns whether a code of this channel removes something for good. Such a channel has stricter rules.
    #[must_use]
    pub const fn is_strict(self) -> bool {
        matches!(
            self,
            Channel::ResetPassword
                | Channel::UnbindPhone
                | Channel::UnbindMfa
                | Channel::DeleteAccount
        )
    }

    /// Returns the channel with this name; `None` if there is none. Names are case-sensitive.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|channel| channel.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_back_to_its_channel() {
        for channel in Channel::ALL {
            assert_eq!(Channel::parse(channel.as_str()), Some(channel));
        }
        assert_eq!(Channel::parse("channel_login"), None);
        assert_eq!(Channel::parse(""), None);
    }
}
