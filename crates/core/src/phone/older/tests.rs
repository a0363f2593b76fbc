use super::*;
use crate::phone::{InvalidPhone, PhoneNumber};

fn e164(number: &str, code: Option<&str>) -> Result<String, InvalidPhone> {
    PhoneNumber::parse(number, code).map(|phone| phone.e164().to_owned())
}

/// A number in each certain form, and the same number of today.
const CERTAIN: [(&str, &str); 41] = [
    ("+52 1 55 1234 5678", "+525512345678"),
    ("+52 044 55 1234 5678", "+525512345678"),
    ("+52 045 55 1234 5678", "+525512345678"),
    ("+52 01 55 1234 5678", "+525512345678"),
    ("+54 11 2345-6789", "+5491123456789"),
    ("+229 95 12 34 56", "+2290195123456"),
    ("+225 02 12 34 56", "+2250102123456"),
    ("+225 45 12 34 56", "+2250545123456"),
    ("+225 07 12 34 56", "+2250707123456"),
    ("+237 7 71 23 45 6", "+237677123456"),
    ("+55 11 8765-4321", "+5511987654321"),
    ("+593 8 765 4321", "+593987654321"),
    ("+84 162 123 4567", "+84321234567"),
    ("+84 163 123 4567", "+84331234567"),
    ("+84 164 123 4567", "+84341234567"),
    ("+84 165 123 4567", "+84351234567"),
    ("+84 166 123 4567", "+84361234567"),
    ("+84 167 123 4567", "+84371234567"),
    ("+84 168 123 4567", "+84381234567"),
    ("+84 169 123 4567", "+84391234567"),
    ("+84 120 123 4567", "+84701234567"),
    ("+84 121 123 4567", "+84791234567"),
    ("+84 122 123 4567", "+84771234567"),
    ("+84 126 123 4567", "+84761234567"),
    ("+84 128 123 4567", "+84781234567"),
    ("+84 123 123 4567", "+84831234567"),
    ("+84 124 123 4567", "+84841234567"),
    ("+84 125 123 4567", "+84851234567"),
    ("+84 127 123 4567", "+84811234567"),
    ("+84 129 123 4567", "+84821234567"),
    ("+84 186 123 4567", "+84561234567"),
    ("+84 188 123 4567", "+84581234567"),
    ("+84 199 123 4567", "+84591234567"),
    ("+230 925 1234", "+23059251234"),
    ("+248 51 23 45", "+2482512345"),
    ("+268 612 3456", "+26876123456"),
    ("+995 93 12 34 56", "+995593123456"),
    ("+30 977 123 456", "+306977123456"),
    ("+371 912 3456", "+37129123456"),
    ("+51 1 9 8765 4321", "+51987654321"),
    ("+48 0 601 234 567", "+48601234567"),
];

#[test]
fn an_older_form_with_one_meaning_is_the_number_of_today() {
    for (older, today) in CERTAIN {
        let phone = PhoneNumber::parse(older, None).unwrap_or_else(|why| panic!("{older}: {why}"));
        assert_eq!(phone.e164(), today, "{older}");
        assert_eq!(Ok(phone), PhoneNumber::parse(today, None), "{older}");
    }
    for (older, today) in [
        ("+242 4 123 456", "+242044123456"),
        ("+242 5 123 456", "+242055123456"),
        ("+242 6 123 456", "+242066123456"),
        ("+420 0602 123 456", "+420602123456"),
        ("+420 0723 123 456", "+420723123456"),
    ] {
        assert_eq!(e164(older, None).as_deref(), Ok(today), "{older}");
    }
}

#[test]
fn an_older_form_is_read_however_its_country_is_named() {
    for (number, code) in [
        ("163 123 4567", Some("+84")),
        ("0163 123 4567", Some("84")),
        ("84 163 123 4567", Some("+84")),
        ("0084 163 123 4567", None),
        ("011 84 0163 123 4567", None),
        ("+84 (0)163 123 4567", Some("+84")),
    ] {
        assert_eq!(
            e164(number, code).as_deref(),
            Ok("+84331234567"),
            "{number}"
        );
    }
    assert_eq!(
        e164("163 123 4567", Some("+1")),
        Err(InvalidPhone::NotValid)
    );
}

#[test]
fn a_landline_of_argentina_is_read_as_a_mobile_in_the_international_form_only() {
    for number in [
        "+54 11 2345 6789",
        "0054 11 2345 6789",
        "011 54 11 2345 6789",
    ] {
        assert_eq!(
            e164(number, Some("54")).as_deref(),
            Ok("+5491123456789"),
            "{number}"
        );
    }
    for number in ["11 2345-6789", "011 2345-6789", "54 11 2345-6789"] {
        let hint = Err(InvalidPhone::OlderForm("+54 9xxxxxxxxxx"));
        assert_eq!(e164(number, Some("54")), hint, "{number}");
    }
}

#[test]
fn an_older_form_with_several_meanings_is_refused_with_the_form_of_today() {
    for (number, today) in [
        ("+33 690 12 34 56", "+590 69xxxxxxx"),
        ("+33 6 92 12 34 56", "+262 69xxxxxxx"),
        ("+33 639 01 23 45", "+262 639xxxxxx"),
        ("+33 694 20 12 34", "+594 694xxxxxx"),
        ("+33 696 20 12 34", "+596 69xxxxxxx"),
        ("+974 551 2345", "+974 55xxxxxx"),
        ("+55 11 9765 4321", "+55 xx99xxxxxxx"),
        ("+20 12 123 4567", "+20 122xxxxxxx"),
    ] {
        assert_eq!(
            e164(number, None),
            Err(InvalidPhone::OlderForm(today)),
            "{number}"
        );
    }
}

#[test]
fn every_row_of_the_table_is_read() {
    let rows = include_str!("../older_forms.tsv").lines();
    let rows: Vec<_> = rows.filter(|row| !row.starts_with('#')).collect();
    assert_eq!(FORMS.len(), rows.len());
    let mut calling_codes: Vec<_> = FORMS.iter().map(|form| form.calling_code).collect();
    calling_codes.dedup();
    assert!(calling_codes.len() >= 20, "{calling_codes:?}");
    for (form, row) in FORMS.iter().zip(rows) {
        let stay = form.from.matches(['#', '[']).count();
        assert_eq!(stay, form.to.matches('#').count(), "{row}");
        assert_eq!(
            form.shown,
            format!("+{} {}", form.calling_code_today, form.to.replace('#', "x")),
            "{row}"
        );
        assert!(
            row.split('\t')
                .nth(4)
                .is_some_and(|source| !source.is_empty()),
            "{row}"
        );
    }
}
