/// A request of the API.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) path: &'static str,
    /// The state that is unknown when no answer comes.
    pub(crate) doubt: &'static str,
}

pub(crate) const SEND_SMS: Call = Call {
    path: "/api/v3/send-sms",
    doubt: "the code may be on its way",
};

pub(crate) const MAY_SEND: Call = Call {
    path: "/api/v3/may-send-sms",
    doubt: "nothing was sent or counted",
};

pub(crate) const PRE_CHECK_CODE: Call = Call {
    path: "/api/v3/pre-check-code",
    doubt: "a try may be gone",
};

pub(crate) const VERIFY_CODE: Call = Call {
    path: "/api/v3/verify-code",
    doubt: "the code may be used up",
};

pub(crate) const INTROSPECT_TOKEN: Call = Call {
    path: "/api/v3/introspect-verification-token",
    doubt: "the token may be used up",
};

/// The keys that tokens are verified with: below the id of the application.
#[cfg(feature = "tokens")]
pub(crate) const KEYS: Call = Call {
    path: "/oidc/.well-known/jwks.json",
    doubt: "the keys of the service are not known",
};
