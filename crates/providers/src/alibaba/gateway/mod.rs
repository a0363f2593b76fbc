//! The gateway that both products of Alibaba Cloud stand behind: how an account asks it. In which words: `words`;
//! what it answers and reports: `answers`.
//!
//! What is asked goes in the query, as the vendor's own SDKs have it, signed ([`acs3`]); or in a form, by the old
//! rule ([`rpc_v1`]), where the setting `signature = "v1"` asks for that.

mod answers;
mod words;

use std::sync::Arc;

use countersign_core::entropy::Entropy;
use countersign_core::secret::Secret;
use countersign_core::send::outcome::{Outcome, RefusalKind};
use countersign_core::time::{Clock, Timestamp};
use reqwest::{Method, Url};
use serde::Deserialize;

use crate::account::{InvalidSetup, Setup};
use crate::alibaba::{acs3, rpc_v1};
use crate::egress::{self, Answer, Egress, Lost, Request};
use crate::meaning::ErrorMap;
use crate::signing::digest::sha256_hex;

pub(crate) use answers::{HEARD, meaning, reports, xml_code};
pub(crate) use words::{digits, filled};

/// The secrets of an account. The second is there for temporary keys (STS) only.
pub(crate) const SECRETS: &[&str] = &["access_key_secret", "security_token"];

/// By which rule requests are signed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Signature {
    /// `ACS3-HMAC-SHA256`.
    #[default]
    V3,
    /// HMAC-SHA1, for gateways that know nothing else.
    V1,
}

/// What the settings say of an account, whichever product it is for.
pub(crate) struct Account {
    pub(crate) access_key_id: String,
    pub(crate) endpoint: Option<String>,
    pub(crate) signature: Signature,
    pub(crate) errors: ErrorMap,
}

/// The gateway as one account sees it.
pub(crate) struct Gateway {
    access_key_id: String,
    secret: Secret,
    security_token: Option<Secret>,
    signature: Signature,
    endpoint: Url,
    pub(crate) errors: ErrorMap,
    egress: Egress,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

/// What is asked of a product.
pub(crate) struct Call {
    pub(crate) action: &'static str,
    pub(crate) version: &'static str,
    pub(crate) params: Vec<(&'static str, String)>,
}

impl Gateway {
    /// The gateway for an account; `own` is the product's endpoint.
    pub(crate) fn new(setup: &Setup, account: Account, own: &str) -> Result<Self, InvalidSetup> {
        if !is_graphic(&account.access_key_id) {
            let why = "access_key_id: not the id of an access key, such as LTAI5t...";
            return Err(InvalidSetup::Settings(why.to_owned()));
        }
        let security_token = setup.secret("security_token").ok();
        if security_token
            .as_ref()
            .is_some_and(|token| !is_graphic(token.reveal()))
        {
            let (field, why) = (
                "security_token",
                "a token has ASCII characters without spaces",
            );
            return Err(InvalidSetup::Secret { field, why });
        }
        Ok(Self {
            access_key_id: account.access_key_id,
            secret: setup.secret("access_key_secret")?,
            security_token,
            signature: account.signature,
            endpoint: setup.endpoint(account.endpoint.as_deref(), own)?,
            errors: account.errors,
            egress: setup.egress.clone(),
            clock: Arc::clone(&setup.clock),
            entropy: Arc::clone(&setup.entropy),
        })
    }

    /// Asks once. Where there is no answer, the outcome says so.
    pub(crate) async fn ask(&self, call: &Call) -> Result<Answer, Outcome> {
        let mut nonce = [0; 16];
        if self.entropy.fill(&mut nonce).is_err() {
            return Err(Outcome::not_accepted(RefusalKind::Transient));
        }
        let request = self.request(call, self.clock.now(), &hex::encode(nonce));
        self.egress.exchange(request).await.map_err(Lost::outcome)
    }

    /// The request for a call, signed.
    pub(crate) fn request(&self, call: &Call, now: Timestamp, nonce: &str) -> Request {
        let date = acs3::date(now);
        match self.signature {
            Signature::V3 => self.request_v3(call, &date, nonce),
            Signature::V1 => self.request_v1(call, &date, nonce),
        }
    }

    fn request_v3(&self, call: &Call, date: &str, nonce: &str) -> Request {
        let query = acs3::query(&call.params());
        let hashed_payload = sha256_hex(b"");
        let mut signed = vec![
            header("host", &egress::host(&self.endpoint)),
            header("x-acs-action", call.action),
            header("x-acs-version", call.version),
            header("x-acs-date", date),
            header("x-acs-signature-nonce", nonce),
            header("x-acs-content-sha256", &hashed_payload),
        ];
        if let Some(token) = &self.security_token {
            signed.push(header("x-acs-accesskey-id", &self.access_key_id));
            signed.push(header("x-acs-security-token", token.reveal()));
        }
        let key = acs3::Key {
            id: &self.access_key_id,
            secret: &self.secret,
        };
        let authorization = acs3::authorization(
            &key,
            &acs3::Unsigned {
                method: "POST",
                path: self.endpoint.path(),
                query: &query,
                headers: &signed,
                hashed_payload: &hashed_payload,
            },
        );
        signed.push(header("authorization", &authorization));
        signed.push(header("accept", "application/json"));
        // Not said by itself for an empty body, and some gateways want to hear it of every POST.
        signed.push(header("content-length", "0"));
        let mut url = self.endpoint.clone();
        url.set_query(Some(&query));
        Request {
            method: Method::POST,
            url,
            headers: signed,
            body: Vec::new(),
        }
    }

    fn request_v1(&self, call: &Call, date: &str, nonce: &str) -> Request {
        let mut params = call.params();
        params.extend([
            ("AccessKeyId", self.access_key_id.as_str()),
            ("Action", call.action),
            ("Version", call.version),
            ("Format", "JSON"),
            ("SignatureMethod", "HMAC-SHA1"),
            ("SignatureVersion", "1.0"),
            ("SignatureNonce", nonce),
            ("Timestamp", date),
        ]);
        if let Some(token) = &self.security_token {
            params.push(("SecurityToken", token.reveal()));
        }
        let form = rpc_v1::form("POST", &params, &self.secret);
        Request {
            method: Method::POST,
            url: self.endpoint.clone(),
            headers: vec![
                header("host", &egress::host(&self.endpoint)),
                header("content-type", "application/x-www-form-urlencoded"),
                header("accept", "application/json"),
            ],
            body: form.into_bytes(),
        }
    }
}

impl Call {
    fn params(&self) -> Vec<(&str, &str)> {
        let params = self.params.iter();
        params
            .map(|(name, value)| (*name, value.as_str()))
            .collect()
    }
}

fn header(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// Whether a text can stand in a header without any doubt about its spelling.
fn is_graphic(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests;
