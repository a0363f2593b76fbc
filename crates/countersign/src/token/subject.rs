//! Pseudonyms of numbers.

use std::fmt;

use countersign_core::phone::PhoneNumber;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Keys the pseudonyms of numbers.
#[derive(Clone)]
pub struct SubjectKey(Hmac<Sha256>);

// What else the index key digests begins with the length of a part: never with these letters.
const LABEL: &[u8] = b"countersign subject key";

impl SubjectKey {
    /// Takes the bytes of [`SubjectKey::derive`].
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Option<Self> {
        Hmac::new_from_slice(key).ok().map(Self)
    }

    /// Returns the key that belongs to the first index key of a deployment. It stays when the master keys change, since
    /// applications keep accounts by pseudonyms: the database keeps it sealed.
    #[must_use]
    pub fn derive(index: &[u8; 32]) -> Option<[u8; 32]> {
        let mut mac = Hmac::<Sha256>::new_from_slice(index).ok()?;
        mac.update(LABEL);
        Some(mac.finalize().into_bytes().into())
    }

    /// The pseudonym of a number, 32 hexadecimal digits: the same for every application and for good.
    #[must_use]
    pub fn pseudonym(&self, phone: &PhoneNumber) -> String {
        let mut mac = self.0.clone();
        mac.update(phone.e164().as_bytes());
        let mut text = hex::encode(mac.finalize().into_bytes());
        text.truncate(32);
        text
    }
}

impl fmt::Debug for SubjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SubjectKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_pseudonym_under_one_key() {
        let phone = |text| PhoneNumber::parse(text, None).unwrap();
        let of = |index| SubjectKey::new(&SubjectKey::derive(&[index; 32]).unwrap()).unwrap();
        let (ours, theirs) = (of(1), of(2));
        let pseudonym = ours.pseudonym(&phone("18800008888"));
        assert_eq!(pseudonym, ours.pseudonym(&phone("+86 188 0000 8888")));
        // Whoever keeps accounts by it must find them again after an upgrade.
        assert_eq!(pseudonym, "e844a2c81dcb35b15cdbd6f9d0093e87");
        assert_ne!(pseudonym, ours.pseudonym(&phone("18800008889")));
        assert_ne!(pseudonym, theirs.pseudonym(&phone("18800008888")));
    }
}
