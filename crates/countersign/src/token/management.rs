//! Management tokens: what a program shows in place of its access key.
//!
//! They are signed by the keys of verification tokens, and neither passes for the other: the types in their heads
//! differ and are looked at, and no application can have an id like [`AUDIENCE`].

use std::fmt::Write as _;
use std::sync::Arc;

use countersign_core::application::TokenAlgorithm;
use countersign_core::id::TokenId;
use countersign_core::ports::setup::AccessKey;
use countersign_core::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::minter::{MintError, Minter, Turn, seconds};
use super::schedule::MANAGEMENT_LIFE;
use super::signing_key::SigningKey;

/// The type of a management token (RFC 9068).
const TYPE: &str = "at+jwt";

/// For whom it is. Ids of applications have no colons.
const AUDIENCE: &str = "countersign:management";

/// The one user pool that a deployment is. SDKs fail without it, and send it back.
const USER_POOL: &str = "countersign";

/// What a management token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagementClaims {
    iss: String,
    aud: String,
    /// The access key that it was exchanged for.
    pub sub: String,
    /// When that was made, in milliseconds of Unix time: a later key of the same id is another.
    access_key_made_at: i64,
    scoped_userpool_id: String,
    iat: i64,
    exp: i64,
    jti: String,
}

impl Minter {
    /// Signs a token on a thread for that, always with RS256: official SDKs read no other.
    ///
    /// # Errors
    /// [`MintError::Overloaded`] when too many tokens wait for their signature; [`MintError`] when the random source or the cryptographic library fails.
    pub async fn mint_management(
        self: &Arc<Self>,
        access_key: AccessKey,
        now: Timestamp,
    ) -> Result<String, MintError> {
        let (minter, Turn { key, place }) = (Arc::clone(self), self.turn(TokenAlgorithm::Rs256)?);
        let work = move || minter.management_token(&key, &access_key, now);
        let minted = self.room.run(place, work).await;
        minted.unwrap_or(Err(MintError::Signing))
    }

    /// A token that says: whoever shows it has this access key.
    fn management_token(
        &self,
        key: &SigningKey,
        access_key: &AccessKey,
        now: Timestamp,
    ) -> Result<String, MintError> {
        let dated = self.by_wall_clock(now);
        let claims = ManagementClaims {
            iss: self.issuer.clone(),
            aud: AUDIENCE.to_owned(),
            sub: access_key.id.clone(),
            access_key_made_at: access_key.created_at.as_millis(),
            scoped_userpool_id: USER_POOL.to_owned(),
            iat: seconds(dated),
            exp: seconds(dated.after(MANAGEMENT_LIFE)),
            jti: TokenId::generate(now, &*self.entropy.0)?.to_string(),
        };
        let json = serde_json::to_string(&claims).map_err(|_| MintError::Signing)?;
        key.sign(TYPE, &plain(&json)).ok_or(MintError::Signing)
    }

    /// What a management token says, if it is one of this issuer, signed by a published key, and still good
    /// at `now`. Whether its access key still exists is for the caller to judge.
    #[must_use]
    pub fn read_management(&self, token: &str, now: Timestamp) -> Option<ManagementClaims> {
        let claims: ManagementClaims = self.claims(TYPE, token, now)?;
        (self.is_good(claims.exp, now) && claims.aud == AUDIENCE).then_some(claims)
    }
}

impl ManagementClaims {
    /// Whether it was exchanged for that access key.
    #[must_use]
    pub fn is_of(&self, key: &AccessKey) -> bool {
        self.sub == key.id && self.access_key_made_at == key.created_at.as_millis()
    }
}

/// The same JSON, of characters whose base64 has neither `-` nor `_`, wherever they stand: the official
/// Python SDK reads base64url as if it were base64. Outside of texts JSON has no others.
fn plain(json: &str) -> String {
    let mut plain = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_ascii() && !matches!(c, '>' | '?' | '~' | '\x7f') {
            plain.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            let _ = write!(plain, "\\u{unit:04x}");
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use base64::Engine;
    use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
    use countersign_api::Channel;
    use countersign_core::application::AppId;
    use countersign_core::phone::PhoneNumber;
    use countersign_core::secret::Secret;
    use countersign_core::testing::HandClock;

    use super::*;
    use crate::system::OsEntropy;
    use crate::token::{LEAD, SigningKeys, SigningRoom, SubjectKey};

    const START: Timestamp = Timestamp::from_millis(1_795_000_000_500);

    fn minter(issuer: &str) -> (tempfile::TempDir, Minter) {
        let dir = tempfile::tempdir().unwrap();
        let keys = SigningKeys::of(dir.path(), START).unwrap();
        let subject = SubjectKey::new(&[1; 32]).unwrap();
        let clock = Arc::new(HandClock::new(START));
        let room = SigningRoom::open(1).unwrap();
        let entropy = Arc::new(OsEntropy);
        let minter = Minter::new(issuer.to_owned(), keys, subject, entropy, clock, room);
        (dir, minter)
    }

    fn key(id: &str, millis: i64) -> AccessKey {
        AccessKey {
            id: id.to_owned(),
            secret: Secret::new("s3cret".to_owned()),
            created_at: Timestamp::from_millis(millis),
        }
    }

    fn signer(minter: &Minter, now: Timestamp) -> Arc<SigningKey> {
        minter.keys().signer(TokenAlgorithm::Rs256, now).unwrap()
    }

    fn mint_management(minter: &Minter, access_key: &AccessKey, now: Timestamp) -> String {
        let key = signer(minter, now);
        minter.management_token(&key, access_key, now).unwrap()
    }

    fn payload(token: &str) -> &str {
        token.split('.').nth(1).unwrap()
    }

    #[test]
    fn a_management_token_is_good_for_two_hours_over_a_rotation() {
        let (_dir, minter) = minter("http://127.0.0.1:8480/oidc");
        minter.keys().rotate(START, |_| Ok(())).unwrap();
        // The last moment of the old key.
        let now = START.after(LEAD).before(Duration::from_millis(1));
        let token = mint_management(&minter, &key("k", 7), now);
        let end = Timestamp::from_millis(seconds(now.after(MANAGEMENT_LIFE)) * 1_000);
        for (time, good) in [
            (now, true),
            (end.before(Duration::from_millis(1)), true),
            (end, false),
        ] {
            assert_eq!(
                minter.read_management(&token, time).is_some(),
                good,
                "{time}"
            );
        }
        let claims = minter.read_management(&token, now).unwrap();
        assert!(claims.is_of(&key("k", 7)));
        for other in [key("k", 8), key("l", 7)] {
            assert!(!claims.is_of(&other));
        }
    }

    #[test]
    fn neither_kind_of_token_passes_for_the_other() {
        let (_dir, minter) = minter("http://127.0.0.1:8480/oidc");
        let management = mint_management(&minter, &key("k", 7), START);
        assert_eq!(minter.read(&management, START), None);
        let app = AppId::parse("shop").unwrap();
        let phone = PhoneNumber::parse("18800008888", None).unwrap();
        let signer = signer(&minter, START);
        let minted = minter.token(&signer, &app, Channel::Login, &phone, START);
        let minted = minted.unwrap();
        assert_eq!(minter.read_management(&minted.token, START), None);
        // Nor by its claims alone, nor by its type alone.
        let claims = minter.read_management(&management, START).unwrap();
        let json = serde_json::to_string(&claims).unwrap();
        let elsewhere = json.replace(AUDIENCE, "shop");
        for (typ, json) in [("JWT", &json), (TYPE, &elsewhere)] {
            let token = signer.sign(typ, json).unwrap();
            assert_eq!(minter.read_management(&token, START), None, "{typ} {json}");
        }
        let typed = serde_json::to_string(&minted.claims).unwrap();
        let typed = signer.sign(TYPE, &typed).unwrap();
        assert_eq!(minter.read(&typed, START), None);
        assert!(AppId::parse(AUDIENCE).is_err());
    }

    #[test]
    fn its_payload_reads_the_same_as_base64_and_as_base64url() {
        for issuer in [
            "http://127.0.0.1:8480/oidc",
            "https://示例.example/~a?b>c\u{7f}😀/oidc",
        ] {
            let (_dir, minter) = minter(issuer);
            for n in 0..40 {
                // Ids of any length, so that the rest stands at each of the three places.
                let id = "dev-access-key~".get(..n % 16).unwrap_or_default();
                let token = mint_management(&minter, &key(id, 7), START);
                let payload = payload(&token);
                assert!(!payload.contains(['-', '_']), "{payload}");
                let [standard, url] = [
                    BASE64_STANDARD_NO_PAD.decode(payload).unwrap(),
                    BASE64_URL_SAFE_NO_PAD.decode(payload).unwrap(),
                ];
                assert_eq!(standard, url);
                let claims: ManagementClaims = serde_json::from_slice(&standard).unwrap();
                assert_eq!((claims.iss.as_str(), claims.sub.as_str()), (issuer, id));
                assert!(minter.read_management(&token, START).is_some());
            }
        }
    }
}
