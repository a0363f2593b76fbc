//! An account with Alibaba Cloud, whichever product it is for.

use countersign_core::secret::Secret;
use reqwest::Url;
use serde::Deserialize;

use crate::account::{Account, InvalidSetup};
use crate::kind::Field;
use crate::meaning::ErrorMap;

/// The page of the vendor's console with the keys of an account.
const KEYS: &str = "https://ram.console.aliyun.com/manage/ak";

/// The setting `access_key_id`.
pub(crate) const ACCESS_KEY_ID: Field = Field::setting(
    "access_key_id",
    "the public half of an access key that may send SMS",
    "LTAI5tExample",
)
.called("AccessKey ID", KEYS)
.required();

/// The secret `access_key_secret`.
pub(crate) const ACCESS_KEY_SECRET: Field = Field::secret(
    "access_key_secret",
    "the secret half of that access key",
    "example-access-key-secret",
)
.called("AccessKey Secret", KEYS)
.required();

/// The secret `security_token`.
pub(crate) const SECURITY_TOKEN: Field = Field::secret(
    "security_token",
    "for temporary keys (STS) only",
    "example-security-token",
)
.called(
    "SecurityToken",
    "https://help.aliyun.com/zh/ram/product-overview/what-is-sts",
);

/// The setting `signature`.
pub(crate) const SIGNATURE: Field = Field::setting(
    "signature",
    "v3, or v1 for a gateway that knows nothing else",
    "v3",
);

/// The rule by which requests are signed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Signature {
    /// `ACS3-HMAC-SHA256`.
    #[default]
    V3,
    /// HMAC-SHA1, for gateways that know nothing else.
    V1,
}

/// The settings that both products have.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GatewaySettings {
    pub(crate) access_key_id: String,
    pub(crate) endpoint: Option<String>,
    #[serde(default)]
    pub(crate) signature: Signature,
    #[serde(default)]
    pub(crate) errors: ErrorMap,
}

/// An account whose settings and secrets have been checked.
pub(crate) struct GatewayAccount {
    pub(super) access_key_id: String,
    pub(super) secret: Secret,
    pub(super) security_token: Option<Secret>,
    pub(super) signature: Signature,
    pub(super) endpoint: Url,
    pub(super) errors: ErrorMap,
}

impl GatewayAccount {
    /// The URL to which requests go.
    pub(crate) fn endpoint(&self) -> &Url {
        &self.endpoint
    }

    /// Checks an account with these settings; `own` is the product's endpoint.
    pub(crate) fn check(
        account: &Account,
        settings: GatewaySettings,
        own: &str,
    ) -> Result<Self, InvalidSetup> {
        let id = (!is_graphic(&settings.access_key_id)).then(|| {
            let constraint = "not the id of an access key, such as LTAI5t...";
            InvalidSetup::setting("access_key_id", constraint)
        });
        let security_token = account.optional_secret("security_token");
        let odd = |token: &&Secret| !is_graphic(token.reveal());
        let token = security_token.as_ref().filter(odd).map(|_| {
            let constraint = "a token has ASCII characters without spaces";
            InvalidSetup::secret("security_token", constraint)
        });
        let secret = account.secret("access_key_secret");
        let endpoint = account.endpoint(settings.endpoint.as_deref(), own);
        InvalidSetup::refuse_any([
            id.as_ref(),
            token.as_ref(),
            secret.as_ref().err(),
            endpoint.as_ref().err(),
        ])?;
        Ok(Self {
            access_key_id: settings.access_key_id,
            secret: secret?,
            security_token,
            signature: settings.signature,
            endpoint: endpoint?,
            errors: settings.errors,
        })
    }
}

/// Whether a text can stand in a header without any doubt about its spelling.
fn is_graphic(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}
