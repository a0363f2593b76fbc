//! How long what was renewed is good beside what is new, as people write it: `24h`, `90m`, `30d`, or `0`.

/// Reads a time and returns it in seconds. Zero needs no unit.
///
/// # Errors
/// A sentence for the person who wrote it.
pub(super) fn seconds(text: &str) -> Result<u64, String> {
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "" if number == "0" => 1,
        _ => return Err("a time is a number and s, m, h or d, such as 24h; or 0".to_owned()),
    };
    let number: Option<u64> = number.parse().ok();
    let seconds = number.and_then(|number| number.checked_mul(unit));
    seconds.ok_or_else(|| "a time is a number and s, m, h or d, such as 24h; or 0".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_a_unit_unless_it_is_zero() {
        for (text, expected) in [
            ("24h", 86_400),
            ("90m", 5_400),
            ("30d", 2_592_000),
            ("7s", 7),
            ("0", 0),
        ] {
            assert_eq!(seconds(text), Ok(expected), "{text}");
        }
        for text in [
            "",
            "24",
            "h",
            "-1h",
            "+1h",
            "1 h",
            "1w",
            "99999999999999999999h",
        ] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}
