use super::*;
use crate::application::{AppName, Application, TokenAlgorithm};
use crate::country_rules::Countries;
use crate::language::Languages;
use crate::limit::LimitChange;
use crate::network::Networks;
use crate::phone::Country;
use crate::ports::setup::{ApplicationRecord, LimitRecord, SecretMac};

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
        token_algorithm: TokenAlgorithm::default(),
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

/// A watch of the United States.
fn watch(since: Timestamp) -> Block {
    Block {
        area: CountryState::area(Country::parse("US").unwrap()).unwrap(),
        reason: Reason::Operator,
        mode: Mode::Monitor,
        since,
        until: None,
        step: 0,
        lifted_at: None,
        note: String::new(),
    }
}

#[test]
fn sends_to_a_watched_country_pass_and_are_counted() {
    let mut world = World::new(Mode::Enforce);
    let watched = watch(world.now);
    world.plan([Setting::Block(watched.clone())]);
    for number in 1..=3 {
        assert!(matches!(world.judge(&foreign(number)), Verdict::Notes(_)));
    }
    assert_eq!(world.judge("+8613800138000"), Verdict::Allows);
    assert_eq!(world.guard.watched(&watched.area), 0, "nothing was sent");
    assert_eq!(world.guard.state(world.now).blocks, 0);
    world.sent_many(50, 0);
    let blocked = Some(("guard-block", Mode::Enforce));
    assert_eq!(
        told(&world.judge(&foreign(1))),
        blocked,
        "a watch lets nothing pass that is refused besides"
    );
    assert_eq!(world.guard.watched(&watched.area), 50);
    world.plan([]);
    assert_eq!(world.guard.watched(&watched.area), 0);
}

#[test]
fn a_limit_that_blocks_blocks_a_country_that_is_watched() {
    let world = World::new(Mode::Enforce);
    let watched = watch(world.now);
    world.plan([Setting::Block(watched)]);
    let number = phone(&foreign(1));
    let send = SendFacts {
        app: &world.app,
        channel: Channel::Login,
        phone: &number,
        address: None,
        standing: Standing::Public,
        price: None,
        exempt: Exemption::default(),
    };
    let by = BTreeSet::from([Part::Country]);
    world
        .guard
        .block_by_limit("country-day", &by, &send, world.now);
    let verdict = told(&world.judge(&foreign(2))).map(|(name, mode)| (name.to_owned(), mode));
    assert_eq!(verdict, Some(("guard-block".to_owned(), Mode::Enforce)));
}

#[test]
fn an_operator_sets_the_mode_at_run_time_and_the_first_days_stay() {
    let mut world = World::new(Mode::Enforce);
    let settings = GuardSettings {
        watches: 24 * HOUR,
        ..world.guard.settings()
    };
    world.guard = Guard::new(settings, Arc::clone(&world.kept) as _);
    let set = |mode| {
        Setting::Limit(LimitRecord {
            name: GuardSettings::NAME.to_owned(),
            change: LimitChange {
                mode,
                ..LimitChange::default()
            },
            settings: LimitChange::default(),
            currency: None,
        })
    };
    let created = application("shop", world.now);
    let modes = |world: &World| {
        let state = world.guard.state(world.now);
        (state.mode, state.later)
    };
    world.plan([created.clone(), set(Some(Mode::Challenge))]);
    assert_eq!(modes(&world), (Mode::Monitor, Mode::Challenge));
    world.pass(24 * HOUR);
    assert_eq!(modes(&world), (Mode::Challenge, Mode::Challenge));
    world.plan([created, set(None)]);
    assert_eq!(modes(&world), (Mode::Enforce, Mode::Enforce));
}
