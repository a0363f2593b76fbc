//! Reading numbers one after the other from a packed column.

/// The rest of a packed column.
pub(super) struct Packed<'a>(pub(super) &'a [u8]);

impl<'a> Packed<'a> {
    /// Takes the next `N` bytes; `None` where so many are not left.
    pub(super) fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*first)
    }

    /// Takes a number of eight bytes.
    pub(super) fn long(&mut self) -> Option<i64> {
        self.bytes().map(i64::from_be_bytes)
    }

    /// Takes a number of six bytes.
    pub(super) fn short(&mut self) -> Option<u64> {
        let [a, b, c, d, e, f] = self.bytes()?;
        Some(u64::from_be_bytes([0, 0, a, b, c, d, e, f]))
    }

    /// Takes so many bytes.
    pub(super) fn slice(&mut self, length: usize) -> Option<&'a [u8]> {
        let (first, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(first)
    }

    /// Returns whether nothing is left.
    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
