//! The one vocabulary for the outcome of a message at a vendor.

use std::time::Duration;

/// The meaning of a vendor's answer, or of its silence.
///
/// The distinction that matters is between *definitely not accepted* and everything else. Only a definite
/// refusal gives the minute back, and only a definite refusal fails over to another vendor. A message that may
/// have been delivered is never sent again, unless its application chose the same code through another vendor
/// ([`OnUnknown`](crate::send::route::OnUnknown)).
///
/// | outcome | consequence |
/// |---|---|
/// | accepted | its receipt is awaited |
/// | bad number | the end: no vendor can reach that recipient |
/// | recipient limited, route unavailable, throttled, config error, transient, other | the next vendor |
/// | content rejected | the next vendor that sends another text |
/// | unreachable | the next vendor; this one received nothing |
/// | unknown | it counts as sent: the minute stays taken, the code is live, nothing is sent again |
///
/// The log reports outcomes that the operator must act on (config error, content rejected) once a minute for a
/// vendor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The vendor took the message.
    Accepted {
        /// The vendor's own id for the message, where it answers one.
        provider_message_id: Option<String>,
    },
    /// The vendor certainly did not take the message: nothing was sent.
    NotAccepted(NotAccepted),
    /// The request went out and no usable answer came back. The message may have been sent, so it counts as
    /// sent: the minute stays taken and the code stays live.
    Unknown {
        /// The reason, in a few words for the operator. Never holds a code or a number.
        cause: String,
    },
}

/// A definite refusal: its kind, and what the vendor said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAccepted {
    /// Our word for the reason.
    pub kind: RefusalKind,
    /// The vendor's own code for it, with the vendor's sentence where there is one, as in `isv.AMOUNT_NOT_ENOUGH: ...`,
    /// `HTTP 400`, or the cause of a failed connection, such as `dns`. Never holds a code or a number.
    pub vendor_code: Option<String>,
    /// The time after which the vendor may take a message to this number, where the vendor says so.
    pub retry_after: Option<Duration>,
}

/// The reason why a vendor definitely did not accept a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalKind {
    /// The connection failed, so the vendor received nothing: refused, no route, DNS or TLS failure.
    Unreachable,
    /// The vendor can never reach this recipient: malformed number, opted out, a landline.
    BadNumber,
    /// The vendor's own cap for this recipient is reached.
    RecipientLimited,
    /// The vendor does not serve this country or operator.
    RouteUnavailable,
    /// The vendor's account sends too fast.
    Throttled,
    /// The operator must act: wrong key, unknown signature or template, no balance.
    ConfigError,
    /// The vendor refused the text: forbidden words, template mismatch.
    ContentRejected,
    /// The vendor answered "not now" in a way that documents non-acceptance.
    Transient,
    /// The provider has no template for this application, channel and language, and was not called; or the vendor
    /// does not take the template for the country of the number.
    NoTemplate,
    /// Not called: another vendor rejected this very text.
    SameContent,
    /// Not called: the provider failed too often of late, and its circuit breaker is open.
    CircuitOpen,
    /// Not called: the provider already has the maximum number of messages under way.
    Busy,
    /// Never handed over: the process stood still for too long after the decision.
    TooLate,
    /// The vendor refused without a reason that this vocabulary knows. Its own code says more.
    Other,
}

impl RefusalKind {
    /// All kinds.
    pub const ALL: [RefusalKind; 14] = [
        RefusalKind::Unreachable,
        RefusalKind::BadNumber,
        RefusalKind::RecipientLimited,
        RefusalKind::RouteUnavailable,
        RefusalKind::Throttled,
        RefusalKind::ConfigError,
        RefusalKind::ContentRejected,
        RefusalKind::Transient,
        RefusalKind::NoTemplate,
        RefusalKind::SameContent,
        RefusalKind::CircuitOpen,
        RefusalKind::Busy,
        RefusalKind::TooLate,
        RefusalKind::Other,
    ];

    /// Returns whether the vendor was called, or a connection to it was attempted.
    #[must_use]
    pub const fn is_of_a_call(self) -> bool {
        !matches!(
            self,
            RefusalKind::NoTemplate
                | RefusalKind::SameContent
                | RefusalKind::CircuitOpen
                | RefusalKind::Busy
                | RefusalKind::TooLate
        )
    }

    /// Returns whether another vendor may carry the message.
    #[must_use]
    pub const fn fails_over(self) -> bool {
        !matches!(self, RefusalKind::BadNumber | RefusalKind::TooLate)
    }

    /// Returns whether the refusal speaks against the vendor, rather than against this one message. A
    /// [`ConfigError`](RefusalKind::ConfigError) could be either. It counts against the message, since most are
    /// about a template or a signature of one application, and messages of other applications must not suffer
    /// for it.
    #[must_use]
    pub const fn is_of_the_vendor(self) -> bool {
        matches!(
            self,
            RefusalKind::Unreachable | RefusalKind::Throttled | RefusalKind::Transient
        )
    }

    /// The name in timelines and at rest, in snake case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            RefusalKind::Unreachable => "unreachable",
            RefusalKind::BadNumber => "bad_number",
            RefusalKind::RecipientLimited => "recipient_limited",
            RefusalKind::RouteUnavailable => "route_unavailable",
            RefusalKind::Throttled => "throttled",
            RefusalKind::ConfigError => "config_error",
            RefusalKind::ContentRejected => "content_rejected",
            RefusalKind::Transient => "transient",
            RefusalKind::NoTemplate => "no_template",
            RefusalKind::SameContent => "same_content",
            RefusalKind::CircuitOpen => "circuit_open",
            RefusalKind::Busy => "busy",
            RefusalKind::TooLate => "too_late",
            RefusalKind::Other => "other",
        }
    }

    /// Returns the kind with this name, or `None`.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

impl Outcome {
    /// Makes a definite refusal of `kind` without a vendor's code.
    #[must_use]
    pub fn not_accepted(kind: RefusalKind) -> Self {
        Outcome::NotAccepted(NotAccepted {
            kind,
            vendor_code: None,
            retry_after: None,
        })
    }

    /// Returns whether the message may have been sent. Then its code is live and its minute is taken.
    #[must_use]
    pub fn may_have_been_sent(&self) -> bool {
        !matches!(self, Outcome::NotAccepted(_))
    }

    /// Returns whether this is a refusal of `kind`.
    #[must_use]
    pub fn is_refusal(&self, kind: RefusalKind) -> bool {
        matches!(self, Outcome::NotAccepted(NotAccepted { kind: is, .. }) if *is == kind)
    }

    /// Returns whether the vendor was called, or a connection to it was attempted.
    #[must_use]
    pub fn is_of_a_call(&self) -> bool {
        !matches!(self, Outcome::NotAccepted(why) if !why.kind.is_of_a_call())
    }
}
