use super::*;

fn e164(number: &str, calling_code: Option<&str>) -> Result<String, InvalidPhone> {
    PhoneNumber::parse(number, calling_code).map(|phone| phone.e164().to_owned())
}

// shows: B5, C1
#[test]
fn every_spelling_of_a_number_is_the_same_number() {
    for spelling in [
        "13800138000",
        "+8613800138000",
        "8613800138000",
        "008613800138000",
        "013800138000",
        "+86013800138000",
        "86013800138000",
        "0086013800138000",
        "+86 138-0013-8000",
        "+86 013800138000",
        "1-380-013-8000",
        "138 0013 8000",
        "138-0013-8000",
        "138.0013.8000",
        "(138) 0013-8000",
        "(138)00138000",
        "1 3 8 0 0 1 3 8 0 0 0",
        "138--0013  8000",
        "-13800138000",
        "13800138000.",
        " 138 0013 8000 ",
        "+ 86 138 0013 8000",
        "+86-138-0013-8000",
        "+86.138.0013.8000",
        "86 138 0013 8000",
        "86-138-0013-8000",
        "0 138 0013 8000",
        "00 86 138 0013 8000",
        "0086-138-0013-8000",
        "(+86)13800138000",
        "(+86) 138 0013 8000",
        "+(86) 138 0013 8000",
        "(86)13800138000",
        "(0086) 138-0013-8000",
        "(0) 138 0013 8000",
        "+86 (0) 138 0013 8000",
        "（+86）13800138000",
        "（＋８６）１３８００１３８０００",
        "+８６１３８００１３８０００",
        "＋8613800138000",
        "１３８００１３８０００",
        "００８６１３８００１３８０００",
        "０１３８００１３８０００",
        "１３８－００１３－８０００",
        "１３８．００１３．８０００",
        "138\u{3000}0013\u{3000}8000",
        "１３８-00１３-8000",
        "13800138000\n",
        "\n13800138000",
        "138\t0013\t8000",
        "\u{202a}+8613800138000\u{202c}",
        "\u{202d}13800138000",
        "\u{2066}13800138000\u{2069}",
        "138\u{200b}00138000",
        "138\u{2060}00138000",
        "\u{feff}13800138000",
        "138\u{a0}0013\u{a0}8000",
        "+86\u{202f}138\u{2009}0013\u{2007}8000",
        "138\u{2011}0013\u{2011}8000",
        "138\u{2013}0013\u{2013}8000",
        "138\u{2212}0013\u{2212}8000",
        "138\u{30fc}0013\u{30fc}8000",
        "138\u{ad}0013\u{ad}8000",
        "tel:13800138000",
        "tel:+8613800138000",
        " TEL: +86-138-0013-8000",
        "ｔｅｌ：+8613800138000",
    ] {
        for code in [
            None,
            Some(""),
            Some("  "),
            Some("86"),
            Some("086"),
            Some("0086"),
            Some("+86"),
            Some("＋８６"),
        ] {
            assert_eq!(
                e164(spelling, code).as_deref(),
                Ok("+8613800138000"),
                "{spelling:?} {code:?}"
            );
        }
    }
}

// shows: C1
#[test]
fn an_ambiguous_or_invalid_number_is_refused() {
    use InvalidPhone::{Character, NotValid};
    for (spelling, why) in [
        ("+86 1380013800O", Character('O')),
        ("1380013800O", Character('O')),
        ("138ABCDEFGH", Character('A')),
        ("13800138000;ext=123", Character(';')),
        ("13800138000 ext 5", Character('e')),
        ("13800138000x9", Character('x')),
        ("13800138000#9", Character('#')),
        ("13800138000ｘ９", Character('x')),
        ("13800138000;phone-context=+86", Character(';')),
        ("13800138000\0", Character('\0')),
        ("13800138000\u{7f}", Character('\u{7f}')),
        ("+86+8613800138000", Character('+')),
        ("++8613800138000", Character('+')),
        ("00+8613800138000", Character('+')),
        ("13800138000+", Character('+')),
        ("13800138000,13900139000", Character(',')),
        ("13800138000/13900139000", Character('/')),
        ("+٨٦١٣٨٠٠١٣٨٠٠٠", Character('٨')),
        ("۱۳۸۰۰۱۳۸۰۰۰", Character('۱')),
        ("१३८००१३८०००", Character('१')),
        ("①38①0013800", Character('①')),
        ("¹³⁸00138000", Character('¹')),
        ("𝟏𝟑𝟖00138000", Character('𝟏')),
        ("一三八00138000", Character('一')),
        ("1259313800138000", NotValid),
        ("1795113800138000", NotValid),
        ("+86 1795113800138000", NotValid),
        ("86 1259313800138000", NotValid),
        ("17951008613800138000", NotValid),
        ("17951006581234567", NotValid),
        ("+0086 13800138000", NotValid),
        ("8600 13800138000", NotValid),
        ("+868613800138000", NotValid),
        ("0013800138000", NotValid),
        ("13800138000 13900139000", NotValid),
        ("", NotValid),
        (" ", NotValid),
        ("+", NotValid),
        ("+86", NotValid),
        ("1380013800", NotValid),
        ("138001380000", NotValid),
        ("+86 1380013800", NotValid),
        ("12345678901", NotValid),
        ("99999999999999999999", NotValid),
    ] {
        assert_eq!(e164(spelling, None), Err(why), "{spelling:?}");
    }
}

#[test]
fn a_refused_character_is_named_by_its_code_point() {
    let why = PhoneNumber::parse("+8613٨00138000", None).unwrap_err();
    assert_eq!(
        why.to_string(),
        "a phone number has digits, spaces, - . ( ) and one leading + only, and not U+0668"
    );
}

#[test]
fn a_number_without_a_country_is_read_in_the_country_that_was_chosen() {
    let germany = Country::parse("DE").unwrap();
    let read = |number, code| {
        let phone = PhoneNumber::parse_at(germany, number, code);
        phone.map(|phone| phone.e164().to_owned())
    };
    for (number, code, e164) in [
        ("0151 23456789", None, "+4915123456789"),
        ("0151 23456789", Some(""), "+4915123456789"),
        ("13800138000", Some("86"), "+8613800138000"),
        ("+8613800138000", None, "+8613800138000"),
    ] {
        assert_eq!(read(number, code).as_deref(), Ok(e164), "{number} {code:?}");
    }
}

#[test]
fn only_mobile_numbers_of_a_country_are_accepted() {
    for number in [
        "+861085295252",  // a landline in Beijing
        "+19005550123",   // premium
        "+448712345678",  // shared cost
        "+18005550123",   // toll-free
        "+881612345678",  // satellite
        "+882342123",     // global network, mobile there
        "+8835100123456", // global network
        "+870773111632",  // Inmarsat
        "+979123456789",  // international premium
        "+8614812345678", // machine to machine, where not issued to people
    ] {
        assert!(e164(number, None).is_err(), "{number}");
    }
}

#[test]
fn only_a_country_code_and_a_trunk_prefix_stand_before_a_number() {
    for (number, code, mobile) in [
        ("00 44 7911 123456", None, Some("+447911123456")),
        ("00 44 (0) 7911 123456", Some("44"), Some("+447911123456")),
        ("011 1 415 555 2671", Some("1"), Some("+14155552671")),
        ("06 20 123 4567", Some("36"), Some("+36201234567")),
        ("80 29 491 19 11", Some("375"), Some("+375294911911")),
        ("011 15 2345-6789", Some("54"), Some("+5491123456789")),
        // Other prefixes that the library removes: carriers, a collect call, caller's wishes.
        ("015 11 96123-4567", Some("55"), None),
        ("55 015 11 96123-4567", Some("55"), None),
        ("90 11 96123-4567", Some("55"), None),
        ("180020 7839 033818", Some("44"), None),
        ("003768 090 1234 5678", Some("81"), None),
        ("001 65 8123 4567", Some("65"), None),
        ("82 087 1932 9342", Some("82"), None),
    ] {
        let found = e164(number, code);
        assert_eq!(found.as_deref().ok(), mobile, "{number:?} {found:?}");
    }
}

#[test]
fn a_country_code_says_where_a_number_is_dialled() {
    assert_eq!(
        e164("4155552671", Some("+1")).as_deref(),
        Ok("+14155552671")
    );
    assert_eq!(
        e164("07911 123456", Some("44")).as_deref(),
        Ok("+447911123456")
    );
    assert_eq!(e164("+447911123456", None).as_deref(), Ok("+447911123456"));
    assert_eq!(
        e164("+447911123456", Some("+44")).as_deref(),
        Ok("+447911123456")
    );
    assert_eq!(
        e164("+447911123456", Some("+86")),
        Err(InvalidPhone::Contradiction)
    );
    for code in ["+", "+0", "x", "8612", "++86", "00086", "+999"] {
        assert_eq!(
            e164("13800138000", Some(code)),
            Err(InvalidPhone::CountryCode),
            "{code:?}"
        );
    }
}

#[test]
fn a_number_knows_its_country_and_hides_its_middle() {
    for (number, country, masked) in [
        ("13800138000", "CN", "+86138****8000"),
        ("+14155552671", "US", "+14****71"),
        ("+33612345678", "FR", "+336****78"),
        ("+85251234567", "HK", "+8525****67"),
        ("+24740123", "AC", "+247****3"),
        ("+6907290", "TK", "+690****"),
    ] {
        let phone = PhoneNumber::parse(number, None).unwrap();
        assert_eq!(Country::parse(country), Some(phone.country()), "{number}");
        assert_eq!(phone.masked(), masked);
        assert_eq!(format!("{phone:?}"), masked);
    }
}

#[test]
fn countries_may_share_a_calling_code_or_have_none() {
    for (country, code) in [
        ("CN", Some(86)),
        ("US", Some(1)),
        ("JM", Some(1)),
        ("HK", Some(852)),
        ("AQ", None),
        ("ZZ", None),
    ] {
        assert_eq!(
            Country::parse(country).unwrap().calling_code(),
            code,
            "{country}"
        );
    }
}

#[test]
fn a_country_is_two_capitals_and_may_have_no_numbers() {
    for code in ["cn", "Cn", "cN", "C", "CHN", "C1", ""] {
        assert_eq!(Country::parse(code), None, "{code}");
    }
    assert_eq!(Country::parse("CN"), Some(Country::CHINA));
    assert_eq!(format!("{:?}", Country::CHINA), "CN");
    assert!(Country::CHINA.has_numbers());
    let antarctica = Country::parse("AQ").unwrap();
    assert!(!antarctica.has_numbers());
    let all: Vec<_> = Country::all().collect();
    assert!(all.contains(&Country::CHINA) && !all.contains(&antarctica));
    assert!(all.len() > 230 && all.is_sorted(), "{}", all.len());
}

// shows: C4
#[test]
fn the_release_of_the_plans_is_that_of_the_library() {
    let lock = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.lock");
    let lock = std::fs::read_to_string(lock).unwrap();
    let (library, version) = RELEASE.split_once(' ').unwrap();
    let locked = format!("name = \"{library}\"\nversion = \"{version}\"");
    assert!(
        lock.contains(&locked),
        "another release of {library}: name it in RELEASE"
    );
}

#[test]
fn a_number_on_record_is_kept_where_it_reads_as_itself() {
    assert!(PhoneNumber::is_kept("+8613800138000"));
    for other in ["+8610000000000", "13800138000", "+86 13800138000", ""] {
        assert!(!PhoneNumber::is_kept(other), "{other}");
    }
}
