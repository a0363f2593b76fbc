//! Erasing a number from everything that holds any.

use countersign_core::audit::{Act, Author, Target, Verb};
use countersign_core::phone::PhoneNumber;
use countersign_core::ports::StoreError;
use countersign_core::ports::erasure::{Erased, Erasure, without_numbers};

use super::{Manage, ManageError, Note};

impl Manage {
    /// Takes a number out of everything that holds it; a number for tests is one no more. The act is on the audit record first, with the note and the country,
    /// and without the number.
    ///
    /// # Errors
    /// [`ManageError::Unavailable`] when it may not have gone from everywhere: it has to be erased again.
    pub async fn erase(
        &self,
        by: Author,
        erasure: Erasure,
        note: &Note,
    ) -> Result<Erased, ManageError> {
        let test = self.setup().test_number(&erasure.phone).cloned();
        if let Some(test) = test {
            self.remove_test_number(by.clone(), test.id).await?;
        }
        let act = act(by.clone(), &erasure.phone, note);
        self.parts.audit.record(act.clone()).await?;
        self.erase_safe_number(&by, &erasure.phone).await?;
        match self.erase_everywhere(&erasure).await {
            Ok(erased) => {
                let (request_id, messages) = (erasure.request_id, erased.messages);
                tracing::warn!(%request_id, messages, "the operator erased a number");
                Ok(erased)
            }
            Err(error) => {
                self.parts.audit.record(act.failed()).await?;
                Err(error.into())
            }
        }
    }

    async fn erase_everywhere(&self, erasure: &Erasure) -> Result<Erased, StoreError> {
        let mut erased = Erased::default();
        for eraser in &self.parts.erasers {
            erased = erased.and(eraser.erase(erasure).await?);
        }
        Ok(erased)
    }
}

/// The act on the audit record: of the number it has the country alone.
fn act(by: Author, phone: &PhoneNumber, note: &Note) -> Act {
    let target = Target::new("number", phone.country().to_string());
    let note = without_numbers(note.as_str());
    let facts = [("note", note.as_str())];
    let facts = if note.is_empty() {
        &[]
    } else {
        facts.as_slice()
    };
    Act::outside(by, Verb::NumberErased, target, facts)
}
