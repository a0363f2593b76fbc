//! The port to SMS vendors.
//!
//! # Adding a vendor
//!
//! 1. Make one file `crates/providers/src/<vendor>.rs` with a struct that holds the account's
//!    settings. Parse and check them in its constructor, so that a provider which exists can send.
//! 2. Implement [`Provider`] for it:
//!
//!    ```
//!    use async_trait::async_trait;
//!    use countersign_core::outcome::{NotAccepted, Outcome, RefusalKind};
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
//! 5. Do not keep time: the caller gives up after
//!    [`SEND_DEADLINE`](crate::policy::SEND_DEADLINE) and takes the outcome as unknown. Bound only
//!    the connecting, because a failure there is certain.
//! 6. Give the vendor [`Sms::text`] or [`Sms::passcode`] and let go of them. Neither may reach a
//!    log, an error or an [`Outcome`].
//! 7. Add a kind to `crates/providers/src/lib.rs`, and test against the vendor's protocol: a
//!    listener that accepts, refuses, stalls, resets and answers garbage
//!    (`crates/countersign/tests/it/outcomes.rs` shows one).

use async_trait::async_trait;

use crate::channel::Channel;
use crate::id::MessageId;
use crate::outcome::Outcome;
use crate::passcode::Passcode;
use crate::phone::PhoneNumber;
use crate::template::SmsText;

/// One message, ready to leave.
#[derive(Debug, Clone)]
pub struct Sms {
    /// Ours for it; a vendor that takes a reference of the caller's gets this one.
    pub message_id: MessageId,
    /// To whom.
    pub to: PhoneNumber,
    /// What the code is for: chooses a vendor's template.
    pub channel: Channel,
    /// The whole text, for vendors that send text.
    pub text: SmsText,
    /// The code, for vendors that fill a template of their own.
    pub passcode: Passcode,
}

/// An SMS vendor account that can carry messages.
#[async_trait]
pub trait Provider: Send + Sync + 'static {
    /// The name in timelines and in the operator's view.
    fn name(&self) -> &str;

    /// Tries once to hand `sms` to the vendor and says what became of it. Never fails otherwise:
    /// whatever goes wrong is an [`Outcome`].
    async fn send(&self, sms: &Sms) -> Outcome;
}
