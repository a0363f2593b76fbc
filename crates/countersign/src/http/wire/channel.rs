//! Channels, from the wire type to that of the rules.

use countersign_api::Channel as Wire;
use countersign_core::channel::Channel;

/// The same channel, in the type of the rules.
pub(crate) fn of_wire(channel: Wire) -> Channel {
    match channel {
        Wire::Login => Channel::Login,
        Wire::Register => Channel::Register,
        Wire::ResetPassword => Channel::ResetPassword,
        Wire::BindPhone => Channel::BindPhone,
        Wire::UnbindPhone => Channel::UnbindPhone,
        Wire::BindMfa => Channel::BindMfa,
        Wire::VerifyMfa => Channel::VerifyMfa,
        Wire::UnbindMfa => Channel::UnbindMfa,
        Wire::CompletePhone => Channel::CompletePhone,
        Wire::IdentityVerification => Channel::IdentityVerification,
        Wire::DeleteAccount => Channel::DeleteAccount,
    }
}
