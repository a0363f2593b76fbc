//! Whether a text repeats a value: as it is, with other separators or capitals, or encoded as HTTP encodes values.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use countersign_core::secret::Secret;
use percent_encoding::percent_decode_str;

/// So many letters and digits of a secret in a row give it away, as the whole of it does.
const TELLING: usize = 12;

/// A secret with fewer letters and digits is not looked for: ordinary words hold it too.
const SHORTEST: usize = 4;

/// The shortest run of characters that may be an encoded value.
const ENCODED: usize = 6;

/// Base64 with or without its padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true),
);

/// The secrets of an account, in the parts that give them away.
#[derive(Default)]
pub(super) struct SecretParts(Vec<Secret>);

impl SecretParts {
    pub(super) fn of(secrets: &[Secret]) -> Self {
        let parts = secrets
            .iter()
            .flat_map(|secret| parts(&folded(secret.reveal())));
        Self(parts.collect())
    }
}

/// The values that a text must not repeat.
pub(super) struct Echo<'a> {
    values: Vec<Secret>,
    parts: &'a SecretParts,
}

impl<'a> Echo<'a> {
    /// Looks for each of `values`, and for the secrets of the account.
    pub(super) fn of(values: &[&str], parts: &'a SecretParts) -> Self {
        let values = values.iter().map(|value| Secret::new(folded(value)));
        Self {
            values: values.collect(),
            parts,
        }
    }

    /// Whether `text` repeats one of the values.
    pub(super) fn is_in(&self, text: &str) -> bool {
        let held = |view: &str| {
            let view = folded(view);
            let values = self.values.iter().chain(&self.parts.0);
            let mut values = values.map(Secret::reveal);
            values.any(|value| !value.is_empty() && view.contains(value))
        };
        let is_escaped = text.contains('%');
        held(text)
            || (is_escaped && held(&percent_decode_str(text).decode_utf8_lossy()))
            || decoded(text).any(|view| held(&view))
    }
}

/// The letters and digits of `text` alone, half-width and in lower case: separators hide nothing.
fn folded(text: &str) -> String {
    let half_width = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    };
    let mut kept = String::with_capacity(text.len());
    for c in text.chars().map(half_width) {
        // Nearly all are ASCII, or stand for bytes that are no text: neither has to be looked up.
        if c.is_ascii_alphanumeric() {
            kept.push(c.to_ascii_lowercase());
        } else if !c.is_ascii() && c != char::REPLACEMENT_CHARACTER && c.is_alphanumeric() {
            kept.extend(c.to_lowercase());
        }
    }
    kept
}

/// All runs of [`TELLING`] characters of a folded secret, or the whole of a shorter one.
fn parts(secret: &str) -> Vec<Secret> {
    let characters: Vec<char> = secret.chars().collect();
    if characters.len() < SHORTEST {
        return Vec::new();
    }
    let runs = characters.windows(characters.len().min(TELLING));
    runs.map(|run| Secret::new(run.iter().collect())).collect()
}

/// The runs of `text` that are base64 or hexadecimal, decoded.
fn decoded(text: &str) -> impl Iterator<Item = String> {
    // A dash or an underscore may stand for a digit of base64, or beside a value.
    let plain = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '/'));
    let in_urls = move |c: char| plain(c) && !matches!(c, '-' | '_');
    let has_both = text.contains(['-', '_']);
    let in_urls = has_both.then(|| text.split(in_urls));
    let runs = text.split(plain).chain(in_urls.into_iter().flatten());
    let runs = runs.filter(|run| run.len() >= ENCODED);
    let bytes = runs.flat_map(|run| [base64(run), hex::decode(run).ok()]);
    bytes
        .flatten()
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

fn base64(run: &str) -> Option<Vec<u8>> {
    let run = run.replace('-', "+").replace('_', "/");
    // One character over a multiple of four holds no whole byte.
    let whole = run.len() - usize::from(run.len() % 4 == 1);
    BASE64.decode(run.get(..whole)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_however_it_is_written() {
        let secret = "Zx-9:käse/Prod_0001";
        let parts = SecretParts::of(&[Secret::new(secret.to_owned())]);
        let echo = Echo::of(&["042137", "13800138000"], &parts);
        for text in [
            "042137",
            "id042137x",
            "0 4 2 1 3 7",
            "042-137",
            "０４２１３７",
            "%30%342137",
            "MDQyMTM3",     // 042137 in base64
            "303432313337", // and in hexadecimal
            "to +86 138 0013 8000",
            secret,
            "zx 9 KÄSE prod 0001",
            "x9:käse/Prod_00", // a part of it
            "Basic c2hvcDpaeC05OmvDpHNlL1Byb2RfMDAwMQ==",
            "basic-c2hvcDpaeC05OmvDpHNlL1Byb2RfMDAwMQ",
            "Zx-9%3Ak%C3%A4se%2FProd_0001",
        ] {
            assert!(echo.is_in(text), "{text}");
        }
        for text in [
            "",
            "HTTP 400",
            "42137",
            "isv.BUSINESS_LIMIT_CONTROL",
            "prod",
            "1380013800",
        ] {
            assert!(!echo.is_in(text), "{text}");
        }
    }

    #[test]
    fn a_secret_as_short_as_a_word_is_not_looked_for() {
        let short = ["", "sms", "-"].map(|secret| Secret::new(secret.to_owned()));
        let parts = SecretParts::of(&short);
        let echo = Echo::of(&[], &parts);
        assert!(!echo.is_in("sms-17"));
    }
}
