//! The one vocabulary of what became of a message at a vendor.

/// What a vendor's answer, or the lack of one, means.
///
/// The distinction that matters is between *definitely not accepted* and everything else. Only the
/// former gives the minute back, and only it fails over to another vendor: a message that may have
/// been delivered is never sent again, unless its application chose the same code through another
/// vendor ([`OnUnknown`](crate::send::route::OnUnknown)).
///
/// | what it means | what happens |
/// |---|---|
/// | accepted | its receipt is awaited |
/// | bad number | the end: no vendor can reach that recipient |
/// | recipient limited, route unavailable, throttled, config error, transient, other | the next vendor |
/// | content rejected | the next vendor whose words are others |
/// | unreachable | the next vendor; nothing was said to this one |
/// | unknown | it counts as sent: the minute stays taken, the code is live, nothing is sent again |
///
/// Of what the operator must act on (config error, content rejected) the log says so, once a minute for a vendor.
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
    /// Not called: it has no template for this application, channel and language.
    NoTemplate,
    /// Not called: another vendor rejected these very words.
    SameContent,
    /// Not called: it failed too often of late, and is given a rest.
    CircuitOpen,
    /// Not called: as many messages as it may have are on their way to it.
    Busy,
    /// Never handed over: the process stood still for too long after the decision.
    TooLate,
    /// Refused without a reason that this vocabulary knows; the vendor's code says more.
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

    /// Whether the vendor was asked at all, or at least looked for.
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

    /// Whether another vendor may carry the message.
    #[must_use]
    pub const fn fails_over(self) -> bool {
        !matches!(self, RefusalKind::BadNumber | RefusalKind::TooLate)
    }

    /// Whether it says something of the vendor, rather than of this one message. A
    /// [`ConfigError`](RefusalKind::ConfigError) may: but most are about a template or a signature, which are one
    /// application's, and messages of all others must not suffer for it.
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

    /// Whether it is a refusal of that kind.
    #[must_use]
    pub fn is_refusal(&self, kind: RefusalKind) -> bool {
        matches!(self, Outcome::NotAccepted(NotAccepted { kind: is, .. }) if *is == kind)
    }

    /// Whether the vendor was asked at all, or at least looked for.
    #[must_use]
    pub fn is_of_a_call(&self) -> bool {
        !matches!(self, Outcome::NotAccepted(why) if !why.kind.is_of_a_call())
    }
}
