use super::*;
use crate::application::AppId;
use crate::channel::Channel;
use crate::code::passcode::{Binding, Passcode, PasscodeKey};
use crate::limit::LimitState;
use crate::limit::guess_sources::{GuessLimits, GuessSource};

const NOW: Timestamp = Timestamp::from_millis(1_000_000);

fn key() -> PasscodeKey {
    PasscodeKey::new([3; 32])
}

fn app() -> AppId {
    AppId::parse("shop").unwrap()
}

fn phone() -> PhoneNumber {
    PhoneNumber::parse("13800138000", None).unwrap()
}

/// Makes a sent code with a life of 300 s, decided on `age` seconds before [`NOW`], with `keeps = 2`.
fn code(passcode: &str, age: u64) -> Code {
    let at = NOW.before(Duration::from_secs(age));
    let message = MessageId::first_at(at);
    let binding = Binding {
        app: &app(),
        channel: Channel::Login,
        phone: &phone(),
        message,
    };
    let mac = key().mac(&Passcode::parse(passcode).unwrap(), binding);
    let ends = at.after(Duration::from_secs(300));
    Code {
        sent: true,
        ..Code::recorded(message, at, ends, mac)
            .with_tries(5)
            .with_keeps(2)
    }
}

fn check(caller: Caller, passcode: &str) -> CodeCheck {
    let passcode = Passcode::parse(passcode).unwrap();
    let guess = Guess::new(key(), passcode, app(), Channel::Login, phone());
    CodeCheck::new(
        RequestId::from_bytes([9; 16]),
        caller,
        guess,
        CodeLength::always(6),
    )
}

fn view(codes: &[Code]) -> CheckView<'_> {
    CheckView {
        codes,
        failures: Failures::default(),
        source: SourceView::default(),
        now: NOW,
        dead_before: Timestamp::default(),
        counts_strangers: true,
    }
}

fn wrong(codes: &[Code]) -> Option<Effect> {
    let codes = codes.iter().map(|code| code.message).collect();
    Some(Effect::Wrong { codes })
}

#[test]
fn a_right_guess_of_the_public_passes_and_changes_nothing() {
    let codes = [code("123456", 10)];
    let (found, effect) = judge(&check(Caller::Public, "123456"), &view(&codes));
    let message = codes[0].message;
    assert_eq!(found, Checked::Right { message, at: NOW });
    assert_eq!(effect, None);
}

#[test]
fn a_right_guess_of_the_application_uses_up_every_good_code_of_the_scope() {
    let mut codes = [code("111111", 70), code("222222", 10)];
    let (found, effect) = judge(&check(Caller::Application, "111111"), &view(&codes));
    let [older, newer] = codes.map(|code| code.message);
    assert_eq!(
        found,
        Checked::Right {
            message: older,
            at: NOW
        }
    );
    let effect = effect.unwrap();
    assert_eq!(
        effect,
        Effect::Used {
            codes: vec![older, newer]
        }
    );
    codes.iter_mut().for_each(|code| effect.on_code(code));
    assert!(codes.iter().all(|code| code.used));
    assert_eq!(effect.consecutive(), Consecutive::Reset);
    assert_eq!(
        effect.hits(),
        HitChange::EndSends,
        "hour and day of wrong guesses are not forgiven"
    );
}

#[test]
fn a_wrong_guess_costs_every_good_code_of_the_scope_a_try() {
    let mut codes = [code("111111", 70), code("222222", 10)];
    codes[1].tries_left = 2;
    let (found, effect) = judge(&check(Caller::Public, "999999"), &view(&codes));
    assert_eq!(found, Checked::Wrong { tries_left: 1 });
    assert_eq!(effect, wrong(&codes));
    codes
        .iter_mut()
        .for_each(|code| effect.as_ref().unwrap().on_code(code));
    assert_eq!(codes.map(|code| code.tries_left), [4, 1]);
}

#[test]
fn a_guess_that_meets_no_good_code_is_counted_in_the_budget_and_not_in_a_row() {
    let exhausted = Code {
        tries_left: 0,
        ..code("123456", 10)
    };
    for (codes, expected) in [
        (vec![], Checked::NotSent),
        (vec![code("123456", 301)], Checked::Expired),
        (vec![exhausted], Checked::Exhausted),
        (vec![code("123456", 361)], Checked::NotSent),
    ] {
        let (found, effect) = judge(&check(Caller::Application, "123456"), &view(&codes));
        assert_eq!(found, expected);
        assert_eq!(effect, wrong(&[]));
        let effect = effect.unwrap();
        assert_eq!(effect.hits(), HitChange::Add);
        assert_eq!(effect.consecutive(), Consecutive::Keep);
    }
}

#[test]
fn a_replaced_code_within_its_life_is_told_apart_and_costs_a_try() {
    let newest = code("333333", 10).with_keeps(1);
    let codes = [code("111111", 301), code("222222", 70), newest];
    let guess = |typed, codes: &[Code]| judge(&check(Caller::Application, typed), &view(codes));
    let replaced = Checked::Replaced { tries_left: 4 };
    assert_eq!(guess("222222", &codes), (replaced, wrong(&codes[2..])));
    let other = Checked::Wrong { tries_left: 4 };
    assert_eq!(
        guess("111111", &codes),
        (other, wrong(&codes[2..])),
        "its life is over"
    );

    let used = Code {
        used: true,
        ..newest
    };
    let (found, effect) = guess("222222", &[codes[1], used]);
    assert_eq!(found, Checked::Replaced { tries_left: 0 });
    assert_eq!(effect, wrong(&[]));
    let mut unknown = view(&codes);
    unknown.dead_before = NOW.before(Duration::from_secs(60));
    let (found, _) = judge(&check(Caller::Application, "222222"), &unknown);
    assert_eq!(
        found,
        Checked::Wrong { tries_left: 4 },
        "from before the trustworthy time"
    );
}

#[test]
fn the_code_that_was_used_costs_nothing_and_another_one_does() {
    let codes = [Code {
        used: true,
        ..code("123456", 10)
    }];
    let again = judge(&check(Caller::Application, "123456"), &view(&codes));
    assert_eq!(again, (Checked::Used, None));
    let other = judge(&check(Caller::Application, "123457"), &view(&codes));
    assert_eq!(other, (Checked::NotSent, wrong(&[])));
}

#[test]
fn a_spent_budget_locks_before_anything_is_compared() {
    let codes = [code("123456", 10)];
    let in_a_row = Failures {
        in_a_row: 80,
        refused_until: None,
    };
    let locked = CheckView {
        failures: in_a_row,
        ..view(&codes)
    };
    let found = |caller| judge(&check(caller, "123456"), &locked).0;
    assert_eq!(found(Caller::Public), Checked::Locked { wait: None });
    assert!(matches!(found(Caller::Application), Checked::Right { .. }));
    let until = Some(NOW.after(Duration::from_secs(7)));
    let hour = Failures {
        in_a_row: 0,
        refused_until: until,
    };
    let locked = CheckView {
        failures: hour,
        ..view(&codes)
    };
    let (found, effect) = judge(&check(Caller::Public, "123456"), &locked);
    let wait = Some(Duration::from_secs(7));
    assert_eq!((found, effect), (Checked::Locked { wait }, None));
}

#[test]
fn a_limit_on_the_source_refuses_before_anything_is_compared() {
    let codes = [code("123456", 10)];
    let source = GuessSource {
        address: Some([192, 0, 2, 1].into()),
        ..GuessSource::UNCOUNTED
    };
    let rules = GuessLimits::default().rules(&app(), source);
    let placed = &rules.address.as_ref().unwrap().set().limits()[0];
    let until = NOW.after(Duration::from_secs(7));
    let spent = CheckView {
        source: SourceView {
            address: vec![LimitState {
                limit: placed.limit.clone(),
                count: 100,
                refused_until: Some(until),
            }],
            ..SourceView::default()
        },
        ..view(&codes)
    };
    for caller in Caller::ALL {
        for typed in ["123456", "999999", "1234567"] {
            let check = check(caller, typed).from_source(rules.clone());
            let (found, effect) = judge(&check, &spent);
            let Checked::Refused(refusal) = found else {
                panic!("{found:?}");
            };
            assert_eq!((refusal.count, refusal.until), (100, Some(until)));
            assert_eq!(effect, None);
        }
    }
    assert!(matches!(
        judge(&check(Caller::Public, "123456"), &spent).0,
        Checked::Right { .. }
    ));
}

#[test]
fn a_crowded_ledger_counts_wrong_guesses_at_numbers_with_codes_only() {
    let stranger = CheckView {
        counts_strangers: false,
        ..view(&[])
    };
    let (found, effect) = judge(&check(Caller::Public, "999999"), &stranger);
    assert_eq!((found, effect), (Checked::NotSent, None));
    let codes = [code("123456", 10)];
    let known = CheckView {
        counts_strangers: false,
        ..view(&codes)
    };
    let (found, effect) = judge(&check(Caller::Public, "999999"), &known);
    assert_eq!(
        (found, effect),
        (Checked::Wrong { tries_left: 4 }, wrong(&codes))
    );
}

#[test]
fn an_unlock_clears_both_counts_and_a_token_use_only_adds_its_hit() {
    assert_eq!(Effect::Unlocked.hits(), HitChange::Clear);
    assert_eq!(Effect::Unlocked.consecutive().after(42), 0);
    assert_eq!(Effect::TokenUsed.hits(), HitChange::Add);
    assert_eq!(Effect::TokenUsed.consecutive().after(42), 42);
}

#[test]
fn callers_are_known_by_their_names() {
    assert_eq!(Caller::ALL.map(Caller::as_str), ["public", "application"]);
}

#[test]
fn a_guess_of_a_length_that_no_code_has_is_neither_compared_nor_counted() {
    for codes in [vec![], vec![code("075092", 10)], vec![code("075092", 301)]] {
        for typed in ["75092", "0750922", "07509200"] {
            let found = judge(&check(Caller::Public, typed), &view(&codes));
            assert_eq!(found, (Checked::Malformed, None), "{typed}");
        }
    }
}

#[test]
fn a_code_from_before_a_change_of_the_length_passes_as_long_as_it_lives() {
    let typed = |passcode: &str, changed: u64| CodeCheck {
        length: CodeLength {
            digits: 6,
            since: NOW.before(Duration::from_secs(changed)),
        },
        ..check(Caller::Application, passcode)
    };
    let mut codes = [code("12345678", 60)];
    let message = codes[0].message;
    let right = Checked::Right { message, at: NOW };
    assert_eq!(judge(&typed("12345678", 30), &view(&codes)).0, right);
    let wrong = Checked::Wrong { tries_left: 4 };
    assert_eq!(judge(&typed("1234567", 30), &view(&codes)).0, wrong);
    // The code is younger than the settings, so it has their length.
    let found = judge(&typed("12345678", 90), &view(&codes)).0;
    assert_eq!(found, Checked::Malformed);
    codes[0].used = true;
    assert_eq!(
        judge(&typed("12345678", 30), &view(&codes)).0,
        Checked::Used
    );
    let dead = [code("12345678", 301)];
    let found = judge(&typed("12345678", 30), &view(&dead)).0;
    assert_eq!(found, Checked::Malformed);
}
