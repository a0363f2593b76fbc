//! The role of a vendor: how it reads requests, and how it reports.

use axum::http::request::Parts;

use crate::call::{Call, Judgement, Refusal};
use crate::faults::RefusalReason;
use crate::message::Message;
use crate::report::{News, Report, ReportReaction};
use crate::shared::Shared;

/// Everything that the sandbox knows of one vendor.
pub(crate) struct Role {
    /// The account that exists here, as a person reads it.
    pub(crate) account: fn() -> String,
    /// The texts and templates that are approved for the account, as a person reads them.
    pub(crate) approved: fn() -> String,
    /// One desk for each protocol.
    pub(super) desks: &'static [&'static dyn Desk],
    /// Writes a report about a message.
    pub(crate) report: fn(&Message, News) -> Report,
    /// Judges the answer to a report: its status, if there was an answer, and its body.
    pub(crate) heard: fn(Option<u16>, &str) -> ReportReaction,
}

/// A vendor's reading of requests by one protocol.
pub(crate) trait Desk: Send + Sync {
    /// Whether a request with this head is for this desk. No two desks take the same request.
    fn takes(&self, head: &Parts) -> bool;

    /// Judges the sender: whether the request is signed by the account, now, and for the first time.
    fn authenticate(&self, call: &Call, shared: &Shared) -> Result<(), Refusal>;

    /// Judges the content: the messages to be sent, and the answer.
    fn judge(&self, call: &Call, shared: &Shared) -> Result<Judgement, Refusal>;

    /// The vendor's code for a refusal for the reason `why`.
    fn code(&self, why: RefusalReason) -> &'static str;

    /// The vendor's own refusal for the reason `why`, which the script asks for.
    fn scripted(&self, call: &Call, shared: &Shared, why: RefusalReason) -> Refusal;
}
