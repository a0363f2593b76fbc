use proptest::prelude::*;

use super::*;
use crate::application::SmsName;

fn parse(text: &str) -> TextTemplate {
    text.parse().unwrap()
}

#[test]
fn the_gaps_of_genauth_are_read_and_written_as_ours() {
    for (theirs, ours) in [
        ("${code}", "{code}"),
        ("${1}", "{code}"),
        ("{1}", "{code}"),
        ("{code} {ttl}", "{code} {seconds}"),
        ("{code} ${ttl}", "{code} {seconds}"),
        ("{code} ${ttl_minutes}", "{code} {minutes}"),
        ("{code} {ttl_minutes}", "{code} {minutes}"),
        (
            "验证码${1}，${2}分钟内有效",
            "验证码{code}，{minutes}分钟内有效",
        ),
        ("{ code } { app }", "{code} {app}"),
        ("$${code}$", "{code}$"),
        (
            "{code}{minutes}{seconds}{app}",
            "{code}{minutes}{seconds}{app}",
        ),
    ] {
        assert_eq!(parse(theirs).to_string(), ours, "{theirs:?}");
    }
}

#[test]
fn an_invalid_text_is_refused_with_its_reason() {
    let unknown = |name: &str| Err(InvalidText::UnknownGap(name.to_owned()));
    let long = "x".repeat(MOST_BYTES);
    let (grows, fits) = ("{1}".repeat(101), "{1}".repeat(100));
    for (text, why) in [
        ("", Err(InvalidText::NoCode)),
        ("your code, {minutes} minutes", Err(InvalidText::NoCode)),
        ("code", Err(InvalidText::NoCode)),
        ("{Code}", unknown("Code")),
        ("{3}", unknown("3")),
        ("{}", unknown("")),
        ("{code} {phone}", unknown("phone")),
        ("{{code}}", Err(InvalidText::DoubleBrace)),
        ("{{ name }} {code}", Err(InvalidText::DoubleBrace)),
        ("{{code}", Err(InvalidText::OpenBrace)),
        ("{a {code}", Err(InvalidText::OpenBrace)),
        ("{code", Err(InvalidText::OpenBrace)),
        ("code}", Err(InvalidText::OpenBrace)),
        ("{code}}", Err(InvalidText::OpenBrace)),
        ("a } b {code}", Err(InvalidText::OpenBrace)),
        (&format!("{long}{{code}}"), Err(InvalidText::Length)),
        (&grows, Err(InvalidText::Length)),
        (&fits, Ok(parse(&fits))),
    ] {
        assert_eq!(text.parse(), why, "{text:?}");
    }
    assert_eq!(
        unknown("phone").unwrap_err().to_string(),
        "{phone} is none of {code}, {minutes}, {seconds}, {app}"
    );
}

#[test]
fn a_text_never_grows_while_it_is_filled() {
    let name = SmsName::parse(&"𠮷".repeat(20)).unwrap();
    let template = parse(&format!("{{code}}{}", "{app}".repeat(118)));
    let sender = Sender::from(&name);
    let text = template.fill(sender, LONGEST_CODE, LONGEST_LIFE);
    assert_eq!(text.0.capacity(), CAPACITY + template.most_bytes(sender));
    assert_eq!(text.reveal().len(), 8 + 118 * 80);
}

/// Pieces that templates are made of, and others.
fn scrap() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => r"\$?\{(code|minutes|seconds|app|ttl|ttl_minutes|1|2|3| code )\}",
        2 => "[a-z。，【】 $]{0,8}",
        1 => "[{}$]{1,2}",
        1 => any::<String>(),
    ]
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        let _ = text.parse::<TextTemplate>();
    }

    #[test]
    fn a_template_is_read_back_as_it_was_written(
        scraps in prop::collection::vec(scrap(), 0..12),
    ) {
        if let Ok(template) = scraps.concat().parse::<TextTemplate>() {
            prop_assert_eq!(template.to_string().parse(), Ok(template));
        }
    }
}
