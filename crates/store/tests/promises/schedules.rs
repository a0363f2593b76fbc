//! Plays random schedules of everything that can happen to a store, and compares it with the [`Model`] after
//! each step.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use countersign_core::audit::Author;
use countersign_core::channel::Channel;
use countersign_core::code::check::{Caller, Checked, TokenUse, Unlock};
use countersign_core::code::passcode::{Binding, Passcode};
use countersign_core::id::MessageId;
use countersign_core::limit::{Bound, Bucket, Limit as CoreLimit, Rule, Rules};
use countersign_core::message::{Intent, NewCode};
use countersign_core::phone::PhoneNumber;
use countersign_core::policy::{Resend, TOKEN_LIFE};
use countersign_core::send::attempt::Attempt;
use countersign_core::send::outcome::Outcome;
use countersign_core::send::settle::Settlement;
use countersign_core::time::Clock as _;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::backend::{Backend, RecordKind};
use crate::model::{Hit, Limit, Message, Millis, Model, ModelAnswer, Scope, at};
use crate::sqlite::Sqlite;
use crate::world::{World, accepted, on_each_backend, refused, unknown};

const APPS: [&str; 2] = ["app", "other"];
const CHANNELS: [Channel; 2] = [Channel::Login, Channel::ResetPassword];
const PHONES: [&str; 2] = ["+8613800138000", "+8613800138001"];
const MINUTE: Millis = 60_000;
const DAY: Millis = 24 * 60 * MINUTE;

/// One thing that happens. Where `fails` is set, the log cannot be written meanwhile.
#[derive(Debug, Clone)]
enum Step {
    Decide {
        scope: Scope,
        resend: Resend,
        tries: u8,
        life: Millis,
        limits: usize,
        fails: bool,
    },
    Settle {
        message: usize,
        outcome: u8,
        fails: bool,
    },
    Check {
        scope: Scope,
        caller: Caller,
        guess: Guess,
        fails: bool,
    },
    /// Wrong guesses, one after the other.
    Guesses {
        scope: Scope,
        caller: Caller,
        times: usize,
    },
    Unlock {
        phone: usize,
        fails: bool,
    },
    UseToken {
        token: usize,
        fails: bool,
    },
    Pass(Millis),
    /// Time passes to one of the next moments at which something ends, or to a millisecond beside it.
    PassToEdge {
        edge: usize,
        beside: Millis,
    },
    Restart,
    SetBackAndRestart(Millis),
}

#[derive(Debug, Clone)]
enum Guess {
    /// The code of one of the newest messages of the scope.
    Code(usize),
    /// The code of any message, counted modulo their number.
    Any(usize),
    Wrong,
}

fn scope() -> impl Strategy<Value = Scope> {
    // Mostly one scope, so that steps affect each other.
    prop_oneof![4 => Just((0, 0, 0)), 3 => (0..2_usize, 0..2_usize, 0..2_usize)]
}

fn caller() -> impl Strategy<Value = Caller> {
    prop::sample::select(&Caller::ALL[..])
}

fn fails() -> impl Strategy<Value = bool> {
    prop::bool::weighted(0.08)
}

fn step() -> impl Strategy<Value = Step> {
    let resend = prop_oneof![
        Just(Resend::Rotate),
        Just(Resend::Reuse),
        Just(Resend::AcceptLast(2)),
    ];
    let life = prop::sample::select(&[MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE][..]);
    let decide = (scope(), resend, 1..=3_u8, life, 0..3_usize, fails());
    let guess = prop_oneof![
        3 => (0..3_usize).prop_map(Guess::Code),
        1 => (0..40_usize).prop_map(Guess::Any),
        3 => Just(Guess::Wrong),
    ];
    let pass = prop::sample::select(
        &[
            1,
            999,
            MINUTE - 1,
            MINUTE,
            MINUTE + 1,
            11 * MINUTE,
            12 * MINUTE,
            61 * MINUTE,
            DAY,
        ][..],
    );
    prop_oneof![
        8 => decide.prop_map(|(scope, resend, tries, life, limits, fails)| {
            Step::Decide { scope, resend, tries, life, limits, fails }
        }),
        7 => (0..40_usize, 0..4_u8, fails())
            .prop_map(|(message, outcome, fails)| Step::Settle { message, outcome, fails }),
        8 => (scope(), caller(), guess, fails())
            .prop_map(|(scope, caller, guess, fails)| Step::Check { scope, caller, guess, fails }),
        1 => (scope(), caller(), 1..=16_usize)
            .prop_map(|(scope, caller, times)| Step::Guesses { scope, caller, times }),
        1 => (0..2_usize, fails()).prop_map(|(phone, fails)| Step::Unlock { phone, fails }),
        2 => (0..5_usize, fails()).prop_map(|(token, fails)| Step::UseToken { token, fails }),
        2 => pass.prop_map(Step::Pass),
        4 => (0..6_usize, -1..=1_i64).prop_map(|(edge, beside)| Step::PassToEdge { edge, beside }),
        2 => Just(Step::Restart),
        1 => prop::sample::select(&[1, MINUTE, DAY][..]).prop_map(Step::SetBackAndRestart),
    ]
}

/// A store and its model, with the store's ids of the messages that the model numbers.
struct Pair {
    world: World,
    model: Model,
    ids: Vec<MessageId>,
    /// The times until which token uses are remembered.
    ends: BTreeMap<usize, Millis>,
    /// Whether an event that could not be written may still wait for its record.
    owed: bool,
}

impl Pair {
    fn on(world: World) -> Self {
        let now = world.now().as_millis();
        Self {
            world,
            model: Model {
                now,
                ..Model::default()
            },
            ids: Vec::new(),
            ends: BTreeMap::new(),
            owed: false,
        }
    }

    async fn take(&mut self, step: &Step) {
        match *step {
            Step::Decide {
                scope,
                resend,
                tries,
                life,
                limits,
                fails,
            } => {
                let rules = CodeOf {
                    resend,
                    tries,
                    life,
                };
                self.decide(scope, &rules, limits, fails).await;
            }
            Step::Settle {
                message,
                outcome,
                fails,
            } => self.settle(message, outcome, fails).await,
            Step::Check {
                scope,
                caller,
                ref guess,
                fails,
            } => self.check(scope, caller, guess, fails).await,
            Step::Guesses {
                scope,
                caller,
                times,
            } => {
                for _ in 0..times {
                    self.check(scope, caller, &Guess::Wrong, false).await;
                }
            }
            Step::Unlock { phone, fails } => self.unlock(phone, fails).await,
            Step::UseToken { token, fails } => self.use_token(token, fails).await,
            Step::Pass(time) => self.pass(time),
            Step::PassToEdge { edge, beside } => self.pass_to_edge(edge, beside),
            Step::Restart => self.restart(0),
            Step::SetBackAndRestart(by) => self.restart(by),
        }
        assert_eq!(self.world.now(), at(self.model.now));
    }

    /// Refuses to write records of this kind, if the step is to fail.
    fn hide(&self, of: RecordKind, fails: bool) {
        if fails {
            self.world.backend.refuse_writes(of, true);
        }
    }

    fn show(&self, of: RecordKind, fails: bool) {
        if fails {
            self.world.backend.refuse_writes(of, false);
        }
    }

    async fn decide(&mut self, scope: Scope, code: &CodeOf, limits: usize, fails: bool) {
        let intent = self.intent(scope, code);
        let (id, limits) = (intent.id, limits_of(scope, limits));
        let rules = Rules::new(limits.iter().map(rule).collect()).unwrap();
        self.hide(RecordKind::Messages, fails);
        let decided = self.world.ledger().decide(intent, rules).await;
        self.show(RecordKind::Messages, fails);

        let until: Vec<_> = limits
            .iter()
            .map(|limit| self.model.refused_until(limit))
            .collect();
        let admitted = until.iter().all(Option::is_none);
        if admitted && fails {
            assert!(decided.is_err(), "{decided:?}");
            return;
        }
        let decision = decided.unwrap();
        let verdicts = decision.verdicts();
        let refused_until: Vec<_> = verdicts.map(|verdict| verdict.refused_until).collect();
        let expected: Vec<_> = until.into_iter().map(|until| until.map(at)).collect();
        assert_eq!(refused_until, expected);
        assert_eq!(decision.at, at(self.model.now));
        assert_eq!(decision.admitted(), admitted);
        let reuse = code.resend == Resend::Reuse;
        let again = reuse.then(|| self.model.again(scope)).flatten();
        let found = decision
            .again
            .map(|again| (again.message, again.expires_at));
        if !admitted {
            assert_eq!(found, None);
            return;
        }
        let message = |n: usize| (self.ids[n], at(self.model.messages[n].ends));
        assert_eq!(found, again.map(message));
        let n = self.ids.len();
        self.ids.push(id);
        for limit in limits {
            self.model.hits.push(Hit {
                limit,
                at: self.model.now,
                refundable_by: Some(n),
            });
        }
        self.model.messages.push(Message {
            scope,
            at: self.model.now,
            ends: self.model.now + code.life,
            tries: code.tries.into(),
            keeps: code.resend.keeps().into(),
            reuse,
            code_of: again.unwrap_or(n),
            sent: None,
        });
    }

    fn intent(&self, (app, channel, phone): Scope, code: &CodeOf) -> Intent {
        let mut intent = self
            .world
            .intent(APPS[app], CHANNELS[channel], PHONES[phone]);
        let binding = Binding {
            app: &intent.app,
            channel: intent.channel,
            phone: &intent.phone,
            message: intent.id,
        };
        let passcode = Passcode::parse(&digits(self.ids.len())).unwrap();
        intent.code = NewCode {
            mac: self.world.code_key().mac(&passcode, binding),
            life: Duration::from_millis(code.life.try_into().unwrap()),
            tries: code.tries,
            keeps: code.resend.keeps(),
            sealed: (code.resend == Resend::Reuse)
                .then(|| self.world.code_key().seal(&passcode, binding).unwrap()),
        };
        intent
    }

    async fn settle(&mut self, message: usize, outcome: u8, fails: bool) {
        if self.ids.is_empty() {
            return;
        }
        let n = message % self.ids.len();
        let (outcome, sent) = match outcome {
            0 | 1 => (accepted(), true),
            2 => (unknown(), true),
            _ => (refused(), false),
        };
        self.hide(RecordKind::Outcomes, fails);
        let settled = self
            .world
            .ledger()
            .settle(self.settlement(n, outcome))
            .await;
        self.show(RecordKind::Outcomes, fails);

        let give_back = give_back_of(self.model.messages[n].scope);
        let first = self.model.sent(n).is_none();
        let gives_back = first && !sent && self.model.refused_until(&give_back).is_none();
        match settled {
            // A caller does not wait for the record of a message that may have been sent.
            Ok(settled) => {
                assert_eq!(settled.gave_back, gives_back);
                assert!(sent || !(fails && first), "it could not be recorded");
            }
            Err(error) => assert!(fails && first && !sent, "{error:?}"),
        }
        if first {
            self.model.messages[n].sent = Some(sent);
        }
        if gives_back {
            self.model.hits.retain(|hit| hit.refundable_by != Some(n));
            self.model.hits.push(Hit {
                limit: give_back,
                at: self.model.now,
                refundable_by: None,
            });
        }
    }

    fn settlement(&self, n: usize, outcome: Outcome) -> Settlement {
        let (_, channel, phone) = self.model.messages[n].scope;
        let now = self.world.now();
        Settlement {
            message: self.ids[n],
            attempts: vec![Attempt {
                provider: Some("test".to_owned()),
                started_at: now,
                ended_at: now,
                outcome,
            }],
            give_back: Rules::give_backs(CHANNELS[channel], &number(phone)),
            cost: 0,
        }
    }

    async fn check(&mut self, scope: Scope, caller: Caller, guess: &Guess, fails: bool) {
        let guessed = self.guessed(scope, guess);
        let typed = guessed.map_or_else(|| "999999".to_owned(), digits);
        let (app, channel, phone) = scope;
        let check = self
            .world
            .typed(caller, APPS[app], CHANNELS[channel], PHONES[phone], &typed);
        self.hide(RecordKind::Events, fails);
        let checked = self.world.ledger().check(check).await;
        self.show(RecordKind::Events, fails);

        let mut expected = self.model.check(scope, caller, guessed);
        let Ok(checked) = checked else {
            let mut may_leave = expected.into_iter().filter_map(|(_, leaves)| leaves);
            let leaves = may_leave.next();
            // An earlier guess that could not be written goes into the same commit.
            assert!(fails && (leaves.is_some() || self.owed), "{checked:?}");
            self.owed |= leaves.is_some();
            if self.world.backend.counts_failed_events() {
                self.model.checks.extend(leaves);
            }
            return;
        };
        self.owed &= fails;
        let said = ModelAnswer::of(&checked, |found| match found {
            Checked::Right { message, at: when } => {
                assert_eq!(*when, at(self.model.now));
                self.ids.iter().position(|id| id == message).unwrap()
            }
            _ => unreachable!(),
        });
        let found = expected.iter().position(|(may, _)| *may == said);
        assert!(found.is_some(), "{said:?}, not {expected:?}");
        let (_, leaves) = expected.swap_remove(found.unwrap());
        assert!(
            !fails || leaves.is_none(),
            "{said:?}, and could not be recorded"
        );
        self.model.checks.extend(leaves);
    }

    /// Returns the message whose code is guessed; `None` for a wrong guess.
    fn guessed(&self, scope: Scope, guess: &Guess) -> Option<usize> {
        let messages = &self.model.messages;
        let n = match guess {
            Guess::Wrong => None,
            Guess::Any(_) if messages.is_empty() => None,
            Guess::Any(n) => Some(n % messages.len()),
            Guess::Code(older) => (0..messages.len())
                .rev()
                .filter(|n| messages[*n].scope == scope)
                .nth(*older),
        };
        n.map(|n| messages[n].code_of)
    }

    async fn unlock(&mut self, phone: usize, fails: bool) {
        let unlock = Unlock {
            request_id: self.world.request_id(),
            phone: number(phone),
            note: String::new(),
            by: Author::service(),
        };
        self.hide(RecordKind::Events, fails);
        let unlocked = self.world.ledger().unlock(unlock).await;
        self.show(RecordKind::Events, fails);
        assert_eq!(unlocked.is_err(), fails);
        self.owed = fails;
        if !fails || self.world.backend.counts_failed_events() {
            self.model.unlocks.push((phone, self.model.checks.len()));
        }
    }

    async fn use_token(&mut self, token: usize, fails: bool) {
        let used = TokenUse {
            request_id: self.world.request_id(),
            token: format!("token {token}"),
            life: TOKEN_LIFE,
        };
        self.hide(RecordKind::Events, fails);
        let first = self.world.ledger().use_token(used).await;
        self.show(RecordKind::Events, fails);

        let ends = self.ends.get(&token).copied();
        let is_used = ends.is_some_and(|end| end > self.model.now);
        // A store may remember a use beyond its end, or not.
        let may_be_used = ends.is_some();
        self.owed = fails && (self.owed || first.is_err());
        match first {
            Ok(false) => assert!(may_be_used, "it was not used"),
            Ok(true) => assert!(!is_used && !fails, "it was used, or could not be recorded"),
            Err(ref error) => assert!(fails, "{error:?}"),
        }
        let counted =
            first == Ok(true) || (first.is_err() && self.world.backend.counts_failed_events());
        if counted && !is_used {
            self.ends.insert(token, self.model.now + 5 * MINUTE);
        }
    }

    fn pass(&mut self, time: Millis) {
        self.world
            .pass(Duration::from_millis(time.try_into().unwrap()));
        self.model.now += time;
    }

    fn pass_to_edge(&mut self, edge: usize, beside: Millis) {
        let model = &self.model;
        let codes = model.messages.iter().map(|message| message.ends);
        let hits = model.hits.iter().map(|hit| hit.at + hit.limit.window);
        let checks = model.checks.iter().map(|check| check.at);
        let hours = checks.clone().map(|at| at + 60 * MINUTE);
        let tokens = self.ends.values().copied();
        let edges = codes
            .clone()
            .chain(codes.map(|end| end + MINUTE))
            .chain(hits)
            .chain(hours)
            .chain(checks.map(|at| at + DAY))
            .chain(tokens);
        let mut ahead: Vec<_> = edges.filter(|edge| *edge > model.now + 1).collect();
        ahead.sort_unstable();
        ahead.dedup();
        if let Some(then) = ahead.get(edge).or(ahead.last()) {
            self.pass(then + beside - model.now);
        }
    }

    /// Restarts with the clock set back by `back`.
    fn restart(&mut self, back: Millis) {
        // An earlier setback stays made up for, as in production.
        let hand_clock = self.world.backend.hand_clock().now();
        let behind = hand_clock.until(self.world.now());
        self.world.stop();
        self.world.pass(behind);
        self.world
            .set_clock_back(Duration::from_millis(back.try_into().unwrap()));
        self.world.start();
        if back > 0 {
            self.model.now += 1;
            self.model.dead_before = self.model.now;
        }
        for message in &mut self.model.messages {
            message.sent.get_or_insert(true);
        }
    }

    /// Checks that the timeline of every message tells the state of its code, also after a restart.
    async fn look_back(&mut self) {
        // This use is recorded after everything that could not be recorded before.
        self.use_token(9, false).await;
        for _ in 0..2 {
            for n in 0..self.ids.len() {
                let state = self.world.code(self.ids[n]).await;
                assert_eq!(state, self.model.state(n), "message {n}");
            }
            self.restart(0);
        }
    }
}

struct CodeOf {
    resend: Resend,
    tries: u8,
    life: Millis,
}

fn digits(message: usize) -> String {
    format!("{message:06}")
}

fn number(phone: usize) -> PhoneNumber {
    PhoneNumber::parse(PHONES[phone], None).unwrap()
}

/// Returns no limit, the one-minute limit, or that and three in two hours.
fn limits_of((app, channel, phone): Scope, how_many: usize) -> Vec<Limit> {
    let limit = |bucket, window, max| Limit {
        bucket,
        window,
        max,
    };
    let minute = limit(format!("minute {app} {channel} {phone}"), MINUTE, 1);
    let hours = limit(format!("hours {phone}"), 120 * MINUTE, 3);
    [minute, hours].into_iter().take(how_many).collect()
}

fn give_back_of((_, channel, phone): Scope) -> Limit {
    Limit {
        bucket: format!("give back {channel} {phone}"),
        window: MINUTE,
        max: 3,
    }
}

fn rule(limit: &Limit) -> Rule {
    Rule {
        bucket: Bucket::named(&limit.bucket),
        limit: CoreLimit {
            name: Cow::Borrowed("limit"),
            window: Duration::from_millis(limit.window.try_into().unwrap()),
            bound: Bound::Max(limit.max.try_into().unwrap()),
            ..CoreLimit::one_per_minute()
        },
    }
}

/// Plays a schedule on the embedded store. The model restarts as that store does: a start settles the messages of the process
/// before, and codes are dead where the clock was set back meanwhile.
fn play(schedule: &[Step]) {
    play_on(
        [World::on(Box::new(Sqlite::in_memory()) as Box<dyn Backend>)],
        schedule,
    );
}

/// Plays a schedule without a restart on every backend.
fn play_everywhere(schedule: &[Step]) {
    play_on(on_each_backend(), schedule);
}

fn play_on(worlds: impl IntoIterator<Item = World>, schedule: &[Step]) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        for world in worlds {
            let mut pair = Pair::on(world);
            for step in schedule {
                pair.take(step).await;
            }
            pair.look_back().await;
        }
    });
}

const ONE: Scope = (0, 0, 0);

fn decide(resend: Resend, life: Millis) -> Step {
    Step::Decide {
        scope: ONE,
        resend,
        tries: 1,
        life,
        limits: 0,
        fails: false,
    }
}

fn settle(message: usize, sent: bool) -> Step {
    let outcome = if sent { 0 } else { 3 };
    Step::Settle {
        message,
        outcome,
        fails: false,
    }
}

fn check(guess: Guess) -> Step {
    Step::Check {
        scope: ONE,
        caller: Caller::Public,
        guess,
        fails: false,
    }
}

/// Lets the writer drop everything that has ended: it has by the second commit.
fn commits() -> [Step; 2] {
    [7, 8].map(|token| Step::UseToken {
        token,
        fails: false,
    })
}

#[test]
fn an_outcome_after_the_life_of_its_code_ends_older_codes() {
    let [a, b] = commits();
    play_everywhere(&[
        decide(Resend::Rotate, MINUTE),
        decide(Resend::Rotate, 10 * MINUTE),
        settle(1, true),
        decide(Resend::Rotate, MINUTE),
        Step::Pass(3 * MINUTE),
        a,
        b,
        settle(2, true),
        check(Guess::Any(1)),
    ]);
}

#[test]
fn an_expired_code_still_counts_among_the_newest() {
    let [a, b] = commits();
    let last_two = |life| decide(Resend::AcceptLast(2), life);
    play_everywhere(&[
        last_two(MINUTE),
        last_two(10 * MINUTE),
        settle(1, true),
        last_two(MINUTE),
        settle(2, true),
        Step::Pass(3 * MINUTE),
        a,
        b,
        last_two(MINUTE),
        settle(3, true),
        check(Guess::Any(1)),
    ]);
}

#[test]
fn the_order_of_outcomes_does_not_decide_which_codes_are_good() {
    play_everywhere(&[
        decide(Resend::AcceptLast(2), 10 * MINUTE),
        decide(Resend::Rotate, 10 * MINUTE),
        decide(Resend::AcceptLast(3), 10 * MINUTE),
        settle(0, true),
        settle(2, true),
        settle(1, true),
        check(Guess::Any(0)),
    ]);
}

#[test]
fn a_message_that_brings_a_code_again_shows_the_state_of_that_code() {
    let code = || decide(Resend::Reuse, 10 * MINUTE);
    let again = [code(), settle(0, true), code(), code(), settle(1, false)];
    play_everywhere(&again);
    let later = [
        check(Guess::Wrong),
        code(),
        settle(3, true),
        settle(2, true),
    ];
    play_everywhere(&[again.as_slice(), &later].concat());
    play_everywhere(
        &[
            again.as_slice(),
            &later,
            &[Step::Pass(12 * MINUTE)],
            &commits(),
        ]
        .concat(),
    );
}

#[test]
fn a_message_with_the_row_number_of_a_rolled_back_one_gets_an_outcome() {
    let fails = Step::Decide {
        scope: ONE,
        resend: Resend::Rotate,
        tries: 1,
        life: MINUTE,
        limits: 0,
        fails: true,
    };
    let code = || decide(Resend::Rotate, 10 * MINUTE);
    let [a, b] = commits();
    let minutes = || Step::Pass(2 * MINUTE);
    let sent = [code(), settle(0, true), fails];
    let marked = [minutes(), a, minutes(), b, Step::Restart];
    play(&[sent.as_slice(), &marked, &[code(), Step::Restart]].concat());
}

#[test]
fn a_refused_send_brings_no_code_once_more() {
    let send = |scope, resend| Step::Decide {
        scope,
        resend,
        tries: 1,
        life: 10 * MINUTE,
        limits: 2,
        fails: false,
    };
    // The number may be sent three messages in two hours: the fourth is refused, and not by the minute.
    play_everywhere(&[
        send(ONE, Resend::Reuse),
        settle(0, true),
        send((1, 0, 0), Resend::Rotate),
        send((0, 1, 0), Resend::Rotate),
        Step::Pass(MINUTE),
        send(ONE, Resend::Reuse),
    ]);
}

// shows: I3
#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "a switch for people who run the tests"
)]
fn a_store_answers_every_schedule_as_the_model_does() {
    let cases = match std::env::var("THOROUGH") {
        Ok(_) => 10_000,
        Err(_) => 100,
    };
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&prop::collection::vec(step(), 1..60), |schedule| {
            play(&schedule);
            Ok(())
        })
        .unwrap();
}
