//! What stays of a number that was erased, in the rows that still count.

use countersign_core::phone::Country;

use crate::seal::Key;

/// The key of a number that was erased, and of its scopes.
pub(crate) const ERASED: Key = Key(1 << 63);

/// Returns what stays of a sealed number: its country, in as many bytes. The last byte of a seal names its key and is
/// never zero, so nothing takes this for a seal.
pub(crate) fn remains(sealed: usize, country: Option<Country>) -> Vec<u8> {
    let mut bytes = country
        .map(|country| country.to_string().into_bytes())
        .unwrap_or_default();
    bytes.resize(sealed.max(3), 0);
    bytes
}

/// Returns whether the column `phone` is of a number that was erased.
pub(crate) fn is_erased(phone: &[u8]) -> bool {
    phone.last().is_none_or(|last| *last == 0)
}

/// Returns the country that stayed of a number that was erased.
pub(crate) fn country(phone: &[u8]) -> Option<Country> {
    let code = phone.get(..2).filter(|_| is_erased(phone))?;
    Country::parse(std::str::from_utf8(code).ok()?)
}
