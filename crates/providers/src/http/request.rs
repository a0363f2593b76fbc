//! The request for one message: every part of it checked when the account is set up, and filled when it is sent.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign_core::ports::provider::Sms;
use countersign_core::secret::Secret;
use countersign_core::time::Timestamp;
use reqwest::Method;

use super::address::Address;
use super::body::{Body, Format};
use super::gaps::{Filling, Gap};
use super::header::Header;
use super::settings::{Auth, Sends, Settings, Signature};
use crate::account::{Account, InvalidSetup, Problem};
use crate::egress::Request;
use crate::signing::standard_webhooks::{self, Key};

/// What is sent, with gaps.
pub(super) struct Letter {
    method: Method,
    address: Address,
    headers: Vec<Header>,
    /// Those without gaps.
    fixed: Vec<(String, String)>,
    body: Option<Body>,
    secrets: BTreeMap<&'static str, Secret>,
    /// What it is signed with, if it is.
    keys: Vec<Key>,
}

/// Why a message cannot be sent as it was described. Nothing was said to anyone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unfit {
    #[error("settings.url: what fills the path leads elsewhere")]
    Path,
    #[error("settings.headers: what fills one has control characters")]
    Header,
}

impl Letter {
    pub(super) fn new(
        settings: Settings,
        account: &Account,
        keys: &[Key],
    ) -> Result<Self, InvalidSetup> {
        let method = method(settings.method.as_deref())?;
        let address = Address::parse(&settings.url, account.reach)?;
        let body = match (settings.format, &settings.body) {
            (Some(_), Some(_)) if method == Method::GET => {
                return Err(InvalidSetup::setting("body", "a GET has none"));
            }
            (Some(format), Some(body)) => Some((format, Body::parse(format, body)?)),
            (None, None) => None,
            (Some(_), None) => return Err(InvalidSetup::setting("body", "needed by format")),
            (None, Some(_)) => {
                return Err(InvalidSetup::setting(
                    "format",
                    "json, form or raw: needed by body",
                ));
            }
        };
        let (format, body) = body.unzip();
        let headers = headers(&settings, format)?;

        let mut gaps: Vec<Gap> = address.gaps().collect();
        gaps.extend(headers.iter().flat_map(|header| header.value.gaps()));
        gaps.extend(body.iter().flat_map(Body::gaps));
        suffices(&gaps, settings.content)?;
        let secrets = secrets(&gaps, account)?;
        unbroken(&headers, &secrets)?;

        let mut fixed = Vec::new();
        if let Some(Auth::Basic) = settings.auth {
            fixed.push(("authorization".to_owned(), basic(account)?));
        }
        let named = |header: &Header| header.name == "content-type";
        if let (Some(format), false) = (format, headers.iter().any(named)) {
            fixed.push(("content-type".to_owned(), format.content_type().to_owned()));
        }
        let keys = match settings.signature {
            None => Vec::new(),
            Some(Signature::StandardWebhooks) if body.is_none() => {
                return Err(InvalidSetup::setting(
                    "signature",
                    "signs a body, and there is none",
                ));
            }
            Some(Signature::StandardWebhooks) => {
                account.secret("webhook_secret")?;
                keys.to_vec()
            }
        };
        Ok(Self {
            method,
            address,
            headers,
            fixed,
            body,
            secrets,
            keys,
        })
    }

    /// The request for `sms`, signed at `now`.
    pub(super) fn write(&self, sms: &Sms, now: Timestamp) -> Result<Request, Unfit> {
        let filling = Filling {
            sms,
            secrets: &self.secrets,
        };
        let url = self.address.fill(filling).ok_or(Unfit::Path)?;
        let mut headers = self.fixed.clone();
        for header in &self.headers {
            headers.push(header.fill(filling).ok_or(Unfit::Header)?);
        }
        let body = self.body.as_ref().map(|body| body.fill(filling));
        let body = body.unwrap_or_default();
        if !self.keys.is_empty() {
            let id = sms.message_id.to_string();
            headers.extend(standard_webhooks::headers(&self.keys, &id, now, &body));
        }
        Ok(Request {
            method: self.method.clone(),
            url,
            headers,
            body,
        })
    }
}

fn method(name: Option<&str>) -> Result<Method, InvalidSetup> {
    match name.unwrap_or("POST") {
        "POST" => Ok(Method::POST),
        "GET" => Ok(Method::GET),
        "PUT" => Ok(Method::PUT),
        "PATCH" => Ok(Method::PATCH),
        _ => Err(InvalidSetup::setting("method", "GET, POST, PUT or PATCH")),
    }
}

fn headers(settings: &Settings, format: Option<Format>) -> Result<Vec<Header>, InvalidSetup> {
    let mut headers: Vec<Header> = Vec::new();
    for (name, value) in &settings.headers {
        let header = Header::parse(name, value)?;
        let field = || format!("headers.{}", header.name);
        if headers.iter().any(|other| other.name == header.name) {
            return Err(InvalidSetup::setting(&field(), "named twice"));
        }
        if header.name == "authorization" && settings.auth.is_some() {
            return Err(InvalidSetup::setting(&field(), "auth says it already"));
        }
        let plain = header.value.gaps().next().is_none();
        let fits = |format: Format| plain && format.may_be_called(value);
        if header.name == "content-type" && !format.is_some_and(fits) {
            return Err(InvalidSetup::setting(
                &field(),
                "not what format says the body is",
            ));
        }
        headers.push(header);
    }
    Ok(headers)
}

/// Whether somebody gets a code.
fn suffices(gaps: &[Gap], sends: Sends) -> Result<(), InvalidSetup> {
    let has = |gap| gaps.contains(&gap);
    let nowhere = |what| {
        let constraint = format!("{what} stands nowhere in url, headers and body");
        Err(Problem::new("settings", constraint).into())
    };
    let misplaced = |what| Err(InvalidSetup::setting("content", what));
    match sends {
        Sends::Text if has(Gap::TemplateId) || has(Gap::Signature) => {
            misplaced("{template_id} and {signature} are for content = \"template\"")
        }
        Sends::Text if !has(Gap::Code) && !has(Gap::Text) => nowhere("{code} or {text}"),
        Sends::Template if has(Gap::Text) => misplaced("{text} is for content = \"text\""),
        Sends::Template if !has(Gap::TemplateId) => nowhere("{template_id}"),
        Sends::Template if !has(Gap::Code) => nowhere("{code}"),
        _ if !has(Gap::To) && !has(Gap::ToDigits) => nowhere("{to} or {to_digits}"),
        _ => Ok(()),
    }
}

/// The secrets that stand somewhere.
fn secrets(
    gaps: &[Gap],
    account: &Account,
) -> Result<BTreeMap<&'static str, Secret>, InvalidSetup> {
    let named = gaps.iter().filter_map(|gap| match gap {
        Gap::Secret(name) => Some(*name),
        _ => None,
    });
    named
        .map(|name| Ok((name, account.secret(name)?)))
        .collect()
}

/// Whether every secret of a header fits in one.
fn unbroken(
    headers: &[Header],
    secrets: &BTreeMap<&'static str, Secret>,
) -> Result<(), InvalidSetup> {
    for gap in headers.iter().flat_map(|header| header.value.gaps()) {
        if let Gap::Secret(field) = gap
            && let Some(secret) = secrets.get(field)
            && secret.reveal().contains(char::is_control)
        {
            let constraint = "has a line break or another control character, and a header has none";
            return Err(InvalidSetup::secret(field, constraint));
        }
    }
    Ok(())
}

fn basic(account: &Account) -> Result<String, InvalidSetup> {
    let (username, password) = (account.secret("username")?, account.secret("password")?);
    if username.reveal().contains(':') {
        let constraint = "a colon ends it, where auth is basic";
        return Err(InvalidSetup::secret("username", constraint));
    }
    let pair = format!("{}:{}", username.reveal(), password.reveal());
    Ok(format!("Basic {}", STANDARD.encode(pair)))
}
