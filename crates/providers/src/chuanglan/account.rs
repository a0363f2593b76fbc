//! An account with Chuanglan 253, whichever product it is for.

use countersign_core::secret::Secret;
use countersign_core::send::outcome::{Outcome, RefusalKind};
use reqwest::{Method, Url};
use serde::Serialize;

use super::reports::Reporter;
use crate::account::{Account, InvalidSetup, graphic};
use crate::egress::Request;
use crate::kind::Field;
use crate::meaning::ErrorMap;

/// The vendor's console.
const CONSOLE: &str = "https://www.chuanglan.com/";

/// The vendor's documents.
pub(super) const DOCUMENTS: &str = "https://doc.chuanglan.com/";

/// What an operator does with the address for reports.
pub(super) const REPORTS: &str =
    "set it in the vendor's console, or give it to the vendor's support";

/// The setting `account`.
pub(super) const ACCOUNT: Field = Field::setting(
    "account",
    "the account of the interface, not the one for the console",
    "N1234567",
)
.called("API账号", CONSOLE)
.required();

/// The setting `receiver`.
pub(super) const RECEIVER: Field = Field::setting(
    "receiver",
    "the name in reports, where the vendor's support has set one",
    "example",
)
.called("receiver", DOCUMENTS);

/// The secret `password`.
pub(super) const PASSWORD: Field = Field::secret(
    "password",
    "the password of the account",
    "example-password",
)
.called("API密码", CONSOLE)
.required();

/// The secret `receipts_password`.
pub(super) const RECEIPTS_PASSWORD: Field = Field::secret(
    "receipts_password",
    "the password in reports, where the vendor's support has set one",
    "example-pswd",
)
.called("pswd", DOCUMENTS);

/// The settings that both products have.
pub(super) struct CommonSettings<'a> {
    pub(super) account: &'a str,
    pub(super) endpoint: Option<&'a str>,
    pub(super) receiver: Option<&'a str>,
    pub(super) errors: ErrorMap,
}

/// An account whose settings and secrets have been checked.
pub(super) struct ChuanglanAccount {
    /// The vendor's name for the account.
    pub(super) id: String,
    pub(super) password: Secret,
    pub(super) url: Url,
    pub(super) reporter: Reporter,
    pub(super) errors: ErrorMap,
}

impl ChuanglanAccount {
    /// Checks an account whose requests go to `host` and `path`, unless its settings say otherwise: an endpoint
    /// without a path keeps `path`.
    pub(super) fn check(
        account: &Account,
        settings: CommonSettings<'_>,
        (host, path): (&str, &str),
    ) -> Result<Self, InvalidSetup> {
        let url = account.endpoint(settings.endpoint, host);
        let guarded = account.secrets.contains_key("receipts_password");
        let password = guarded.then(|| account.secret("receipts_password"));
        InvalidSetup::refuse_any([
            graphic("account", settings.account).as_ref().err(),
            url.as_ref().err(),
            password.as_ref().and_then(|given| given.as_ref().err()),
        ])?;
        let mut url = url?;
        if url.path() == "/" {
            url.set_path(path);
        }
        Ok(Self {
            id: settings.account.to_owned(),
            password: account.secret("password")?,
            url,
            reporter: Reporter {
                receiver: settings.receiver.map(str::to_owned),
                password: password.transpose()?,
            },
            errors: settings.errors,
        })
    }

    /// A `POST` of `body` as JSON, with these headers.
    pub(super) fn post(
        &self,
        body: &impl Serialize,
        headers: &[(&str, &str)],
    ) -> Result<Request, Outcome> {
        let body = serde_json::to_vec(body);
        let body = body.map_err(|_| Outcome::not_accepted(RefusalKind::Other))?;
        let json = ("content-type", "application/json; charset=utf-8");
        let headers = headers.iter().chain([&json]);
        let headers = headers.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Ok(Request {
            method: Method::POST,
            url: self.url.clone(),
            headers: headers.collect(),
            body,
        })
    }
}
