use countersign_core::application::AppId;
use countersign_core::channel::Channel;
use countersign_core::limit::{Bound, PlacedLimit, SendFacts, Standing};
use countersign_core::phone::PhoneNumber;
use countersign_core::policy::Resend;

use super::*;

fn parse(text: &str) -> anyhow::Result<Settings> {
    Settings::read(Layers::of_text(text)?.merged(), Purpose::Development)
}

fn app(id: &str) -> AppId {
    AppId::parse(id).unwrap()
}

#[test]
fn the_default_file_says_what_is_built_in() {
    let text = layers::DEFAULTS;
    let read = parse("").unwrap();
    assert_eq!(read.reach, None, "as the verb says");
    assert_eq!(read.server.idle, crate::connection::IDLE);
    let read = read.codes;
    for channel in Channel::ALL {
        let built_in = CodePolicy::default().of(&app("any"), channel);
        assert_eq!(read.of(&app("any"), channel), built_in, "{channel:?}");
    }
    // What is commented out can be used as it stands.
    let examples: String = text
        .lines()
        .filter_map(|line| line.strip_prefix("# "))
        .filter(|line| {
            line.starts_with('[')
                || line
                    .split(" = ")
                    .nth(1)
                    .is_some_and(|value| !value.is_empty())
                    && !line.contains(". ")
        })
        .map(|line| format!("{line}\n"))
        .collect();
    let read = parse(&format!("[server]\n{examples}")).unwrap();
    assert_eq!(read.reach, Some(Reach::Public));
    assert!(read.server.tls.is_some() && read.store.data.is_some());
    assert!(matches!(read.keys, KeySource::File(_)));
    let read = read.codes;
    let rules = read.of(&app("shop"), Channel::Login);
    assert_eq!((rules.life.as_secs(), rules.resend), (120, Resend::Reuse));
    assert_eq!(read.of(&app("other"), Channel::Login).life.as_secs(), 300);
}

#[test]
fn a_reach_that_does_not_exist_is_refused() {
    let refused = parse("[providers]\nreach = \"far\"").unwrap_err();
    let says = "providers: reach is public, loopback or anywhere, not \"far\"";
    assert_eq!(format!("{refused:#}"), says);
}

#[test]
fn limits_are_added_to_the_minute() {
    let text = "[[limits]]\nname = \"day\"\nwindow_seconds = 86400\nmax = 5\nmode = \"enforce\"\n
        [[limits]]\nname = \"hour\"\nby = [\"number\"]\nwindow_seconds = 3600\nmax = 2\n";
    let limits = parse(text).unwrap().limits;
    let phone = PhoneNumber::parse("13800138000", None).unwrap();
    let rules = limits.rules(&SendFacts {
        app: &app("any"),
        channel: Channel::Login,
        phone: &phone,
        address: None,
        standing: Standing::Public,
        price: None,
    });
    let limits = rules
        .set()
        .limits()
        .iter()
        .map(|PlacedLimit { limit, .. }| {
            (
                &*limit.name,
                limit.window.as_secs(),
                limit.bound.clone(),
                limit.mode,
            )
        });
    let expected = [
        ("minute", 60, Bound::Max(1), Mode::Enforce),
        ("day", 86_400, Bound::Max(5), Mode::Enforce),
        ("hour", 3_600, Bound::Max(2), Mode::Monitor),
    ];
    assert_eq!(limits.collect::<Vec<_>>(), expected);
}

#[test]
fn what_is_refused_is_named() {
    for (text, says) in [
        (
            "[codes]\nlife_seconds = 601",
            "codes: a code lives 60 to 600 seconds, not 601",
        ),
        (
            "[server]\nidle_seconds = 4",
            "server: a connection may idle for 5 to 3600 seconds, not 4",
        ),
        (
            "[codes]\ndigits = 5",
            "codes: a code has 6 to 8 digits, not 5",
        ),
        (
            "[codes.channels.login]\ntries = 0",
            "codes.channels.login: a code survives 1 to 10 tries, not 0",
        ),
        (
            "[applications.shop.codes]\nresend = \"accept-last-6\"",
            "applications.shop.codes: the last 2 to 5 codes can be accepted, not 6",
        ),
        (
            "[codes]\nresend = \"accept-last-+3\"",
            "codes: resend is rotate, reuse or accept-last-2 to accept-last-5, not \"accept-last-+3\"",
        ),
        (
            "[codes]\nresend = \"accept-last-03\"",
            "codes: resend is rotate, reuse or accept-last-2 to accept-last-5, not \"accept-last-03\"",
        ),
        (
            "[codes]\nresend = \"never\"",
            "codes: resend is rotate, reuse or accept-last-2 to accept-last-5, not \"never\"",
        ),
        (
            "[[limits]]\nname = \"day\"\nby = [\"ip\"]\nwindow_seconds = 1\nmax = 1",
            "the limit \"day\": sends are counted by application, channel, country, prefix, block, number, \
             calling_code, carrier, address, network, not by \"ip\"",
        ),
        (
            "[[limits]]\nname = \"day\"\nmode = \"on\"\nwindow_seconds = 1\nmax = 1",
            "the limit \"day\": mode is monitor or enforce, not \"on\"",
        ),
        (
            "[[limits]]\nname = \"day\"\nwindow_seconds = 0\nmax = 1",
            "limits: a window has 1 millisecond to 31 days",
        ),
        (
            "[[limits]]\nname = \"Day\"\nwindow_seconds = 1\nmax = 1",
            "limits: a limit's name has 1 to 32 characters of a-z 0-9 - _, not \"Day\"",
        ),
        (
            "[applications.\"a b\"]",
            "applications.a b: an application id has 1 to 64 characters of A-Z a-z 0-9 - _",
        ),
    ] {
        let error = parse(text).unwrap_err();
        assert_eq!(format!("{error:#}"), says);
    }
    for (text, part) in [
        ("[codes.channels.sign-in]", "there is no such channel"),
        (
            "[codes]\nlive_seconds = 1",
            "there is no setting codes.live_seconds: the nearest is codes.life_seconds",
        ),
        ("[code]", "there is no setting code: the nearest is codes"),
        (
            "[server]\nlisen = \"127.0.0.1:1\"",
            "there is no setting server.lisen: the nearest is server.listen",
        ),
        (
            "[codes]\ndigits = 300",
            "codes.digits: invalid value: integer `300`",
        ),
        ("codes = 1", "codes: invalid type: integer `1`"),
        (
            "[server]\nlisten = \"host:80\"",
            "server: listen: an address is such as 127.0.0.1:8480",
        ),
        (
            "[server]\nurl = \"sms.example.com\"",
            "server: url is such as https://sms.example.com",
        ),
        (
            "[server]\nurl = \"https://a.example/x\"",
            "without a path, not \"https://a.example/x\"",
        ),
        (
            "[server]\ntrusted_proxies = [\"0.0.0.0/0\"]",
            "trusted_proxies may not hold 0.0.0.0/0",
        ),
        (
            "[server]\ntrusted_proxies = [\"128.0.0.0/1\"]",
            "may not hold 128.0.0.0/1",
        ),
        (
            "[server]\ntrusted_proxies = [\"::/0\"]",
            "trusted_proxies may not hold ::/0",
        ),
        (
            "[server]\ntrusted_proxies = [\"nginx\"]",
            "addresses and networks, such as 10.0.0.0/8, not \"nginx\"",
        ),
        (
            "[store]\ndata = \"a\"\ndatabase_url = \"b\"",
            "store: data and database_url exclude each other",
        ),
    ] {
        let error = format!("{:#}", parse(text).unwrap_err());
        assert!(error.contains(part), "{error}");
    }
}
