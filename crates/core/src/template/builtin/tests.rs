use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::application::SmsName;
use crate::autofill::{AndroidAppHash, WebHost};
use crate::entropy::{Entropy, EntropyError};
use crate::template::CAPACITY;
use crate::text::measure;

struct Zeros;

impl Entropy for Zeros {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        buffer.fill(0);
        Ok(())
    }
}

fn code(digits: u8) -> Passcode {
    Passcode::generate(digits, &Zeros).unwrap()
}

const MINUTES: Duration = Duration::from_secs(600);

#[test]
fn the_longest_code_stands_for_every_code() {
    assert_eq!(LONGEST_CODE, code(policy::MOST_DIGITS).reveal());
}

/// A name of plain text, of a script of one unit a character, of two, or of these beside plain text.
fn any_name() -> impl Strategy<Value = SmsName> {
    let plain = || prop::char::range('A', 'z').prop_filter("no letter", |c| c.is_alphabetic());
    let (one, two) = (
        || prop::char::range('一', '龥'),
        || prop::char::range('\u{20000}', '\u{2a6df}'),
    );
    let text = prop_oneof![
        prop::collection::vec(plain(), 1..=20),
        prop::collection::vec(one(), 1..=20),
        prop::collection::vec(two(), 1..=20),
        prop::collection::vec(prop_oneof![plain(), one(), two()], 1..=20),
    ];
    text.prop_map(|text| SmsName::parse(&String::from_iter(text)).unwrap())
}

proptest! {
    // shows: E6
    #[test]
    fn every_text_takes_one_segment_with_any_name(name in any_name()) {
        every_text_ends_well((&name).into());
        prop_assert_eq!(check((&name).into()), Ok(()));
    }
}

#[test]
fn the_longest_names_take_one_segment() {
    for letter in ["W", "_", "Ä", "é", "ß", "商", "カ", "م", "𠮷"] {
        let name = SmsName::parse(&letter.repeat(20)).unwrap();
        every_text_ends_well((&name).into());
    }
}

fn text(language: Language, channel: Channel, name: &str, digits: u8) -> String {
    let name = SmsName::parse(name).unwrap();
    let text = render(language, channel, (&name).into(), &code(digits), MINUTES);
    text.reveal().to_owned()
}

#[test]
fn a_name_in_the_script_of_the_text_gets_all_the_words() {
    for (language, name, words) in [
        (
            Language::ZhCn,
            "示例商城",
            "【示例商城】000000 是您的重置密码验证码，10 分钟内有效，请勿告诉他人。",
        ),
        (
            Language::ZhTw,
            "範例商城",
            "【範例商城】000000 是您的重設密碼驗證碼，10 分鐘內有效，請勿告訴他人。",
        ),
        (
            Language::EnUs,
            "Twenty letters in it",
            "[Twenty letters in it] 000000 is your code to reset your password. It expires in 10 minutes. Never share it.",
        ),
        (
            Language::JaJp,
            "サンプル商店",
            "【サンプル商店】000000 はパスワード再設定の認証コードです。10分間有効です。誰にも教えないでください。",
        ),
    ] {
        assert_eq!(text(language, Channel::ResetPassword, name, 6), words);
    }
    let longest = "一二三四五六七八九十一二三四五六七八九十";
    for channel in Channel::ALL {
        for language in [Language::ZhCn, Language::ZhTw] {
            let text = text(language, channel, longest, 8);
            assert!(text.contains("10 分"), "{text}");
        }
        let text = text(Language::EnUs, channel, "Twenty letters in it", 8);
        assert!(text.ends_with("Never share it."), "{text}");
    }
}

#[test]
fn a_name_in_another_script_costs_words_and_never_a_segment() {
    for (name, words) in [
        (
            "Shop",
            "[Shop] 000000 is your code to sign in. It expires in 10 minutes. Never share it.",
        ),
        (
            "示例商城",
            "[示例商城] 000000 is your code to sign in. Never share it.",
        ),
        (
            "一二三四五六七八九十",
            "[一二三四五六七八九十] 000000 is your code to sign in. Never share it.",
        ),
        (
            "一二三四五六七八九十一二三四五六七八九十",
            "[一二三四五六七八九十一二三四五六七八九十] 000000 is your code to sign in.",
        ),
        (
            "𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷",
            "[𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷] 000000 is your code.",
        ),
    ] {
        assert_eq!(text(Language::EnUs, Channel::Login, name, 6), words);
    }
}

/// The texts of two channels differ in every language.
#[test]
fn no_two_channels_have_the_same_text() {
    for language in Language::ALL {
        let texts: BTreeSet<_> = Channel::ALL
            .map(|channel| text(language, channel, "A", 6))
            .into();
        assert_eq!(texts.len(), Channel::ALL.len(), "{language:?}");
    }
}

/// An application whose last lines fit keeps them when a language is added.
#[test]
fn no_later_language_needs_more_room_than_the_first() {
    let shortest = |language| {
        let (code, life) = (LONGEST_CODE, policy::LONGEST_LIFE);
        let name = SmsName::parse("A").unwrap();
        let sender = (&name).into();
        let text = compose(Wording::Bare, language, Channel::Login, sender, code, life);
        (measure(&text).units, text.len())
    };
    let (units, bytes) = shortest(Language::ZhCn);
    for language in [Language::ZhTw, Language::JaJp] {
        let (needs, in_bytes) = shortest(language);
        assert!(needs <= units && in_bytes <= bytes, "{language:?}");
    }
}

/// Names of each length and script, with last lines of each kind.
#[test]
fn last_lines_end_every_text_that_fits_and_others_are_refused() {
    let names = [
        "A",
        "Shop",
        "Twenty letters in it",
        "_ _ _ _ _ _ _ _ _ _",
        "商",
        "示例商城",
        "一二三四五六七八九十",
        "一二三四五六七八九十一二三四五六七八九十",
        "Ünïcödé & ça",
    ];
    let hosts = [
        "a.io",
        "shop.example",
        "passport.international.shop.example",
        &format!("{}.example", "a".repeat(60)),
    ];
    let hash = AndroidAppHash::parse("FA+9qCX9VSu").unwrap();
    let (mut passed, mut refused) = (0, 0);
    for name in names {
        let name = SmsName::parse(name).unwrap();
        for host in hosts.map(|host| WebHost::parse(host).unwrap()).iter() {
            for (web_host, android_app_hash) in [
                (Some(host), None),
                (None, Some(&hash)),
                (Some(host), Some(&hash)),
            ] {
                let sender = Sender {
                    name: &name,
                    web_host,
                    android_app_hash,
                };
                match check(sender) {
                    Ok(()) => {
                        every_text_ends_well(sender);
                        passed += 1;
                    }
                    Err(why) => {
                        assert!(why.needed > why.limit, "{why:?}");
                        refused += 1;
                    }
                }
            }
        }
    }
    assert!(passed > 40 && refused > 10, "{passed} {refused}");
}

fn every_text_ends_well(sender: Sender<'_>) {
    for language in Language::ALL {
        for channel in Channel::ALL {
            let wordings = [4, 6, 8].map(|digits| {
                let code = code(digits);
                let life = Duration::from_secs(60);
                let text = render(language, channel, sender, &code, life);
                assert_eq!(text.0.capacity(), CAPACITY, "it never grew");
                ends_well(text.reveal(), sender, code.reveal());
                text.reveal().replace(code.reveal(), "CODE")
            });
            let [first, others @ ..] = &wordings;
            assert!(others.iter().all(|other| other == first), "{wordings:?}");
        }
    }
}

fn ends_well(text: &str, sender: Sender<'_>, code: &str) {
    assert_eq!(measure(text).segments, 1, "{text}");
    let mut lines = text.lines().rev();
    if let Some(host) = sender.web_host {
        let last = lines.next().unwrap();
        assert_eq!(last, format!("@{} #{code}", host.as_str()));
    }
    if let Some(hash) = sender.android_app_hash {
        assert_eq!(lines.next(), Some(hash.as_str()));
        assert!(text.len() <= 140, "{text}");
    }
    let first = lines.next().unwrap();
    assert_eq!(lines.next(), None);
    let (name, words) = first.split_once(['】', ']']).unwrap();
    assert!(name.ends_with(sender.name.as_str()), "{text}");
    assert!(words.trim_start().starts_with(code), "{text}");
}

fn words(language: Language, channel: Channel, name: &str, host: &str) -> String {
    let (name, host) = (SmsName::parse(name).unwrap(), WebHost::parse(host).unwrap());
    let sender = Sender {
        name: &name,
        web_host: Some(&host),
        android_app_hash: None,
    };
    let text = render(language, channel, sender, &code(6), MINUTES);
    text.reveal().to_owned()
}

#[test]
fn a_built_in_text_drops_words_until_the_last_line_fits() {
    let zh = |channel, name| words(Language::ZhCn, channel, name, "shop.example");
    let login = Channel::Login;
    assert_eq!(
        zh(login, "示例商城"),
        "【示例商城】000000 是您的登录验证码，10 分钟内有效，请勿告诉他人。\n@shop.example #000000"
    );
    assert_eq!(
        zh(login, "一二三四五六七八九十一"),
        "【一二三四五六七八九十一】000000 是您的登录验证码，请勿告诉他人。\n@shop.example #000000"
    );
    assert_eq!(
        zh(Channel::UnbindMfa, "一二三四五六七八九十一二三四五六"),
        "【一二三四五六七八九十一二三四五六】000000 是您的解绑多因素认证验证码。\n@shop.example #000000"
    );
    assert_eq!(
        words(
            Language::ZhCn,
            Channel::UnbindMfa,
            "一二三四五六七八九十一二三四五六七八九十",
            "m.shop.example"
        ),
        "【一二三四五六七八九十一二三四五六七八九十】000000 是验证码。\n@m.shop.example #000000"
    );
    assert_eq!(
        words(
            Language::EnUs,
            login,
            "Twenty letters in it",
            "shop.example"
        ),
        "[Twenty letters in it] 000000 is your code to sign in. It expires in 10 minutes. Never share it.\n@shop.example #000000"
    );
    assert_eq!(
        words(Language::EnUs, login, "示例商城", "shop.example"),
        "[示例商城] 000000 is your code to sign in.\n@shop.example #000000"
    );
}

#[test]
fn a_refused_sender_learns_channel_language_and_room() {
    let name = SmsName::parse("一二三四五六七八九十一二三四五六七八九十").unwrap();
    let host = WebHost::parse("shop.example").unwrap();
    let hash = AndroidAppHash::parse("FA+9qCX9VSu").unwrap();
    let sender = |web_host, android_app_hash| Sender {
        name: &name,
        web_host,
        android_app_hash,
    };
    let refused = TooLong {
        channel: Channel::Login,
        language: Language::ZhCn,
        needed: 72,
        limit: 70,
    };
    assert_eq!(check(sender(Some(&host), None)), Ok(()));
    assert_eq!(check(sender(None, Some(&hash))), Ok(()));
    assert_eq!(check(sender(Some(&host), Some(&hash))), Err(refused));
    assert_eq!(
        refused.to_string(),
        "the text for CHANNEL_LOGIN in zh-CN would fill 72 of 70 places"
    );
    let long = WebHost::parse(&format!("{}.example", "a".repeat(60))).unwrap();
    let latin = SmsName::parse("Twenty letters in it").unwrap();
    let sender = Sender {
        name: &latin,
        web_host: Some(&long),
        android_app_hash: Some(&hash),
    };
    let refused = check(sender).unwrap_err();
    assert_eq!((refused.language, refused.limit), (Language::ZhCn, 70));
}
