use serde::{Deserialize, Serialize};

/// A challenge that a caller must solve before the request is done: the `data` of an answer with `statusCode` 403 and
/// `apiCode` 2000. The solution comes back in the body of the same request, as `challengeSolution`.
///
/// ```
/// use countersign_api::{ChallengeKind, DemandedChallenge, Fault};
/// let samples = Fault::samples();
/// let challenge = samples.iter().find_map(|(_, fault)| fault.challenge()).unwrap();
/// assert_eq!((challenge.kind, challenge.expires_in), (ChallengeKind::Altcha, 300));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct DemandedChallenge {
    /// The protocol of `challenge`.
    pub kind: ChallengeKind,
    /// The challenge, as the widget of ALTCHA takes it.
    pub challenge: AltchaChallenge,
    /// The seconds after which a solution comes too late.
    pub expires_in: u64,
    /// A service that may be asked in place of `challenge`, where the deployment names one and it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verifier: Option<ChallengeVerifier>,
}

/// The protocol of a challenge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ChallengeKind {
    /// Proof of work by the protocol ALTCHA, version 2.
    Altcha,
}

/// A challenge of ALTCHA. Its solution is the base64 of a JSON object with `challenge` and `solution`, as the widget makes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AltchaChallenge {
    /// The work to do.
    pub parameters: AltchaParameters,
    /// The signature over the parameters.
    pub signature: String,
}

/// The work of a challenge: find the number whose derived key begins with `keyPrefix`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AltchaParameters {
    /// The derivation: `PBKDF2/SHA-256`.
    pub algorithm: String,
    /// The rounds of one derivation.
    pub cost: u32,
    /// The things that the challenge is bound to.
    pub data: AltchaBinding,
    /// The end of the challenge, in Unix seconds.
    pub expires_at: i64,
    /// The length of a derived key in bytes.
    pub key_length: u32,
    /// The beginning of the derived key that is looked for, in hexadecimal digits.
    pub key_prefix: String,
    /// Random bytes in hexadecimal digits: the number is appended to them.
    pub nonce: String,
    /// Random bytes in hexadecimal digits: the salt of the derivation.
    pub salt: String,
}

/// The things that a challenge is bound to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AltchaBinding {
    /// A name of application, channel and number together that only the service can read.
    pub binding: String,
    /// The time at which the challenge was issued, on the clock of the service, in milliseconds.
    pub issued: i64,
}

/// A service that tells people from programs, and whose token may be the `challengeSolution`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChallengeVerifier {
    /// The service: `turnstile` or `hcaptcha`.
    pub kind: String,
    /// The public key of the site there.
    pub site_key: String,
    /// The action that the widget of Turnstile must be given: the name of what is asked. Absent for hCaptcha.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
}
