//! Any number with any country code: no panic, and what is accepted is canonical and hides itself.
//!
//! An input is a number and, after a line feed, a country code.

#![no_main]
#![allow(clippy::expect_used, reason = "a target panics to report")]

use countersign_core::phone::PhoneNumber;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    let (number, code) = match input.split_once('\n') {
        Some((number, code)) => (number, Some(code)),
        None => (input, None),
    };
    let Ok(phone) = PhoneNumber::parse(number, code) else {
        return;
    };
    let e164 = phone.e164();
    let digits = e164.strip_prefix('+').expect("a leading +");
    assert!((5..=15).contains(&digits.len()), "{e164}");
    assert!(digits.bytes().all(|b| b.is_ascii_digit()), "{e164}");
    assert!(phone.country().has_numbers(), "{e164}");
    assert_eq!(PhoneNumber::parse(e164, None).as_ref(), Ok(&phone));
    assert_masked(e164, &phone.masked());
});

/// What is shown are the ends of the number, and four digits or more between them are not.
fn assert_masked(e164: &str, masked: &str) {
    let (head, tail) = masked.split_once("****").expect("four stars");
    assert!(e164.starts_with(head) && e164.ends_with(tail), "{masked}");
    assert!(head.len() + tail.len() + 4 <= e164.len(), "{masked}");
    assert!(tail.len() <= 4, "{masked}");
}
