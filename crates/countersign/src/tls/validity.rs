//! The end of a certificate, which the library of TLS does not tell: the second time in the `validity` of RFC 5280.

use countersign_core::time::Timestamp;

/// The tags of DER that lead there.
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// The time at which a certificate ends; `None` where the bytes are no certificate.
pub(super) fn end(certificate: &[u8]) -> Option<Timestamp> {
    let (_, certificate, _) = element(certificate)?;
    let (tag, mut fields, _) = element(certificate)?;
    if tag != SEQUENCE {
        return None;
    }
    if fields.first() == Some(&VERSION) {
        (_, _, fields) = element(fields)?;
    }
    // Serial number, algorithm and issuer stand before the validity.
    for _ in 0..3 {
        (_, _, fields) = element(fields)?;
    }
    let (_, validity, _) = element(fields)?;
    let (_, _, rest) = element(validity)?;
    let (tag, end, _) = element(rest)?;
    time(tag, std::str::from_utf8(end).ok()?)
}

/// Splits off the first element: its tag, its contents, and what comes after it.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, bytes) = bytes.split_first()?;
    let (first, bytes) = bytes.split_first()?;
    let (length, bytes) = match first {
        0..=0x7f => (usize::from(*first), bytes),
        0x81..=0x84 => {
            let (length, rest) = bytes.split_at_checked(usize::from(first & 0x7f))?;
            let digit = |value: usize, byte: &u8| (value << 8) | usize::from(*byte);
            (length.iter().fold(0, digit), rest)
        }
        _ => return None,
    };
    let (contents, rest) = bytes.split_at_checked(length)?;
    Some((*tag, contents, rest))
}

/// Reads `YYMMDDhhmmssZ`, whose years are those from 1950, or `YYYYMMDDhhmmssZ`.
fn time(tag: u8, text: &str) -> Option<Timestamp> {
    let text = match tag {
        UTC_TIME if text.get(..2)? < "50" => format!("20{text}"),
        UTC_TIME => format!("19{text}"),
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    let (date, time) = text.split_at_checked(8)?;
    let [year, month, day] = [date.get(..4)?, date.get(4..6)?, date.get(6..)?];
    let [hour, minute, rest] = [time.get(..2)?, time.get(2..4)?, time.get(4..)?];
    // A certificate that does not end names the last second of this year, which is beyond the calendar.
    let last = || (year == "9999").then_some(END_OF_TIME);
    Timestamp::parse(&format!("{year}-{month}-{day}T{hour}:{minute}:{rest}")).or_else(last)
}

/// A time in the year 9999.
const END_OF_TIME: Timestamp = Timestamp::from_millis(253_400_000_000_000);

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::*;

    #[test]
    fn a_certificate_that_does_not_end_has_a_time_that_can_be_told() {
        let end = time(GENERALIZED_TIME, "99991231235959Z").unwrap();
        assert!(end.to_string().starts_with("9999-"), "{end}");
        assert_eq!(time(GENERALIZED_TIME, "20310203"), None);
        assert_eq!(time(UTC_TIME, "€"), None);
    }

    #[test]
    fn the_end_of_a_certificate_is_read_in_both_forms_of_times() {
        for (year, is) in [
            (2031, "2031-02-03T00:00:00.000Z"),
            (1999, "1999-02-03T00:00:00.000Z"),
            (2050, "2050-02-03T00:00:00.000Z"),
            (9999, "9999-02-03T00:00:00.000Z"),
        ] {
            let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
            params.not_before = date_time_ymd(1990, 1, 1);
            params.not_after = date_time_ymd(year, 2, 3);
            let made = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
            assert_eq!(end(made.der()).unwrap().to_string(), is);
            for length in 0..made.der().len() {
                assert!(end(&made.der()[..length]).is_none(), "{length} bytes");
            }
        }
    }
}
