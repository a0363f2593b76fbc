//! Signed requests: `authorization: authing <access key id>:<base64 of an HMAC-SHA1>`.
//!
//! A signature is good for requests of [`WINDOW`] before and after its own time, and once: its use is remembered
//! for as long as it could come again, by the store, so over restarts as well.

use std::time::Duration;

use aws_lc_rs::hmac;
use axum::http::HeaderMap;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use countersign_api::{BadSignature, Fault};
use countersign_core::ports::setup::Setup;
use countersign_core::time::Timestamp;
use subtle::Choice;

use super::string_to_sign::Signed;
use crate::http::proof::access_key;

/// How far the time of a signature may be from ours: less than this.
const WINDOW: Duration = Duration::from_secs(15 * 60);

/// How long the use of a signature is remembered: for both sides of the window, and ten minutes for a
/// request that was held up between the look at its time and the record of its use.
pub(crate) const REMEMBERED: Duration = Duration::from_secs(2 * WINDOW.as_secs() + 10 * 60);

/// A signature that a request shows.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Signature {
    /// Who signed, as it says.
    pub(crate) access_key: String,
    mac: Vec<u8>,
}

impl Signature {
    /// What `authorization` shows, if it is of this scheme. What cannot be a signature is a wrong one.
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

    /// Whether it is that of this request, by one of these keys, at about this time. Whether it was used before is
    /// for the store to say.
    ///
    /// # Errors
    /// [`Fault::BadSignature`] says what is wrong.
    pub(crate) fn check(
        &self,
        request: &Signed<'_>,
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

    /// What its use is remembered by: the same however it is spelled.
    pub(crate) fn token(&self) -> String {
        format!("signature {} {}", hex::encode(&self.mac), self.access_key)
    }

    /// What can be judged without the key: that it is made as we know it, and its time. That is in `date`, and only
    /// where there is none in `x-authing-date`: whichever it is, it is among what is signed.
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

/// From an HTTP date, or from milliseconds since 1970.
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
