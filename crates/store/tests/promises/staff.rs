//! What a store promises about the people who work with the console.

use std::sync::Arc;
use std::time::Duration;

use countersign_core::audit::Author;
use countersign_core::id::RequestId;
use countersign_core::ports::setup::{Change, ChangeError, Setting, SetupStore};
use countersign_core::ports::staff::Staff;
use countersign_core::secret::Secret;
use countersign_core::staff::pace::{ACCOUNT, ADDRESS, Tried};
use countersign_core::staff::person::{Credentials, Person, PersonId, PersonName};
use countersign_core::staff::recovery::RecoveryCodes;
use countersign_core::staff::session::{Session, Stage};
use countersign_core::staff::token::TokenHash;

use crate::backend::Backend;
#[cfg(feature = "postgres")]
use crate::postgres::Postgres;
use crate::settings::{people, put};
use crate::world::{World, on_each_backend};

const SECOND: Duration = Duration::from_secs(1);

fn lin() -> PersonId {
    PersonId::parse("0123456789abcdef").unwrap()
}

fn session(world: &World<impl Backend>, token: &str, person: &PersonId) -> Session {
    let now = world.now();
    Session {
        id: TokenHash::of(token),
        person: person.clone(),
        epoch: 7,
        stage: Stage::SignedIn { fresh: now },
        begun: now,
        seen: now,
        from: Some("2001:db8::7".parse().unwrap()),
        browser: "Firefox".to_owned(),
        flash: Some("saved".to_owned()),
    }
}

async fn found(staff: &Arc<dyn Staff>, token: &str) -> Option<Session> {
    staff.session(TokenHash::of(token)).await.unwrap()
}

/// Returns the staff of two nodes.
#[cfg(feature = "postgres")]
fn nodes(world: &World<Postgres>) -> [Arc<dyn Staff>; 2] {
    [world.staff(), world.backend.beside().staff()]
}

// shows: G2
#[tokio::test]
async fn a_session_is_kept_over_a_restart_until_it_is_ended() {
    for mut world in on_each_backend() {
        let (first, second) = (session(&world, "a", &lin()), session(&world, "b", &lin()));
        let waiting = Session {
            stage: Stage::CodeAwaited { wrong: 2 },
            from: None,
            flash: None,
            ..session(&world, "c", &lin())
        };
        for session in [&first, &second, &waiting] {
            world
                .staff()
                .begin_session(session.clone(), world.now())
                .await
                .unwrap();
        }
        world.restart();
        assert_eq!(found(&world.staff(), "a").await, Some(first.clone()));
        assert_eq!(found(&world.staff(), "c").await, Some(waiting));
        assert_eq!(found(&world.staff(), "d").await, None);
        let seen = Session {
            seen: world.now().after(SECOND),
            ..first.clone()
        };
        world.staff().keep_session(seen.clone()).await.unwrap();
        assert_eq!(found(&world.staff(), "a").await, Some(seen.clone()));
        world.staff().end_session(first.id).await.unwrap();
        world.staff().keep_session(seen).await.unwrap();
        world.restart();
        assert_eq!(found(&world.staff(), "a").await, None, "an end is an end");
        assert_eq!(found(&world.staff(), "b").await, Some(second));
    }
}

// shows: G2
#[tokio::test]
async fn all_sessions_of_a_person_but_one_end_at_once() {
    for world in on_each_backend() {
        let other = PersonId::parse("fedcba9876543210").unwrap();
        let staff = world.staff();
        for (token, person) in [("a", &lin()), ("b", &lin()), ("c", &lin()), ("d", &other)] {
            let session = session(&world, token, person);
            staff.begin_session(session, world.now()).await.unwrap();
        }
        staff
            .end_sessions(&lin(), Some(TokenHash::of("b")))
            .await
            .unwrap();
        let left = staff.sessions_of(&lin()).await.unwrap();
        assert_eq!(left, [session(&world, "b", &lin())]);
        staff.end_sessions(&lin(), None).await.unwrap();
        assert_eq!(staff.sessions_of(&lin()).await.unwrap(), []);
        assert!(found(&staff, "d").await.is_some());
    }
}

#[tokio::test]
async fn a_session_that_is_over_goes_when_another_begins() {
    for world in on_each_backend() {
        let (staff, over) = (world.staff(), session(&world, "a", &lin()));
        staff
            .begin_session(over.clone(), world.now())
            .await
            .unwrap();
        let later = over.ends();
        staff
            .begin_session(session(&world, "b", &lin()), later)
            .await
            .unwrap();
        assert_eq!(found(&staff, "a").await, None);
    }
}

// shows: G6
#[tokio::test]
async fn a_session_opens_after_keys_have_changed() {
    for mut world in on_each_backend() {
        let session = session(&world, "a", &lin());
        world
            .staff()
            .begin_session(session.clone(), world.now())
            .await
            .unwrap();
        world.backend.add_keys();
        world.backend.begin_keys().await;
        assert_eq!(found(&world.staff(), "a").await.as_ref(), Some(&session));
        world.restart();
        assert_eq!(found(&world.staff(), "a").await, Some(session));
    }
}

// shows: G8
#[tokio::test]
async fn a_step_passes_once_and_none_before_it_does() {
    for mut world in on_each_backend() {
        let mut tries = Vec::new();
        for _ in 0..8 {
            let staff = world.staff();
            tries.push(tokio::spawn(
                async move { staff.use_step(&lin(), 100).await },
            ));
        }
        let mut passed = 0;
        for tried in tries {
            passed += usize::from(tried.await.unwrap().unwrap());
        }
        assert_eq!(passed, 1);
        world.restart();
        let staff = world.staff();
        assert_eq!(staff.used_step(&lin()).await.unwrap(), Some(100));
        for (step, passes) in [(100, false), (99, false), (101, true)] {
            assert_eq!(
                staff.use_step(&lin(), step).await.unwrap(),
                passes,
                "{step}"
            );
        }
        let other = PersonId::parse("fedcba9876543210").unwrap();
        assert_eq!(staff.used_step(&other).await.unwrap(), None);
        assert!(staff.use_step(&other, 1).await.unwrap());
    }
}

fn tried(address: &str) -> Vec<Tried> {
    vec![
        Tried::with_name(&PersonName::parse("Lin").unwrap()),
        Tried::from_address(address.parse().unwrap()),
    ]
}

async fn count(world: &World<impl Backend>, address: &str) -> Option<Duration> {
    let id = RequestId::generate(world.now(), world.entropy()).unwrap();
    let staff = world.staff();
    let counted = staff.count(tried(address), id, world.now()).await;
    counted.unwrap()
}

// shows: G8
#[tokio::test]
async fn tries_are_counted_over_restarts_and_changes_of_keys() {
    for mut world in on_each_backend() {
        for number in 0..ACCOUNT.max {
            assert_eq!(count(&world, "192.0.2.1").await, None, "{number}");
            if number == 3 {
                world.restart();
            }
            if number == 6 {
                world.backend.add_keys();
                world.backend.begin_keys().await;
            }
        }
        let minute = ACCOUNT.beyond.unwrap();
        assert_eq!(count(&world, "192.0.2.1").await, Some(minute));
        assert_eq!(
            count(&world, "192.0.2.2").await,
            Some(minute),
            "the name counts"
        );
        world.pass(minute);
        assert_eq!(count(&world, "192.0.2.1").await, None);
        assert_eq!(count(&world, "192.0.2.1").await, Some(minute));
    }
}

// shows: G8
#[tokio::test]
async fn of_many_tries_at_once_no_more_pass_than_one_after_the_other() {
    for world in on_each_backend() {
        let mut tries = Vec::new();
        for _ in 0..ACCOUNT.max + 10 {
            let (staff, now) = (world.staff(), world.now());
            let id = RequestId::generate(now, world.entropy()).unwrap();
            let count = async move { staff.count(tried("192.0.2.1"), id, now).await };
            tries.push(tokio::spawn(count));
        }
        let mut passed = 0;
        for tried in tries {
            passed += usize::from(tried.await.unwrap().unwrap().is_none());
        }
        assert_eq!(passed, ACCOUNT.max);
    }
}

#[tokio::test]
async fn a_try_that_is_taken_back_counts_no_more() {
    for world in on_each_backend() {
        for _ in 0..ADDRESS.max + 1 {
            let id = RequestId::generate(world.now(), world.entropy()).unwrap();
            let staff = world.staff();
            let counted = staff.count(tried("192.0.2.1"), id, world.now()).await;
            assert_eq!(counted.unwrap(), None);
            world.staff().take_back(id).await.unwrap();
        }
    }
}

// shows: G8
#[cfg(feature = "postgres")]
#[tokio::test]
async fn what_one_node_writes_every_other_knows() {
    let world = World::on(Postgres::new());
    let [one, other] = nodes(&world);
    one.begin_session(session(&world, "a", &lin()), world.now())
        .await
        .unwrap();
    assert_eq!(found(&other, "a").await, found(&one, "a").await);
    other.end_session(TokenHash::of("a")).await.unwrap();
    assert_eq!(found(&one, "a").await, None, "signed out on the other node");
    let lin = lin();
    let both = tokio::join!(one.use_step(&lin, 5), other.use_step(&lin, 5));
    assert_ne!(both.0.unwrap(), both.1.unwrap(), "one of two passes");
    for number in 0..ACCOUNT.max {
        let id = RequestId::generate(world.now(), world.entropy()).unwrap();
        let node = [&one, &other][number % 2];
        let counted = node.count(tried("192.0.2.1"), id, world.now());
        assert_eq!(counted.await.unwrap(), None);
    }
    for node in [&one, &other] {
        let id = RequestId::generate(world.now(), world.entropy()).unwrap();
        let counted = node.count(tried("192.0.2.1"), id, world.now());
        assert_eq!(counted.await.unwrap(), ACCOUNT.beyond);
    }
}

/// Two who change one version of a person, and how many of them do.
async fn winners(stores: [Arc<dyn SetupStore>; 2], changed: Person) -> usize {
    let seen = stores[0].setup().version;
    let mut won = 0;
    let change = |store: &Arc<dyn SetupStore>| {
        let (store, change) = (
            Arc::clone(store),
            Change::Put(Setting::Person(changed.clone())),
        );
        async move { store.change(seen, change, Author::service()).await }
    };
    let both = tokio::join!(change(&stores[0]), change(&stores[1]));
    for result in [both.0, both.1] {
        match result {
            Ok(_) => won += 1,
            Err(error) => assert_eq!(error, ChangeError::Stale),
        }
    }
    won
}

// shows: G1, G8
#[tokio::test]
async fn an_invitation_and_a_recovery_code_are_used_once() {
    for world in on_each_backend() {
        let [_, with_factor, invited] = people(&world);
        let (codes, recovery) = RecoveryCodes::generate(world.entropy()).unwrap();
        let mut credentials = with_factor.credentials().unwrap().clone();
        if let Some(factor) = &mut credentials.second_factor {
            factor.recovery = recovery;
        }
        let with_factor = with_factor.with_credentials(credentials);
        put(&world, Setting::Person(with_factor.clone())).await;
        put(&world, Setting::Person(invited.clone())).await;

        assert!(invited.is_invited_by(&TokenHash::of("token"), world.now()));
        let joined = invited.clone().with_credentials(Credentials {
            password: Secret::new("opaque".to_owned()),
            second_factor: None,
        });
        assert_eq!(winners([world.setups(), world.setups()], joined).await, 1);
        let setup = world.setups().setup();
        let now_joined = setup.people.get(&invited.id).unwrap();
        assert!(!now_joined.is_invited_by(&TokenHash::of("token"), world.now()));

        let code = codes[0].reveal();
        let used = with_factor.without_recovery_code(code).unwrap();
        assert_eq!(winners([world.setups(), world.setups()], used).await, 1);
        let setup = world.setups().setup();
        let left = setup.people.get(&with_factor.id).unwrap();
        assert_eq!(left.without_recovery_code(code), None);
    }
}

// shows: G1, G8
#[cfg(feature = "postgres")]
#[tokio::test]
async fn of_two_nodes_that_use_an_invitation_one_does() {
    let world = World::on(Postgres::new());
    let beside = world.backend.beside();
    let [.., invited] = people(&world);
    let newest = put(&world, Setting::Person(invited.clone())).await.version;
    let other = beside.setups();
    while other.setup().version < newest {
        let seen = other.setup().version;
        other.newer_than(seen).await;
    }
    let joined = invited.with_credentials(Credentials {
        password: Secret::new("opaque".to_owned()),
        second_factor: None,
    });
    assert_eq!(winners([world.setups(), other], joined).await, 1);
}
