//! Unlocks of numbers: the act, and the record of it; and the notes that operators give their reasons in.

use countersign_core::audit::Author;
use countersign_core::code::check::{Unlock, UnlockRecord};
use countersign_core::id::RequestId;
use countersign_core::phone::PhoneNumber;

use super::error::BrokenField;
use super::{Manage, ManageError, Rule};

/// The reason for an act, as the operator gives it: at most [`Note::MOST`] characters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Note(String);

impl Note {
    /// The most characters of a note.
    pub const MOST: usize = 200;

    /// Takes the `text` of a field if it is short enough.
    ///
    /// # Errors
    /// [`ManageError::Fields`].
    pub fn new(field: &str, text: String) -> Result<Self, ManageError> {
        if text.chars().count() > Self::MOST {
            return Err(BrokenField::new(field, Rule::NoteTooLong).into());
        }
        Ok(Self(text))
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The most unlocks that are listed at once.
const PAGE: u16 = 1_000;

impl Manage {
    /// Forgets the wrong guesses about a number, on record.
    ///
    /// # Errors
    /// [`ManageError::Unavailable`].
    pub async fn unlock(
        &self,
        by: Author,
        request_id: RequestId,
        phone: PhoneNumber,
        note: Note,
    ) -> Result<(), ManageError> {
        tracing::warn!(%request_id, to = phone.masked(), "the operator unlocks a number");
        let unlock = Unlock {
            request_id,
            phone,
            note: note.0,
            by,
        };
        Ok(self.parts.ledger.unlock(unlock).await?)
    }

    /// Returns the newest unlocks, at most 1,000; only those before the unlock of the request `before`, where that is
    /// given.
    ///
    /// # Errors
    /// [`ManageError::Unavailable`].
    pub async fn unlocks(
        &self,
        before: Option<RequestId>,
    ) -> Result<Vec<UnlockRecord>, ManageError> {
        Ok(self.parts.records.unlocks(before, PAGE).await?)
    }
}
