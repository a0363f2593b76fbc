//! Showing the whole number of a message to an operator, on record.

use countersign_core::audit::{Act, Author, Target, Verb};
use countersign_core::id::MessageId;
use countersign_core::phone::PhoneNumber;
use countersign_core::staff::Applications;

use super::{Manage, ManageError, Note};

impl Manage {
    /// Returns the number that a message of the applications `within` went to, once the act is on the audit record with its reason.
    ///
    /// # Errors
    /// [`ManageError::Unknown`] where there is no such message, [`ManageError::Unavailable`].
    pub async fn reveal(
        &self,
        by: Author,
        within: &Applications,
        message: MessageId,
        reason: Note,
    ) -> Result<PhoneNumber, ManageError> {
        let phone = self.message(within, message).await?.phone;
        let masked = phone.masked();
        let facts = [
            ("phoneNumber", masked.as_str()),
            ("reason", reason.as_str()),
        ];
        let target = Target::new("message", message.to_string());
        let act = Act::outside(by, Verb::NumberRevealed, target, &facts);
        self.parts.audit.record(act).await?;
        Ok(phone)
    }
}
