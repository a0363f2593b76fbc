//! What makes phone numbers, buckets and secrets unreadable at rest.

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use countersign_core::check::Unlock;
use countersign_core::id::{MessageId, RequestId};
use countersign_core::limit::Bucket;
use countersign_core::phone::PhoneNumber;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::ZeroizeOnDrop;

/// The keys of a store, 32 random bytes each, kept outside the database.
#[derive(Clone, ZeroizeOnDrop)]
pub struct StoreKeys {
    /// Keys the digests by which numbers and buckets are found.
    pub index: [u8; 32],
    /// Seals phone numbers.
    pub seal: [u8; 32],
}

impl fmt::Debug for StoreKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreKeys(..)")
    }
}

/// A keyed digest: 128 bits of HMAC-SHA-256, enough that two of them never meet by chance.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Digest(pub(crate) [u8; 16]);

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest(..)")
    }
}

/// Seals and digests with one store's keys.
pub(crate) struct Sealer {
    index: Hmac<Sha256>,
    cipher: XChaCha20Poly1305,
}

/// The first byte of everything sealed: names the key and the format.
const SEAL_VERSION: u8 = 1;

impl Sealer {
    pub(crate) fn new(keys: &StoreKeys) -> Option<Self> {
        Some(Self {
            index: Hmac::new_from_slice(&keys.index).ok()?,
            cipher: XChaCha20Poly1305::new_from_slice(&keys.seal).ok()?,
        })
    }

    pub(crate) fn bucket(&self, bucket: &Bucket) -> Digest {
        self.digest(b"bucket", &[bucket.as_bytes()])
    }

    pub(crate) fn phone(&self, phone: &PhoneNumber) -> Digest {
        self.digest(b"phone", &[phone.e164().as_bytes()])
    }

    /// A digest that tells these keys from others.
    pub(crate) fn fingerprint(&self) -> Digest {
        let payload = Payload {
            msg: b"",
            aad: b"fingerprint",
        };
        let tag = self
            .cipher
            .encrypt(&XNonce::default(), payload)
            .unwrap_or_default();
        self.digest(b"fingerprint", &[&tag])
    }

    /// The digest of what a code is good for: application, channel and number.
    pub(crate) fn code_scope(&self, app: &str, channel: &str, phone: &PhoneNumber) -> Digest {
        self.digest(
            b"code",
            &[app.as_bytes(), channel.as_bytes(), phone.e164().as_bytes()],
        )
    }

    /// The MAC kept of an application's secret.
    pub(crate) fn secret(&self, app: &str, secret: &str) -> [u8; 32] {
        self.mac(b"secret", &[app.as_bytes(), secret.as_bytes()])
            .finalize()
            .into_bytes()
            .into()
    }

    /// Whether `mac` is [`Sealer::secret`] of these; takes the same time whatever differs.
    pub(crate) fn secret_matches(&self, mac: &[u8], app: &str, secret: &str) -> bool {
        self.mac(b"secret", &[app.as_bytes(), secret.as_bytes()])
            .verify_slice(mac)
            .is_ok()
    }

    /// Seals the number of `message`, so that it opens under this message only.
    pub(crate) fn seal(&self, phone: &PhoneNumber, message: MessageId) -> Option<Vec<u8>> {
        self.seal_under(phone.e164().as_bytes(), message.as_bytes(), AAD)
    }

    /// Opens what [`Sealer::seal`] made; `None` for anything else.
    pub(crate) fn open(&self, sealed: &[u8], message: MessageId) -> Option<PhoneNumber> {
        let plain = self.open_under(sealed, message.as_bytes(), AAD)?;
        PhoneNumber::parse(std::str::from_utf8(&plain).ok()?, None).ok()
    }

    /// Seals the number of an unlock and why it was, so that they open under its request only.
    pub(crate) fn seal_unlock(&self, unlock: &Unlock) -> Option<Vec<u8>> {
        let text = format!("{}\n{}", unlock.phone.e164(), unlock.note);
        self.seal_under(text.as_bytes(), unlock.request_id.as_bytes(), UNLOCK_AAD)
    }

    /// Opens what [`Sealer::seal_unlock`] made; `None` for anything else.
    pub(crate) fn open_unlock(
        &self,
        sealed: &[u8],
        id: RequestId,
    ) -> Option<(PhoneNumber, String)> {
        let plain = self.open_under(sealed, id.as_bytes(), UNLOCK_AAD)?;
        let text = String::from_utf8(plain).ok()?;
        let (phone, note) = text.split_once('\n')?;
        Some((PhoneNumber::parse(phone, None).ok()?, note.to_owned()))
    }

    fn seal_under(&self, msg: &[u8], id: &[u8; 16], aad: &[u8]) -> Option<Vec<u8>> {
        let mut sealed = vec![SEAL_VERSION];
        sealed.extend(self.cipher.encrypt(&nonce(id), Payload { msg, aad }).ok()?);
        Some(sealed)
    }

    fn open_under(&self, sealed: &[u8], id: &[u8; 16], aad: &[u8]) -> Option<Vec<u8>> {
        let (&SEAL_VERSION, msg) = sealed.split_first()? else {
            return None;
        };
        self.cipher.decrypt(&nonce(id), Payload { msg, aad }).ok()
    }

    fn digest(&self, domain: &[u8], parts: &[&[u8]]) -> Digest {
        let full = self.mac(domain, parts).finalize().into_bytes();
        let mut short = [0; 16];
        short.iter_mut().zip(full).for_each(|(to, from)| *to = from);
        Digest(short)
    }

    fn mac(&self, domain: &[u8], parts: &[&[u8]]) -> Hmac<Sha256> {
        let mut mac = self.index.clone();
        for part in std::iter::once(&domain).chain(parts) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac
    }
}

const AAD: &[u8] = b"message.phone";
const UNLOCK_AAD: &[u8] = b"unlock";

/// An id is used once, so it is the nonce of the one thing sealed under it.
fn nonce(id: &[u8; 16]) -> XNonce {
    let mut nonce = XNonce::default();
    nonce.iter_mut().zip(id).for_each(|(to, from)| *to = *from);
    nonce
}

#[cfg(test)]
mod tests {
    use countersign_core::time::Timestamp;

    use super::*;

    fn sealer(key: u8) -> Sealer {
        Sealer::new(&StoreKeys {
            index: [key; 32],
            seal: [key; 32],
        })
        .unwrap()
    }

    #[test]
    fn a_number_opens_under_its_message_and_key_only() {
        let phone = PhoneNumber::parse("13800138000", None).unwrap();
        let message = MessageId::first_at(Timestamp::from_millis(5));
        let other = MessageId::first_at(Timestamp::from_millis(6));
        let sealed = sealer(1).seal(&phone, message).unwrap();
        assert_eq!(sealer(1).open(&sealed, message), Some(phone));
        assert_eq!(sealer(1).open(&sealed, other), None);
        assert_eq!(sealer(2).open(&sealed, message), None);
        let digits = b"13800138000";
        assert!(!sealed.windows(digits.len()).any(|part| part == digits));
        for i in 0..sealed.len() {
            let mut torn = sealed.clone();
            torn[i] ^= 1;
            assert_eq!(sealer(1).open(&torn, message), None, "byte {i}");
        }
    }

    #[test]
    fn digests_depend_on_key_and_domain() {
        let phone = PhoneNumber::parse("13800138000", None).unwrap();
        assert_eq!(sealer(1).phone(&phone), sealer(1).phone(&phone));
        assert_ne!(sealer(1).phone(&phone), sealer(2).phone(&phone));
        assert_ne!(
            sealer(1).phone(&phone),
            sealer(1).bucket(&Bucket::named("x").part(phone.e164()))
        );
    }

    #[test]
    fn a_secret_matches_itself() {
        let sealer = sealer(1);
        let mac = sealer.secret("app", "secret");
        assert!(sealer.secret_matches(&mac, "app", "secret"));
        assert!(!sealer.secret_matches(&mac, "app", "Secret"));
        assert!(!sealer.secret_matches(&mac, "app2", "secret"));
    }
}
