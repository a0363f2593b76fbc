use serde::{Deserialize, Serialize};

/// The answer of `GET /api/v3/system`, the only one without an [`Envelope`](crate::Envelope).
///
/// ```
/// use countersign_api::SystemInfo;
/// let info: SystemInfo = serde_json::from_str(r#"{
///     "rsa": {"publicKey": ""}, "sm2": {"publicKey": ""},
///     "version": {"server": "0.1.0", "console": "", "login": ""},
///     "publicIps": []
/// }"#).unwrap();
/// assert_eq!(info.version.server, "0.1.0");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SystemInfo {
    /// The key for passwords encrypted with RSA (`passwordEncryptType` `rsa`).
    pub rsa: PublicKey,
    /// The key for passwords encrypted with SM2 (`passwordEncryptType` `sm2`).
    pub sm2: PublicKey,
    /// The running versions.
    pub version: SystemVersion,
    /// The addresses from which the service calls others, where they are known.
    pub public_ips: Vec<String>,
}

/// A key that a client may encrypt for.
///
/// ```
/// use countersign_api::PublicKey;
/// let none = PublicKey { public_key: String::new() };
/// assert_eq!(serde_json::to_string(&none).unwrap(), r#"{"publicKey":""}"#);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PublicKey {
    /// The key; empty if there is none. Countersign has none, since none of its endpoints takes a password.
    pub public_key: String,
}

/// The versions of the parts of a service.
///
/// ```
/// use countersign_api::SystemVersion;
/// let version = SystemVersion {
///     server: "0.1.0".to_owned(),
///     console: String::new(),
///     login: String::new(),
/// };
/// assert_eq!(
///     serde_json::to_string(&version).unwrap(),
///     r#"{"server":"0.1.0","console":"","login":""}"#,
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SystemVersion {
    /// The version of the service.
    pub server: String,
    /// The version of its console; empty if it has none.
    pub console: String,
    /// The version of its login page; empty if it has none.
    pub login: String,
}
