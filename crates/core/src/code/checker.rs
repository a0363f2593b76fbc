//! The other half of a code's life: somebody types it.

use std::sync::Arc;

use crate::application::AppId;
use crate::channel::Channel;
use crate::code::check::{Checked, CodeCheck, Door};
use crate::code::guess::Guess;
use crate::code::passcode::{Passcode, PasscodeKey};
use crate::id::RequestId;
use crate::phone::PhoneNumber;
use crate::ports::store::{Store, StoreError};

/// What somebody typed, and for what; every part but the code itself already checked.
#[derive(Clone)]
pub struct Typed {
    /// The request it came with.
    pub request_id: RequestId,
    /// Who is asking.
    pub door: Door,
    /// For whom the code was sent.
    pub app: AppId,
    /// What it is for.
    pub channel: Channel,
    /// To whom it was sent.
    pub phone: PhoneNumber,
    /// What was typed, as it came.
    pub passcode: String,
}

// By hand: what was typed may be a code.
impl std::fmt::Debug for Typed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Typed")
            .field("request_id", &self.request_id)
            .field("door", &self.door)
            .field("app", &self.app)
            .field("channel", &self.channel)
            .finish_non_exhaustive()
    }
}

/// Checks codes.
pub struct Checker {
    store: Arc<dyn Store>,
    key: PasscodeKey,
}

impl std::fmt::Debug for Checker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Checker").finish_non_exhaustive()
    }
}

impl Checker {
    /// A checker over `store`, with the key under which the messenger makes MACs.
    pub fn new(store: Arc<dyn Store>, key: PasscodeKey) -> Self {
        Self { store, key }
    }

    /// Whether `typed` is a code; `None` if it can be none ([`Passcode::parse`]), which costs nothing.
    ///
    /// # Errors
    /// [`StoreError`] when the answer could not be made durable in time ([`Store::check`]).
    pub async fn check(&self, typed: Typed) -> Result<Option<Checked>, StoreError> {
        let Some(passcode) = Passcode::parse(&typed.passcode) else {
            return Ok(None);
        };
        let guess = Guess::new(
            self.key.clone(),
            passcode,
            typed.app,
            typed.channel,
            typed.phone,
        );
        let check = CodeCheck {
            request_id: typed.request_id,
            door: typed.door,
            guess,
        };
        self.store.check(check).await.map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_who_asks_and_neither_number_nor_code() {
        let typed = Typed {
            request_id: RequestId::from_bytes([1; 16]),
            door: Door::Public,
            app: AppId::parse("shop").unwrap(),
            channel: Channel::Login,
            phone: PhoneNumber::parse("13800138000", None).unwrap(),
            passcode: "246810".to_owned(),
        };
        let shown = format!("{typed:?}");
        assert!(
            shown.contains("shop") && shown.contains("Public"),
            "{shown}"
        );
        assert!(
            !shown.contains("246810") && !shown.contains("8000"),
            "{shown}"
        );
    }
}
