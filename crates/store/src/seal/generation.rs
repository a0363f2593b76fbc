//! Sealing and digesting with the keys of one generation.

use std::hash::Hasher as _;

use countersign_core::id::{MessageId, RequestId};
use countersign_core::idempotency::CallName;
use countersign_core::limit::Bucket;
use countersign_core::phone::PhoneNumber;
use countersign_core::seal::SealingKey;
use countersign_core::staff::token::TokenHash;
use hmac::{Hmac, KeyInit as _, Mac};
use sha2::Sha256;
use siphasher::sip::SipHasher24;
use zeroize::Zeroizing;

use super::{CallId, CallPart, Key, StoreKeys};

/// Seals and digests with the keys of one generation.
pub(crate) struct Generation {
    /// Its place among the generations of its database, from 1 on.
    pub(crate) number: u32,
    index: Hmac<Sha256>,
    /// The hasher, keyed by `index`.
    sip: SipHasher24,
    cipher: SealingKey,
}

impl Generation {
    pub(crate) fn new(number: u32, keys: &StoreKeys) -> Option<Self> {
        let index = Hmac::<Sha256>::new_from_slice(&keys.index).ok()?;
        let derived = Zeroizing::new(<[u8; 32]>::from(
            index.clone().chain_update(b"sip").finalize().into_bytes(),
        ));
        let sip = SipHasher24::new_with_key(derived.first_chunk()?);
        Some(Self {
            number,
            index,
            sip,
            cipher: SealingKey::new(&keys.seal)?,
        })
    }

    pub(crate) fn bucket(&self, bucket: &Bucket) -> Key {
        self.key(b"bucket", &[bucket.as_bytes()])
    }

    pub(crate) fn phone(&self, phone: &PhoneNumber) -> Key {
        self.key(b"phone", &[phone.e164().as_bytes()])
    }

    /// Returns a fingerprint that differs between different keys.
    pub(crate) fn fingerprint(&self) -> [u8; 16] {
        let tag = self.cipher.seal(b"", &[0; 16], b"fingerprint");
        let tag = tag.unwrap_or_default();
        let full = self.mac(b"fingerprint", &[&tag]).finalize().into_bytes();
        let mut short = [0; 16];
        short.iter_mut().zip(full).for_each(|(to, from)| *to = from);
        short
    }

    /// Returns the MAC of a database's mark, so that nobody without the keys can make one up.
    pub(crate) fn mac_of_mark(&self, mark: &[u8]) -> [u8; 32] {
        self.mac(b"mark", &[mark]).finalize().into_bytes().into()
    }

    /// Returns whether `mac` is that of the mark.
    pub(crate) fn is_mac_of_mark(&self, mark: &[u8], mac: &[u8]) -> bool {
        self.mac(b"mark", &[mark]).verify_slice(mac).is_ok()
    }

    /// Returns the MAC of an exported file with this digest, so that nobody without the keys can make one up.
    pub(crate) fn mac_of_file(&self, digest: &[u8]) -> [u8; 32] {
        self.mac(b"export", &[digest])
            .finalize()
            .into_bytes()
            .into()
    }

    /// Returns whether `mac` is that of an exported file with this digest.
    pub(crate) fn is_mac_of_file(&self, digest: &[u8], mac: &[u8]) -> bool {
        self.mac(b"export", &[digest]).verify_slice(mac).is_ok()
    }

    /// Returns the key of a scope: application, channel and number.
    pub(crate) fn code_scope(&self, app: &str, channel: &str, phone: &PhoneNumber) -> Key {
        self.key(
            b"code",
            &[app.as_bytes(), channel.as_bytes(), phone.e164().as_bytes()],
        )
    }

    /// Returns the MAC that is kept of an application's secret.
    pub(crate) fn secret(&self, app: &str, secret: &str) -> [u8; 32] {
        self.mac(b"secret", &[app.as_bytes(), secret.as_bytes()])
            .finalize()
            .into_bytes()
            .into()
    }

    /// Seals the number of `message`, so that it opens under this message only.
    pub(crate) fn seal(&self, phone: &PhoneNumber, message: MessageId) -> Option<Vec<u8>> {
        self.cipher
            .seal(phone.e164().as_bytes(), message.as_bytes(), AAD)
    }

    /// Seals a text in the place of a number.
    #[cfg(test)]
    pub(crate) fn seal_text(&self, text: &str, message: MessageId) -> Option<Vec<u8>> {
        self.cipher.seal(text.as_bytes(), message.as_bytes(), AAD)
    }

    /// Opens what [`Generation::seal`] made; `None` for anything else.
    pub(crate) fn open(&self, sealed: &[u8], message: MessageId) -> Option<PhoneNumber> {
        PhoneNumber::parse(&self.open_text(sealed, message)?, None).ok()
    }

    /// Opens what [`Generation::seal`] made, as the text that was sealed, which may be no number of today's plans.
    pub(crate) fn open_text(&self, sealed: &[u8], message: MessageId) -> Option<Zeroizing<String>> {
        let plain = self.cipher.open(sealed, message.as_bytes(), AAD)?;
        Some(Zeroizing::new(String::from_utf8(plain).ok()?))
    }

    /// Seals the number and the note of an unlock, so that they open under its request only.
    pub(crate) fn seal_unlock(
        &self,
        phone: &PhoneNumber,
        note: &str,
        id: RequestId,
    ) -> Option<Vec<u8>> {
        let text = format!("{}\n{note}", phone.e164());
        self.cipher.seal(text.as_bytes(), id.as_bytes(), UNLOCK_AAD)
    }

    /// Opens what [`Generation::seal_unlock`] made; `None` for anything else.
    pub(crate) fn open_unlock(
        &self,
        sealed: &[u8],
        id: RequestId,
    ) -> Option<(PhoneNumber, String)> {
        let plain = self.cipher.open(sealed, id.as_bytes(), UNLOCK_AAD)?;
        let text = String::from_utf8(plain).ok()?;
        let (phone, note) = text.split_once('\n')?;
        Some((PhoneNumber::parse(phone, None).ok()?, note.to_owned()))
    }

    /// Seals a secret that another part of the program keeps in the database under `name`.
    pub(crate) fn seal_kept(&self, name: &str, secret: &[u8]) -> Option<Vec<u8>> {
        let row = self.setting_row("kept_key", name)?;
        self.cipher.seal(secret, &row, KEPT_AAD)
    }

    /// Opens what [`Generation::seal_kept`] made; `None` for anything else.
    pub(crate) fn open_kept(&self, name: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let row = self.setting_row("kept_key", name)?;
        self.cipher.open(sealed, &row, KEPT_AAD).map(Zeroizing::new)
    }

    /// Seals the secrets of a setting, so that they open in its own row only, and beside the clear part `text` only:
    /// a row says where its secrets go.
    pub(crate) fn seal_setting(
        &self,
        kind: &str,
        key: &str,
        text: &str,
        secret: &[u8],
    ) -> Option<Vec<u8>> {
        let row = self.setting_row(kind, key)?;
        self.cipher.seal(secret, &row, &setting_aad(text))
    }

    /// Opens what [`Generation::seal_setting`] made; `None` for anything else.
    pub(crate) fn open_setting(
        &self,
        kind: &str,
        key: &str,
        text: &str,
        sealed: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        let row = self.setting_row(kind, key)?;
        let opened = self.cipher.open(sealed, &row, &setting_aad(text))?;
        Some(Zeroizing::new(opened))
    }

    /// Opens the secrets of a setting as releases sealed them that did not bind the clear part of the row.
    pub(crate) fn open_setting_of_before(
        &self,
        kind: &str,
        key: &str,
        sealed: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        let row = self.setting_row(kind, key)?;
        let opened = self.cipher.open(sealed, &row, SETTING_AAD)?;
        Some(Zeroizing::new(opened))
    }

    /// Returns the id by which the call with an idempotency key is found.
    pub(crate) fn call_id(&self, name: &CallName) -> CallId {
        let parts = [name.app.as_str(), name.endpoint.as_str(), name.key.as_str()];
        short(self.mac(b"call", &parts.map(str::as_bytes)))
    }

    /// Returns the MAC that is kept of a call's body.
    pub(crate) fn call_body(&self, id: CallId, body: &[u8]) -> CallId {
        short(self.mac(b"call body", &[&id, body]))
    }

    /// Seals a part of a call, so that it opens as that part of this call only.
    pub(crate) fn seal_call(&self, part: CallPart, secret: &[u8], id: CallId) -> Option<Vec<u8>> {
        self.cipher.seal(secret, &id, part.aad())
    }

    /// Opens what [`Generation::seal_call`] made; `None` for anything else.
    pub(crate) fn open_call(&self, part: CallPart, sealed: &[u8], id: CallId) -> Option<Vec<u8>> {
        self.cipher.open(sealed, &id, part.aad())
    }

    /// Seals a session, so that it opens under its id only.
    pub(crate) fn seal_session(&self, id: &TokenHash, session: &[u8]) -> Option<Vec<u8>> {
        let (row, context) = session_row(id)?;
        self.cipher.seal(session, &row, &context)
    }

    /// Opens what [`Generation::seal_session`] made; `None` for anything else.
    pub(crate) fn open_session(&self, id: &TokenHash, sealed: &[u8]) -> Option<Vec<u8>> {
        let (row, context) = session_row(id)?;
        self.cipher.open(sealed, &row, &context)
    }

    /// Seals what is kept of a refused send, so that it opens under its request only.
    #[cfg(feature = "postgres")]
    pub(crate) fn seal_refusal(&self, refusal: &[u8], id: RequestId) -> Option<Vec<u8>> {
        self.cipher.seal(refusal, id.as_bytes(), REFUSAL_AAD)
    }

    /// Opens what [`Generation::seal_refusal`] made; `None` for anything else.
    #[cfg(feature = "postgres")]
    pub(crate) fn open_refusal(&self, sealed: &[u8], id: RequestId) -> Option<Zeroizing<Vec<u8>>> {
        let plain = self.cipher.open(sealed, id.as_bytes(), REFUSAL_AAD)?;
        Some(Zeroizing::new(plain))
    }

    /// Returns the id that stands for the row of a setting. Every secret that the row ever holds is sealed
    /// under it, so AES-GCM-SIV reveals whether two of them are equal, and no more.
    fn setting_row(&self, kind: &str, key: &str) -> Option<[u8; 16]> {
        let parts: [&[u8]; 2] = [kind.as_bytes(), key.as_bytes()];
        let full: [u8; 32] = self.mac(b"setting", &parts).finalize().into_bytes().into();
        full.first_chunk().copied()
    }

    fn key(&self, domain: &[u8], parts: &[&[u8]]) -> Key {
        let mut sip = self.sip;
        for part in std::iter::once(&domain).chain(parts) {
            sip.write(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
            sip.write(part);
        }
        Key(sip.finish())
    }

    fn mac(&self, domain: &[u8], parts: &[&[u8]]) -> Hmac<Sha256> {
        let mut mac = self.index.clone();
        for part in std::iter::once(&domain).chain(parts) {
            mac.update(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
            mac.update(part);
        }
        mac
    }
}

/// Returns the first half of a MAC.
fn short(mac: Hmac<Sha256>) -> CallId {
    let full: [u8; 32] = mac.finalize().into_bytes().into();
    let mut short = [0; 16];
    short.iter_mut().zip(full).for_each(|(to, from)| *to = from);
    short
}

const AAD: &[u8] = b"message.phone";
const UNLOCK_AAD: &[u8] = b"unlock";
#[cfg(feature = "postgres")]
const REFUSAL_AAD: &[u8] = b"refusal";
const SESSION_AAD: &[u8] = b"session";
const SETTING_AAD: &[u8] = b"setting";
const KEPT_AAD: &[u8] = b"kept key";

/// The id and the associated data of a session's seal, which together have the whole of its id.
fn session_row(id: &TokenHash) -> Option<([u8; 16], Vec<u8>)> {
    let (first, rest) = id.as_bytes().split_first_chunk()?;
    Some((*first, [SESSION_AAD, rest].concat()))
}

/// The associated data of a setting's seal. It has a length of its own, so that it is never that of before.
fn setting_aad(text: &str) -> Vec<u8> {
    [SETTING_AAD, b" beside ", text.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use countersign_core::time::Timestamp;

    use super::*;

    fn sealer(key: u8) -> Generation {
        let keys = StoreKeys {
            index: [key; 32],
            seal: [key; 32],
        };
        Generation::new(1, &keys).unwrap()
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
    fn keys_depend_on_secret_and_domain() {
        let phone = PhoneNumber::parse("13800138000", None).unwrap();
        assert_eq!(sealer(1).phone(&phone), sealer(1).phone(&phone));
        assert_ne!(sealer(1).phone(&phone), sealer(2).phone(&phone));
        assert_ne!(
            sealer(1).phone(&phone),
            sealer(1).bucket(&Bucket::named("x").part(phone.e164()))
        );
    }

    #[test]
    fn the_mac_of_a_secret_depends_on_application_and_secret_and_key() {
        let sealer = sealer(1);
        let mac = sealer.secret("app", "secret");
        assert_eq!(mac, sealer.secret("app", "secret"));
        assert_ne!(mac, sealer.secret("app", "Secret"));
        assert_ne!(mac, sealer.secret("app2", "secret"));
        assert_ne!(mac, self::sealer(2).secret("app", "secret"));
    }
}
