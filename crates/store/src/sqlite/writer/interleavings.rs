//! Runs the store and its writer by hand in one thread: calls come in any order before, between and after
//! commits, commits fail, callers give up. Once everything is written, memory must equal the live state that a
//! start rebuilds.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use countersign_core::application::AppId;
use countersign_core::audit::Author;
use countersign_core::channel::Channel;
use countersign_core::code::check::{Caller, CodeCheck, TokenUse, Unlock};
use countersign_core::code::guess::Guess;
use countersign_core::code::length::CodeLength;
use countersign_core::code::passcode::{Binding, Passcode, PasscodeKey};
use countersign_core::id::{MessageId, RequestId};
use countersign_core::limit::{Rules, SendFacts, SendLimits, Standing};
use countersign_core::message::{Intent, NewCode};
use countersign_core::phone::PhoneNumber;
use countersign_core::ports::ledger::Ledger;
use countersign_core::send::outcome::{Outcome, RefusalKind};
use countersign_core::send::settle::Settlement;
use countersign_core::testing::HandClock;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tempfile::TempDir;

use super::*;
use crate::folder::OwnedFolder;
use crate::seal::StoreKeys;
use crate::sqlite::SqliteStore;
use crate::sqlite::memory::Picture;
use crate::sqlite::start::put_back::OnPutBack;
use crate::sqlite::start::{open, replay};

#[derive(Debug, Clone)]
enum Step {
    /// A send in one of two channels; this many of the newest codes are good.
    Decide(usize, u8),
    /// An outcome of a message whose decision was answered, and whether the message may have been sent.
    Settle(usize, bool),
    /// A guess of the code of one of the newest messages, or of none.
    Check(Caller, usize, Option<usize>),
    Unlock,
    UseToken(u8),
    /// Time passes, in milliseconds.
    Pass(u32),
    /// The caller of one of the oldest calls gives up.
    GiveUp(usize),
    /// The caller of one of the oldest calls gives up during the next commit.
    Leave(usize),
    /// The writer takes a batch of this size, and cannot write one of the tables.
    Commit(usize, Option<&'static str>),
}

fn step() -> impl Strategy<Value = Step> {
    let caller = || prop::sample::select(&Caller::ALL[..]);
    let table = prop_oneof![
        3 => Just(None),
        2 => Just(Some("code_event")),
        1 => Just(Some("message")),
        1 => Just(Some("attempt")),
    ];
    prop_oneof![
        3 => (0..2_usize, 1..3_u8).prop_map(|(channel, keeps)| Step::Decide(channel, keeps)),
        2 => (0..4_usize, any::<bool>()).prop_map(|(message, sent)| Step::Settle(message, sent)),
        5 => (caller(), 0..2_usize, prop::option::of(0..3_usize))
            .prop_map(|(caller, channel, code)| Step::Check(caller, channel, code)),
        1 => Just(Step::Unlock),
        1 => (0..2_u8).prop_map(Step::UseToken),
        1 => prop_oneof![0..60_000_u32, Just(HOUR)].prop_map(Step::Pass),
        2 => (0..4_usize).prop_map(Step::GiveUp),
        1 => (0..4_usize).prop_map(Step::Leave),
        4 => (1..6_usize, table).prop_map(|(size, hidden)| Step::Commit(size, hidden)),
    ]
}

/// A call under way. It resolves to the message that it made durable, if it did.
type Call = Pin<Box<dyn Future<Output = Option<MessageId>>>>;

struct Bench {
    store: Arc<SqliteStore>,
    writer: Writer,
    clock: Arc<HandClock>,
    calls: VecDeque<Call>,
    /// The calls whose callers give up during the next commit.
    leaving: Vec<usize>,
    /// The messages that were answered and not settled yet.
    open: Vec<MessageId>,
    codes: Vec<(usize, MessageId)>,
    ids: u128,
    _dir: TempDir,
}

impl Bench {
    fn new() -> Self {
        let dir = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        let dir = dir.unwrap();
        let clock = Arc::new(HandClock::new(Timestamp::from_millis(1_790_000_000_000)));
        let keys = StoreKeys {
            index: [7; 32],
            seal: [7; 32],
        };
        let folder = OwnedFolder::claim(dir.path()).unwrap();
        let (store, writer) =
            open::assemble(folder, &[keys], clock.clone(), OnPutBack::Refuse).unwrap();
        Self {
            store: Arc::new(store),
            writer,
            clock,
            calls: VecDeque::new(),
            leaving: Vec::new(),
            open: Vec::new(),
            codes: Vec::new(),
            ids: 0,
            _dir: dir,
        }
    }

    fn take(&mut self, step: &Step) {
        match *step {
            Step::Decide(channel, keeps) => self.decide(channel, keeps),
            Step::Settle(n, sent) => {
                if n < self.open.len() {
                    let message = self.open.remove(n);
                    self.settle(message, sent);
                }
            }
            Step::Check(caller, channel, code) => {
                let mut sent = self.codes.iter().rev().filter(|(of, _)| *of == channel);
                let code = code.and_then(|n| sent.nth(n)).map(|(_, message)| *message);
                self.check(caller, channel, code);
            }
            Step::Unlock => self.unlock(),
            Step::UseToken(token) => self.use_token(token),
            Step::Pass(millis) => {
                self.clock.pass(Duration::from_millis(millis.into()));
            }
            Step::GiveUp(n) => {
                self.calls.remove(n);
            }
            Step::Leave(n) => self.leaving.push(n),
            Step::Commit(size, hidden) => self.commit(size, hidden),
        }
    }

    /// Starts a call, which takes effect in memory and waits for the writer.
    fn call(&mut self, call: impl Future<Output = Option<MessageId>> + 'static) {
        self.calls.push_back(Box::pin(call));
        let newest = self.calls.len() - 1;
        self.poll(newest);
    }

    /// Returns whether a call is answered. From then on, the message that it made durable is known.
    fn poll(&mut self, n: usize) -> bool {
        let mut context = Context::from_waker(Waker::noop());
        let Poll::Ready(answer) = self.calls[n].as_mut().poll(&mut context) else {
            return false;
        };
        self.calls.remove(n);
        self.open.extend(answer);
        true
    }

    fn commit(&mut self, size: usize, hidden: Option<&str>) {
        let batch: Vec<_> = self.writer.inbox.jobs.try_iter().take(size).collect();
        let taken = &self.writer.inbox.waiting;
        taken.fetch_sub(batch.len(), Ordering::Relaxed);
        let wanted = self.writer.sort_out(batch);
        let committed = self.without(hidden, |writer| writer.commit_all(wanted));
        for n in std::mem::take(&mut self.leaving) {
            self.calls.remove(n);
        }
        self.writer.tell(committed);
        self.writer.tidy();
        let mut n = 0;
        while n < self.calls.len() {
            n += usize::from(!self.poll(n));
        }
    }

    /// Lets the writer work while one of the tables is hidden.
    fn without<T>(&mut self, hidden: Option<&str>, work: impl FnOnce(&mut Writer) -> T) -> T {
        let rename = |log: &Connection, from: &str, to: &str| {
            let sql = format!("ALTER TABLE {from} RENAME TO {to}");
            log.execute(&sql, []).unwrap();
        };
        if let Some(table) = hidden {
            rename(&self.writer.place.log, table, "hidden");
        }
        let done = work(&mut self.writer);
        if let Some(table) = hidden {
            rename(&self.writer.place.log, "hidden", table);
        }
        done
    }

    fn decide(&mut self, channel: usize, keeps: u8) {
        let id = MessageId::from_bytes(self.id());
        let (app, channel_of, phone) = (app(), CHANNELS[channel], phone());
        let binding = Binding {
            app: &app,
            channel: channel_of,
            phone: &phone,
            message: id,
        };
        let code = NewCode {
            mac: key().mac(&code_of(id), binding),
            life: Duration::from_secs(300),
            tries: 2,
            keeps,
            sealed: None,
        };
        let rules = SendLimits::default().rules(&SendFacts {
            app: &app,
            channel: channel_of,
            phone: &phone,
            address: None,
            standing: Standing::Public,
            price: None,
            exempt: Default::default(),
        });
        let intent = Intent {
            id,
            request_id: self.request_id(),
            app,
            channel: channel_of,
            phone,
            code,
            claim: None,
        };
        self.codes.push((channel, id));
        let store = Arc::clone(&self.store);
        self.call(async move {
            let decision = store.decide(intent, rules).await.ok()?;
            decision.admitted().then_some(id)
        });
    }

    fn settle(&mut self, message: MessageId, sent: bool) {
        let now = self.clock.now();
        let outcome = if sent {
            Outcome::Accepted {
                provider_message_id: None,
            }
        } else {
            Outcome::not_accepted(RefusalKind::Other)
        };
        let settlement = Settlement {
            message,
            attempts: vec![Attempt {
                provider: None,
                started_at: now,
                ended_at: now,
                outcome,
            }],
            give_back: Rules::give_backs(Channel::Login, &phone()),
            cost: 0,
        };
        let store = Arc::clone(&self.store);
        self.call(async move {
            store.settle(settlement).await.ok()?;
            None
        });
    }

    fn check(&mut self, caller: Caller, channel: usize, code: Option<MessageId>) {
        let typed = code.map_or_else(|| Passcode::parse("999999").unwrap(), code_of);
        let guess = Guess::new(key(), typed, app(), CHANNELS[channel], phone());
        let check = CodeCheck::new(self.request_id(), caller, guess, CodeLength::always(6));
        let store = Arc::clone(&self.store);
        self.call(async move {
            store.check(check).await.ok()?;
            None
        });
    }

    fn unlock(&mut self) {
        let unlock = Unlock {
            request_id: self.request_id(),
            phone: phone(),
            note: String::new(),
            by: Author::service(),
        };
        let store = Arc::clone(&self.store);
        self.call(async move {
            store.unlock(unlock).await.ok()?;
            None
        });
    }

    fn use_token(&mut self, token: u8) {
        let used = TokenUse {
            request_id: self.request_id(),
            token: token.to_string(),
            life: Duration::from_secs(300),
        };
        let store = Arc::clone(&self.store);
        self.call(async move {
            store.use_token(used).await.ok()?;
            None
        });
    }

    /// How many records wait, as the queue counts them.
    fn waiting(&self) -> usize {
        self.writer.inbox.waiting.load(Ordering::Relaxed)
    }

    fn request_id(&mut self) -> RequestId {
        RequestId::from_bytes(self.id())
    }

    fn id(&mut self) -> [u8; 16] {
        self.ids += 1;
        let first = MessageId::first_at(self.clock.now());
        (u128::from_be_bytes(*first.as_bytes()) + self.ids).to_be_bytes()
    }

    /// Lets every call end. Returns the live state in memory, and the one that a start rebuilds from the log.
    fn end(mut self) -> (Picture, Picture) {
        while !self.calls.is_empty() {
            self.commit(BATCH, None);
        }
        // Calls that were given up may have left records in the queue.
        self.commit(BATCH, None);
        for message in std::mem::take(&mut self.open) {
            self.settle(message, true);
        }
        while !self.calls.is_empty() || !self.writer.owed.is_empty() {
            self.commit(BATCH, None);
        }
        self.commit(BATCH, None);
        assert!(self.writer.owed.is_empty());
        assert_eq!(self.waiting(), 0);
        let (log, now) = (&mut self.writer.place.log, self.clock.now());
        let horizon = Horizon::read(log).unwrap();
        let mut rule_sets = RuleSets::read(log).unwrap();
        let rebuilt = replay::rebuild(log, &horizon, &mut rule_sets, 1, now).unwrap();
        let mut live = self.store.live.lock().unwrap();
        live.sweep(now);
        (live.picture(now), rebuilt.picture(now))
    }
}

const HOUR: u32 = 3_600_000;

const CHANNELS: [Channel; 2] = [Channel::Login, Channel::Register];

fn app() -> AppId {
    AppId::parse("app").unwrap()
}

fn phone() -> PhoneNumber {
    PhoneNumber::parse("+8613800138000", None).unwrap()
}

fn key() -> PasscodeKey {
    PasscodeKey::new([3; 32])
}

fn code_of(message: MessageId) -> Passcode {
    let number = u128::from_be_bytes(*message.as_bytes()) % 100_000;
    Passcode::parse(&format!("{number:06}")).unwrap()
}

fn play(steps: &[Step]) -> (Picture, Picture) {
    let mut pictures = None;
    with_runtime(|| {
        let mut bench = Bench::new();
        for step in steps {
            bench.take(step);
        }
        pictures = Some(bench.end());
    });
    pictures.unwrap()
}

fn wrong() -> Step {
    Step::Check(Caller::Application, 0, None)
}

fn right() -> Step {
    Step::Check(Caller::Application, 0, Some(0))
}

/// Plays `steps` on a sent code, compares memory with the log, and returns the consecutive wrong guesses.
fn in_a_row(steps: &[Step]) -> u32 {
    let sent = [Step::Decide(0, 1), Step::Commit(1, None)];
    let (live, rebuilt) = play(&[&sent, steps].concat());
    assert_eq!(live, rebuilt);
    live.in_a_row.values().sum()
}

#[test]
fn a_guess_counts_whether_or_not_its_caller_waits_for_the_answer() {
    let all = Step::Commit(9, None);
    for goes in [Step::GiveUp(0), Step::Leave(0)] {
        let steps = [wrong(), goes, Step::Decide(1, 1), all.clone()];
        assert_eq!(in_a_row(&steps), 1);
    }
}

#[test]
fn a_guess_whose_commit_failed_is_recorded_by_a_later_one() {
    let hidden = Step::Commit(9, Some("code_event"));
    let steps = [wrong(), hidden.clone(), wrong()];
    assert_eq!(in_a_row(&steps), 2);
    for forgets in [right(), Step::Unlock] {
        let steps = [wrong(), forgets, hidden.clone(), wrong()];
        assert_eq!(
            in_a_row(&steps),
            u32::from(matches!(steps[1], Step::Unlock))
        );
    }
}

#[test]
fn the_horizon_does_not_pass_an_event_that_waits_an_hour_for_its_record() {
    let hidden = Step::Commit(1, Some("code_event"));
    let steps = [wrong(), hidden, Step::Pass(HOUR), Step::Commit(1, None)];
    assert_eq!(in_a_row(&steps), 1);
}

#[test]
fn a_message_too_old_to_be_read_at_a_start_is_rolled_back() {
    let late = [Step::Pass(HOUR), Step::Commit(1, None)];
    assert_eq!(in_a_row(&[&[wrong(), wrong()], &late[..]].concat()), 2);
    let before = [Step::Decide(1, 1), late[0].clone(), wrong()];
    assert_eq!(in_a_row(&before), 0, "the code of the guess is over");
    let behind = [&[wrong(), Step::Decide(1, 1)], &late[..]].concat();
    assert_eq!(in_a_row(&behind), 1);
}

#[test]
fn the_writer_looks_at_the_clock_for_as_long_as_there_are_codes() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let _timers = runtime.enter();
    let mut bench = Bench::new();
    bench.commit(1, None);
    assert_eq!(bench.writer.patience(), Duration::MAX);
    bench.decide(0, 1);
    bench.commit(1, None);
    assert_eq!(bench.writer.patience(), LINGER, "an outcome is to come");
    bench.take(&Step::Settle(0, true));
    for (pass, patience) in [(0, MARK), (59_999, MARK), (1, MARK)] {
        bench.take(&Step::Pass(pass));
        bench.commit(1, None);
        assert_eq!(bench.writer.patience(), patience);
    }
    for _ in 0..5 {
        bench.take(&Step::Pass(60_000));
    }
    bench.commit(1, None);
    assert_eq!(bench.writer.patience(), Duration::MAX);
}

#[test]
fn a_guess_that_could_not_be_written_takes_a_place_in_the_queue_until_it_is() {
    with_runtime(|| {
        let mut bench = Bench::new();
        bench.take(&wrong());
        bench.commit(9, Some("code_event"));
        assert_eq!(bench.waiting(), 1);
        assert_eq!(bench.writer.patience(), RETRY);
        bench.commit(9, None);
        assert_eq!(bench.waiting(), 0);
        assert_ne!(bench.writer.patience(), RETRY);
    });
}

#[test]
fn the_writer_settles_a_message_without_an_outcome_once_that_is_overdue() {
    with_runtime(|| {
        let mut bench = Bench::new();
        bench.decide(0, 1);
        bench.commit(9, None);
        bench.take(&Step::Pass(22_000));
        bench.commit(9, None);
        assert!(!bench.store.live.lock().unwrap().has_pending());
        bench.commit(9, None);
        let log = &bench.writer.place.log;
        let unknown = "SELECT count(*) FROM attempt WHERE outcome = 'unknown' AND settles";
        let recorded: i64 = log.query_row(unknown, [], |row| row.get(0)).unwrap();
        assert_eq!(recorded, 1);
    });
}

fn with_runtime(test: impl FnOnce()) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let _timers = runtime.enter();
    test();
}

#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "a switch for people who run the tests"
)]
fn memory_equals_the_replayed_log_after_any_schedule() {
    let cases = match std::env::var("THOROUGH") {
        Ok(_) => 10_000,
        Err(_) => 300,
    };
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    let schedules = prop::collection::vec(step(), 1..50);
    let played = TestRunner::new(config).run(&schedules, |steps| {
        let (live, rebuilt) = play(&steps);
        prop_assert_eq!(live, rebuilt);
        Ok(())
    });
    played.unwrap();
}
