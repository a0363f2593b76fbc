use super::*;
use crate::application::{AppName, Application};
use crate::country_rules::Countries;
use crate::language::Languages;
use crate::network::Networks;
use crate::ports::setup::{ApplicationRecord, SecretMac};

// shows: D9
#[test]
fn a_guard_that_monitors_notes_its_verdict_and_refuses_nothing() {
    let mut world = World::new(Mode::Monitor);
    world.sent_many(50, 0);
    let verdict = world.judge(&foreign(1));
    assert!(matches!(&verdict, Verdict::Notes(refusal) if refusal.limit == "guard-block"));
    assert_eq!(world.kept()[0].mode, Mode::Monitor);
    let state = world.guard.state(world.now);
    assert_eq!(
        (state.mode, state.blocks, state.noted),
        (Mode::Monitor, 0, 1)
    );
}

/// A setting with an application that was created at this time.
fn application(id: &str, created_at: Timestamp) -> Setting {
    let application = Application {
        id: AppId::parse(id).unwrap(),
        name: AppName::parse("Shop").unwrap(),
        sms_name: None,
        origins: Default::default(),
        backends: Networks::default(),
        web_host: None,
        android_app_hash: None,
        default_country: None,
        allowed_countries: Countries::All,
        languages: Languages::default(),
        challenges: false,
        created_at,
    };
    Setting::Application(ApplicationRecord {
        application: Arc::new(application),
        secret: SecretMac::from_bytes([1; 32]),
        replaced_secret: None,
        is_disabled: false,
    })
}

// shows: D9
#[test]
fn a_guard_monitors_for_the_first_days_of_the_oldest_application() {
    let mut world = World::new(Mode::Enforce);
    let settings = GuardSettings {
        watches: 24 * HOUR,
        ..world.guard.settings()
    };
    world.guard = Guard::new(settings, Arc::clone(&world.kept) as _);
    assert_eq!(world.guard.settings(), settings);
    let ends = world.now.after(24 * HOUR);
    let applications = || [application("shop", world.now), application("later", ends)];
    world.plan(applications());
    let mode = |world: &World| world.guard.state(world.now).mode;
    assert_eq!(world.guard.state(world.now).watches_until, ends);
    world.now = ends.before(LIFE + MINUTE + MINUTE);
    world.sent_many(50, 0);
    assert_eq!(mode(&world), Mode::Monitor);
    let noted = world.judge(&foreign(1));
    assert_eq!(told(&noted), Some(("guard-block", Mode::Monitor)));
    world.now = ends.before(Duration::from_millis(1));
    assert_eq!(mode(&world), Mode::Monitor);
    world.now = ends;
    assert_eq!(mode(&world), Mode::Enforce);
    let block = world.kept().into_iter().find(|block| block.stands(ends));
    assert_eq!(block.map(|block| block.mode), Some(Mode::Monitor));
    let asked = world.judge(&foreign(1));
    assert_eq!(
        told(&asked),
        Some(("guard-conversion", Mode::Challenge)),
        "the block that monitors goes on monitoring"
    );
}

#[test]
fn a_refusal_tells_the_sends_that_nobody_verified_and_how_many_may_be_so() {
    let refusal = |sends, verified| {
        let mut world = World::new(Mode::Enforce);
        world.sent_many(sends, verified);
        let Verdict::Refuses(refusal) = world.judge(&foreign(1)) else {
            panic!("{verified} of {sends} are refused");
        };
        let until = refusal.until.map(|until| world.now.until(until));
        (
            refusal.limit.into_owned(),
            refusal.count,
            refusal.max,
            until,
        )
    };
    let challenged = ("guard-conversion".to_owned(), 19, 15, Some(24 * HOUR));
    assert_eq!(refusal(20, 1), challenged);
    let blocked = ("guard-block".to_owned(), 57, 53, Some(HOUR));
    assert_eq!(refusal(60, 3), blocked);
}
