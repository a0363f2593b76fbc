use super::*;
use crate::limit::SendLimits;
use crate::limit::sends::tests::{ask, judged, limit, parsed};

#[test]
fn a_limit_holds_at_home_or_abroad_and_an_override_for_the_sends_that_it_names() {
    let abroad = SendLimit {
        home: Some(false),
        overrides: vec![
            Override {
                calling_code: Some(1),
                max: 800,
                ..Override::default()
            },
            Override {
                country: Country::parse("DE"),
                max: 9,
                ..Override::default()
            },
            Override {
                application: AppId::parse("shop").ok(),
                max: 7,
                ..Override::default()
            },
        ],
        ..limit("abroad", &[Part::CallingCode])
    };
    let home = SendLimit {
        home: Some(true),
        ..limit("home", &[])
    };
    let limits = SendLimits::new(vec![abroad, home]).unwrap();
    let found = |app: &str, number| {
        let (_, phone) = parsed(number);
        let judged = judged(&limits, ask(&AppId::parse(app).unwrap(), &phone));
        judged
            .into_iter()
            .map(|(name, _, bound)| (name, bound))
            .collect::<Vec<_>>()
    };
    let is = |name: &str, max| vec![(name.to_owned(), Bound::Max(max))];
    assert_eq!(found("shop", "13800138000"), is("home", 5));
    assert_eq!(found("other", "+14155550132"), is("abroad", 800));
    assert_eq!(found("shop", "+4915112345678"), is("abroad", 9));
    assert_eq!(found("shop", "+447400123456"), is("abroad", 7));
    assert_eq!(found("other", "+447400123456"), is("abroad", 5));
}

// shows: B11
#[test]
fn a_quota_keeps_a_part_for_trusted_callers_and_asks_others_for_a_challenge_before() {
    let quota = SendLimit {
        mode: Mode::Enforce,
        reserve_percent: 20,
        challenge_percent: Some(50),
        ..SendLimit::new("quota", &[], Duration::from_secs(60), 1_000)
    };
    let reserve = SendLimit {
        challenge_percent: None,
        ..quota.clone()
    };
    let plain = SendLimit {
        reserve_percent: 0,
        ..reserve.clone()
    };
    let soft = SendLimit {
        mode: Mode::Challenge,
        ..plain.clone()
    };
    let watched = SendLimit {
        mode: Mode::Monitor,
        ..quota.clone()
    };
    use Mode::{Challenge, Enforce, Monitor};
    let (app, phone) = parsed("13800138000");
    for (limit, unsolved, public, trusted) in [
        (quota, (Challenge, 500), (Enforce, 800), (Enforce, 1_000)),
        (reserve, (Challenge, 800), (Enforce, 800), (Enforce, 1_000)),
        (plain, (Enforce, 1_000), (Enforce, 1_000), (Enforce, 1_000)),
        (soft, (Challenge, 1_000), (Monitor, 1_000), (Monitor, 1_000)),
        (
            watched,
            (Monitor, 1_000),
            (Monitor, 1_000),
            (Monitor, 1_000),
        ),
    ] {
        let limits = SendLimits::new(vec![limit.clone()]).unwrap();
        for (standing, (mode, max)) in [
            (Standing::Unsolved, unsolved),
            (Standing::Public, public),
            (Standing::Trusted, trusted),
        ] {
            let found = judged(
                &limits,
                SendFacts {
                    standing,
                    ..ask(&app, &phone)
                },
            );
            let expected = ("quota".to_owned(), mode, Bound::Max(max));
            assert_eq!(found, [expected], "{limit:?}, {standing:?}");
        }
    }
}

#[test]
fn limits_that_contradict_themselves_are_refused() {
    let early = |early_percent| SendLimit {
        early_percent,
        ..limit("a", &[])
    };
    assert!(SendLimits::new(vec![early(20)]).is_ok());
    let refused = SendLimits::new(vec![early(21)]).unwrap_err();
    assert_eq!(refused, InvalidSendLimits::Percent("a".to_owned()));
    let waits = SendLimit {
        bound: Bound::Waits([Duration::from_secs(1)].into()),
        ..limit("a", &SCOPE)
    };
    assert!(SendLimits::new(vec![waits.clone()]).is_ok());
    let name = || "a".to_owned();
    for (limit, expected) in [
        (
            SendLimit {
                reserve_percent: 100,
                ..limit("a", &[])
            },
            InvalidSendLimits::Percent(name()),
        ),
        (
            SendLimit {
                challenge_percent: Some(0),
                ..limit("a", &[])
            },
            InvalidSendLimits::Percent(name()),
        ),
        (
            SendLimit {
                reserve_percent: 1,
                ..waits.clone()
            },
            InvalidSendLimits::Waits(name()),
        ),
        (
            SendLimit {
                challenge_percent: Some(50),
                ..waits.clone()
            },
            InvalidSendLimits::Waits(name()),
        ),
        (
            SendLimit {
                early_percent: 1,
                ..waits.clone()
            },
            InvalidSendLimits::Waits(name()),
        ),
        (
            SendLimit {
                overrides: vec![Override::default()],
                ..waits.clone()
            },
            InvalidSendLimits::Waits(name()),
        ),
        (
            SendLimit {
                counts: Counts::Numbers,
                ..waits
            },
            InvalidSendLimits::Waits(name()),
        ),
        (
            SendLimit {
                until_verified: true,
                ..limit("a", &[])
            },
            InvalidSendLimits::UntilVerified(name()),
        ),
    ] {
        assert_eq!(SendLimits::new(vec![limit]).unwrap_err(), expected);
    }
}

#[test]
fn a_limit_is_looser_where_it_may_admit_what_it_refused() {
    let day = Duration::from_secs(86_400);
    let of = |app: Option<&str>, country: Option<&str>, max| Override {
        application: app.and_then(|app| AppId::parse(app).ok()),
        country: country.and_then(Country::parse),
        calling_code: None,
        max,
    };
    let before = SendLimit {
        overrides: vec![of(Some("shop"), None, 7), of(None, Some("DE"), 9)],
        ..SendLimit::new("day", &[Part::Country], day, 20)
    };
    let with = |overrides: &[Override]| SendLimit {
        overrides: overrides.to_vec(),
        ..before.clone()
    };
    let (shop, germany) = (of(Some("shop"), None, 7), of(None, Some("DE"), 9));
    let looser = [
        SendLimit {
            bound: Bound::Max(21),
            ..before.clone()
        },
        SendLimit {
            mode: Mode::Challenge,
            ..before.clone()
        },
        SendLimit {
            window: day / 2,
            ..before.clone()
        },
        with(std::slice::from_ref(&shop)),
        with(&[germany.clone(), shop.clone()]),
        with(&[of(Some("shop"), None, 8), germany.clone()]),
        with(&[
            of(Some("shop"), Some("DE"), 8),
            shop.clone(),
            germany.clone(),
        ]),
    ];
    for (place, after) in looser.iter().enumerate() {
        assert!(after.is_looser_than(&before), "{place}");
    }
    let stricter = [
        before.clone(),
        SendLimit {
            bound: Bound::Max(19),
            ..before.clone()
        },
        SendLimit {
            window: day * 2,
            ..before.clone()
        },
        with(&[of(Some("shop"), None, 6), germany.clone()]),
        with(&[of(Some("shop"), Some("DE"), 7), shop, germany]),
    ];
    for (place, after) in stricter.iter().enumerate() {
        assert!(!after.is_looser_than(&before), "{place}");
    }
    let watches = SendLimit {
        mode: Mode::Monitor,
        ..before.clone()
    };
    let more = SendLimit {
        bound: Bound::Max(21),
        ..watches.clone()
    };
    assert!(
        !more.is_looser_than(&watches),
        "a limit that watches refuses nothing"
    );
}
