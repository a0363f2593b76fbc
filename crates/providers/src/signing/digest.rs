//! The digests that vendors sign with.

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha2::{Digest, Sha256};

/// HMAC-SHA256.
pub(crate) fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    // HMAC takes keys of any length, so this never fails.
    let mac = Hmac::<Sha256>::new_from_slice(key);
    mac.map(|mac| mac.chain_update(message).finalize().into_bytes().into())
        .unwrap_or_default()
}

/// SHA-256, in lower-case hexadecimal digits.
pub(crate) fn sha256_hex(message: &[u8]) -> String {
    hex::encode(Sha256::digest(message))
}

/// MD5, in lower-case hexadecimal digits. MD5 is broken: it is here for vendors that ask for it.
pub(crate) fn md5_hex(message: &[u8]) -> String {
    hex::encode(Md5::digest(message))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 2; FIPS 180-4 and RFC 1321, `abc`.
    #[test]
    fn digests_are_those_of_their_standards() {
        assert_eq!(
            hex::encode(hmac_sha256(b"Jefe", b"what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(
            sha256_hex(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(md5_hex(b"abc"), "900150983cd24fb0d6963f7d28e17f72");
    }
}
