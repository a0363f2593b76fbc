//! Makes verification tokens, and reads them.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use countersign_api::{Channel, VerificationClaims};
use countersign_core::application::{AppId, TokenAlgorithm};
use countersign_core::entropy::{Entropy, EntropyError};
use countersign_core::id::TokenId;
use countersign_core::phone::PhoneNumber;
use countersign_core::time::{Clock, Timestamp};
use jsonwebtoken::{Algorithm, Validation};
use serde::de::DeserializeOwned;

use super::keys::SigningKeys;
use super::schedule::TOKEN_LIFE;
use super::signing_key::SigningKey;
use super::signing_room::{Place, SigningRoom};
use super::subject::SubjectKey;

/// Makes and reads the tokens of one issuer.
pub struct Minter {
    pub(super) issuer: String,
    pub(super) keys: SigningKeys,
    subject: SubjectKey,
    pub(super) entropy: SharedEntropy,
    clock: Arc<dyn Clock>,
    pub(super) room: SigningRoom,
}

/// The turn of a token that is to be signed: its key, and its place in the room. Whoever drops it gives the place back.
#[derive(Debug)]
pub struct Turn {
    pub(super) key: Arc<SigningKey>,
    pub(super) place: Place,
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
    /// Too many tokens wait for their signature.
    #[error("too many tokens wait for their signature")]
    Overloaded,
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
        room: SigningRoom,
    ) -> Self {
        Self {
            issuer,
            keys,
            subject,
            entropy: SharedEntropy(entropy),
            clock,
            room,
        }
    }

    /// The keys behind the tokens.
    #[must_use]
    pub fn keys(&self) -> &SigningKeys {
        &self.keys
    }

    /// Takes a turn for a token of an application that chose this algorithm. Take it before a code is used up: after that
    /// there is no way back.
    ///
    /// # Errors
    /// [`MintError::Overloaded`] when too many tokens wait for their signature.
    pub fn turn(&self, algorithm: TokenAlgorithm) -> Result<Turn, MintError> {
        let place = self.room.place().ok_or(MintError::Overloaded)?;
        let key = self.keys.signer(algorithm, self.clock.now());
        let key = key.ok_or(MintError::Signing)?;
        Ok(Turn { key, place })
    }

    /// Signs a token in its turn, on a thread for that.
    ///
    /// # Errors
    /// [`MintError`] when the random source or the cryptographic library fails.
    pub async fn mint(
        self: &Arc<Self>,
        turn: Turn,
        app: AppId,
        channel: Channel,
        phone: PhoneNumber,
        now: Timestamp,
    ) -> Result<Minted, MintError> {
        let (minter, Turn { key, place }) = (Arc::clone(self), turn);
        let work = move || minter.token(&key, &app, channel, &phone, now);
        let minted = self.room.run(place, work).await;
        minted.unwrap_or(Err(MintError::Signing))
    }

    /// A token that says: `phone` proved `channel` for `app` at `now`.
    pub(super) fn token(
        &self,
        key: &SigningKey,
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

    /// How a token is judged that names this key: a key verifies signatures of its own algorithm only, whatever the token says.
    fn validation(&self, key: &SigningKey) -> Validation {
        let mut validation = Validation::new(match key.algorithm() {
            TokenAlgorithm::Rs256 => Algorithm::RS256,
            TokenAlgorithm::Es256 => Algorithm::ES256,
        });
        validation.set_issuer(&[&self.issuer]);
        validation.set_required_spec_claims(&["iss"]);
        // The library would ask the wall clock; and whom a token is for is the reader's to judge.
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation
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
        let read = jsonwebtoken::decode(token, &key.verifier, &self.validation(&key)).ok()?;
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
        let room = SigningRoom::open(1).unwrap();
        Minter::new(
            issuer.to_owned(),
            keys,
            subject,
            Arc::new(OsEntropy),
            clock,
            room,
        )
    }

    fn mint_with(minter: &Minter, algorithm: TokenAlgorithm, now: Timestamp) -> Minted {
        let app = AppId::parse("shop").unwrap();
        let phone = PhoneNumber::parse("18800008888", None).unwrap();
        let key = minter.keys().signer(algorithm, now).unwrap();
        minter
            .token(&key, &app, Channel::Login, &phone, now)
            .unwrap()
    }

    fn mint(minter: &Minter, now: Timestamp) -> Minted {
        mint_with(minter, TokenAlgorithm::Rs256, now)
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
        let by_public_key = EncodingKey::from_secret(jwk.n.unwrap().as_bytes());
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
    fn a_token_with_es256_is_good_and_names_its_key() {
        let dir = tempfile::tempdir().unwrap();
        let minter = minter(dir.path(), ISSUER, START);
        let minted = mint_with(&minter, TokenAlgorithm::Es256, START);
        let keys = minter.keys().published_to_application(START).keys;
        assert_eq!(
            part(&minted.token, 0),
            serde_json::json!({"alg": "ES256", "kid": keys[1].kid, "typ": "JWT"})
        );
        assert_eq!(minter.read(&minted.token, START), Some(minted.claims));
    }

    #[test]
    fn a_key_verifies_its_own_algorithm_only() {
        let dir = tempfile::tempdir().unwrap();
        let minter = minter(dir.path(), ISSUER, START);
        let [rs256, es256] = TokenAlgorithm::ALL.map(|algorithm| {
            let token = mint_with(&minter, algorithm, START).token;
            (part(&token, 0), token)
        });
        for ((head, token), (other, _)) in [(&rs256, &es256), (&es256, &rs256)] {
            let (_, rest) = token.split_once('.').unwrap();
            for (alg, kid) in [
                (&other["alg"], &head["kid"]),
                (&head["alg"], &other["kid"]),
                (&other["alg"], &other["kid"]),
            ] {
                let head = serde_json::json!({"alg": alg, "kid": kid, "typ": "JWT"});
                let head = URL_SAFE_NO_PAD.encode(head.to_string());
                let bad = format!("{head}.{rest}");
                assert_eq!(minter.read(&bad, START), None, "{alg} {kid}");
            }
            assert!(minter.read(token, START).is_some());
        }
    }

    #[tokio::test]
    async fn a_turn_is_refused_while_all_places_are_taken_and_given_back_when_it_ends() {
        let dir = tempfile::tempdir().unwrap();
        let minter = Arc::new(minter(dir.path(), ISSUER, START));
        let turn = || minter.turn(TokenAlgorithm::Es256);
        let taken = turn().unwrap();
        assert_eq!(turn().unwrap_err(), MintError::Overloaded);
        let (app, phone) = (
            AppId::parse("shop").unwrap(),
            PhoneNumber::parse("18800008888", None).unwrap(),
        );
        let minted = minter.mint(taken, app, Channel::Login, phone, START);
        assert!(minter.read(&minted.await.unwrap().token, START).is_some());
        drop(turn().unwrap());
        assert!(turn().is_ok());
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
