//! Verification tokens, verified without the service.
//!
//! This is written by hand and not with the crate jsonwebtoken: `docs/decisions/0008-rust-sdk.md` says why.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_api::{Channel, VerificationClaims};
use serde::Deserialize;
use serde_json::Value;

use crate::Error;
use crate::clock::Clock;
use crate::keys::Keys;
use crate::transport::Transport;

/// The tolerated difference between the clocks of the service and of this machine, in seconds.
const LEEWAY: i64 = 30;

/// The time, in seconds, by which the clock of the service may be ahead of that of this machine when it makes a token.
const MOST_AHEAD: i64 = 60;

/// The longest life of a token, in seconds: no phone proves a number for longer.
const LONGEST_LIFE: i64 = 600;

pub(crate) struct Verifier {
    issuer: String,
    audience: String,
    clock: Clock,
    keys: Arc<Keys>,
}

/// The parts of a token before its signature is verified; none of them is trusted.
struct UntrustedToken<'a> {
    algorithm: Algorithm,
    key_id: String,
    /// The signed text: the first two parts.
    message: &'a str,
    payload: &'a str,
    signature: Vec<u8>,
}

/// The algorithms that the service signs with.
#[derive(Clone, Copy)]
pub(crate) enum Algorithm {
    Rs256,
    Es256,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    /// Extensions that must be understood; the SDK knows none.
    crit: Option<Value>,
}

impl Verifier {
    pub(crate) fn new(
        issuer: String,
        audience: String,
        transport: Transport,
        clock: Clock,
    ) -> Self {
        Self {
            issuer,
            keys: Arc::new(Keys::new(&audience, transport, clock.clone())),
            audience,
            clock,
        }
    }

    pub(crate) async fn verify(
        &self,
        token: &str,
        channel: Option<Channel>,
    ) -> Result<VerificationClaims, Error> {
        let parts = UntrustedToken::of(token)?;
        let key = self.keys.find(&parts.key_id).await?;
        let message = parts.message.as_bytes();
        if !key.signed(parts.algorithm, message, &parts.signature) {
            return Err(broken("have a signature of the key that it names"));
        }
        let claims = decoded(parts.payload)
            .and_then(|json| serde_json::from_slice(&json).ok())
            .ok_or_else(|| broken("hold the claims of a verification token"))?;
        self.judge(claims, channel)
    }

    fn judge(
        &self,
        claims: VerificationClaims,
        channel: Option<Channel>,
    ) -> Result<VerificationClaims, Error> {
        let now = i64::try_from(self.clock.unix().as_secs()).unwrap_or(i64::MAX);
        if claims.iss != self.issuer {
            return Err(broken(&format!("be of the issuer {}", self.issuer)));
        }
        if claims.aud != self.audience {
            return Err(broken(&format!("be for the application {}", self.audience)));
        }
        if claims.exp.saturating_add(LEEWAY) <= now {
            return Err(broken("not have ended"));
        }
        if claims.iat.saturating_sub(MOST_AHEAD) > now {
            return Err(broken("not be made in the future"));
        }
        if claims.exp.saturating_sub(claims.iat) > LONGEST_LIFE {
            return Err(broken("live for ten minutes at most"));
        }
        if !claims.phone_number_verified {
            return Err(broken("say that the number is verified"));
        }
        match channel {
            Some(channel) if claims.channel != channel => {
                Err(broken(&format!("be of the channel {}", channel.as_str())))
            }
            _ => Ok(claims),
        }
    }
}

impl<'a> UntrustedToken<'a> {
    fn of(token: &'a str) -> Result<Self, Error> {
        let form = || broken("be three parts in base64url, divided by dots");
        let (message, signature) = token.rsplit_once('.').ok_or_else(form)?;
        let (header, payload) = message.split_once('.').ok_or_else(form)?;
        let header = decoded(header).ok_or_else(form)?;
        let signature = decoded(signature).ok_or_else(form)?;
        let header: Header = serde_json::from_slice(&header)
            .map_err(|_| broken("begin with a header in JSON that names alg"))?;
        let algorithm = match header.alg.as_str() {
            "RS256" => Algorithm::Rs256,
            "ES256" => Algorithm::Es256,
            _ => return Err(broken("be signed with RS256 or ES256")),
        };
        if header.crit.is_some() {
            return Err(broken("need no extension (crit)"));
        }
        Ok(Self {
            algorithm,
            key_id: header
                .kid
                .ok_or_else(|| broken("name the key that signed it (kid)"))?,
            message,
            payload,
            signature,
        })
    }
}

fn decoded(part: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(part).ok()
}

fn broken(constraint: &str) -> Error {
    Error::invalid_token(format!("the token must {constraint}"))
}
