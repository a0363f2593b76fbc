//! The port to SMS vendors: a [`Provider`] hands one message to one vendor account and reads what the vendor reports.
//!
//! An implementation keeps five promises:
//!
//! 1. **One attempt.** [`Provider::send`] calls the vendor once. The caller decides from the [`Outcome`] whether to
//!    try another provider or to give the minute back. A vendor's API does not recognise a repeated message.
//! 2. **No guessing.** An outcome is [`Outcome::NotAccepted`] only where that is certain: no connection was made, or
//!    the vendor answered with a code that its documents call a refusal. A time-out, a reset after the request went
//!    out, a bare 5xx and an unreadable answer are [`Outcome::Unknown`].
//! 3. **No clock of its own.** The caller gives up at [`Sms::deadline`] and takes the outcome as unknown. A provider
//!    bounds only the connecting, because a failure there is certain.
//! 4. **No leaks.** [`Sms::text`], [`Sms::template`] and [`Sms::passcode`] go to the vendor and nowhere else: not into
//!    a log, an error or an [`Outcome`].
//! 5. **Reports are hearsay.** A delivery report goes on the timeline of its message. It verifies no code and gives
//!    no minute back, even a signed one.
//!
//! The crate `countersign-providers` documents how to add a vendor, with a complete example and a checklist of files.
//! A provider in short:
//!
//! ```
//! use async_trait::async_trait;
//! use countersign_core::ports::provider::{Provider, Sms};
//! use countersign_core::send::outcome::{NotAccepted, Outcome, RefusalKind};
//!
//! /// A vendor that knows one country.
//! struct OnlyChina;
//!
//! #[async_trait]
//! impl Provider for OnlyChina {
//!     fn name(&self) -> &str {
//!         "only-china"
//!     }
//!
//!     async fn send(&self, sms: &Sms) -> Outcome {
//!         if sms.to.country().as_str() != "CN" {
//!             return Outcome::NotAccepted(NotAccepted {
//!                 kind: RefusalKind::RouteUnavailable,
//!                 vendor_code: Some("NOT_CHINA".to_owned()),
//!                 retry_after: None,
//!             });
//!         }
//!         Outcome::Accepted { provider_message_id: None }
//!     }
//! }
//! ```

use async_trait::async_trait;

use crate::application::{AppId, SmsName};
use crate::channel::Channel;
use crate::code::passcode::Passcode;
use crate::id::MessageId;
use crate::language::LanguageTag;
use crate::phone::PhoneNumber;
use crate::receipt::{Callback, InvalidCallback, Receipt, Receipts};
use crate::send::outcome::Outcome;
use crate::template::{FilledTemplate, SmsText};
use crate::time::Timestamp;

/// One message, ready to leave.
#[derive(Debug, Clone)]
pub struct Sms {
    /// The id of the message. A vendor that takes a reference of the caller's gets this id.
    pub message_id: MessageId,
    /// The application that sends.
    pub app_id: AppId,
    /// The name of the application that sends, as messages carry it; empty where they carry none.
    pub app: SmsName,
    /// The number that the message goes to.
    pub to: PhoneNumber,
    /// The purpose of the code.
    pub channel: Channel,
    /// The language of the text.
    pub language: LanguageTag,
    /// The whole text, for vendors that send text.
    pub text: SmsText,
    /// The vendor's own template with its variables filled in, for vendors that send templates.
    pub template: Option<FilledTemplate>,
    /// The code in the text and in the template.
    pub passcode: Passcode,
    /// The life of the code in minutes, rounded up.
    pub minutes: u64,
    /// The time at which the caller gives up and takes the outcome as unknown.
    pub deadline: Timestamp,
}

/// The part of an [`Sms`] that a vendor sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// The vendor sends [`Sms::text`].
    Text,
    /// The vendor sends [`Sms::template`]. It is not called for a message without one.
    Template,
}

/// What a vendor says about the credentials of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credentials {
    /// The vendor takes them.
    Taken,
    /// The vendor refuses them. Holds the vendor's code.
    Refused(String),
    /// The answer says neither. Holds the vendor's code, or the reason why there is no answer.
    Unclear(String),
    /// The vendor has no call that would tell without sending a message.
    NotAsked,
}

/// An SMS vendor account that can carry messages.
#[async_trait]
pub trait Provider: Send + Sync + 'static {
    /// The name of the account, in timelines and in the operator's view.
    fn name(&self) -> &str;

    /// The content that a message to `phone` needs.
    fn content(&self, phone: &PhoneNumber) -> Content {
        let _ = phone;
        Content::Text
    }

    /// Hears that a message may follow in a moment. A provider may connect to its vendor meanwhile; it sends nothing.
    fn warm(&self) {}

    /// Hands `sms` to the vendor once and answers the outcome. There is no other way to fail: every error is an
    /// [`Outcome`].
    async fn send(&self, sms: &Sms) -> Outcome;

    /// Asks the vendor whether it takes the credentials of the account, by a call that sends no message.
    async fn credentials(&self) -> Credentials {
        Credentials::NotAsked
    }

    /// Reads an HTTP request in which the vendor reports on messages, and the answer that the vendor expects.
    ///
    /// # Errors
    /// [`InvalidCallback`] when the request is no report of this vendor, or is not signed as it should be.
    fn receipts(&self, callback: &Callback<'_>) -> Result<Receipts, InvalidCallback> {
        let _ = callback;
        Err(InvalidCallback::NotExpected)
    }
}

/// Takes the delivery reports that reach a provider over a session of its own, as SMPP vendors make them
/// (`deliver_sm`), instead of an HTTP request. The service gives each provider a sink when it opens the provider, and
/// records these reports as it records those that [`Provider::receipts`] reads.
#[async_trait]
pub trait ReportSink: Send + Sync + 'static {
    /// Records what the vendor of this sink's account reports. A report about no message of that account to that
    /// number is forgotten.
    ///
    /// # Errors
    /// [`ReportNotKept`] when a report could not be made durable. The provider must not acknowledge it, so that the
    /// vendor reports again.
    async fn report(&self, receipts: Vec<Receipt>) -> Result<(), ReportNotKept>;
}

/// A report that could not be made durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the report could not be recorded")]
pub struct ReportNotKept;
