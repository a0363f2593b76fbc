//! The one vocabulary of what became of a message at a vendor.

/// What a vendor's answer, or the lack of one, means.
///
/// The distinction that matters is between *definitely not accepted* and everything else. Only the
/// former gives the minute back, and only it may one day fail over to another vendor: a message
/// that may have been delivered is never sent again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The vendor took it.
    Accepted {
        /// The vendor's own id for the message, where it gives one.
        provider_message_id: Option<String>,
    },
    /// The vendor certainly did not take it: nothing was sent.
    NotAccepted(NotAccepted),
    /// The request went out and no usable answer came back. It may have been sent, so it counts as
    /// sent: the minute stays taken and the code stays live.
    Unknown {
        /// Why nobody knows, in a few words for the operator. Never holds a code or a number.
        cause: String,
    },
}

/// A definite refusal: why, and what the vendor called it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAccepted {
    /// Our word for the reason.
    pub kind: RefusalKind,
    /// The vendor's own code for it, such as `isv.AMOUNT_NOT_ENOUGH` or `HTTP 400`. Never holds a
    /// code or a number.
    pub vendor_code: Option<String>,
}

/// Why a vendor definitely did not accept a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalKind {
    /// No connection could be made, so nothing was said: refused, no route, DNS or TLS failure.
    Unreachable,
    /// This recipient can never work: malformed, opted out, a landline.
    BadNumber,
    /// The vendor's own cap for this recipient.
    RecipientLimited,
    /// The vendor does not serve this country or operator.
    RouteUnavailable,
    /// Our account sends too fast.
    Throttled,
    /// The operator must act: bad key, unknown signature or template, no balance.
    ConfigError,
    /// The text was refused: forbidden words, template mismatch.
    ContentRejected,
    /// The vendor says "not now" in a way that documents non-acceptance.
    Transient,
    /// Never handed over: the process stood still for too long after the decision.
    TooLate,
    /// Refused without a reason that this vocabulary knows; the vendor's code says more.
    Other,
}

impl RefusalKind {
    /// All kinds.
    pub const ALL: [RefusalKind; 10] = [
        RefusalKind::Unreachable,
        RefusalKind::BadNumber,
        RefusalKind::RecipientLimited,
        RefusalKind::RouteUnavailable,
        RefusalKind::Throttled,
        RefusalKind::ConfigError,
        RefusalKind::ContentRejected,
        RefusalKind::Transient,
        RefusalKind::TooLate,
        RefusalKind::Other,
    ];

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
            RefusalKind::TooLate => "too_late",
            RefusalKind::Other => "other",
        }
    }

    /// The kind of that name, or `None`.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

impl Outcome {
    /// A definite refusal of `kind` without a vendor's code.
    #[must_use]
    pub fn not_accepted(kind: RefusalKind) -> Self {
        Outcome::NotAccepted(NotAccepted {
            kind,
            vendor_code: None,
        })
    }

    /// Whether the message may have been sent. Then its code is live and its minute is taken.
    #[must_use]
    pub fn may_have_been_sent(&self) -> bool {
        !matches!(self, Outcome::NotAccepted(_))
    }
}
