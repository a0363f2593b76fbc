use std::time::Duration;

use countersign_core::application::AppId;
use countersign_core::channel::Channel;
use countersign_core::limit::{Bound, Counts, LimitSource, Override, Part, SendLimit};
use countersign_core::phone::Country;
use countersign_core::policy::Resend;

use super::*;

fn parse(text: &str) -> anyhow::Result<Settings> {
    parse_for(text, Purpose::Development)
}

fn parse_for(text: &str, purpose: Purpose) -> anyhow::Result<Settings> {
    Settings::read(Layers::of_text(text)?.merged(purpose), purpose)
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
    // What is commented out can be used as it stands, by a program with every feature.
    let is_built = |line: &&str| cfg!(feature = "postgres") || !line.contains("_url = \"postgres");
    let examples: String = text
        .lines()
        .filter_map(|line| line.strip_prefix("# "))
        .filter(is_built)
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
    assert!(read.server.tls.is_some() && read.store.data.is_some() && read.prices.is_some());
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
fn the_guard_watches_for_ninety_days_at_most() {
    let watches = |days: u64| {
        let settings = parse(&format!("[guard]\nwatch_days = {days}\n"));
        settings.map(|settings| settings.guard.watches.as_secs() / 86_400)
    };
    assert_eq!([89, 90].map(|days| watches(days).unwrap()), [89, 90]);
    let refused = watches(91).unwrap_err();
    assert_eq!(
        format!("{refused:#}"),
        "guard: watch_days is 0 to 90, not 91"
    );
}

/// Name, maximum, mode and source of each limit of these settings.
fn limits(text: &str, purpose: Purpose) -> Vec<(String, Option<u64>, Mode, LimitSource)> {
    let limits = parse_for(text, purpose).unwrap().limits;
    let limits = limits.limits().iter().map(|(limit, source)| {
        let max = match limit.bound {
            Bound::Max(max) => Some(max),
            Bound::Waits(_) => None,
        };
        (limit.name.clone(), max, limit.mode, *source)
    });
    limits.collect()
}

// shows: found-W1
#[test]
fn every_limit_of_the_product_is_in_force_in_production_and_monitors_in_development() {
    let production = limits("", Purpose::Production);
    assert_eq!(production.len(), 21);
    for (name, _, mode, source) in &production {
        let asks = ["address-burst", "address-numbers"].contains(&&**name);
        let expected = if asks { Mode::Challenge } else { Mode::Enforce };
        assert_eq!((*mode, *source), (expected, LimitSource::Default), "{name}");
    }
    let development = limits("", Purpose::Development);
    let names = development.iter().map(|(name, ..)| name);
    assert!(names.eq(production.iter().map(|(name, ..)| name)));
    let mut modes = development.iter().map(|(_, _, mode, _)| *mode);
    assert!(modes.all(|mode| mode == Mode::Monitor));
}

#[test]
fn an_entry_of_a_file_takes_the_place_of_the_limit_with_its_name_or_is_one_more() {
    let text = "[[limits]]\nname = \"number-day\"\nby = [\"number\"]\nwindow_seconds = 86400\nmax = 5\nmode = \"enforce\"\n
        [[limits]]\nname = \"hour\"\nby = [\"number\"]\nwindow_seconds = 3600\nmax = 2\n";
    for (purpose, otherwise) in [
        (Purpose::Development, Mode::Monitor),
        (Purpose::Production, Mode::Enforce),
    ] {
        let limits = limits(text, purpose);
        let of_file: Vec<_> = limits
            .iter()
            .filter(|limit| limit.3 == LimitSource::File)
            .collect();
        let limit = |name: &str, max, mode| (name.to_owned(), Some(max), mode, LimitSource::File);
        let expected = [
            &limit("number-day", 5, Mode::Enforce),
            &limit("hour", 2, otherwise),
        ];
        assert_eq!(of_file, expected);
        assert_eq!(limits.len(), 22);
    }
}

#[test]
fn every_key_of_a_limit_is_read() {
    let text = "[[limits]]\nname = \"all\"\nby = [\"address\", \"calling_code\"]\nwindow_seconds = 60\nmax = 9\n\
        mode = \"challenge\"\nhome = false\ndistinct = true\nreserve_percent = 20\nchallenge_percent = 50\n\
        early_percent = 5\nblocks = true\noverrides = [{ application = \"shop\", country = \"SG\", max = 7 }, \
        { calling_code = 1, max = 8 }]\n[[limits]]\nname = \"waits\"\nby = [\"application\", \"channel\", \"number\"]\n\
        window_seconds = 600\nwaits_seconds = [1, 2]\nuntil_verified = true\n";
    let limits = parse_for(text, Purpose::Production).unwrap().limits;
    let all = SendLimit {
        counts: Counts::Numbers,
        mode: Mode::Challenge,
        home: Some(false),
        reserve_percent: 20,
        challenge_percent: Some(50),
        early_percent: 5,
        blocks: true,
        overrides: vec![
            Override {
                application: Some(app("shop")),
                country: Country::parse("SG"),
                calling_code: None,
                max: 7,
            },
            Override {
                calling_code: Some(1),
                max: 8,
                ..Override::default()
            },
        ],
        ..SendLimit::new(
            "all",
            &[Part::Address, Part::CallingCode],
            Duration::from_secs(60),
            9,
        )
    };
    assert_eq!(limits.get("all"), Some(&all));
    let scope = [Part::Application, Part::Channel, Part::Number];
    let waits = SendLimit {
        bound: Bound::Waits([1, 2].map(Duration::from_secs).into()),
        until_verified: true,
        ..SendLimit::new("waits", &scope, Duration::from_secs(600), 1)
    };
    assert_eq!(limits.get("waits"), Some(&waits));
}

#[test]
fn the_maximum_of_a_limit_on_money_is_an_amount_of_its_currency() {
    let text = "[[limits]]\nname = \"budget\"\nwindow_seconds = 60\ncounts = \"money\"\ncurrency = \"CNY\"\n";
    let maxima = |keys: &str| {
        let limits = parse(&format!("{text}{keys}\n")).unwrap().limits;
        let limit = limits.get("budget").unwrap();
        let others = limit.overrides.iter().map(|other| other.max);
        (limit.bound.clone(), others.collect::<Vec<_>>())
    };
    assert_eq!(maxima("max = 500"), (Bound::Max(5_000_000), vec![]));
    let with_override = "max = 0.0451\noverrides = [{ country = \"SG\", max = 499.9 }]";
    let expected = (Bound::Max(451), vec![4_999_000]);
    assert_eq!(maxima(with_override), expected);
    let greatest = (Bound::Max(9_999_999_999_999), vec![]);
    assert_eq!(maxima("max = 999999999.9999"), greatest);
    for (keys, says) in [
        (
            "max = 0.00001",
            "max: \"0.00001\" is no amount of CNY: an amount has at most 4 decimals",
        ),
        (
            "max = -1",
            "max: \"-1\" is no amount of CNY: an amount is a decimal number such as 0.045",
        ),
        (
            "max = inf",
            "max: \"inf\" is no amount of CNY: an amount is a decimal number such as 0.045",
        ),
    ] {
        let refused = parse(&format!("{text}{keys}\n")).unwrap_err();
        assert_eq!(
            format!("{refused:#}"),
            format!("the limit \"budget\": {says}")
        );
    }
}

#[test]
fn a_limit_that_cannot_be_is_refused_by_its_name() {
    for (keys, says) in [
        ("", "the limit \"l\": max or waits_seconds is missing"),
        (
            "max = 0.5",
            "the limit \"l\": max: \"0.5\" is no whole number",
        ),
        (
            "max = 1\nwaits_seconds = [1]",
            "the limit \"l\": max and waits_seconds exclude each other",
        ),
        (
            "max = 1\nmode = \"off\"",
            "the limit \"l\": mode is enforce, challenge or monitor, not \"off\"",
        ),
        (
            "max = 1\noverrides = [{ max = 2 }]",
            "the limit \"l\": an override names an application, a country or a calling_code",
        ),
        (
            "max = 1\nreserve_percent = 100",
            "limits: limit \"l\": reserve_percent is 0 to 99, challenge_percent 1 to 100, and early_percent 0 to 20",
        ),
        (
            "max = 1\nuntil_verified = true",
            "limits: limit \"l\": with until_verified, `by` is application, channel and number",
        ),
    ] {
        let text = format!("[[limits]]\nname = \"l\"\nwindow_seconds = 60\n{keys}\n");
        let refused = parse(&text).unwrap_err();
        assert_eq!(format!("{refused:#}"), says);
    }
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
            "the limit \"day\": mode is enforce, challenge or monitor, not \"on\"",
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
        (
            "[[limits]]\nname = \"a\"\ncounts = \"money\"\nwindow_seconds = 1\nmax = 1",
            "the limit \"a\": counts = \"money\" needs a currency, such as CNY",
        ),
        (
            "[[limits]]\nname = \"a\"\ncurrency = \"CNY\"\nwindow_seconds = 1\nmax = 1",
            "the limit \"a\": a currency needs counts = \"money\"",
        ),
        (
            "[[limits]]\nname = \"a\"\ncounts = \"money\"\ncurrency = \"RMB¥\"\nwindow_seconds = 1\nmax = 1",
            "a currency is three capital letters such as CNY, not \"RMB¥\"",
        ),
        (
            "[[limits]]\nname = \"a\"\ncounts = \"money\"\ncurrency = \"CNY\"\nwindow_seconds = 1\nmax = 1000000001",
            "limit \"a\": max is at most 1000000000.00 CNY",
        ),
        (
            "[[limits]]\nname = \"a\"\nwindow_seconds = 1\nmax = true",
            "].max: invalid type: boolean, expected a number",
        ),
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
        ("[store]\ndatabase_url = \"b\"", "store: database_url: "),
        ("[store]\nreplica_url = \"b\"", "store: replica_url: "),
    ] {
        let error = format!("{:#}", parse(text).unwrap_err());
        assert!(error.contains(part), "{error}");
    }
}
