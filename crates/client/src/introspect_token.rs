use countersign_api::VerificationClaims;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::response::{Data, Response};

/// The body. It is that of `countersign_api::IntrospectTokenRequest`.
#[derive(Serialize)]
pub(crate) struct Body<'a> {
    pub(crate) token: &'a str,
}

/// The answer to [`introspect_token`](crate::AuthenticationClient::introspect_token). Call
/// [`is_active`](Response::<IntrospectedToken>::is_active) on it.
///
/// ```
/// use countersign_client::IntrospectTokenResponse;
///
/// fn number(answer: IntrospectTokenResponse) -> Option<String> {
///     answer.data.claims.map(|claims| claims.phone_number)
/// }
/// # let _ = number;
/// ```
pub type IntrospectTokenResponse = Response<IntrospectedToken>;

/// The data of the answer to [`introspect_token`](crate::AuthenticationClient::introspect_token).
///
/// ```
/// use countersign_client::IntrospectedToken;
///
/// assert!(!IntrospectedToken::default().active);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct IntrospectedToken {
    /// True once per token: for the application that it was made for, within its life.
    pub active: bool,
    /// The claims of an active token, where this version of the SDK can read them.
    pub claims: Option<VerificationClaims>,
}

impl Data for IntrospectedToken {
    fn read(data: &Value) -> Self {
        let active = data.get("active") == Some(&Value::Bool(true));
        Self {
            active,
            claims: VerificationClaims::deserialize(data)
                .ok()
                .filter(|_| active),
        }
    }
}

impl Response<IntrospectedToken> {
    /// Returns whether the token is good and used for the first time: `status_code` is 200, and `active` is
    /// true.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/service.rs"));
    /// # use countersign_client::AuthenticationClient;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), countersign_client::Error> {
    /// # let app_host = Service::start(Manner::Answer(200, "", r#"{"statusCode":200,"message":"ok","data":{"active":false}}"#)).url;
    /// # let client = AuthenticationClient::builder().app_id("dev-app").app_secret("dev-app-secret").app_host(app_host).build()?;
    /// # let token = "eyJ";
    /// assert!(!client.introspect_token(token).await?.is_active());
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.is_success() && self.data.active
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn claims() -> VerificationClaims {
        serde_json::from_value(json!({
            "iss": "https://sms.example.com/oidc", "aud": "shop", "sub": "5c1f0e",
            "phone_number": "+8618800008888", "phone_number_verified": true,
            "channel": "CHANNEL_LOGIN", "iat": 1_795_000_000, "exp": 1_795_000_300, "jti": "01a1",
        }))
        .unwrap()
    }

    #[test]
    fn the_data_of_the_wire_types_is_read() {
        for (active, sent, read) in [
            (true, Some(claims()), Some(claims())),
            (true, None, None),
            (false, None, None),
            (false, Some(claims()), None),
        ] {
            let sent = countersign_api::IntrospectedToken {
                active,
                claims: sent,
            };
            let data = IntrospectedToken::read(&serde_json::to_value(&sent).unwrap());
            assert_eq!((data.active, data.claims), (active, read));
        }
    }

    #[test]
    fn claims_of_tomorrow_leave_an_active_token_active() {
        let mut data = serde_json::to_value(claims()).unwrap();
        data["active"] = true.into();
        data["channel"] = "CHANNEL_VOTE".into();
        let read = IntrospectedToken::read(&data);
        assert_eq!((read.active, read.claims), (true, None));
    }
}
