//! Any typed text as a code and as a number of any country: no panic, and folding it changes nothing about what it is.
//!
//! An input is a country, a code and, after a line feed, a number.

#![no_main]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a target panics to report"
)]

use countersign_core::code::passcode::Passcode;
use countersign_core::phone::{Country, PhoneNumber};
use countersign_core::typed::fold;
use libfuzzer_sys::fuzz_target;

const COUNTRIES: [&str; 8] = ["CN", "US", "DE", "MX", "AR", "BJ", "IT", "GB"];

fuzz_target!(|input: (u8, &str)| {
    let (country, text) = input;
    let (code, number) = text.split_once('\n').unwrap_or((text, text));
    let folded: String = fold(text).collect();
    assert_eq!(fold(&folded).collect::<String>(), folded);
    code_is_read_once(code);
    let country = COUNTRIES[usize::from(country) % COUNTRIES.len()];
    let home = Country::parse(country).expect("a country");
    number_is_read_once(home, number);
});

fn code_is_read_once(typed: &str) {
    let around: String = fold(typed).collect();
    let read = Passcode::parse(typed).map(|code| code.reveal().to_owned());
    let folded = Passcode::parse(&around).map(|code| code.reveal().to_owned());
    assert_eq!(read, folded, "{typed:?}");
    let Some(code) = read else { return };
    assert!(code.bytes().all(|byte| byte.is_ascii_digit()), "{code}");
    let spaced: String = code
        .chars()
        .flat_map(|digit| [digit, '\u{200b}', ' '])
        .collect();
    let again = Passcode::parse(&spaced).map(|code| code.reveal().to_owned());
    assert_eq!(again, Some(code));
}

fn number_is_read_once(home: Country, typed: &str) {
    let Ok(phone) = PhoneNumber::parse_at(home, typed, None) else {
        return;
    };
    assert_eq!(
        PhoneNumber::parse_at(home, phone.e164(), None).as_ref(),
        Ok(&phone)
    );
    let hidden = format!("\u{202a}{typed}\u{202c}\t");
    assert_eq!(
        PhoneNumber::parse_at(home, &hidden, None).as_ref(),
        Ok(&phone)
    );
}
