//! Limits on wrong guesses by where they come from.

use std::net::IpAddr;
use std::time::Duration;

use countersign_core::application::AppId;
use countersign_core::channel::Channel;
use countersign_core::code::check::{Caller, Checked, CodeCheck};
use countersign_core::limit::guess_sources::{GuessLimits, GuessSource};
use countersign_core::limit::{Mode, Standing};

use crate::world::{PHONE, World, is_right, on_each_backend, rules};

const HOUR: Duration = Duration::from_secs(3_600);
const CODE: &str = "000042";

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// The check of a code for number `n` that comes from `address`.
fn guess(world: &World, n: u32, code: &str, address: IpAddr, standing: Standing) -> CodeCheck {
    let phone = format!("+861380014{n:04}");
    let check = world.typed(Caller::Public, "app", Channel::Login, &phone, code);
    let source = GuessSource {
        address: Some(address),
        standing,
    };
    check.from_source(GuessLimits::default().rules(&AppId::parse("app").unwrap(), source))
}

/// Guesses wrongly once at each of these numbers.
async fn spray(world: &World, numbers: std::ops::Range<u32>, from: IpAddr) {
    for n in numbers {
        let check = guess(world, n, "999999", from, Standing::Public);
        let found = world.ledger().check(check).await.unwrap();
        assert_eq!(found, Checked::NotSent, "{n}");
    }
}

fn refused(found: &Checked) -> Option<(Mode, String)> {
    match found {
        Checked::Refused(refusal) => Some((refusal.mode, refusal.limit.to_string())),
        _ => None,
    }
}

#[tokio::test]
async fn a_hundred_wrong_guesses_at_many_numbers_close_an_address_for_an_hour() {
    let (one, other) = (address("192.0.2.1"), address("192.0.2.2"));
    let enforced = Some((Mode::Enforce, "guesses-address".to_owned()));
    for mut world in on_each_backend() {
        world
            .send("app", Channel::Login, PHONE, CODE, rules(Channel::Login))
            .await;
        spray(&world, 0..60, one).await;
        world.restart();
        spray(&world, 60..100, one).await;
        let from = async |world: &World, address| {
            let check = world.typed(Caller::Public, "app", Channel::Login, PHONE, CODE);
            let source = GuessSource {
                address: Some(address),
                standing: Standing::Public,
            };
            let app = AppId::parse("app").unwrap();
            let check = check.from_source(GuessLimits::default().rules(&app, source));
            world.ledger().check(check).await.unwrap()
        };
        for _ in 0..2 {
            assert_eq!(
                refused(&from(&world, one).await),
                enforced,
                "the right code, too"
            );
            assert!(is_right(&from(&world, other).await));
            world.restart();
        }
        world.pass(HOUR);
        assert_eq!(refused(&from(&world, one).await), None);
    }
}

#[tokio::test]
async fn refused_guesses_do_not_lengthen_the_hour() {
    let one = address("2001:db8::1");
    for world in on_each_backend() {
        spray(&world, 0..100, one).await;
        for n in 0..50 {
            let same_network = address(&format!("2001:db8::{n:x}:2"));
            let check = guess(&world, 200 + n, "999999", same_network, Standing::Public);
            let found = world.ledger().check(check).await.unwrap();
            assert!(refused(&found).is_some(), "{found:?}");
        }
        world.pass(HOUR);
        spray(&world, 100..200, one).await;
    }
}

#[tokio::test]
async fn guesses_sprayed_over_an_application_ask_for_challenges_until_people_use_their_codes() {
    let asked = Some((Mode::Challenge, "guesses-app".to_owned()));
    for world in on_each_backend() {
        for n in 0..200 {
            spray(&world, n..n + 1, address(&format!("192.0.2.{n}"))).await;
        }
        let caller = address("198.51.100.1");
        let found = async |standing| {
            let check = guess(&world, 9_000, "999999", caller, standing);
            refused(&world.ledger().check(check).await.unwrap())
        };
        assert_eq!(found(Standing::Unsolved).await, asked);
        assert_eq!(found(Standing::Trusted).await, None);
        assert_eq!(found(Standing::Public).await, None);
        world.pass(Duration::from_secs(600));
        assert_eq!(found(Standing::Unsolved).await, None);
    }
}
