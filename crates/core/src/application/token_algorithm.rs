/// The algorithm that signs the verification tokens of an application.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TokenAlgorithm {
    /// RSA, which every reader of tokens has.
    #[default]
    Rs256,
    /// An elliptic curve (P-256), which signs many times faster.
    Es256,
}

impl TokenAlgorithm {
    /// All of them, the usual one first.
    pub const ALL: [Self; 2] = [Self::Rs256, Self::Es256];

    /// Reads `RS256` or `ES256`.
    ///
    /// ```
    /// use countersign_core::application::TokenAlgorithm;
    /// assert_eq!(TokenAlgorithm::parse("ES256"), Some(TokenAlgorithm::Es256));
    /// assert_eq!(TokenAlgorithm::parse("HS256"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == text)
    }

    /// The name of the algorithm, as the header of a token has it (RFC 7518).
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
        }
    }
}
