//! The credentials by which an application proves who it is: its id and its secret.

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use countersign_api::Fault;
use countersign_core::application::{AppId, Application};
use zeroize::Zeroizing;

use crate::http::request::context::Context;
use crate::http::state::AppState;

/// An application id, and the secret that a caller shows with it.
pub(crate) struct Credentials {
    id: String,
    secret: Zeroizing<String>,
}

impl Credentials {
    /// The credentials of a request: `client_id` and `client_secret` of the body, else those of
    /// `Authorization: Basic`, which one official SDK sends as `Bearer Basic`.
    ///
    /// # Errors
    /// [`Fault::Unauthorized`] when the request has none.
    pub(crate) fn of(
        cx: &Context,
        id: Option<String>,
        secret: Option<String>,
    ) -> Result<Self, Fault> {
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        if let (Some(id), Some(secret)) = (given(id), given(secret)) {
            let secret = Zeroizing::new(secret);
            return Ok(Self { id, secret });
        }
        cx.authorization()
            .and_then(basic)
            .ok_or(Fault::Unauthorized)
    }

    /// The application that these credentials prove.
    ///
    /// # Errors
    /// [`Fault::Unauthorized`], for every way to be wrong: a caller learns nothing from the difference.
    /// [`Fault::UnknownApplication`] where they are right, and the application is disabled.
    /// [`Fault::Malformed`] where the request names two applications.
    pub(crate) fn application(
        &self,
        cx: &Context,
        state: &AppState,
    ) -> Result<Arc<Application>, Fault> {
        let id = AppId::parse(&self.id).map_err(|_| Fault::Unauthorized)?;
        let named = cx.named_app()?;
        if !named.is_empty() && named != id.as_str().as_bytes() {
            return Err(Fault::Unauthorized);
        }
        let found = state
            .setup_store
            .application_with_secret(&id, &self.secret, state.clock.now())
            .ok_or(Fault::Unauthorized)?;
        cx.is_about(&found);
        // Who knows the secret may know that the application is disabled.
        if state.setup().enabled_application(&id).is_none() {
            return Err(Fault::UnknownApplication);
        }
        Ok(found)
    }
}

fn basic(shown: &str) -> Option<Credentials> {
    let mut rest = shown.trim();
    for scheme in ["bearer ", "basic "] {
        let start = rest.get(..scheme.len()).unwrap_or_default();
        if start.eq_ignore_ascii_case(scheme) {
            rest = rest.get(scheme.len()..)?.trim_start();
        } else if scheme == "basic " {
            return None;
        }
    }
    let decoded = Zeroizing::new(BASE64_STANDARD.decode(rest).ok()?);
    let (id, secret) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    Some(Credentials {
        id: id.to_owned(),
        secret: Zeroizing::new(secret.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_credentials_are_read_as_the_sdks_write_them() {
        let encoded = BASE64_STANDARD.encode("shop:a:secret");
        for scheme in ["Basic", "basic", "BASIC", "Bearer Basic", "bearer basic "] {
            let found = basic(&format!("{scheme} {encoded}")).unwrap();
            assert_eq!(
                (found.id.as_str(), found.secret.as_str()),
                ("shop", "a:secret")
            );
        }
        let no_colon = BASE64_STANDARD.encode("shop");
        for bad in [
            "",
            "Basic",
            "Basic ",
            "Bearer",
            &format!("Bearer {encoded}"),
            &format!("Digest {encoded}"),
            &format!("Basic {no_colon}"),
            "Basic !!!",
            "é",
        ] {
            assert!(basic(bad).is_none(), "{bad:?}");
        }
    }
}
