//! The port to SMS vendors.
//!
//! # Adding a vendor
//!
//! 1. Make one folder `crates/providers/src/<vendor>/` with a struct that holds the account's
//!    settings. Parse and check them in its constructor, so that a provider which exists can send.
//! 2. Implement [`Provider`] for it:
//!
//!    ```
//!    use async_trait::async_trait;
//!    use countersign_core::send::outcome::{NotAccepted, Outcome, RefusalKind};
//!    use countersign_core::ports::provider::{Provider, Sms};
//!
//!    /// A vendor that knows one country.
//!    struct OnlyChina;
//!
//!    #[async_trait]
//!    impl Provider for OnlyChina {
//!        fn name(&self) -> &str {
//!            "only-china"
//!        }
//!
//!        async fn send(&self, sms: &Sms) -> Outcome {
//!            if sms.to.country().as_str() != "CN" {
//!                return Outcome::NotAccepted(NotAccepted {
//!                    kind: RefusalKind::RouteUnavailable,
//!                    vendor_code: Some("NOT_CHINA".to_owned()),
//!                });
//!            }
//!            Outcome::Accepted { provider_message_id: None }
//!        }
//!    }
//!    ```
//!
//! 3. Map every answer to an [`Outcome`]. Say [`Outcome::NotAccepted`] only where it is certain:
//!    no connection was made, or the vendor's own documented code says so. A time-out, a reset
//!    after the request went out, a bare 5xx and an unreadable answer are [`Outcome::Unknown`].
//! 4. Make one attempt and no more. Retrying, failing over and giving the minute back are decided
//!    by the caller, from the outcome. A vendor's API deduplicates nothing.
//! 5. Do not keep time: the caller gives up at [`Sms::deadline`] and takes the outcome as unknown.
//!    Bound only the connecting, because a failure there is certain.
//! 6. Say in [`Provider::content`] whether the vendor sends text or fills a template of its own, and
//!    give it [`Sms::text`] or [`Sms::template`]. Let go of them then. Neither may reach a log, an
//!    error or an [`Outcome`].
//! 7. Read the vendor's delivery reports in [`Provider::receipts`], where it has any.
//! 8. Add the kind to `crates/providers/src/kinds.rs`, and test against the vendor's protocol: the
//!    vendor's own SDK as the judge of our requests, and its server side in the sandbox.

use async_trait::async_trait;

use crate::application::AppName;
use crate::channel::Channel;
use crate::code::passcode::Passcode;
use crate::id::MessageId;
use crate::phone::PhoneNumber;
use crate::receipt::{Callback, InvalidCallback, Receipts};
use crate::send::outcome::Outcome;
use crate::template::{FilledTemplate, Language, SmsText};
use crate::time::Timestamp;

/// One message, ready to leave.
#[derive(Debug, Clone)]
pub struct Sms {
    /// Ours for it; a vendor that takes a reference of the caller's gets this one.
    pub message_id: MessageId,
    /// From whom, as people read it.
    pub app: AppName,
    /// To whom.
    pub to: PhoneNumber,
    /// What the code is for.
    pub channel: Channel,
    /// In which language.
    pub language: Language,
    /// The whole text, for vendors that send text.
    pub text: SmsText,
    /// The vendor's own template, filled in, for vendors that do not.
    pub template: Option<FilledTemplate>,
    /// The code.
    pub passcode: Passcode,
    /// How many minutes it lives, rounded up.
    pub minutes: u64,
    /// When the caller gives up: what is not known by then is unknown.
    pub deadline: Timestamp,
}

/// What a vendor needs to be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// [`Sms::text`].
    Text,
    /// [`Sms::template`]: without one for the application, channel and language, it is not called.
    Template,
}

/// An SMS vendor account that can carry messages.
#[async_trait]
pub trait Provider: Send + Sync + 'static {
    /// The name in timelines and in the operator's view.
    fn name(&self) -> &str;

    /// What it needs for a message to `phone`.
    fn content(&self, phone: &PhoneNumber) -> Content {
        let _ = phone;
        Content::Text
    }

    /// Tries once to hand `sms` to the vendor and says what became of it. Never fails otherwise:
    /// whatever goes wrong is an [`Outcome`].
    async fn send(&self, sms: &Sms) -> Outcome;

    /// Reads what the vendor reports, and says what it wants to hear. Nothing that is reported
    /// verifies a code or gives a minute back, whoever sent it.
    ///
    /// # Errors
    /// [`InvalidCallback`] when it is no report of this vendor, or not signed as it should be.
    fn receipts(&self, callback: &Callback<'_>) -> Result<Receipts, InvalidCallback> {
        let _ = callback;
        Err(InvalidCallback::NotExpected)
    }
}
