//! The service that may stand in for proof of work: `[challenge]`.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use countersign_core::secret::Secret;
use serde::Deserialize;
use url::Url;

use crate::challenge::{VerifierKind, VerifierSettings};
use crate::config::private_file;

/// The account at a verifier, as the settings name it.
#[derive(Debug)]
pub struct VerifierAccount {
    kind: VerifierKind,
    url: Url,
    site_key: String,
    secret: SecretPlace,
}

/// The place of the secret.
#[derive(Debug)]
enum SecretPlace {
    /// A file with nothing else in it.
    File(PathBuf),
    /// The variable of the environment.
    Variable(Secret),
}

/// `[challenge]`. The secret itself comes from the environment alone.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChallengeSection {
    verifier: Option<String>,
    verifier_url: Option<String>,
    site_key: Option<String>,
    secret_file: Option<PathBuf>,
    secret: Option<String>,
}

impl ChallengeSection {
    pub(super) fn account(self) -> anyhow::Result<Option<VerifierAccount>> {
        let names_any = self.verifier_url.is_some()
            || self.site_key.is_some()
            || self.secret_file.is_some()
            || self.secret.is_some();
        let Some(name) = self.verifier.as_deref() else {
            if names_any {
                bail!("verifier is missing: name turnstile or hcaptcha");
            }
            return Ok(None);
        };
        let kind = VerifierKind::ALL
            .into_iter()
            .find(|kind| kind.as_str() == name)
            .with_context(|| format!("verifier is turnstile or hcaptcha, not {name:?}"))?;
        let url = self.verifier_url.as_deref().unwrap_or(usual_url(kind));
        let url = Url::parse(url).ok();
        let url = url.filter(|url| matches!(url.scheme(), "https" | "http") && url.has_host());
        let site_key = self.site_key.filter(|key| !key.is_empty());
        let secret = match (self.secret_file, self.secret) {
            (Some(file), None) => SecretPlace::File(file),
            (None, Some(secret)) => SecretPlace::Variable(Secret::new(secret)),
            _ => bail!("name either secret_file or the variable COUNTERSIGN_CHALLENGE__SECRET"),
        };
        Ok(Some(VerifierAccount {
            kind,
            url: url.context("verifier_url is the URL that judges tokens (siteverify)")?,
            site_key: site_key.context("site_key is missing: pages show it")?,
            secret,
        }))
    }
}

const fn usual_url(kind: VerifierKind) -> &'static str {
    match kind {
        VerifierKind::Turnstile => "https://challenges.cloudflare.com/turnstile/v0/siteverify",
        VerifierKind::Hcaptcha => "https://api.hcaptcha.com/siteverify",
    }
}

impl VerifierAccount {
    /// Reads the secret.
    ///
    /// # Errors
    /// When its file cannot be read, has no text, or others may read it.
    pub fn settings(self) -> anyhow::Result<VerifierSettings> {
        let secret = match self.secret {
            SecretPlace::Variable(secret) => secret,
            SecretPlace::File(path) => {
                read(&path).with_context(|| format!("challenge: secret_file {}", path.display()))?
            }
        };
        if secret.reveal().is_empty() {
            bail!("challenge: the secret is empty");
        }
        Ok(VerifierSettings {
            kind: self.kind,
            url: self.url,
            site_key: self.site_key,
            secret,
        })
    }
}

/// Reads a file that holds the secret. The path may lead through links, as those do that are mounted into a container.
fn read(path: &Path) -> anyhow::Result<Secret> {
    let target = path.canonicalize()?;
    if private_file::exposed_to_all(&target)? {
        bail!("others may read it: chmod 600 it");
    }
    let bytes = private_file::read(&target)?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "no text"))?;
    Ok(Secret::new(text.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use crate::config::settings::layers::Layers;
    use crate::config::settings::{Purpose, Settings};

    fn problem(text: &str) -> String {
        let layers = Layers::of_text(&format!("[challenge]\n{text}")).unwrap();
        let settings = Settings::of(&layers, Purpose::Production);
        settings.map_or_else(|error| format!("{error:#}"), |_| String::new())
    }

    #[test]
    fn a_verifier_is_named_with_all_that_it_needs() {
        let whole = "verifier = \"turnstile\"\nsite_key = \"k\"\nsecret_file = \"/s\"";
        assert_eq!(problem(whole), "");
        assert_eq!(problem(""), "");
        for (text, words) in [
            ("site_key = \"k\"", "name turnstile or hcaptcha"),
            ("verifier = \"other\"", "not \"other\""),
            (
                "verifier = \"hcaptcha\"\nsite_key = \"k\"",
                "either secret_file or the variable",
            ),
            (
                "verifier = \"hcaptcha\"\nsecret_file = \"/s\"",
                "site_key is missing",
            ),
            (
                "verifier = \"hcaptcha\"\nsite_key = \"k\"\nsecret_file = \"/s\"\nverifier_url = \"x\"",
                "verifier_url is the URL",
            ),
        ] {
            assert!(problem(text).contains(words), "{text}: {}", problem(text));
        }
    }
}
