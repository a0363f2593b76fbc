use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::channel::Channel;
use crate::limit::Standing;
use crate::ports::setup::{Change, Setting};

mod blocks;
mod watching;

/// Keeps the blocks that the guard begins, for tests to look at.
#[derive(Default)]
struct Kept(Mutex<Vec<Block>>);

impl BlockKeeper for Kept {
    fn keep(&self, block: Block) {
        self.0.lock().unwrap().push(block);
    }
}

/// A guard with its keeper, an application and a clock.
struct World {
    guard: Guard,
    kept: Arc<Kept>,
    app: AppId,
    now: Timestamp,
    standing: Standing,
}

/// The life of codes in these tests.
const LIFE: Duration = Duration::from_secs(300);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);

impl World {
    fn new(mode: Mode) -> Self {
        let kept = Arc::new(Kept::default());
        let settings = GuardSettings {
            mode,
            watches: Duration::ZERO,
            life: LIFE,
        };
        Self {
            guard: Guard::new(settings, Arc::clone(&kept) as _),
            kept,
            app: AppId::parse("shop").unwrap(),
            now: Timestamp::from_millis(1_800_000_000_000),
            standing: Standing::Unsolved,
        }
    }

    /// Sends to `number`, and says whether the code is used.
    fn sent(&self, number: &str, verified: bool) {
        let phone = phone(number);
        self.guard.sent(&self.app, &phone, self.now);
        if verified {
            self.guard.verified(&self.app, &phone, self.now);
        }
    }

    /// Sends `verified` codes that are used and then others, `sends` in all, to numbers of one prefix, at once. Then waits
    /// until their life is over.
    fn sent_many(&mut self, sends: u32, verified: u32) {
        for number in 0..sends {
            self.sent(&foreign(number), number < verified);
        }
        self.pass(LIFE + MINUTE);
    }

    fn pass(&mut self, time: Duration) {
        self.now = self.now.after(time);
    }

    fn judge(&self, number: &str) -> Verdict {
        self.judgement(number).verdict
    }

    fn judgement(&self, number: &str) -> Judgement {
        let phone = phone(number);
        let send = SendFacts {
            app: &self.app,
            channel: Channel::Login,
            phone: &phone,
            address: None,
            standing: self.standing,
            price: None,
            exempt: Exemption::default(),
        };
        self.guard.judge(&send, self.now)
    }

    /// Goes by a setup with these blocks and entries of the safe list.
    fn plan(&self, settings: impl IntoIterator<Item = Setting>) {
        let settings = settings.into_iter().map(Change::Put);
        let setup = settings.fold(Setup::default(), |setup, change| setup.after(change));
        self.guard.plan(&setup);
    }

    fn kept(&self) -> Vec<Block> {
        self.kept.0.lock().unwrap().clone()
    }
}

fn phone(number: &str) -> PhoneNumber {
    PhoneNumber::parse(number, None).unwrap()
}

/// A number of one American prefix.
fn foreign(number: u32) -> String {
    format!("+1415555{:04}", number % 10_000)
}

/// The name and the mode of a verdict.
fn told(verdict: &Verdict) -> Option<(&str, Mode)> {
    match verdict {
        Verdict::Allows => None,
        Verdict::Notes(refusal) | Verdict::Refuses(refusal) => {
            Some((&*refusal.limit, refusal.mode))
        }
    }
}

// shows: D6
#[test]
fn few_verified_codes_lead_to_a_challenge_and_then_to_a_block() {
    let challenged = Some(("guard-conversion", Mode::Challenge));
    let blocked = Some(("guard-block", Mode::Enforce));
    for (sends, verified, expected) in [
        (19, 0, None),
        (20, 0, challenged),
        (20, 4, challenged),
        (20, 5, None),
        (49, 0, challenged),
        (50, 5, blocked),
        (50, 6, challenged),
        (50, 11, None),
        (5_000, 5, blocked),
        (5_000, 500, blocked),
        (5_000, 1_000, challenged),
        (5_000, 2_500, None),
    ] {
        let mut world = World::new(Mode::Enforce);
        world.sent_many(sends, verified);
        let verdict = world.judge(&foreign(9_999));
        assert_eq!(told(&verdict), expected, "{verified} of {sends}");
        assert_eq!(world.judge("+8613800138000"), Verdict::Allows);
        assert_eq!(world.kept().is_empty(), expected != blocked);
    }
}

#[test]
fn sends_whose_people_may_still_type_are_not_judged() {
    let mut world = World::new(Mode::Enforce);
    world.sent_many(50, 0);
    let (now, mut early) = (world.now, World::new(Mode::Enforce));
    early.sent_many(50, 0);
    early.now = now.before(MINUTE + MINUTE);
    assert_eq!(early.judge(&foreign(1)), Verdict::Allows);
    assert_ne!(world.judge(&foreign(1)), Verdict::Allows);
    world.now = now.after(WINDOW);
    world.plan([]);
    assert_eq!(told(&world.judge(&foreign(1))), None, "a day later");
}

#[test]
fn the_newest_sends_count_however_many_good_ones_came_before() {
    let mut world = World::new(Mode::Enforce);
    world.sent_many(5_000, 4_000);
    assert_eq!(world.judge(&foreign(1)), Verdict::Allows);
    world.sent_many(50, 0);
    assert_eq!(
        told(&world.judge(&foreign(1))),
        Some(("guard-block", Mode::Enforce))
    );
}

#[test]
fn an_attacker_who_verifies_a_quarter_is_not_seen_by_the_conversion() {
    let mut world = World::new(Mode::Enforce);
    for number in 0..200 {
        world.sent(&foreign(number), number % 4 == 0);
        world.pass(MINUTE);
    }
    world.pass(LIFE);
    assert_eq!(world.judge(&foreign(1)), Verdict::Allows);
}

#[test]
fn a_caller_that_cannot_solve_a_challenge_is_not_asked_for_one() {
    for (standing, mode) in [
        (Standing::Unsolved, Mode::Challenge),
        (Standing::Public, Mode::Monitor),
        (Standing::Trusted, Mode::Monitor),
    ] {
        let mut world = World::new(Mode::Enforce);
        world.standing = standing;
        world.sent_many(20, 0);
        let verdict = world.judge(&foreign(1));
        assert_eq!(told(&verdict), Some(("guard-conversion", mode)));
    }
}

#[test]
fn a_guard_in_mode_challenge_blocks_nobody_who_solves_one() {
    let mut world = World::new(Mode::Challenge);
    world.sent_many(50, 0);
    let asked = world.judge(&foreign(1));
    assert_eq!(told(&asked), Some(("guard-block", Mode::Challenge)));
    world.standing = Standing::Trusted;
    assert!(matches!(world.judge(&foreign(1)), Verdict::Notes(_)));
}

#[test]
fn a_safe_listed_number_passes_a_block_until_its_entry_ends() {
    let mut world = World::new(Mode::Enforce);
    world.sent_many(50, 0);
    world.judge(&foreign(1));
    let entry = SafeEntry {
        id: "0123456789abcdef".to_owned(),
        who: Safe::Number(phone(&foreign(1))),
        until: world.now.after(MINUTE),
        note: String::new(),
        created_at: world.now,
    };
    world.plan([Setting::Safe(entry)]);
    let safe = world.judgement(&foreign(1));
    assert_eq!(safe.verdict, Verdict::Allows);
    assert!(safe.exempt.number && !safe.exempt.address);
    assert!(matches!(world.judge(&foreign(2)), Verdict::Refuses(_)));
    world.pass(MINUTE);
    assert!(matches!(world.judge(&foreign(1)), Verdict::Refuses(_)));
}

proptest! {
    /// Where one of any four sends in a row is verified, however they are spread over time, nobody is refused.
    #[test]
    fn real_people_are_left_alone(gaps in prop::collection::vec((0_u64..400, 1_u32..4), 1..40)) {
        let mut world = World::new(Mode::Enforce);
        let mut number = 0;
        for (seconds, unverified) in gaps {
            for place in 0..=unverified {
                world.sent(&foreign(number), place == 0);
                number += 1;
            }
            prop_assert_eq!(world.judge(&foreign(0)), Verdict::Allows);
            world.pass(Duration::from_secs(seconds));
        }
        world.pass(LIFE + MINUTE);
        prop_assert_eq!(world.judge(&foreign(0)), Verdict::Allows);
    }

    /// An attack that verifies nothing is blocked by its 50th send that is over, whatever came before, and whatever the
    /// order in which a start counts the record.
    #[test]
    fn an_attack_is_blocked_in_any_order_of_counting(
        good in prop::collection::vec(any::<bool>(), 0..60),
        order in any::<u64>(),
    ) {
        let (mut world, mut events) = (World::new(Mode::Enforce), Vec::new());
        for (place, verified) in (0_u32..).zip(good) {
            events.push((world.now, place, verified));
            world.pass(Duration::from_secs(20));
        }
        world.pass(MINUTE);
        for place in 0..50 {
            events.push((world.now, place, false));
            world.pass(Duration::from_secs(1));
        }
        events.sort_by_key(|(at, place, _)| {
            (at.as_millis().unsigned_abs() ^ u64::from(*place)).wrapping_mul(order | 1)
        });
        world.pass(LIFE + MINUTE);
        let now = world.now;
        for (at, place, verified) in events {
            world.now = at;
            world.sent(&foreign(place), verified);
        }
        world.now = now;
        let verdict = world.judge(&foreign(1));
        prop_assert_eq!(told(&verdict), Some(("guard-block", Mode::Enforce)));
    }
}
