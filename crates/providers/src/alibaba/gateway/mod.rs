//! The gateway in front of both products of Alibaba Cloud: how requests are written and signed.
//!
//! Parameters go in the query, as in the vendor's own SDKs, and are signed by [`acs3`]. Where the setting
//! `signature = "v1"` asks for it, they go in a form and are signed by the older rule, [`rpc_v1`].

mod account;
mod answers;
mod credentials;
mod words;

use std::sync::Arc;

use countersign_core::entropy::Entropy;
use countersign_core::send::outcome::{Outcome, RefusalKind};
use countersign_core::time::{Clock, Timestamp};
use reqwest::Method;

use crate::account::Resources;
use crate::alibaba::{acs3, rpc_v1};
use crate::egress::{self, Answer, Egress, ExchangeError, Request};
use crate::kind::{TemplateParts, Variables};
use crate::meaning::ErrorMap;
use crate::signing::digest::sha256_hex;

pub(crate) use account::{
    ACCESS_KEY_ID, ACCESS_KEY_SECRET, GatewayAccount, GatewaySettings, SECURITY_TOKEN, SIGNATURE,
    Signature,
};
pub(crate) use answers::{HEARD, meaning, reports, with_sentence, xml_code};
pub(crate) use words::{digits, template_params};

/// A template of either product.
pub(crate) const TEMPLATE: TemplateParts = TemplateParts {
    signature: true,
    variables: Variables::Named,
    country: None,
};

/// The gateway, as one account asks it.
pub(crate) struct Gateway {
    account: GatewayAccount,
    egress: Egress,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

/// A request to a product.
pub(crate) struct Call {
    pub(crate) action: &'static str,
    pub(crate) version: &'static str,
    pub(crate) params: Vec<(&'static str, String)>,
}

impl Gateway {
    /// The gateway for an account.
    pub(crate) fn new(account: GatewayAccount, resources: Resources) -> Self {
        Self {
            account,
            egress: resources.egress,
            clock: resources.clock,
            entropy: resources.entropy,
        }
    }

    /// What the operator says the vendor's codes mean.
    pub(crate) fn errors(&self) -> &ErrorMap {
        &self.account.errors
    }

    /// Connects to the gateway in the background, where no connection is kept.
    pub(crate) fn warm(&self) {
        self.egress.warm(&self.account.endpoint);
    }

    /// Sends the request once. Without an answer, the error is the outcome.
    pub(crate) async fn ask(&self, call: &Call) -> Result<Answer, Outcome> {
        match self.ask_once(call).await {
            Some(answer) => answer.map_err(ExchangeError::outcome),
            None => Err(Outcome::not_accepted(RefusalKind::Transient)),
        }
    }

    /// Sends the request once; `None` if no nonce could be drawn for it.
    async fn ask_once(&self, call: &Call) -> Option<Result<Answer, ExchangeError>> {
        let mut nonce = [0; 16];
        self.entropy.fill(&mut nonce).ok()?;
        let request = self.request(call, self.clock.wall(), &hex::encode(nonce));
        Some(self.egress.exchange(request).await)
    }

    /// The signed request for a call.
    pub(crate) fn request(&self, call: &Call, now: Timestamp, nonce: &str) -> Request {
        let date = acs3::date(now);
        match self.account.signature {
            Signature::V3 => self.request_v3(call, &date, nonce),
            Signature::V1 => self.request_v1(call, &date, nonce),
        }
    }

    fn request_v3(&self, call: &Call, date: &str, nonce: &str) -> Request {
        let query = acs3::query(&call.params());
        let hashed_payload = sha256_hex(b"");
        let mut signed = vec![
            header("host", &egress::host(&self.account.endpoint)),
            header("x-acs-action", call.action),
            header("x-acs-version", call.version),
            header("x-acs-date", date),
            header("x-acs-signature-nonce", nonce),
            header("x-acs-content-sha256", &hashed_payload),
        ];
        if let Some(token) = &self.account.security_token {
            signed.push(header("x-acs-accesskey-id", &self.account.access_key_id));
            signed.push(header("x-acs-security-token", token.reveal()));
        }
        let key = acs3::Key {
            id: &self.account.access_key_id,
            secret: &self.account.secret,
        };
        let authorization = acs3::authorization(
            &key,
            &acs3::RequestParts {
                method: "POST",
                path: self.account.endpoint.path(),
                query: &query,
                headers: &signed,
                hashed_payload: &hashed_payload,
            },
        );
        signed.push(header("authorization", &authorization));
        signed.push(header("accept", "application/json"));
        // The client does not send it for an empty body, and some gateways require it of every POST.
        signed.push(header("content-length", "0"));
        let mut url = self.account.endpoint.clone();
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
            ("AccessKeyId", self.account.access_key_id.as_str()),
            ("Action", call.action),
            ("Version", call.version),
            ("Format", "JSON"),
            ("SignatureMethod", "HMAC-SHA1"),
            ("SignatureVersion", "1.0"),
            ("SignatureNonce", nonce),
            ("Timestamp", date),
        ]);
        if let Some(token) = &self.account.security_token {
            params.push(("SecurityToken", token.reveal()));
        }
        let form = rpc_v1::form("POST", &params, &self.account.secret);
        Request {
            method: Method::POST,
            url: self.account.endpoint.clone(),
            headers: vec![
                header("host", &egress::host(&self.account.endpoint)),
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

#[cfg(test)]
mod tests;
