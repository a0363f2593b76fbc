//! Checking codes.

use std::sync::Arc;
use std::time::Duration;

use countersign_core::application::AppId;
use countersign_core::audit::Author;
use countersign_core::channel::Channel;
use countersign_core::code::CodeState;
use countersign_core::code::check::{Caller, Checked, TokenUse, Unlock};
use countersign_core::code::checker::{Checker, GuessInput};
use countersign_core::limit::LimitsInUse;
use countersign_core::limit::guess_sources::GuessSource;
use countersign_core::phone::PhoneNumber;
use countersign_core::policy::{CodePolicy, CodeRules, Resend, TOKEN_LIFE};
use countersign_core::send::outcome::Outcome;

use crate::sqlite::Sqlite;
use crate::world::{PHONE, World, accepted, is_right, login, on_each_backend, refused, unknown};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

fn resend(resend: Resend) -> CodeRules {
    CodeRules { resend, ..login() }
}

#[tokio::test]
async fn a_right_guess_is_used_up_by_the_application_and_not_by_the_public() {
    for mut world in on_each_backend() {
        let message = world.code_sent("000042").await;
        for _ in 0..7 {
            assert!(is_right(&world.check(Caller::Public, "000042").await));
        }
        let found = world.check(Caller::Application, "000042").await;
        assert_eq!(
            found,
            Checked::Right {
                message,
                at: world.now()
            }
        );
        for _ in 0..2 {
            assert_eq!(world.code(message).await, CodeState::Used);
            for caller in Caller::ALL {
                assert_eq!(world.check(caller, "000042").await, Checked::Used);
            }
            world.restart();
        }
        world.pass(HOUR);
        assert_eq!(world.code(message).await, CodeState::Used);
        let checks = world.timeline(message).await.checks;
        assert_eq!(checks.len(), 1, "{checks:?}");
        assert!(checks[0].right && checks[0].caller == Caller::Application);
    }
}

#[tokio::test]
async fn text_that_cannot_be_a_code_is_not_checked_and_costs_nothing() {
    for world in on_each_backend() {
        let message = world.code_sent("000042").await;
        let checker = Checker::new(
            world.ledger(),
            world.code_key(),
            CodePolicy::default(),
            world.now(),
            LimitsInUse::default(),
            Arc::default(),
        );
        assert_eq!(format!("{checker:?}"), "Checker { .. }");
        let check = async |passcode: &str| {
            let typed = GuessInput {
                request_id: world.request_id(),
                caller: Caller::Public,
                app: AppId::parse("app").unwrap(),
                channel: Channel::Login,
                phone: PhoneNumber::parse(PHONE, None).unwrap(),
                source: GuessSource::UNCOUNTED,
                passcode: passcode.to_owned(),
                claim: None,
            };
            checker.check(typed).await.unwrap()
        };
        for typed in [
            "",
            "42",
            "00004",
            "0000042",
            "00000042",
            "99999999999",
            "00004O",
        ] {
            assert_eq!(check(typed).await, Checked::Malformed, "{typed}");
        }
        assert_eq!(check("999999").await, Checked::Wrong { tries_left: 4 });
        let at = world.now();
        for typed in [
            "000042",
            "000 042 ",
            "０００-０４２",
            "\u{202a}000042\u{202c}",
        ] {
            assert_eq!(
                check(typed).await,
                Checked::Right { message, at },
                "{typed}"
            );
        }
    }
}

// shows: A1
#[tokio::test]
async fn wrong_guesses_of_either_caller_kill_a_code_also_over_a_restart() {
    for kill in [false, true] {
        for mut world in on_each_backend() {
            let message = world.code_sent("000042").await;
            for (n, caller) in [
                Caller::Public,
                Caller::Application,
                Caller::Public,
                Caller::Application,
            ]
            .into_iter()
            .enumerate()
            {
                let found = world.check(caller, "999999").await;
                let tries_left = 4 - u8::try_from(n).unwrap();
                assert_eq!(found, Checked::Wrong { tries_left });
                if kill {
                    world.restart();
                }
            }
            assert!(is_right(&world.check(Caller::Public, "000042").await));
            let last = world.check(Caller::Application, "999999").await;
            assert_eq!(last, Checked::Wrong { tries_left: 0 });
            for _ in 0..2 {
                assert_eq!(
                    world.check(Caller::Application, "000042").await,
                    Checked::Exhausted
                );
                assert_eq!(world.code(message).await, CodeState::Exhausted);
                world.restart();
            }
            world.pass(HOUR);
            assert_eq!(world.code(message).await, CodeState::Exhausted);
        }
    }
}

#[tokio::test]
async fn a_code_ends_on_the_millisecond_and_is_remembered_for_a_minute() {
    for caller in Caller::ALL {
        for world in on_each_backend() {
            world.code_sent("000042").await;
            world.pass(Duration::from_millis(299_999));
            assert!(is_right(&world.check(Caller::Public, "000042").await));
            world.pass(Duration::from_millis(1));
            assert_eq!(world.check(caller, "000042").await, Checked::Expired);
            world.pass(Duration::from_millis(59_999));
            assert_eq!(world.check(caller, "000042").await, Checked::Expired);
            world.pass(Duration::from_millis(1));
            world.other_traffic(0..1).await;
            assert_eq!(world.check(caller, "000042").await, Checked::NotSent);
        }
    }
}

#[tokio::test]
async fn a_code_is_good_from_the_decision_on_unless_it_was_not_sent() {
    for world in on_each_backend() {
        let (message, _) = world
            .send_unsettled("app", Channel::Login, PHONE, "000042", login())
            .await;
        assert!(is_right(&world.check(Caller::Public, "000042").await));
        world.settle(message, refused()).await;
        assert_eq!(
            world.check(Caller::Application, "000042").await,
            Checked::NotSent
        );

        let (message, _) = world
            .send_unsettled("app", Channel::Login, PHONE, "000043", login())
            .await;
        assert!(is_right(&world.check(Caller::Application, "000043").await));
        world.settle(message, accepted()).await;
        assert_eq!(
            world.check(Caller::Application, "000043").await,
            Checked::Used
        );
    }
}

#[tokio::test]
async fn a_new_code_takes_the_place_of_the_older_once_it_may_have_been_sent() {
    for outcome in [accepted(), unknown()] {
        for mut world in on_each_backend() {
            world.code_sent("000001").await;
            world.pass(MINUTE);
            let (newer, _) = world
                .send_unsettled("app", Channel::Login, PHONE, "000002", login())
                .await;
            assert!(is_right(&world.check(Caller::Public, "000001").await));
            world.settle(newer, outcome.clone()).await;
            for _ in 0..2 {
                assert!(!is_right(&world.check(Caller::Public, "000001").await));
                assert!(is_right(&world.check(Caller::Public, "000002").await));
                world.restart();
            }
        }
    }
}

#[tokio::test]
async fn one_code_is_sent_again_for_as_long_as_it_lives() {
    for mut world in on_each_backend() {
        let reuse = resend(Resend::Reuse);
        let first = world
            .send("app", Channel::Login, PHONE, "000042", reuse)
            .await;
        let ends = world.now().after(reuse.life);
        world.wrong(Caller::Public, 2).await;
        world.pass(MINUTE);
        world.restart();
        let (second, again) = world
            .send_unsettled("app", Channel::Login, PHONE, "111111", reuse)
            .await;
        let again = again.expect("the code that is live");
        assert_eq!((again.message, again.expires_at), (first, ends));
        world.settle(second, accepted()).await;
        world.restart();
        assert!(!is_right(&world.check(Caller::Public, "111111").await));
        // The tries carry on: this is the fourth wrong guess.
        assert_eq!(
            world.check(Caller::Public, "999999").await,
            Checked::Wrong { tries_left: 1 }
        );
        assert_eq!(world.code(second).await, CodeState::Live);
        assert!(is_right(&world.check(Caller::Application, "000042").await));
        assert_eq!(world.code(second).await, CodeState::Used);

        world.pass(MINUTE);
        let (third, again) = world
            .send_unsettled("app", Channel::Login, PHONE, "222222", reuse)
            .await;
        assert_eq!(again, None, "a used code is not sent again");
        world.settle(third, accepted()).await;
        assert!(is_right(&world.check(Caller::Application, "222222").await));
    }
}

#[tokio::test]
async fn the_last_codes_are_accepted_and_a_success_ends_them_all() {
    for mut world in on_each_backend() {
        let last_two = resend(Resend::AcceptLast(2));
        for code in ["000001", "000002", "000003"] {
            world
                .send("app", Channel::Login, PHONE, code, last_two)
                .await;
            world.pass(MINUTE);
        }
        for _ in 0..2 {
            assert!(!is_right(&world.check(Caller::Public, "000001").await));
            assert!(is_right(&world.check(Caller::Public, "000002").await));
            assert!(is_right(&world.check(Caller::Public, "000003").await));
            world.restart();
        }
        assert!(is_right(&world.check(Caller::Application, "000002").await));
        world.restart();
        assert_eq!(
            world.check(Caller::Application, "000003").await,
            Checked::Used
        );
    }
}

#[tokio::test]
async fn a_replaced_code_is_told_apart_over_a_restart_until_its_life_ends() {
    for mut world in on_each_backend() {
        world.code_sent("111111").await;
        world.pass(MINUTE);
        world.code_sent("222222").await;
        world.restart();
        let replaced = |tries_left| Checked::Replaced { tries_left };
        let application = Caller::Application;
        assert_eq!(world.check(application, "111111").await, replaced(4));
        assert_eq!(world.check(application, "111111").await, replaced(3));
        world.restart();
        let wrong = Checked::Wrong { tries_left: 2 };
        assert_eq!(world.check(application, "999999").await, wrong);
        world.pass(Duration::from_secs(240));
        let wrong = Checked::Wrong { tries_left: 1 };
        assert_eq!(world.check(application, "111111").await, wrong);
        assert!(is_right(&world.check(application, "222222").await));
    }
}

#[tokio::test]
async fn a_check_whose_request_took_too_long_is_refused() {
    for world in on_each_backend() {
        world.code_sent("000042").await;
        let right = || world.typed(Caller::Application, "app", Channel::Login, PHONE, "000042");
        let (late, later) = (right(), right());
        world.pass(Duration::from_millis(15_001));
        assert!(world.ledger().check(late).await.is_err());
        world.pass(Duration::from_secs(120));
        assert!(world.ledger().check(later).await.is_err());
        assert!(is_right(&world.check(Caller::Application, "000042").await));
    }
}

#[tokio::test]
async fn a_repeated_right_guess_costs_nothing_and_does_not_pass() {
    for mut world in on_each_backend() {
        world.code_sent("000042").await;
        assert!(is_right(&world.check(Caller::Application, "000042").await));
        for _ in 0..50 {
            for caller in Caller::ALL {
                assert_eq!(world.check(caller, "000042").await, Checked::Used);
            }
        }
        assert_eq!(
            world.check(Caller::Application, "000043").await,
            Checked::NotSent,
            "nobody is told that another code was used"
        );
        world.code_sent("000044").await;
        world.restart();
        assert!(is_right(&world.check(Caller::Public, "000044").await));
    }
}

// shows: A8
#[tokio::test]
async fn a_code_passes_for_its_own_scope_only() {
    for world in on_each_backend() {
        let (apps, phones) = (["app", "other"], [PHONE, "+8613800138001"]);
        let mut all = Vec::new();
        for app in apps {
            for channel in Channel::ALL {
                for phone in phones {
                    all.push((app, channel, phone, format!("{:06}", all.len())));
                }
            }
        }
        // Enough tries that no guess is refused uncompared.
        let patient = CodeRules {
            tries: 10,
            ..login()
        };
        for (app, channel, phone, own) in &all {
            let send = || world.send(app, *channel, phone, own, patient);
            for others in all.chunks(10) {
                send().await;
                let others = others.iter().map(|other| &other.3);
                for (n, code) in others.filter(|code| *code != own).enumerate() {
                    let check = world.typed(Caller::ALL[n % 2], app, *channel, phone, code);
                    let found = world.ledger().check(check).await.unwrap();
                    assert!(matches!(found, Checked::Wrong { .. }), "{code}: {found:?}");
                }
                let unlock = Unlock {
                    request_id: world.request_id(),
                    phone: PhoneNumber::parse(phone, None).unwrap(),
                    note: String::new(),
                    by: Author::service(),
                };
                world.ledger().unlock(unlock).await.unwrap();
            }
            send().await;
            for caller in Caller::ALL {
                let check = world.typed(caller, app, *channel, phone, own);
                assert!(is_right(&world.ledger().check(check).await.unwrap()));
            }
        }
    }
}

#[tokio::test]
async fn a_token_is_used_once() {
    for mut world in on_each_backend() {
        let mut token = TokenUse {
            request_id: world.request_id(),
            token: "jti".to_owned(),
            life: TOKEN_LIFE,
        };
        assert!(world.ledger().use_token(token.clone()).await.unwrap());
        world.restart();
        for _ in 0..3 {
            token.request_id = world.request_id();
            assert!(!world.ledger().use_token(token.clone()).await.unwrap());
        }
        token.request_id = world.request_id();
        token.token = "another".to_owned();
        assert!(world.ledger().use_token(token).await.unwrap());
    }
}

#[tokio::test]
async fn a_token_use_is_remembered_for_its_life_over_restarts() {
    for mut world in on_each_backend() {
        let life = Duration::from_secs(1800);
        let token = |world: &mut World| TokenUse {
            request_id: world.request_id(),
            token: "signature".to_owned(),
            life,
        };
        let first = token(&mut world);
        assert!(world.ledger().use_token(first).await.unwrap());
        // Later than the part of the log that a start reads again.
        for minutes in [5, 10, 14] {
            world.pass(Duration::from_secs(minutes * 60));
            world.restart();
            let again = token(&mut world);
            assert!(
                !world.ledger().use_token(again).await.unwrap(),
                "{minutes} minutes later"
            );
        }
        world.pass(Duration::from_secs(60));
        let again = token(&mut world);
        assert!(world.ledger().use_token(again).await.unwrap());
    }
}

// shows: H1
#[tokio::test]
async fn a_clock_set_back_over_a_restart_kills_codes_and_revives_none() {
    for (idle, back, alive) in [
        (0, 0, true),
        (250, 0, true),
        (0, 3600, false),
        // Set back to after the last message, but before the last mark.
        (250, 100, false),
    ] {
        // The clock of a database server goes on while a node is down.
        let mut world = World::on(Sqlite::in_memory());
        let message = world.code_sent("000042").await;
        world.pass(Duration::from_secs(idle));
        world.stop(); // which puts the time on record
        world.set_clock_back(Duration::from_secs(back));
        world.start();
        let found = world.check(Caller::Public, "000042").await;
        assert_eq!(is_right(&found), alive, "{idle} {back}: {found:?}");
        if alive {
            continue;
        }
        assert_eq!(found, Checked::Expired);
        assert_eq!(world.code(message).await, CodeState::Expired);
        world.pass(Duration::from_secs(3600));
        world.restart();
        assert!(!is_right(&world.check(Caller::Public, "000042").await));
        world.code_sent("000043").await;
        assert!(is_right(&world.check(Caller::Public, "000043").await));
    }
}

#[tokio::test]
async fn an_outcome_that_comes_late_does_not_bring_an_older_code_back() {
    for world in on_each_backend() {
        let (older, _) = world
            .send_unsettled("app", Channel::Login, PHONE, "000001", login())
            .await;
        world.pass(MINUTE);
        let newer = world.code_sent("000002").await;
        assert!(!is_right(&world.check(Caller::Public, "000001").await));
        world
            .settle(
                older,
                Outcome::Unknown {
                    cause: "late".to_owned(),
                },
            )
            .await;
        assert!(!is_right(&world.check(Caller::Public, "000001").await));
        assert!(is_right(&world.check(Caller::Public, "000002").await));
        assert_eq!(world.code(newer).await, CodeState::Live);
    }
}
