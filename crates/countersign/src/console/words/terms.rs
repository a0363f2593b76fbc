//! The names of channels, states and codes in the words of a language.

use countersign_core::channel::Channel;
use countersign_core::code::CodeState;

use super::super::headline::State;
use super::TermWords;

impl TermWords {
    /// The name of a purpose.
    pub(in super::super) const fn purpose(&self, channel: Channel) -> &'static str {
        match channel {
            Channel::Login => self.login,
            Channel::Register => self.register,
            Channel::ResetPassword => self.reset_password,
            Channel::BindPhone => self.bind_phone,
            Channel::UnbindPhone => self.unbind_phone,
            Channel::BindMfa => self.bind_mfa,
            Channel::VerifyMfa => self.verify_mfa,
            Channel::UnbindMfa => self.unbind_mfa,
            Channel::CompletePhone => self.complete_phone,
            Channel::IdentityVerification => self.identity_verification,
            Channel::DeleteAccount => self.delete_account,
        }
    }

    /// The name of the state of a message.
    pub(in super::super) const fn state(&self, state: State) -> &'static str {
        match state {
            State::Sending => self.sending,
            State::NoReceipt => self.no_receipt,
            State::Delivered => self.delivered,
            State::NotDelivered => self.not_delivered,
            State::NotSent => self.not_sent,
            State::Unknown => self.unknown,
            State::Verified => self.verified,
        }
    }

    /// The name of the state of a code.
    pub(in super::super) const fn code(&self, code: CodeState) -> &'static str {
        match code {
            CodeState::Pending => self.pending,
            CodeState::Live => self.live,
            CodeState::Used => self.used,
            CodeState::Exhausted => self.exhausted,
            CodeState::Replaced => self.replaced,
            CodeState::Expired => self.expired,
            CodeState::Void => self.void,
        }
    }
}
