//! The port to everything that holds phone numbers, for the day on which a person asks to be forgotten.
//!
//! # Promises of an erasure
//!
//! - **Everywhere.** Once it has succeeded, the eraser holds the number no more: not in clear, not sealed, and under no key
//!   by which it was found, except for what is counted below. Bytes are overwritten, not only unlinked, by a store that
//!   owns its file; a database server is asked to remove the old versions of rows.
//! - **Limits go on.** Keyed counters stay until their windows end, and wrong guesses in a row until a right one: an
//!   erasure opens no minute and no budget.
//! - **Codes die.** A live code of the number is dead at once, and never comes back.
//! - **What is counted stays.** A message is still there for tallies, with its time, application, channel, country and
//!   outcome; it is on no timeline any more.
//! - **To its end.** An erasure that was interrupted goes on at the next start.
//! - **From now back.** It is about what was recorded before it. The number may be used again, like a new one.

use async_trait::async_trait;

use super::StoreError;
use crate::id::RequestId;
use crate::phone::PhoneNumber;

/// The order to erase a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// The request that asked for it.
    pub request_id: RequestId,
    /// The number.
    pub phone: PhoneNumber,
}

/// The fewest digits that are taken for a phone number.
const NUMBER: usize = 7;

/// Returns `text` with `****` in place of every run of seven digits or more, whatever spaces and dashes are between them:
/// a reason must not keep the number that was erased.
///
/// ```
/// # use countersign_core::ports::erasure::without_numbers;
/// assert_eq!(without_numbers("request 4711 of +86 188-0000-8888."), "request 4711 of +****.");
/// ```
#[must_use]
pub fn without_numbers(text: &str) -> String {
    let (mut kept, mut run, mut digits) = (String::new(), String::new(), 0);
    for c in text.chars().chain(['\0']) {
        if c.is_numeric() || (digits > 0 && matches!(c, ' ' | '-' | '.')) {
            digits += usize::from(c.is_numeric());
            run.push(c);
            continue;
        }
        let end = run.trim_end_matches([' ', '-', '.']).len();
        let (number, rest) = run.split_at(end);
        kept.push_str(if digits >= NUMBER { "****" } else { number });
        kept.push_str(rest);
        kept.push(c);
        (run, digits) = (String::new(), 0);
    }
    kept.trim_end_matches('\0').to_owned()
}

/// How many records an erasure took the number from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Erased {
    /// Messages.
    pub messages: u64,
    /// Checks of codes.
    pub checks: u64,
    /// Unlocks.
    pub unlocks: u64,
    /// Refused sends.
    pub refusals: u64,
    /// Messages on the phone of a service in development.
    pub inbox: u64,
}

impl Erased {
    /// Returns both together.
    #[must_use]
    pub const fn and(self, other: Erased) -> Erased {
        Erased {
            messages: self.messages + other.messages,
            checks: self.checks + other.checks,
            unlocks: self.unlocks + other.unlocks,
            refusals: self.refusals + other.refusals,
            inbox: self.inbox + other.inbox,
        }
    }
}

/// Holds phone numbers, and can let one go.
#[async_trait]
pub trait Eraser: Send + Sync + 'static {
    /// Erases a number.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be erased everywhere. Erase it again.
    async fn erase(&self, erasure: &Erasure) -> Result<Erased, StoreError>;
}
