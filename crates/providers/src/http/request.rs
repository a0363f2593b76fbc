//! The request for a message. Its parts are checked when the account is checked, and filled when a message is sent.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign_core::ports::provider::Sms;
use countersign_core::secret::Secret;
use countersign_core::time::Timestamp;
use reqwest::{Method, Url};

use super::address::Address;
use super::body::{Body, Format};
use super::header::Header;
use super::placeholders::{MessageValues, Placeholder};
use super::settings::{Auth, ContentKind, Settings, Signature};
use crate::account::{Account, InvalidSetup, Problem};
use crate::egress::Request;
use crate::signing::standard_webhooks::{self, Key};

/// A request with placeholders.
pub(super) struct RequestTemplate {
    method: Method,
    address: Address,
    headers: Vec<Header>,
    /// The headers without placeholders.
    fixed: Vec<(String, String)>,
    body: Option<Body>,
    secrets: BTreeMap<&'static str, Secret>,
    /// The keys that sign it, if it is signed.
    keys: Vec<Key>,
}

/// Why the values of a message do not fit into the request. Nothing was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum FillError {
    #[error("settings.url: what fills the path leads elsewhere")]
    Path,
    #[error("settings.headers: what fills one has control characters")]
    Header,
}

impl RequestTemplate {
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

        let mut placeholders: Vec<Placeholder> = address.placeholders().collect();
        placeholders.extend(
            headers
                .iter()
                .flat_map(|header| header.value.placeholders()),
        );
        placeholders.extend(body.iter().flat_map(Body::placeholders));
        suffices(&placeholders, settings.content)?;
        let secrets = secrets(&placeholders, account)?;
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

    /// The scheme, the host and the port of every request.
    pub(super) fn origin(&self) -> &Url {
        self.address.origin()
    }

    /// The request for `sms`, signed at `now`.
    pub(super) fn write(&self, sms: &Sms, now: Timestamp) -> Result<Request, FillError> {
        let values = MessageValues {
            sms,
            secrets: &self.secrets,
        };
        let url = self.address.fill(values).ok_or(FillError::Path)?;
        let mut headers = self.fixed.clone();
        for header in &self.headers {
            headers.push(header.fill(values).ok_or(FillError::Header)?);
        }
        let body = self.body.as_ref().map(|body| body.fill(values));
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
        let plain = header.value.placeholders().next().is_none();
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

/// Refuses a request that would bring no code to a number.
fn suffices(placeholders: &[Placeholder], content: ContentKind) -> Result<(), InvalidSetup> {
    let has = |placeholder| placeholders.contains(&placeholder);
    let nowhere = |what| {
        let constraint = format!("{what} stands nowhere in url, headers and body");
        Err(Problem::new("settings", constraint).into())
    };
    let misplaced = |what| Err(InvalidSetup::setting("content", what));
    match content {
        ContentKind::Text if has(Placeholder::TemplateId) || has(Placeholder::Signature) => {
            misplaced("{template_id} and {signature} are for content = \"template\"")
        }
        ContentKind::Text if !has(Placeholder::Code) && !has(Placeholder::Text) => {
            nowhere("{code} or {text}")
        }
        ContentKind::Template if has(Placeholder::Text) => {
            misplaced("{text} is for content = \"text\"")
        }
        ContentKind::Template if !has(Placeholder::TemplateId) => nowhere("{template_id}"),
        ContentKind::Template if !has(Placeholder::Code) => nowhere("{code}"),
        _ if !has(Placeholder::To) && !has(Placeholder::ToDigits) => nowhere("{to} or {to_digits}"),
        _ => Ok(()),
    }
}

/// The secrets that have a placeholder in the request.
fn secrets(
    placeholders: &[Placeholder],
    account: &Account,
) -> Result<BTreeMap<&'static str, Secret>, InvalidSetup> {
    let named = placeholders
        .iter()
        .filter_map(|placeholder| match placeholder {
            Placeholder::Secret(name) => Some(*name),
            _ => None,
        });
    named
        .map(|name| Ok((name, account.secret(name)?)))
        .collect()
}

/// Refuses a secret with a control character where it stands in a header.
fn unbroken(
    headers: &[Header],
    secrets: &BTreeMap<&'static str, Secret>,
) -> Result<(), InvalidSetup> {
    for placeholder in headers
        .iter()
        .flat_map(|header| header.value.placeholders())
    {
        if let Placeholder::Secret(field) = placeholder
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
