//! The sealing and digesting that make phone numbers, buckets and secrets unreadable at rest.
//!
//! A database is written with the keys of the newest *generation*. After a change of keys, the generations before stay
//! readable until nothing needs them any more: what they sealed is opened, and what they digested is looked up under each of
//! them.

mod generation;

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use countersign_core::id::{MessageId, RequestId};
use countersign_core::phone::PhoneNumber;
use countersign_core::staff::token::TokenHash;
use tokio::sync::watch;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use crate::generations::GenerationsInUse;

pub(crate) use self::generation::Generation;

/// The keys of a store in one generation, 32 random bytes each, kept outside the database.
#[derive(Clone, ZeroizeOnDrop)]
pub struct StoreKeys {
    /// The key of the digests by which numbers and buckets are found.
    pub index: [u8; 32],
    /// The key that seals phone numbers.
    pub seal: [u8; 32],
}

impl fmt::Debug for StoreKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreKeys(..)")
    }
}

impl AsRef<[StoreKeys]> for StoreKeys {
    /// Returns these keys as those of the only generation.
    fn as_ref(&self) -> &[StoreKeys] {
        std::slice::from_ref(self)
    }
}

/// The digest by which a number, a bucket or a scope (application, channel and number) is found: 64 bits of
/// SipHash-2-4, a pseudorandom function for short inputs.
///
/// Without the index key, a digest reveals neither its input nor another input with the same digest. Among ten
/// million inputs, the chance that two share a digest is one in a few hundred thousand. Two numbers that do
/// would share their limits, but never a code, since its MAC binds all of its scope
/// ([`PasscodeMac`](countersign_core::code::passcode::PasscodeMac)).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Key(pub(crate) u64);

impl Key {
    /// Returns the digest as a signed integer, for SQLite.
    pub(crate) const fn column(self) -> i64 {
        self.0.cast_signed()
    }

    /// Takes the integer of [`Key::column`].
    pub(crate) const fn of_column(column: i64) -> Self {
        Self(column.cast_unsigned())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

/// A keyed MAC of a call with an idempotency key, or of its body: 128 bits of HMAC-SHA-256.
pub(crate) type CallId = [u8; 16];

/// The sealed parts of a call with an idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CallPart {
    /// What a check found.
    Finding,
    /// What the caller was told.
    Answer,
}

impl CallPart {
    /// Returns the associated data of the seal.
    const fn aad(self) -> &'static [u8] {
        match self {
            CallPart::Finding => b"call finding",
            CallPart::Answer => b"call answer",
        }
    }
}

/// The digests of one thing under every generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Keys {
    /// The digest under which new things are kept.
    pub(crate) newest: Key,
    /// Those of the generations before, newest first; mostly none.
    pub(crate) older: Vec<Key>,
}

impl Keys {
    /// Iterates over all digests, newest first.
    pub(crate) fn all(&self) -> impl Iterator<Item = Key> {
        std::iter::once(self.newest).chain(self.older.iter().copied())
    }
}

impl From<Key> for Keys {
    fn from(newest: Key) -> Self {
        Self {
            newest,
            older: Vec::new(),
        }
    }
}

/// Seals and digests with the keys of one store: its [`Generation`]s. New things are made with the newest, to which this
/// dereferences.
pub(crate) struct Sealer {
    newest: Arc<Generation>,
    /// The generations before that are still needed, newest first.
    older: Vec<Arc<Generation>>,
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(..)")
    }
}

impl Deref for Sealer {
    type Target = Generation;

    fn deref(&self) -> &Generation {
        &self.newest
    }
}

impl Sealer {
    /// Returns its generations.
    fn in_use(&self) -> GenerationsInUse {
        GenerationsInUse {
            newest: self.number,
            needed: self.all().count(),
        }
    }

    /// Makes a sealer of keys that are the only ones a database was ever written with.
    #[cfg(test)]
    pub(crate) fn new(keys: &StoreKeys) -> Option<Self> {
        Some(Self::of(Generation::new(1, keys)?, Vec::new()))
    }

    /// Makes a sealer of these generations; `older` is newest first.
    pub(crate) fn of(newest: Generation, older: Vec<Arc<Generation>>) -> Self {
        Self {
            newest: Arc::new(newest),
            older,
        }
    }

    /// Makes a sealer of these generations, newest first; `None` if there are none.
    #[cfg(feature = "postgres")]
    pub(crate) fn of_all(generations: Vec<Arc<Generation>>) -> Option<Self> {
        let mut generations = generations.into_iter();
        Some(Self {
            newest: generations.next()?,
            older: generations.collect(),
        })
    }

    /// Returns this sealer with `newest` before all its generations.
    pub(crate) fn followed_by(&self, newest: Generation) -> Self {
        Self::of(newest, self.all().cloned().collect())
    }

    /// Returns this sealer without the older generation `number`.
    pub(crate) fn without(&self, number: u32) -> Self {
        let older = self.older.iter();
        Self {
            newest: Arc::clone(&self.newest),
            older: older
                .filter(|generation| generation.number != number)
                .cloned()
                .collect(),
        }
    }

    /// Returns the generations before the newest one, newest first.
    pub(crate) fn older(&self) -> &[Arc<Generation>] {
        &self.older
    }

    /// Iterates over all generations, newest first.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<Generation>> {
        std::iter::once(&self.newest).chain(&self.older)
    }

    /// Returns what `digest` makes with every generation.
    pub(crate) fn keys(&self, digest: impl Fn(&Generation) -> Key) -> Keys {
        Keys {
            newest: digest(&self.newest),
            older: self.older.iter().map(|each| digest(each)).collect(),
        }
    }

    /// Returns whether `mac` is that of the mark by any generation.
    pub(crate) fn is_mac_of_mark(&self, mark: &[u8], mac: &[u8]) -> bool {
        self.all().any(|each| each.is_mac_of_mark(mark, mac))
    }

    /// Opens what [`Generation::seal`] made, and tells whether an older generation did.
    pub(crate) fn open_with_age(
        &self,
        sealed: &[u8],
        message: MessageId,
    ) -> Option<(PhoneNumber, bool)> {
        self.open_by(|each| each.open(sealed, message))
    }

    /// Opens what [`Generation::seal`] of any generation made; `None` for anything else.
    pub(crate) fn open(&self, sealed: &[u8], message: MessageId) -> Option<PhoneNumber> {
        self.open_with_age(sealed, message).map(|(phone, _)| phone)
    }

    /// Opens what [`Generation::seal`] of any generation made, as the text that was sealed.
    pub(crate) fn open_text(&self, sealed: &[u8], message: MessageId) -> Option<Zeroizing<String>> {
        self.open_by(|each| each.open_text(sealed, message))
            .map(|(text, _)| text)
    }

    /// Opens what [`Generation::seal_unlock`] made, and tells whether an older generation did.
    pub(crate) fn open_unlock(
        &self,
        sealed: &[u8],
        id: RequestId,
    ) -> Option<((PhoneNumber, String), bool)> {
        self.open_by(|each| each.open_unlock(sealed, id))
    }

    /// Opens what [`Generation::seal_setting`] of any generation made; `None` for anything else.
    pub(crate) fn open_setting(
        &self,
        kind: &str,
        key: &str,
        text: &str,
        sealed: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        self.open_by(|each| each.open_setting(kind, key, text, sealed))
            .map(|(secret, _)| secret)
    }

    /// Opens the secrets of a setting as releases sealed them that did not bind the clear part of the row.
    pub(crate) fn open_setting_of_before(
        &self,
        kind: &str,
        key: &str,
        sealed: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        self.open_by(|each| each.open_setting_of_before(kind, key, sealed))
            .map(|(secret, _)| secret)
    }

    /// Opens what [`Generation::seal_kept`] of any generation made; `None` for anything else.
    pub(crate) fn open_kept(&self, name: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        self.open_by(|each| each.open_kept(name, sealed))
            .map(|(secret, _)| secret)
    }

    /// Opens a key of 32 bytes that [`Generation::seal_kept`] of any generation sealed; `None` for anything else.
    pub(crate) fn open_kept_key(&self, name: &str, sealed: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
        let key = self.open_kept(name, sealed)?.as_slice().try_into().ok()?;
        Some(Zeroizing::new(key))
    }

    /// Opens what [`Generation::seal_call`] of any generation made; `None` for anything else.
    pub(crate) fn open_call(&self, part: CallPart, sealed: &[u8], id: CallId) -> Option<Vec<u8>> {
        self.open_by(|each| each.open_call(part, sealed, id))
            .map(|(opened, _)| opened)
    }

    /// Opens what [`Generation::seal_session`] of any generation made; `None` for anything else.
    pub(crate) fn open_session(&self, id: &TokenHash, sealed: &[u8]) -> Option<Vec<u8>> {
        self.open_by(|each| each.open_session(id, sealed))
            .map(|(opened, _)| opened)
    }

    /// Opens what [`Generation::seal_refusal`] of any generation made; `None` for anything else.
    #[cfg(feature = "postgres")]
    pub(crate) fn open_refusal(&self, sealed: &[u8], id: RequestId) -> Option<Zeroizing<Vec<u8>>> {
        self.open_by(|each| each.open_refusal(sealed, id))
            .map(|(opened, _)| opened)
    }

    /// Returns what the first generation opens, newest first, and whether that is an older one.
    fn open_by<T>(&self, open: impl Fn(&Generation) -> Option<T>) -> Option<(T, bool)> {
        if let Some(opened) = open(&self.newest) {
            return Some((opened, false));
        }
        let older = self.older.iter().find_map(|each| open(each));
        older.map(|opened| (opened, true))
    }
}

/// The sealer in use. Clones share it.
#[derive(Clone)]
pub(crate) struct SealerInUse(Arc<watch::Sender<Arc<Sealer>>>);

impl SealerInUse {
    pub(crate) fn new(sealer: Arc<Sealer>) -> Self {
        Self(Arc::new(watch::Sender::new(sealer)))
    }

    pub(crate) fn get(&self) -> Arc<Sealer> {
        Arc::clone(&self.0.borrow())
    }

    /// Uses `sealer` from now on. Call this under the lock of the live state, which every decision reads under.
    pub(crate) fn replace(&self, sealer: Arc<Sealer>) {
        self.0.send_replace(sealer);
    }

    /// Returns whether `keys` are those of the newest generation.
    pub(crate) fn is_newest(&self, keys: &StoreKeys) -> bool {
        let theirs = Generation::new(0, keys).map(|generation| generation.fingerprint());
        theirs == Some(self.get().fingerprint())
    }

    /// Returns whether `keys` are those of a generation.
    pub(crate) fn needs(&self, keys: &StoreKeys) -> bool {
        let Some(generation) = Generation::new(0, keys) else {
            return true;
        };
        let (sealer, ours) = (self.get(), generation.fingerprint());
        sealer.all().any(|each| each.fingerprint() == ours)
    }

    /// Returns the generations in use now.
    pub(crate) fn in_use(&self) -> GenerationsInUse {
        self.get().in_use()
    }

    /// Waits until the newest generation, or the number of generations, is another than in `seen`.
    pub(crate) async fn differs_from(&self, seen: GenerationsInUse) {
        let mut changes = self.0.subscribe();
        let differs = changes.wait_for(|sealer| sealer.in_use() != seen);
        if differs.await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use countersign_core::time::Timestamp;

    use super::*;

    fn keys(byte: u8) -> StoreKeys {
        StoreKeys {
            index: [byte; 32],
            seal: [byte; 32],
        }
    }

    // shows: G6
    #[test]
    fn a_sealer_opens_what_each_of_its_generations_sealed_until_that_one_ends() {
        let phone = PhoneNumber::parse("13800138000", None).unwrap();
        let message = MessageId::first_at(Timestamp::from_millis(5));
        let first = Sealer::new(&keys(1)).unwrap();
        let second = first.followed_by(Generation::new(2, &keys(2)).unwrap());
        let old = first.seal(&phone, message).unwrap();
        let new = second.seal(&phone, message).unwrap();
        assert_eq!(
            second.open_with_age(&old, message),
            Some((phone.clone(), true))
        );
        assert_eq!(
            second.open_with_age(&new, message),
            Some((phone.clone(), false))
        );
        assert_eq!(first.open(&new, message), None);
        let digests = second.keys(|each| each.phone(&phone));
        assert_eq!(digests.older, [first.phone(&phone)]);
        assert_ne!(digests.newest, first.phone(&phone));
        let alone = second.without(1);
        assert_eq!(alone.open(&old, message), None);
        assert_eq!(alone.keys(|each| each.phone(&phone)), digests.newest.into());
    }
}
