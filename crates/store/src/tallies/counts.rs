//! The counts of a tally at rest: LEB128 integers, one after the other, in the order of [`Tally::to_counts`].

use countersign_core::tally::Tally;

/// Writes the counts. Zeros at the end are left out.
pub(crate) fn encode(tally: &Tally) -> Vec<u8> {
    let counts = tally.to_counts();
    let used = counts.iter().rposition(|count| *count > 0);
    let mut bytes = Vec::with_capacity(counts.len());
    for count in counts.iter().take(used.map_or(0, |last| last + 1)) {
        let mut rest = *count;
        while rest > 0x7f {
            bytes.push(low_bits(rest) | 0x80);
            rest >>= 7;
        }
        bytes.push(low_bits(rest));
    }
    bytes
}

/// Returns the lowest seven bits.
fn low_bits(count: u64) -> u8 {
    u8::try_from(count & 0x7f).unwrap_or_default()
}

/// Reads what [`encode`] wrote, in this release or an earlier one.
pub(crate) fn decode(bytes: &[u8]) -> Tally {
    let (mut counts, mut count, mut shift) = (Vec::new(), 0_u64, 0_u32);
    for byte in bytes {
        count |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
        shift += 7;
        if byte & 0x80 == 0 {
            counts.push(count);
            (count, shift) = (0, 0);
        }
    }
    Tally::of_counts(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_read_back_as_written() {
        let written = [1, 0, 127, 128, u64::MAX, 0, 300];
        let tally = Tally::of_counts(written);
        let bytes = encode(&tally);
        assert_eq!(decode(&bytes), tally);
        assert_eq!(
            bytes.len(),
            1 + 1 + 1 + 2 + 10 + 1 + 2,
            "no zeros at the end"
        );
        assert_eq!(decode(&encode(&Tally::default())), Tally::default());
    }
}
