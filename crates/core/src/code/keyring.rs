//! The keys of codes over their generations.

use std::sync::{Arc, PoisonError, RwLock};

use super::passcode::{Binding, Passcode, PasscodeKey, PasscodeMac, SealedPasscode};

/// The keys of codes at one moment, newest first, at least one. The newest makes MACs and seals; the codes that older ones
/// made are good too.
#[derive(Debug, Clone)]
pub struct PasscodeKeys {
    newest: PasscodeKey,
    older: Arc<[PasscodeKey]>,
}

impl PasscodeKeys {
    /// Takes the keys; `older` is newest first.
    #[must_use]
    pub fn new(newest: PasscodeKey, older: Vec<PasscodeKey>) -> Self {
        Self {
            newest,
            older: older.into(),
        }
    }

    /// Returns the MAC of `passcode` under `binding`, by the newest key.
    #[must_use]
    pub fn mac(&self, passcode: &Passcode, binding: Binding<'_>) -> PasscodeMac {
        self.newest.mac(passcode, binding)
    }

    /// Seals `passcode` by the newest key; `None` if it cannot be sealed.
    #[must_use]
    pub fn seal(&self, passcode: &Passcode, binding: Binding<'_>) -> Option<SealedPasscode> {
        self.newest.seal(passcode, binding)
    }

    /// Opens a code that any of the keys sealed; `None` for anything else.
    #[must_use]
    pub fn open(&self, sealed: &SealedPasscode, binding: Binding<'_>) -> Option<Passcode> {
        self.iter().find_map(|key| key.open(sealed, binding))
    }

    /// Returns the values by which the keys are told from others, newest first.
    #[must_use]
    pub fn check_values(&self) -> Vec<[u8; 16]> {
        self.iter().map(PasscodeKey::check_value).collect()
    }

    /// Returns the newest key.
    #[must_use]
    pub fn newest(&self) -> &PasscodeKey {
        &self.newest
    }

    /// Iterates over the keys, newest first.
    pub fn iter(&self) -> impl Iterator<Item = &PasscodeKey> {
        std::iter::once(&self.newest).chain(&*self.older)
    }
}

impl From<PasscodeKey> for PasscodeKeys {
    fn from(key: PasscodeKey) -> Self {
        Self::new(key, Vec::new())
    }
}

/// The keys of codes in use. Clones share them, so that who makes codes and who checks them change over at once.
#[derive(Debug, Clone)]
pub struct PasscodeKeyring(Arc<RwLock<PasscodeKeys>>);

impl PasscodeKeyring {
    /// Makes a keyring of these keys.
    #[must_use]
    pub fn new(keys: PasscodeKeys) -> Self {
        Self(Arc::new(RwLock::new(keys)))
    }

    /// Returns the keys in use.
    #[must_use]
    pub fn keys(&self) -> PasscodeKeys {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Uses `keys` from now on.
    pub fn replace(&self, keys: PasscodeKeys) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = keys;
    }
}

impl<K: Into<PasscodeKeys>> From<K> for PasscodeKeyring {
    fn from(keys: K) -> Self {
        Self::new(keys.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::application::AppId;
    use crate::channel::Channel;
    use crate::id::MessageId;
    use crate::phone::PhoneNumber;
    use crate::time::Timestamp;

    // shows: G6
    #[test]
    fn the_newest_key_makes_codes_and_every_key_opens_its_own() {
        let keys = [1, 2].map(|byte| PasscodeKey::new([byte; 32]));
        let [old, new] = keys;
        let both = PasscodeKeys::new(new.clone(), vec![old.clone()]);
        let (app, code) = (
            AppId::parse("a").unwrap(),
            Passcode::parse("000042").unwrap(),
        );
        let binding = Binding {
            app: &app,
            channel: Channel::Login,
            phone: &PhoneNumber::parse("13800138000", None).unwrap(),
            message: MessageId::first_at(Timestamp::from_millis(1)),
        };
        assert_eq!(both.mac(&code, binding), new.mac(&code, binding));
        for key in [&old, &new] {
            let sealed = key.seal(&code, binding).unwrap();
            assert_eq!(both.open(&sealed, binding).unwrap().reveal(), "000042");
        }
        let other = PasscodeKey::new([3; 32]).seal(&code, binding).unwrap();
        assert!(both.open(&other, binding).is_none());
    }
}
