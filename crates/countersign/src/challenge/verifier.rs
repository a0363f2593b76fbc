//! A service that tells people from programs, asked by the protocol that Turnstile and hCaptcha share (`siteverify`).
//!
//! A verdict counts only in time, for a page of the application, and for what is asked. A service that does not answer proves
//! nothing: the caller is given work of our own instead, and never a pass.
//!
//! | a token is bound to | Turnstile | hCaptcha |
//! |---|---|---|
//! | the site key | by the secret: each site key has one of its own | by `sitekey` of the question: the secret is one of the account |
//! | host and time | `hostname` and `challenge_ts` of the answer | the same |
//! | application, channel and number | `action` of the answer; `cdata` would say nothing more | not at all: the answer names neither |

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use countersign_api::ChallengeVerifier;
use countersign_core::application::Application;
use countersign_core::challenge::{ChallengeKey, LIFE, Subject};
use countersign_core::secret::Secret;
use countersign_core::time::Timestamp;
use countersign_providers::egress::{Answer, Egress, Request};
use reqwest::Method;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use url::Url;
use url::form_urlencoded::Serializer;

use super::{Judged, hosts};

/// The time within which the service must have answered.
const TIMEOUT: Duration = Duration::from_secs(2);

/// The number of tokens that the service is asked about at once. Callers of more are given work of our own.
const AT_ONCE: usize = 32;

/// The service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerifierKind {
    /// Turnstile, whose tokens name the action that they were made for.
    Turnstile,
    /// hCaptcha, whose tokens name only the host.
    Hcaptcha,
}

impl VerifierKind {
    /// All kinds.
    pub const ALL: [VerifierKind; 2] = [VerifierKind::Turnstile, VerifierKind::Hcaptcha];

    /// The name in settings and in answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            VerifierKind::Turnstile => "turnstile",
            VerifierKind::Hcaptcha => "hcaptcha",
        }
    }
}

/// The account of the deployment at the service.
#[derive(Debug, Clone)]
pub struct VerifierSettings {
    /// The service.
    pub kind: VerifierKind,
    /// The URL that judges tokens.
    pub url: Url,
    /// The key of the site, which every page shows.
    pub site_key: String,
    /// The secret of the site.
    pub secret: Secret,
}

/// Asks the service about tokens.
#[derive(Debug)]
pub struct Verifier {
    settings: VerifierSettings,
    egress: Egress,
    asking: Semaphore,
    /// Whether the last token got no verdict, which is on the log by now.
    is_silent: AtomicBool,
}

/// The service's answer.
#[derive(Deserialize)]
struct Verdict {
    success: bool,
    hostname: Option<String>,
    action: Option<String>,
    challenge_ts: Option<String>,
}

impl Verifier {
    /// Asks by `egress`.
    #[must_use]
    pub fn new(settings: VerifierSettings, egress: Egress) -> Self {
        Self {
            settings,
            egress,
            asking: Semaphore::new(AT_ONCE),
            is_silent: AtomicBool::new(false),
        }
    }

    /// What a page needs to have a token made for `subject`.
    pub(super) fn offer(&self, key: &ChallengeKey, subject: Subject<'_>) -> ChallengeVerifier {
        let names_action = self.settings.kind == VerifierKind::Turnstile;
        ChallengeVerifier {
            kind: self.settings.kind.as_str().to_owned(),
            site_key: self.settings.site_key.clone(),
            action: names_action.then(|| key.binding(subject)),
        }
    }

    /// Judges `token` of a caller of `app` at the time `wall`.
    pub(super) async fn judge(
        &self,
        keys: &[ChallengeKey],
        app: &Application,
        subject: Subject<'_>,
        token: &str,
        wall: Timestamp,
    ) -> Judged {
        let Some(verdict) = self.ask(token).await else {
            return Judged::Unverified;
        };
        let actions: Vec<_> = keys.iter().map(|key| key.binding(subject)).collect();
        match verdict.holds(self.settings.kind, app, &actions, wall) {
            // The token itself is of any length, and nobody needs to read it again.
            true => Judged::Solved(format!("token:{}", hex::encode(Sha256::digest(token)))),
            false => Judged::Worthless,
        }
    }

    /// Returns the verdict; `None` where there is none in time.
    async fn ask(&self, token: &str) -> Option<Verdict> {
        let _permit = self.asking.try_acquire().ok()?;
        let asked = timeout(TIMEOUT, self.egress.exchange(self.request(token))).await;
        let verdict = match asked {
            Ok(Ok(answer)) => read(&answer).ok_or_else(|| "the answer is no verdict".to_owned()),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("no answer in time".to_owned()),
        };
        let was_silent = self.is_silent.swap(verdict.is_err(), Ordering::Relaxed);
        if let (Err(why), false) = (&verdict, was_silent) {
            tracing::warn!(
                why,
                "the verifier of challenges gives no verdict: callers are given proof of work instead"
            );
        }
        verdict.ok()
    }

    fn request(&self, token: &str) -> Request {
        let mut form = Serializer::new(String::new());
        form.append_pair("secret", self.settings.secret.reveal());
        form.append_pair("response", token);
        if self.settings.kind == VerifierKind::Hcaptcha {
            form.append_pair("sitekey", &self.settings.site_key);
        }
        Request {
            method: Method::POST,
            url: self.settings.url.clone(),
            headers: vec![(
                "content-type".to_owned(),
                "application/x-www-form-urlencoded".to_owned(),
            )],
            body: form.finish().into_bytes(),
        }
    }
}

fn read(answer: &Answer) -> Option<Verdict> {
    let is_answered = answer.status < 500;
    let verdict = serde_json::from_slice(&answer.body).ok();
    verdict.filter(|_| is_answered)
}

impl Verdict {
    /// Returns whether the verdict is about a person who asks for this, on a page of `app`, a moment ago.
    fn holds(
        &self,
        kind: VerifierKind,
        app: &Application,
        actions: &[String],
        wall: Timestamp,
    ) -> bool {
        let made_at = self.challenge_ts.as_deref().and_then(Timestamp::parse);
        let is_fresh = made_at.is_some_and(|made_at| wall.distance(made_at) < LIFE);
        let is_of_the_app = self
            .hostname
            .as_deref()
            .is_some_and(|host| hosts::has(app, host));
        let is_asked = kind != VerifierKind::Turnstile
            || self.action.as_ref().is_some_and(|it| actions.contains(it));
        self.success && is_fresh && is_of_the_app && is_asked
    }
}
