//! The vendor's own sentence about a refusal, and the wait that it tells of.

use std::time::Duration;

use countersign_core::printable::is_printable;
use countersign_core::send::outcome::{NotAccepted, Outcome, RefusalKind};

/// The most characters of a sentence that are kept.
const MOST: usize = 120;

/// A run of so many digits may be a phone number.
const DIGITS_OF_A_NUMBER: usize = 7;

/// The windows in which vendors count the messages of a number, longest first, and the words for them in codes and
/// sentences.
const WINDOWS: [(u64, &[&str]); 4] = [
    (86_400, &["day", "daily", "天", "日"]),
    (3_600, &["hour", "小时"]),
    (60, &["minute", "分钟"]),
    (30, &["thirtysecond"]),
];

/// `outcome` with the vendor's sentence after its code, as in `isv.AMOUNT_NOT_ENOUGH: 账户余额不足`; without a sentence,
/// or where the sentence only repeats the code, `outcome` as it is. A vendor's cap for a number also tells when the
/// vendor may take the next message.
#[must_use]
pub fn with_sentence(outcome: Outcome, sentence: Option<&str>) -> Outcome {
    let said = sentence.map(short).unwrap_or_default();
    match outcome {
        Outcome::Accepted { .. } => outcome,
        Outcome::NotAccepted(why) => {
            let vendor_code = match why.vendor_code {
                Some(code) => Some(joined(code, &said)),
                None => (!said.is_empty()).then_some(said),
            };
            let words = vendor_code.as_deref().unwrap_or_default();
            let limited = why.kind == RefusalKind::RecipientLimited;
            let retry_after = limited.then(|| window(words)).flatten();
            Outcome::NotAccepted(NotAccepted {
                kind: why.kind,
                retry_after: why.retry_after.or(retry_after),
                vendor_code,
            })
        }
        Outcome::Unknown { cause } => Outcome::Unknown {
            cause: joined(cause, &said),
        },
    }
}

fn joined(code: String, said: &str) -> String {
    if said.is_empty() || said == code {
        return code;
    }
    format!("{code}: {said}")
}

/// The first characters of a sentence on one line, with stars for runs of digits that may be a number.
fn short(sentence: &str) -> String {
    let blank = |c: char| if is_printable(c) { c } else { ' ' };
    let line: String = sentence.chars().map(blank).collect();
    let words: Vec<_> = line.split_whitespace().collect();
    let starred = starred(&words.join(" "));
    match starred.char_indices().nth(MOST) {
        None => starred,
        // Digits before the cut may be the first of a code, which nobody would recognise any more.
        Some((end, _)) => {
            let kept = starred.get(..end).unwrap_or_default();
            kept.trim_end_matches(|c: char| c.is_ascii_digit())
                .to_owned()
        }
    }
}

fn starred(text: &str) -> String {
    let mut starred = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit());
        let (run, after) = rest.split_at(digits.unwrap_or(rest.len()));
        starred.push_str(if run.len() < DIGITS_OF_A_NUMBER {
            run
        } else {
            "****"
        });
        let words = after.find(|c: char| c.is_ascii_digit());
        let (words, after) = after.split_at(words.unwrap_or(after.len()));
        starred.push_str(words);
        rest = after;
    }
    starred
}

/// The longest window that a code or a sentence names.
fn window(words: &str) -> Option<Duration> {
    let words = words.to_lowercase();
    let names = |(_, names): &&(u64, &[&str])| names.iter().any(|name| words.contains(name));
    let found = WINDOWS.iter().find(names)?;
    Some(Duration::from_secs(found.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(kind: RefusalKind, code: &str) -> Outcome {
        Outcome::NotAccepted(NotAccepted {
            kind,
            vendor_code: Some(code.to_owned()),
            retry_after: None,
        })
    }

    /// The words of a refusal with that code after the vendor's sentence, and its wait in seconds.
    fn said(code: &str, sentence: &str) -> (String, Option<u64>) {
        let refused = refused(RefusalKind::RecipientLimited, code);
        let Outcome::NotAccepted(why) = with_sentence(refused, Some(sentence)) else {
            panic!("a refusal stays one")
        };
        let wait = why.retry_after.map(|wait| wait.as_secs());
        (why.vendor_code.unwrap(), wait)
    }

    #[test]
    fn a_cap_for_a_number_tells_minute_hour_and_day_apart() {
        let code = "isv.BUSINESS_LIMIT_CONTROL";
        for (code, sentence, seconds) in [
            (code, "触发分钟级流控Permits:1", Some(60)),
            (code, "触发小时级流控Permits:5", Some(3_600)),
            (code, "触发天级流控Permits:10", Some(86_400)),
            ("BUSINESS_LIMIT_CONTROL_HOUR", "", Some(3_600)),
            (
                "LimitExceeded.PhoneNumberDailyLimit",
                "no more",
                Some(86_400),
            ),
            ("LimitExceeded.PhoneNumberThirtySecondLimit", "no", Some(30)),
            (code, "too often", None),
        ] {
            let (words, wait) = said(code, sentence);
            assert_eq!(wait, seconds, "{code} {sentence}");
            assert!(
                words.starts_with(code) && words.ends_with(sentence),
                "{words}"
            );
        }
        let elsewhere = with_sentence(refused(RefusalKind::ConfigError, "day"), None);
        assert_eq!(elsewhere, refused(RefusalKind::ConfigError, "day"));
    }

    #[test]
    fn a_sentence_is_one_short_line_without_numbers() {
        let (words, _) = said(
            "7",
            "the number +8613800138000\r\n\u{1b}[2J is not valid (code 1234)",
        );
        assert_eq!(words, "7: the number +**** [2J is not valid (code 1234)");
        assert_eq!(said("7", &"长".repeat(999)).0.chars().count(), MOST + 3);
        assert_eq!(said("OK", "OK").0, "OK");
        assert_eq!(said("OK", " \u{200b}").0, "OK");
    }
}
