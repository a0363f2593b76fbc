use std::future::Future;
use std::pin::pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;

use super::*;
use crate::application::{AppId, AppName, Origins, TokenAlgorithm};
use crate::country_rules::Countries;
use crate::entropy::{Entropy, EntropyError};
use crate::language::Languages;
use crate::network::Networks;
use crate::send::attempt::outcome;
use crate::template::{Template, TemplateScope, VendorTemplate};

struct Zeros;

impl Entropy for Zeros {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        buffer.fill(0);
        Ok(())
    }
}

/// A vendor that always answers the same after a delay, and notes the codes it was given and the time it had.
struct Vendor {
    name: &'static str,
    content: Content,
    says: Outcome,
    takes: i64,
    clock: Arc<AtomicI64>,
    given: Mutex<Vec<String>>,
    had: Mutex<Vec<Duration>>,
}

#[async_trait]
impl Provider for Vendor {
    fn name(&self) -> &str {
        self.name
    }

    fn content(&self, _: &PhoneNumber) -> Content {
        self.content
    }

    async fn send(&self, sms: &Sms) -> Outcome {
        let now = self.clock.fetch_add(self.takes, Ordering::SeqCst);
        let had = Timestamp::from_millis(now).until(sms.deadline);
        self.had.lock().unwrap().push(had);
        let mut given = self.given.lock().unwrap();
        given.push(sms.passcode.reveal().to_owned());
        self.says.clone()
    }
}

/// The vendors by name, each with its answer and its delay in milliseconds.
struct World {
    clock: Arc<AtomicI64>,
    vendors: Vec<Arc<Vendor>>,
    templates: Templates,
    made_at: i64,
    /// The milliseconds by which the clock advances with each reading.
    stands_still: i64,
}

impl World {
    fn of(vendors: impl IntoIterator<Item = (&'static str, Outcome, i64)>) -> Self {
        let clock = Arc::new(AtomicI64::new(10_000));
        let vendor = |(name, says, takes)| {
            Arc::new(Vendor {
                name,
                content: Content::Text,
                says,
                takes,
                clock: Arc::clone(&clock),
                given: Mutex::default(),
                had: Mutex::default(),
            })
        };
        let vendors = vendors.into_iter().map(vendor).collect();
        Self {
            clock,
            vendors,
            templates: Templates::default(),
            made_at: 10_000,
            stands_still: 0,
        }
    }

    fn carry(&self, on_unknown: OnUnknown) -> Vec<(String, Outcome)> {
        let app = Arc::new(Application {
            id: AppId::parse("shop").unwrap(),
            name: AppName::parse("Shop").unwrap(),
            origins: Origins::default(),
            backends: Networks::default(),
            web_host: None,
            android_app_hash: None,
            default_country: None,
            allowed_countries: Countries::All,
            languages: Languages::default(),
            challenges: false,
            token_algorithm: TokenAlgorithm::default(),
            sms_name: None,
            created_at: Timestamp::default(),
        });
        let phone = PhoneNumber::parse("13800138000", None).unwrap();
        let passcode = Passcode::generate(6, &Zeros).unwrap();
        let parcel = Parcel {
            message: MessageId::first_at(Timestamp::from_millis(self.made_at)),
            app: &app,
            channel: Channel::Login,
            phone: &phone,
            language: LanguageTag::english(),
            code: Some((passcode, Duration::from_secs(300))),
        };
        let providers = self.vendors.iter();
        let way = Way {
            providers: providers
                .map(|vendor| Arc::clone(vendor) as Arc<dyn Provider>)
                .collect(),
            on_unknown,
        };
        let now =
            || Timestamp::from_millis(self.clock.fetch_add(self.stands_still, Ordering::SeqCst));
        let carried = pin!(carry(&parcel, &way, &self.templates, now));
        let Poll::Ready(attempts) = carried.poll(&mut Context::from_waker(Waker::noop())) else {
            panic!("these vendors answer at once");
        };
        let named = attempts
            .into_iter()
            .map(|attempt| (attempt.provider.unwrap(), attempt.outcome));
        named.collect()
    }

    fn calls(&self) -> Vec<usize> {
        let calls = |vendor: &Arc<Vendor>| vendor.given.lock().unwrap().len();
        self.vendors.iter().map(calls).collect()
    }
}

fn accepted() -> Outcome {
    Outcome::Accepted {
        provider_message_id: None,
    }
}

fn unknown() -> Outcome {
    Outcome::Unknown {
        cause: "a reset".to_owned(),
    }
}

fn refused(kind: RefusalKind) -> Outcome {
    Outcome::not_accepted(kind)
}

fn kinds(attempts: &[(String, Outcome)]) -> Vec<&'static str> {
    let kind = |(_, outcome): &(String, Outcome)| match outcome {
        Outcome::Accepted { .. } => "accepted",
        Outcome::Unknown { .. } => "unknown",
        Outcome::NotAccepted(why) => why.kind.as_str(),
    };
    attempts.iter().map(kind).collect()
}

#[test]
fn only_a_definite_refusal_of_the_vendor_fails_over() {
    for kind in RefusalKind::ALL {
        let world = World::of([("a", refused(kind), 0), ("b", accepted(), 0)]);
        let attempts = world.carry(OnUnknown::Keep);
        let goes_on = !matches!(kind, RefusalKind::BadNumber | RefusalKind::TooLate);
        // Both vendors would send the same text.
        let same_words = kind == RefusalKind::ContentRejected;
        let calls = if goes_on && !same_words {
            vec![1, 1]
        } else {
            vec![1, 0]
        };
        assert_eq!(world.calls(), calls, "{kind:?}");
        assert_eq!(attempts.len(), if goes_on { 2 } else { 1 }, "{kind:?}");
    }
    for surely_or_perhaps in [accepted(), unknown()] {
        let world = World::of([("a", surely_or_perhaps, 0), ("b", accepted(), 0)]);
        world.carry(OnUnknown::Keep);
        assert_eq!(world.calls(), [1, 0]);
    }
}

#[test]
fn at_most_two_vendors_are_called_and_skipped_ones_do_not_count() {
    let busy = || refused(RefusalKind::Busy);
    let down = || refused(RefusalKind::Unreachable);
    let world = World::of([
        ("a", busy(), 0),
        ("b", down(), 0),
        ("c", refused(RefusalKind::CircuitOpen), 0),
        ("d", down(), 0),
        ("e", accepted(), 0),
    ]);
    let attempts = world.carry(OnUnknown::Keep);
    assert_eq!(
        kinds(&attempts),
        ["busy", "unreachable", "circuit_open", "unreachable"]
    );
    assert_eq!(world.calls()[4], 0);
}

#[test]
fn an_unknown_outcome_sends_the_same_code_on_where_that_was_chosen() {
    let world = World::of([("a", unknown(), 0), ("b", accepted(), 0)]);
    let attempts = world.carry(OnUnknown::FailoverSameCode);
    assert_eq!(kinds(&attempts), ["unknown", "accepted"]);
    let given: Vec<_> = world
        .vendors
        .iter()
        .map(|vendor| vendor.given.lock().unwrap()[0].clone())
        .collect();
    assert_eq!(given[0], given[1], "one code");
}

#[test]
fn a_message_that_may_have_been_sent_stays_unknown_after_a_later_refusal() {
    for kind in RefusalKind::ALL {
        let world = World::of([("a", unknown(), 0), ("b", refused(kind), 0)]);
        let attempts: Vec<_> = world
            .carry(OnUnknown::FailoverSameCode)
            .into_iter()
            .map(attempt)
            .collect();
        assert!(outcome(&attempts).unwrap().may_have_been_sent(), "{kind:?}");
    }
}

// shows: F3
#[test]
fn all_vendors_together_take_no_longer_than_the_deadline() {
    let slow = || refused(RefusalKind::Transient);
    let world = World::of([("a", slow(), 8_000), ("b", accepted(), 0)]);
    assert_eq!(kinds(&world.carry(OnUnknown::Keep)), ["transient"]);
    assert_eq!(world.calls(), [1, 0]);
    let world = World::of([("a", slow(), 7_000), ("b", accepted(), 0)]);
    assert_eq!(
        kinds(&world.carry(OnUnknown::Keep)),
        ["transient", "accepted"]
    );
}

#[test]
fn a_silent_vendor_leaves_time_for_the_same_code_through_another() {
    let had = |on_unknown, vendors: [(&'static str, Outcome, i64); 3]| {
        let world = World::of(vendors);
        world.carry(on_unknown);
        let had = world.vendors.iter().flat_map(|vendor| {
            let had = vendor.had.lock().unwrap();
            had.iter().map(Duration::as_millis).collect::<Vec<_>>()
        });
        had.collect::<Vec<_>>()
    };
    let silent = [
        ("a", unknown(), 5_000),
        ("b", unknown(), 3_000),
        ("c", accepted(), 0),
    ];
    assert_eq!(had(OnUnknown::FailoverSameCode, silent), [5_000, 3_000]);
    let late = [
        ("a", refused(RefusalKind::Busy), 4_000),
        ("b", unknown(), 4_000),
        ("c", accepted(), 0),
    ];
    assert_eq!(had(OnUnknown::FailoverSameCode, late), [5_000, 4_000]);
    let slow = [
        ("a", refused(RefusalKind::Throttled), 1_000),
        ("b", accepted(), 0),
        ("c", accepted(), 0),
    ];
    assert_eq!(had(OnUnknown::Keep, slow), [8_000, 7_000]);
}

#[test]
fn a_vendor_that_would_have_no_time_left_is_not_called() {
    let slow = refused(RefusalKind::Transient);
    let world = World::of([("a", slow, 7_001), ("b", unknown(), 999)]);
    assert_eq!(kinds(&world.carry(OnUnknown::Keep)), ["transient"]);
    assert_eq!(
        world.calls(),
        [1, 0],
        "its silence would be no fault of its own"
    );
}

#[test]
fn a_message_decided_too_long_ago_goes_to_no_vendor() {
    let mut world = World::of([("a", accepted(), 0), ("b", accepted(), 0)]);
    world.made_at = 10_000 - 3_001;
    assert_eq!(kinds(&world.carry(OnUnknown::Keep)), ["too_late"]);
    assert_eq!(world.calls(), [0, 0]);
}

#[test]
fn a_process_that_stands_still_before_the_first_vendor_has_certainly_sent_nothing() {
    let mut world = World::of([("a", accepted(), 0), ("b", accepted(), 0)]);
    world.stands_still = 60_000;
    assert_eq!(kinds(&world.carry(OnUnknown::Keep)), ["too_late"]);
    assert_eq!(world.calls(), [0, 0]);
}

#[test]
fn a_vendor_without_a_template_is_not_called() {
    let mut world = World::of([("a", accepted(), 0), ("b", accepted(), 0)]);
    for vendor in &mut world.vendors {
        Arc::get_mut(vendor).unwrap().content = Content::Template;
    }
    assert_eq!(
        kinds(&world.carry(OnUnknown::Keep)),
        ["no_template", "no_template"]
    );
    let of_b = TemplateScope {
        provider: Some(crate::send::route::ProviderName::parse("b").unwrap()),
        ..TemplateScope::default()
    };
    let template = VendorTemplate {
        id: "T".to_owned(),
        signature: None,
        variables: vec!["{code}".parse().unwrap()],
    };
    world.templates.add(of_b, Template::Vendor(template));
    assert_eq!(
        kinds(&world.carry(OnUnknown::Keep)),
        ["no_template", "accepted"]
    );
    assert_eq!(world.calls(), [0, 1]);
}

#[test]
fn a_text_that_one_vendor_rejected_goes_to_no_vendor_that_sends_the_same_text() {
    let mut world = World::of([
        ("a", refused(RefusalKind::ContentRejected), 0),
        ("b", accepted(), 0),
        ("c", accepted(), 0),
    ]);
    let of_c = TemplateScope {
        provider: Some(crate::send::route::ProviderName::parse("c").unwrap()),
        ..TemplateScope::default()
    };
    world
        .templates
        .add(of_c, Template::Text("{code} it is".parse().unwrap()));
    let attempts = world.carry(OnUnknown::Keep);
    assert_eq!(
        kinds(&attempts),
        ["content_rejected", "same_content", "accepted"]
    );
    assert_eq!(world.calls(), [1, 0, 1]);
}

fn attempt((provider, outcome): (String, Outcome)) -> Attempt {
    let at = Timestamp::default();
    Attempt {
        provider: Some(provider),
        started_at: at,
        ended_at: at,
        outcome,
    }
}

#[test]
fn the_outcome_is_that_of_the_surest_or_most_telling_attempt() {
    let of = |outcomes: &[Outcome]| {
        let attempts = outcomes
            .iter()
            .map(|outcome| attempt(("a".to_owned(), outcome.clone())));
        outcome(&attempts.collect::<Vec<_>>()).cloned().unwrap()
    };
    let (down, config) = (
        refused(RefusalKind::Unreachable),
        refused(RefusalKind::ConfigError),
    );
    assert_eq!(of(&[unknown(), accepted()]), accepted());
    assert_eq!(of(&[accepted(), unknown()]), accepted());
    assert_eq!(of(&[unknown(), down.clone()]), unknown());
    assert_eq!(of(&[config.clone(), down.clone()]), config);
    assert_eq!(of(&[down.clone(), config.clone()]), config);
    assert_eq!(
        of(&[
            refused(RefusalKind::NoTemplate),
            down.clone(),
            refused(RefusalKind::Busy)
        ]),
        down
    );
    assert_eq!(
        of(&[refused(RefusalKind::NoTemplate)]),
        refused(RefusalKind::NoTemplate)
    );
    assert_eq!(outcome(&[]), None);
}
