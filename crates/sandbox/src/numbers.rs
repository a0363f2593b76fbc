//! Phone numbers, from the vendors' spellings to E.164.

/// A number of mainland China by its eleven digits alone.
pub(crate) fn mainland(text: &str) -> Option<String> {
    let mut digits = text.chars();
    let begins = digits.next() == Some('1') && matches!(digits.next(), Some('3'..='9'));
    (begins && text.len() == 11 && is_digits(text)).then(|| format!("+86{text}"))
}

/// A country code and a number, without plus or zeros before it.
pub(crate) fn international(text: &str) -> Option<String> {
    let plausible = (8..=15).contains(&text.len()) && is_digits(text) && !text.starts_with('0');
    let sound = match text.strip_prefix("86") {
        Some(rest) => mainland(rest).is_some(),
        // North America has eleven digits with its one, no less.
        None => !text.starts_with('1') || text.len() == 11,
    };
    (plausible && sound).then(|| format!("+{text}"))
}

/// A number with its plus.
pub(crate) fn e164(text: &str) -> Option<String> {
    international(text.strip_prefix('+')?)
}

/// Whether an E.164 number is one of mainland China.
pub(crate) fn is_mainland(e164: &str) -> bool {
    e164.starts_with("+86")
}

/// An E.164 number without its plus; one of mainland China without its country code too.
pub(crate) fn local(e164: &str) -> &str {
    e164.strip_prefix("+86")
        .unwrap_or(e164.trim_start_matches('+'))
}

/// The country code of an E.164 number, and the rest.
pub(crate) fn split(e164: &str) -> (&str, &str) {
    let digits = e164.trim_start_matches('+');
    // Codes of one digit, of two, and all others of three (ITU-T E.164).
    let two = [
        "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46",
        "47", "48", "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63",
        "64", "65", "66", "81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98",
    ];
    let length = match digits.get(..2) {
        Some(start) if start.starts_with(['1', '7']) => 1,
        Some(start) if two.contains(&start) => 2,
        _ => 3,
    };
    digits.split_at_checked(length).unwrap_or((digits, ""))
}

/// The code in a text: the first four to eight digits in a row.
pub(crate) fn code_in(text: &str) -> Option<String> {
    let mut runs = text.split(|character: char| !character.is_ascii_digit());
    let found = runs.find(|run| (4..=8).contains(&run.len()));
    found.map(ToOwned::to_owned)
}

pub(crate) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_strictly() {
        assert_eq!(mainland("13800138000").unwrap(), "+8613800138000");
        for bad in ["1380013800", "12800138000", "+8613800138000", "1380013800x"] {
            assert_eq!(mainland(bad), None, "{bad}");
        }
        assert_eq!(e164("+6591234567").unwrap(), "+6591234567");
        for bad in ["6591234567", "+06591234567", "+8612345678901"] {
            assert_eq!(e164(bad), None, "{bad}");
        }
    }

    #[test]
    fn country_codes_are_told_apart() {
        let parts = [
            "+8613800138000",
            "+6591234567",
            "+12015550123",
            "+85260000000",
        ];
        let codes: Vec<_> = parts.iter().map(|number| split(number).0).collect();
        assert_eq!(codes, ["86", "65", "1", "852"]);
    }

    #[test]
    fn a_code_is_found_in_its_text() {
        assert_eq!(
            code_in("【253云】验证码123456，5分钟内有效").unwrap(),
            "123456"
        );
        assert_eq!(code_in("hello 123"), None);
    }
}
