//! The room on the disk of a data folder.

/// The least room, in bytes: with less, the next hour of a busy service may not fit.
pub const LEAST: u64 = 64 << 20;

/// The room that is enough for any database that is small.
const ENOUGH: u64 = 512 << 20;

/// Returns the room that a database of so many bytes should have: a copy of it, and as much again to grow.
#[must_use]
pub fn enough_for(bytes: u64) -> u64 {
    ENOUGH.max(bytes.saturating_mul(2))
}

/// Writes a number of bytes as people read it, such as `1.5 GB`.
#[must_use]
pub fn in_words(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    let found = UNITS.into_iter().find(|(unit, _)| bytes >= *unit);
    match found {
        Some((unit, name)) => {
            let tenths = bytes.saturating_mul(10) / unit;
            format!("{}.{} {name}", tenths / 10, tenths % 10)
        }
        None => format!("{bytes} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_written_in_the_largest_unit_that_fits() {
        for (bytes, words) in [
            (0, "0 bytes"),
            (999, "999 bytes"),
            (1_500, "1.5 kB"),
            (64_000_000, "64.0 MB"),
            (12_345_678_901, "12.3 GB"),
        ] {
            assert_eq!(in_words(bytes), words);
        }
    }
}
