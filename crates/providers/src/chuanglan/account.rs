//! What an account of Chuanglan 253 is made of, at home and abroad.

use countersign_core::secret::Secret;
use countersign_core::send::outcome::{Outcome, RefusalKind};
use reqwest::{Method, Url};
use serde::Serialize;

use super::reports::Reporter;
use crate::account::{self, InvalidSetup, Setup};
use crate::egress::{Egress, Request};
use crate::meaning::ErrorMap;

/// What every product wants to know.
pub(crate) struct CommonSettings<'a> {
    pub(crate) account: &'a str,
    pub(crate) endpoint: Option<&'a str>,
    pub(crate) receiver: Option<&'a str>,
    pub(crate) errors: ErrorMap,
}

/// An account with a product.
pub(crate) struct Account {
    /// The name of the provider.
    pub(crate) name: String,
    /// What the vendor calls the account.
    pub(crate) id: String,
    pub(crate) password: Secret,
    pub(crate) url: Url,
    pub(crate) reporter: Reporter,
    pub(crate) errors: ErrorMap,
    pub(crate) egress: Egress,
}

impl Account {
    /// An account whose requests go to `host` and `path`, unless the settings say otherwise: an endpoint that is
    /// a host alone keeps the path.
    pub(crate) fn new(
        setup: &Setup,
        settings: CommonSettings<'_>,
        (host, path): (&str, &str),
    ) -> Result<Self, InvalidSetup> {
        account::plain("account", settings.account)?;
        let mut url = setup.endpoint(settings.endpoint, host)?;
        if url.path() == "/" {
            url.set_path(path);
        }
        let guarded = setup.secrets.contains_key("receipts_password");
        let password = guarded.then(|| setup.secret("receipts_password"));
        Ok(Self {
            name: setup.name.as_str().to_owned(),
            id: settings.account.to_owned(),
            password: setup.secret("password")?,
            url,
            reporter: Reporter {
                receiver: settings.receiver.map(str::to_owned),
                password: password.transpose()?,
            },
            errors: settings.errors,
            egress: setup.egress.clone(),
        })
    }

    /// A request with such a body and such headers.
    pub(crate) fn post(
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
