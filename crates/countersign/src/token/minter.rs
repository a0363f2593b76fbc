//! Makes verification tokens, and reads them.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use countersign_api::{Channel, VerificationClaims};
use countersign_core::application::AppId;
use countersign_core::entropy::{Entropy, EntropyError};
use countersign_core::id::TokenId;
use countersign_core::phone::PhoneNumber;
use countersign_core::time::{Clock, Timestamp};
use jsonwebtoken::{Algorithm, Validation};
use serde::de::DeserializeOwned;

use super::keys::SigningKeys;
use super::schedule::TOKEN_LIFE;
use super::subject::SubjectKey;

/// Makes and reads the tokens of one issuer.
pub struct Minter {
    pub(super) issuer: String,
    pub(super) keys: SigningKeys,
    subject: SubjectKey,
    pub(super) entropy: SharedEntropy,
    clock: Arc<dyn Clock>,
    validation: Validation,
}

/// A new token.
pub struct Minted {
    /// The JWT.
    pub token: String,
    /// What it says.
    pub claims: VerificationClaims,
    /// How long it is good.
    pub life: Duration,
}

/// Why there is no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MintError {
    /// The random source failed.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// The cryptographic library failed.
    #[error("the token could not be signed")]
    Signing,
}

pub(super) struct SharedEntropy(pub(super) Arc<dyn Entropy>);

/// The type of a verification token.
const TYPE: &str = "JWT";

impl Minter {
    /// Makes tokens in the name of `issuer`: the address of the service, with `/oidc`. `clock` tells how far the time of
    /// the service is from the wall clock, by which tokens are dated: others judge them by theirs.
    #[must_use]
    pub fn new(
        issuer: String,
        keys: SigningKeys,
        subject: SubjectKey,
        entropy: Arc<dyn Entropy>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_issuer(&[&issuer]);
        validation.set_required_spec_claims(&["iss"]);
        // The library would ask the wall clock; and whom a token is for is the reader's to judge.
        validation.validate_exp = false;
        validation.validate_aud = false;
        Self {
            issuer,
            keys,
            subject,
            entropy: SharedEntropy(entropy),
            clock,
            validation,
        }
    }

    /// The keys behind the tokens.
    #[must_use]
    pub fn keys(&self) -> &SigningKeys {
        &self.keys
    }

    /// A token that says: `phone` proved `channel` for `app` at `now`. Signing takes some
    /// 0.4 ms: not for a thread that serves others.
    ///
    /// # Errors
    /// [`MintError`] when the random source or the cryptographic library fails.
    pub fn mint(
        &self,
        app: &AppId,
        channel: Channel,
        phone: &PhoneNumber,
        now: Timestamp,
    ) -> Result<Minted, MintError> {
        let dated = self.by_wall_clock(now);
        let claims = VerificationClaims {
            iss: self.issuer.clone(),
            aud: app.as_str().to_owned(),
            sub: self.subject.pseudonym(phone),
            phone_number: phone.e164().to_owned(),
            phone_number_verified: true,
            channel,
            iat: seconds(dated),
            exp: seconds(dated.after(TOKEN_LIFE)),
            jti: TokenId::generate(now, &*self.entropy.0)?.to_string(),
        };
        let key = self.keys.signer(now).ok_or(MintError::Signing)?;
        let json = serde_json::to_string(&claims).map_err(|_| MintError::Signing)?;
        Ok(Minted {
            token: key.sign(TYPE, &json).ok_or(MintError::Signing)?,
            claims,
            life: TOKEN_LIFE,
        })
    }

    /// What a token says, if it is one of this issuer, signed by a published key, and still good at
    /// `now`. For whom it is (`aud`) is for the caller to judge, and whether it was shown before.
    #[must_use]
    pub fn read(&self, token: &str, now: Timestamp) -> Option<VerificationClaims> {
        let claims: VerificationClaims = self.claims(TYPE, token, now)?;
        (self.is_good(claims.exp, now) && claims.phone_number_verified).then_some(claims)
    }

    /// What the wall clock shows when the clock of the service shows `now`.
    pub(super) fn by_wall_clock(&self, now: Timestamp) -> Timestamp {
        let (own, wall) = (self.clock.now(), self.clock.wall());
        now.after(own.until(wall)).before(wall.until(own))
    }

    /// Whether what ends at `exp`, in seconds of Unix time by the wall clock, has not ended at `now`.
    pub(super) fn is_good(&self, exp: i64, now: Timestamp) -> bool {
        let now = self.by_wall_clock(now).as_millis();
        exp.checked_mul(1_000).is_some_and(|end| now < end)
    }

    /// The claims of a token of this issuer and type, signed by a published key. It may have ended.
    pub(super) fn claims<T: DeserializeOwned>(
        &self,
        typ: &str,
        token: &str,
        now: Timestamp,
    ) -> Option<T> {
        let kid = jsonwebtoken::decode_header(token).ok()?.kid?;
        let key = self.keys.find(&kid, now)?;
        let read = jsonwebtoken::decode(token, &key.verifier, &self.validation).ok()?;
        (read.header.typ.as_deref() == Some(typ)).then_some(read.claims)
    }
}

/// Unix time in seconds, as tokens have it.
pub(super) fn seconds(time: Timestamp) -> i64 {
    time.as_millis().div_euclid(1_000)
}

impl fmt::Debug for Minter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Minter")
            .field("issuer", &self.issuer)
            .field("keys", &self.keys)
            .field("subject", &self.subject)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for SharedEntropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

// By hand: a token is as good as a code.
impl fmt::Debug for Minted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Minted")
            .field("claims", &self.claims)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use jsonwebtoken::{EncodingKey, Header};

    use countersign_core::testing::HandClock;

    use super::*;
    use crate::system::OsEntropy;
    use crate::token::schedule::{LEAD, MAX_AGE};

    const START: Timestamp = Timestamp::from_millis(1_795_000_000_500);
    const ISSUER: &str = "http://127.0.0.1:8480/oidc";

    fn minter(folder: &Path, issuer: &str, now: Timestamp) -> Minter {
        let keys = SigningKeys::of(folder, now).unwrap();
        let subject = SubjectKey::new(&[1; 32]).unwrap();
        let clock = Arc::new(HandClock::new(now));
        Minter::new(issuer.to_owned(), keys, subject, Arc::new(OsEntropy), clock)
    }

    fn mint(minter: &Minter, now: Timestamp) -> Minted {
        let app = AppId::parse("shop").unwrap();
        let phone = PhoneNumber::parse("18800008888", None).unwrap();
        minter.mint(&app, Channel::Login, &phone, now).unwrap()
    }

    fn part(token: &str, at: usize) -> serde_json::Value {
        let part = token.split('.').nth(at).unwrap();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    }

    #[test]
    fn a_token_says_what_was_proved_and_is_good_for_its_time() {
        let dir = tempfile::tempdir().unwrap();
        let minter = minter(dir.path(), ISSUER, START);
        let minted = mint(&minter, START);
        let kid = minter.keys().published(START).keys.remove(0).kid;
        assert_eq!(
            part(&minted.token, 0),
            serde_json::json!({"alg": "RS256", "kid": kid, "typ": "JWT"})
        );
        let claims = part(&minted.token, 1);
        assert_eq!(claims["iss"], ISSUER);
        assert_eq!(claims["aud"], "shop");
        assert_eq!(claims["phone_number"], "+8618800008888");
        assert_eq!(claims["channel"], "CHANNEL_LOGIN");
        assert_eq!(claims["iat"], 1_795_000_000);
        assert_eq!(claims["exp"], 1_795_000_300);
        assert_eq!(minter.read(&minted.token, START), Some(minted.claims));
        let again = mint(&minter, START).claims;
        assert_ne!(claims["jti"], again.jti);
        assert_eq!(claims["sub"], again.sub);
        let end = Timestamp::from_millis(1_795_000_300_000);
        assert!(
            minter
                .read(&minted.token, end.before(Duration::from_millis(1)))
                .is_some()
        );
        assert_eq!(minter.read(&minted.token, end), None);
    }

    #[test]
    fn what_was_not_signed_here_is_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let ours = minter(dir.path(), ISSUER, START);
        let elsewhere = tempfile::tempdir().unwrap();
        let claims = mint(&ours, START).claims;
        let jwk = ours.keys().published(START).keys.remove(0);
        let mut header = Header::new(Algorithm::HS256);
        header.kid = Some(jwk.kid);
        let by_public_key = EncodingKey::from_secret(jwk.n.as_bytes());
        let by_public_key = jsonwebtoken::encode(&header, &claims, &by_public_key).unwrap();
        let good = mint(&ours, START).token;
        let [head, body, signature] = good.split('.').collect::<Vec<_>>()[..] else {
            panic!("{good}");
        };
        let mut other = part(&good, 1);
        other["aud"] = "other".into();
        let other = URL_SAFE_NO_PAD.encode(other.to_string());
        let none = URL_SAFE_NO_PAD.encode(part(&good, 0).to_string().replace("RS256", "none"));
        for bad in [
            String::new(),
            "a.b.c".to_owned(),
            by_public_key,
            format!("{none}.{body}."),
            format!("{head}.{body}."),
            format!("{head}.{other}.{signature}"),
            format!("{good}="),
            // The same keys in the name of another service; other keys in the name of this one.
            mint(&minter(dir.path(), "http://other/oidc", START), START).token,
            mint(&minter(elsewhere.path(), ISSUER, START), START).token,
        ] {
            assert_eq!(ours.read(&bad, START), None, "{bad}");
        }
        assert!(ours.read(&good, START).is_some());
    }

    #[test]
    fn a_token_that_was_changed_anywhere_is_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let minter = minter(dir.path(), ISSUER, START);
        let good = mint(&minter, START).token;
        for at in 0..good.len() {
            let with = if &good[at..=at] == "A" { "B" } else { "A" };
            let bad = format!("{}{with}{}", &good[..at], &good[at + 1..]);
            assert_eq!(minter.read(&bad, START), None, "{at} of {good}");
            assert_eq!(minter.read(&good[..at], START), None, "{at} of {good}");
        }
    }

    #[test]
    fn tokens_outlive_the_rotation_of_their_key() {
        let dir = tempfile::tempdir().unwrap();
        let minter = minter(dir.path(), ISSUER, START);
        let new = minter.keys().rotate(START, |_| Ok(())).unwrap().kid;
        let switch = START.after(LEAD);
        let last = mint(&minter, switch.before(Duration::from_millis(1)));
        let first = mint(&minter, switch);
        assert_ne!(part(&last.token, 0)["kid"], *new);
        assert_eq!(part(&first.token, 0)["kid"], *new);
        let good = switch.after(TOKEN_LIFE).before(Duration::from_secs(2));
        assert!(minter.read(&last.token, good).is_some());
        assert!(minter.read(&first.token, good).is_some());
        assert_eq!(minter.read(&last.token, good.after(MAX_AGE)), None);
        assert_eq!(last.claims.sub, first.claims.sub);
    }

    #[test]
    fn a_token_and_its_number_are_not_printed() {
        let dir = tempfile::tempdir().unwrap();
        let minter = minter(dir.path(), ISSUER, START);
        let minted = mint(&minter, START);
        let shown = format!("{minted:?} {minter:?}");
        assert!(
            !shown.contains(&minted.token) && !shown.contains("18800008888"),
            "{shown}"
        );
        assert!(
            !shown.contains("modulus") && shown.contains("SubjectKey(..)"),
            "{shown}"
        );
    }
}
