//! Codes are drawn evenly.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::sync::Mutex;

use countersign_core::code::passcode::Passcode;
use countersign_core::entropy::{Entropy, EntropyError};

/// PCG XSL RR 128/64 (O'Neill 2014), a generator that passes the statistical tests there are.
struct Seeded(Mutex<u128>);

impl Seeded {
    fn word(state: &mut u128) -> u64 {
        *state = state
            .wrapping_mul(0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645)
            .wrapping_add(0x5851_f42d_4c95_7f2d_1405_7b7e_f767_814f);
        let folded = ((*state >> 64) ^ (*state & u128::from(u64::MAX))).to_le_bytes();
        let folded = u64::from_le_bytes(folded.first_chunk().copied().unwrap());
        folded.rotate_right(u32::try_from(*state >> 122).unwrap())
    }
}

impl Entropy for Seeded {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        let mut state = self.0.lock().unwrap();
        for part in buffer.chunks_mut(8) {
            let word = Self::word(&mut state).to_le_bytes();
            part.copy_from_slice(&word[..part.len()]);
        }
        Ok(())
    }
}

/// Returns the sum of the squares of the difference of each bucket from `expected`, in units of `expected`.
fn chi_square(buckets: &[u32], expected: f64) -> f64 {
    let apart = buckets.iter().map(|n| f64::from(*n) - expected);
    apart.map(|apart| apart * apart / expected).sum()
}

/// Returns the value that [`chi_square`] exceeds once in a thousand draws, by Wilson and Hilferty. 3.0902 is
/// the quantile of the normal distribution.
fn once_in_a_thousand(buckets: usize) -> f64 {
    let freedom = f64::from(u32::try_from(buckets - 1).unwrap());
    let part = 2.0 / (9.0 * freedom);
    freedom * (1.0 - part + 3.0902 * part.sqrt()).powi(3)
}

#[test]
fn every_code_is_as_likely_as_any_other() {
    let count = 10_000_000_u32;
    let entropy = Seeded(Mutex::new(2026));
    let mut codes = vec![0_u32; 1_000_000];
    let mut digits = [[0_u32; 10]; 6];
    for _ in 0..count {
        let code = Passcode::generate(6, &entropy).unwrap();
        let code = code.reveal().as_bytes();
        let mut number = 0;
        for (position, digit) in digits.iter_mut().zip(code) {
            let digit = usize::from(digit - b'0');
            position[digit] += 1;
            number = number * 10 + digit;
        }
        assert_eq!(code.len(), 6);
        codes[number] += 1;
    }
    let expected = |buckets: u32| f64::from(count) / f64::from(buckets);
    let found = chi_square(&codes, expected(1_000_000));
    assert!(found < once_in_a_thousand(codes.len()), "codes: {found}");
    // Codes that are more even than this are as suspicious as uneven ones.
    assert!(found > 2.0 * 999_999.0 - once_in_a_thousand(codes.len()));
    for (n, position) in digits.iter().enumerate() {
        let found = chi_square(position, expected(10));
        assert!(found < once_in_a_thousand(10), "digit {n}: {found}");
    }
    assert!(codes[..1_000].iter().any(|n| *n > 0), "000 may lead");
}
