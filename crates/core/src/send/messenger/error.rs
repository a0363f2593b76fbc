//! The reasons why no code was sent.

use crate::entropy::EntropyError;
use crate::limit::{Mode, Refusal};
use crate::phone::Country;
use crate::ports::StoreError;
use crate::send::outcome::NotAccepted;
#[cfg(doc)]
use crate::{country_rules::CountryRules, send::attempt};

/// The reason why no code was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// No provider carries numbers of this country.
    #[error("no SMS service is configured for {0}")]
    CountryNotServed(Country),
    /// A provider carries numbers of this country, and [the rules](CountryRules) do not allow it.
    #[error("sends to {0} are not allowed")]
    CountryNotAllowed(Country),
    /// A limit refused.
    #[error("the limit {} refuses for another {} ms", .0.limit, .0.wait().as_millis())]
    Limited(Refusal),
    /// A limit refused, unless the caller solves a challenge.
    #[error("the limit {} asks for a solved challenge", .0.limit)]
    ChallengeNeeded(Refusal),
    /// The process stood still between decision and hand-over, so nothing was sent.
    #[error("the message came too late to its hand-over")]
    TooLate,
    /// No provider took the message. Holds the most telling refusal ([`attempt::outcome`]).
    #[error("the provider did not accept the message: {}", .0.kind.as_str())]
    NotAccepted(NotAccepted),
    /// The store could not decide, so nothing was sent.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No code could be made, so nothing was sent.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
}

impl SendError {
    /// Returns the error of a refusal: by the mode of its limit, the caller may solve a challenge instead.
    pub(super) fn by_limit(refusal: Refusal) -> Self {
        match refusal.mode {
            Mode::Challenge => SendError::ChallengeNeeded(refusal),
            Mode::Enforce | Mode::Monitor => SendError::Limited(refusal),
        }
    }
}
