//! SignedRequest requests: `authorization: authing <access key id>:<base64 of an HMAC-SHA1>`.
//!
//! A signature passes once, within [`WINDOW`] before and after its own time. The store remembers its use for as long as
//! it could come again, over restarts as well.

use std::time::Duration;

use aws_lc_rs::hmac;
use axum::http::HeaderMap;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use countersign_api::{BadSignature, Fault};
use countersign_core::policy::NODES_APART;
use countersign_core::ports::setup::Setup;
use countersign_core::time::Timestamp;
use subtle::Choice;

use super::string_to_sign::SignedRequest;
use crate::http::proof::access_key;

/// The distance from our time that the time of a signature must be below.
const WINDOW: Duration = Duration::from_secs(15 * 60);

/// The time for which the use of a signature is remembered: both sides of the window, the difference between the clocks of
/// nodes, and ten minutes for a request that was held up between the check of its time and the record of its use.
pub(crate) const REMEMBERED: Duration =
    Duration::from_secs(2 * WINDOW.as_secs() + NODES_APART.as_secs() + 10 * 60);

/// A signature that a request shows.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Signature {
    /// The id of the access key that signed, as the request has it.
    pub(crate) access_key: String,
    mac: Vec<u8>,
}

impl Signature {
    /// The signature in `authorization`, if that has this scheme. A text that cannot be a signature is a wrong one.
    pub(crate) fn shown(authorization: &str) -> Option<Self> {
        let (scheme, rest) = authorization.trim().split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("authing") {
            return None;
        }
        let (access_key, mac) = rest.trim().split_once(':').unwrap_or((rest, ""));
        Some(Self {
            access_key: access_key.to_owned(),
            mac: BASE64_STANDARD.decode(mac).unwrap_or_default(),
        })
    }

    /// Checks that an access key of `setup` made this signature for this request, at about this time. The store knows
    /// whether it was used before.
    ///
    /// # Errors
    /// [`Fault::BadSignature`] says what is wrong.
    pub(crate) fn check(
        &self,
        request: &SignedRequest<'_>,
        headers: &HeaderMap,
        setup: &Setup,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let time = self.judge(headers).map_err(bad)?;
        let compositions = request.compositions();
        let signer = access_key::find(setup, &self.access_key, |secret| {
            let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.as_bytes());
            let fits = compositions.iter().map(|text| {
                let fits = hmac::verify(&key, text.as_bytes(), &self.mac).is_ok();
                Choice::from(u8::from(fits))
            });
            fits.fold(Choice::from(0), |any, fits| any | fits)
        });
        if signer.is_none() {
            Err(bad(BadSignature::NotValid))
        } else if time.distance(now) >= WINDOW {
            Err(bad(BadSignature::Skew))
        } else {
            Ok(())
        }
    }

    /// The token by which its use is remembered, the same for every spelling of the signature.
    pub(crate) fn token(&self) -> String {
        format!("signature {} {}", hex::encode(&self.mac), self.access_key)
    }

    /// Checks what needs no key, method and version, and reads the time. The time is in `date` or, only where that is
    /// missing, in `x-authing-date`; either is covered by the signature.
    fn judge(&self, headers: &HeaderMap) -> Result<Timestamp, BadSignature> {
        let text = |name: &str| headers.get(name).map(|value| value.to_str());
        let is = |name, wanted: &str| matches!(text(name), Some(Ok(is)) if is.trim().eq_ignore_ascii_case(wanted));
        if !is("x-authing-signature-method", "HMAC-SHA1") {
            return Err(BadSignature::Method);
        }
        if !is("x-authing-signature-version", "1.0") {
            return Err(BadSignature::Version);
        }
        let date = text("date").or_else(|| text("x-authing-date"));
        let date = date.ok_or(BadSignature::NoDate)?.unwrap_or_default().trim();
        if date.is_empty() {
            return Err(BadSignature::NoDate);
        }
        time(date).ok_or(BadSignature::Date)
    }
}

/// Reads an HTTP date, or milliseconds since 1970.
fn time(text: &str) -> Option<Timestamp> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok().map(Timestamp::from_millis);
    }
    Timestamp::parse_http_date(text)
}

fn bad(why: BadSignature) -> Fault {
    Fault::BadSignature { why }
}

#[cfg(test)]
mod tests;
