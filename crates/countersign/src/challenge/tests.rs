use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use altcha::{Challenge, Payload, Solution, SolveChallengeOptions, solve_challenge};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use countersign_core::application::{AppId, AppName, Origin, Origins, TokenAlgorithm};
use countersign_core::challenge::{LEAST_COST, Purpose};
use countersign_core::channel::Channel;
use countersign_core::code::keyring::PasscodeKeys;
use countersign_core::code::passcode::PasscodeKey;
use countersign_core::country_rules::Countries;
use countersign_core::language::Languages;
use countersign_core::network::Networks;
use countersign_core::phone::PhoneNumber;
use countersign_core::time::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::system::OsEntropy;

/// A clock that a test moves, whose wall is the real one.
struct Moved(Mutex<Timestamp>);

impl Clock for Moved {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the crate of the protocol reads the real time"
    )]
    fn wall(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Timestamp::from_millis(0).after(since.unwrap())
    }
}

struct World {
    challenges: Challenges,
    keys: PasscodeKeyring,
    clock: Arc<Moved>,
    app: Application,
    phone: PhoneNumber,
}

fn key(byte: u8) -> PasscodeKey {
    PasscodeKey::new([byte; 32])
}

fn app(id: &str) -> Application {
    Application {
        id: AppId::parse(id).unwrap(),
        name: AppName::parse("Shop").unwrap(),
        sms_name: None,
        origins: Origins::new(vec![Origin::parse("https://shop.example").unwrap()]).unwrap(),
        backends: Networks::default(),
        web_host: None,
        android_app_hash: None,
        default_country: None,
        allowed_countries: Countries::All,
        languages: Languages::default(),
        challenges: true,
        token_algorithm: TokenAlgorithm::default(),
        created_at: Timestamp::from_millis(0),
    }
}

impl World {
    fn new() -> Self {
        let keys = PasscodeKeyring::from(key(1));
        let clock = Arc::new(Moved(Mutex::new(Timestamp::from_millis(1_000_000))));
        let entropy = Arc::new(OsEntropy);
        let challenges = Challenges::new(keys.clone(), Arc::clone(&clock) as _, entropy, None);
        Self {
            challenges,
            keys,
            clock,
            app: app("shop"),
            phone: PhoneNumber::parse("13800138000", None).unwrap(),
        }
    }

    fn subject(&self) -> Subject<'_> {
        Subject {
            purpose: Purpose::Send,
            app: &self.app.id,
            channel: Channel::Login,
            phone: &self.phone,
        }
    }

    fn issued(&self) -> Value {
        let issued = self.challenges.issue(self.subject(), LEAST_COST, true);
        serde_json::to_value(issued.unwrap().challenge).unwrap()
    }

    async fn passes(&self, solution: &str) -> bool {
        let judged = self.challenges.judge(&self.app, self.subject(), solution);
        matches!(judged.await, Judged::Solved(_))
    }

    async fn passes_for(&self, subject: Subject<'_>, solution: &str) -> bool {
        let judged = self.challenges.judge(&self.app, subject, solution);
        matches!(judged.await, Judged::Solved(_))
    }

    fn wait(&self, span: Duration) {
        let mut now = self.clock.0.lock().unwrap();
        *now = now.after(span);
    }
}

/// The solution of a challenge as the official crate makes it.
fn solved(challenge: &Value) -> Payload {
    let challenge: Challenge = serde_json::from_value(challenge.clone()).unwrap();
    let solution = solve_challenge(SolveChallengeOptions::new(&challenge));
    Payload {
        solution: solution.unwrap().unwrap(),
        challenge,
    }
}

fn written(payload: &Payload) -> String {
    BASE64_STANDARD.encode(serde_json::to_vec(payload).unwrap())
}

#[tokio::test]
async fn the_official_solver_solves_a_challenge_for_its_subject_alone() {
    let world = World::new();
    let solution = written(&solved(&world.issued()));
    assert!(world.passes(&solution).await);
    let other_app = AppId::parse("other").unwrap();
    let other_phone = PhoneNumber::parse("13800138001", None).unwrap();
    let right = world.subject();
    for other in [
        Subject {
            purpose: Purpose::Check,
            ..right
        },
        Subject {
            app: &other_app,
            ..right
        },
        Subject {
            channel: Channel::Register,
            ..right
        },
        Subject {
            phone: &other_phone,
            ..right
        },
    ] {
        assert!(!world.passes_for(other, &solution).await, "{other:?}");
    }
}

// shows: D10
#[tokio::test]
async fn a_solution_is_good_for_300_seconds_of_the_service_and_of_the_wall() {
    let world = World::new();
    let issued = world.issued();
    let solution = written(&solved(&issued));
    world.wait(Duration::from_millis(299_999));
    assert!(world.passes(&solution).await);
    world.wait(Duration::from_millis(1));
    assert!(!world.passes(&solution).await);
    let ends = issued["parameters"]["expiresAt"].as_i64().unwrap();
    let left = ends - world.clock.wall().as_millis() / 1_000;
    assert!((200..=300).contains(&left), "{left}");
}

// shows: D10
#[tokio::test]
async fn nothing_of_a_solved_challenge_can_be_altered() {
    let world = World::new();
    let good = solved(&world.issued());
    let alter = |change: &dyn Fn(&mut Payload)| {
        let mut altered = good.clone();
        change(&mut altered);
        written(&altered)
    };
    let data = |name: &str, value: Value| {
        alter(&|it: &mut Payload| {
            let data = it.challenge.parameters.data.as_mut().unwrap();
            data.insert(name.to_owned(), value.clone());
        })
    };
    let parameters = |change: &dyn Fn(&mut altcha::ChallengeParameters)| {
        alter(&|it: &mut Payload| change(&mut it.challenge.parameters))
    };
    let later = i64::MAX / 2;
    let altered = [
        parameters(&|it| it.expires_at = Some(later)),
        parameters(&|it| it.expires_at = None),
        parameters(&|it| it.expires_at = Some(0)),
        parameters(&|it| it.cost = 1),
        parameters(&|it| it.key_prefix = String::new()),
        parameters(&|it| it.key_signature = Some("00".to_owned())),
        parameters(&|it| it.data = Some(BTreeMap::new())),
        parameters(&|it| it.data = None),
        // The salt and what follows it, cut at another place (CVE-2025-68113).
        parameters(&|it| it.salt = format!("{}&expires={later}", it.salt)),
        parameters(&|it| {
            let last = it.nonce.pop().unwrap();
            it.salt.insert(0, last);
        }),
        parameters(&|it| it.algorithm = "SHA-256".to_owned()),
        data("issued", json!(later)),
        data("more", json!(1)),
        alter(&|it| it.challenge.signature = None),
        alter(&|it| it.challenge.signature = Some(String::new())),
        alter(&|it| it.solution.counter ^= 1),
        alter(&|it| it.solution.derived_key = format!("00{}", "1".repeat(62))),
        alter(&|it| it.solution.derived_key = String::new()),
    ];
    assert!(world.passes(&written(&good)).await);
    for (place, altered) in altered.iter().enumerate() {
        assert!(!world.passes(altered).await, "{place}");
    }
}

// shows: D10
#[tokio::test]
async fn a_text_that_is_no_solution_proves_nothing() {
    let world = World::new();
    let good = written(&solved(&world.issued()));
    let json = BASE64_STANDARD.decode(&good).unwrap();
    let twice =
        String::from_utf8(json.clone())
            .unwrap()
            .replacen("\"cost\":", "\"cost\":1,\"cost\":", 1);
    let garbage = [
        String::new(),
        "0.XXXX".to_owned(),
        String::from_utf8(json).unwrap(),
        BASE64_STANDARD.encode("{}"),
        BASE64_STANDARD.encode("null"),
        BASE64_STANDARD.encode(twice),
        good.trim_end_matches('=').replace('e', "E"),
        format!("{good}{}", "=".repeat(2_048)),
    ];
    for garbage in garbage {
        assert!(!world.passes(&garbage).await, "{garbage}");
    }
    assert!(world.passes(&good).await);
}

// shows: D10
#[tokio::test]
async fn a_challenge_of_other_keys_is_worthless_and_one_of_keys_of_before_is_good() {
    let world = World::new();
    let solution = written(&solved(&world.issued()));
    world.keys.replace(PasscodeKeys::new(key(2), vec![key(1)]));
    assert!(world.passes(&solution).await);
    world.keys.replace(PasscodeKeys::from(key(2)));
    assert!(!world.passes(&solution).await);
}

#[test]
fn a_challenge_shows_neither_number_nor_application_and_no_two_are_alike() {
    let world = World::new();
    let [one, other] = [world.issued(), world.issued()];
    for name in ["nonce", "salt"] {
        assert_ne!(one["parameters"][name], other["parameters"][name]);
    }
    let text = one.to_string();
    assert!(!text.contains("138") && !text.contains("shop"), "{text}");
    let _: Solution = solved(&one).solution;
}
