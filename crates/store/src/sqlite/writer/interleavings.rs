//! The store and its writer, taken apart and run by hand in one thread: calls come in any order before, between
//! and after commits, commits fail or their callers give up. What is in memory then is what a start makes of
//! the log: exactly what the durable steps alone leave.

use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::AtomicI64;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use countersign_core::application::AppId;
use countersign_core::channel::Channel;
use countersign_core::code::check::{CodeCheck, Door, TokenUse, Unlock};
use countersign_core::code::guess::Guess;
use countersign_core::code::passcode::{Binding, Passcode, PasscodeKey};
use countersign_core::id::{MessageId, RequestId};
use countersign_core::limit::{Hit, Rules, SendLimits};
use countersign_core::message::{Intent, NewCode, Settlement};
use countersign_core::phone::PhoneNumber;
use countersign_core::ports::store::Store;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use rusqlite::OpenFlags;
use tempfile::TempDir;

use super::super::open::{DATABASE, configure, migrations};
use super::super::setup::LiveSetup;
use super::super::{SqliteStore, replay};
use super::*;
use crate::folder::OwnedFolder;
use crate::seal::{Key, Sealer, StoreKeys};

#[derive(Debug, Clone)]
enum Step {
    /// To one of two channels, with a code of which so many are good.
    Decide(usize, u8),
    /// A message whose decision was answered; whether it may have been sent.
    Settle(usize, bool),
    /// The code of one of the newest messages, or none.
    Check(Door, usize, Option<usize>),
    /// With an id that is taken, so that its record fails, and alone.
    CheckTwice(Door, usize),
    Unlock,
    UseToken(u8),
    /// Milliseconds.
    Pass(u32),
    /// The caller of one of the oldest calls goes away.
    GiveUp(usize),
    /// It goes away during the next commit. Whether that can be undone at once.
    Leave(usize, bool),
    /// The writer takes so many, and cannot write one of the tables.
    Commit(usize, Option<&'static str>),
}

fn step() -> impl Strategy<Value = Step> {
    let door = || prop::sample::select(&Door::ALL[..]);
    let table = prop_oneof![
        3 => Just(None),
        2 => Just(Some("code_event")),
        1 => Just(Some("message")),
        1 => Just(Some("attempt")),
    ];
    prop_oneof![
        3 => (0..2_usize, 1..3_u8).prop_map(|(channel, keeps)| Step::Decide(channel, keeps)),
        2 => (0..4_usize, any::<bool>()).prop_map(|(message, sent)| Step::Settle(message, sent)),
        5 => (door(), 0..2_usize, prop::option::of(0..3_usize))
            .prop_map(|(door, channel, code)| Step::Check(door, channel, code)),
        1 => (door(), 0..2_usize).prop_map(|(door, channel)| Step::CheckTwice(door, channel)),
        1 => Just(Step::Unlock),
        1 => (0..2_u8).prop_map(Step::UseToken),
        1 => prop_oneof![0..60_000_u32, Just(HOUR)].prop_map(Step::Pass),
        2 => (0..4_usize).prop_map(Step::GiveUp),
        1 => (0..4_usize, any::<bool>()).prop_map(|(n, undone)| Step::Leave(n, undone)),
        4 => (1..6_usize, table).prop_map(|(size, hidden)| Step::Commit(size, hidden)),
    ]
}

struct HandClock(AtomicI64);

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// A call under way; once it is answered, what it made durable.
type Call = Pin<Box<dyn Future<Output = Option<Durable>>>>;

enum Durable {
    Message(MessageId),
    Event(RequestId),
    Nothing,
}

struct Bench {
    store: Arc<SqliteStore>,
    writer: Writer,
    inbox: Receiver<Job>,
    clock: Arc<HandClock>,
    calls: VecDeque<Call>,
    /// Which of them go away during the next commit, and whether that can be undone at once.
    leaving: Vec<usize>,
    undoing: bool,
    /// Answered, and not settled yet.
    open: Vec<MessageId>,
    codes: Vec<(usize, MessageId)>,
    recorded: Option<RequestId>,
    ids: u128,
    _dir: TempDir,
}

impl Bench {
    fn new() -> Self {
        let dir = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        let dir = dir.unwrap();
        let folder = OwnedFolder::claim(dir.path()).unwrap();
        let path = folder.path().join(DATABASE);
        let keys = StoreKeys {
            index: [7; 32],
            seal: [7; 32],
        };
        let mut log = Connection::open(&path).unwrap();
        configure(&log).unwrap();
        migrations().to_latest(&mut log).unwrap();
        // Records that are at fault: elsewhere there are none.
        let unique = "CREATE UNIQUE INDEX one ON code_event (id)";
        log.execute(unique, []).unwrap();
        let clock = Arc::new(HandClock(AtomicI64::new(1_790_000_000_000)));
        let live = Arc::new(Mutex::new(Live::default()));
        let horizon = Horizon::read(&log).unwrap();
        let reader = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY);
        let (jobs, inbox) = std::sync::mpsc::channel();
        let (waiting, tray) = (Arc::<AtomicUsize>::default(), Tray::default());
        let queue = Queue {
            jobs: Some(jobs),
            thread: None,
            waiting: Arc::clone(&waiting),
            tray: Arc::clone(&tray),
        };
        let sealer = Sealer::new(&keys).unwrap();
        let setup = Arc::new(LiveSetup::read(&log, &sealer).unwrap());
        let store = SqliteStore {
            live: Arc::clone(&live),
            queue,
            reader: Arc::new(Mutex::new(reader.unwrap())),
            setup: Arc::clone(&setup),
            sealer: Arc::new(sealer),
            clock: clock.clone(),
            ahead: Duration::ZERO,
            dead_before: Timestamp::default(),
            _lookup: None,
            _folder: folder,
        };
        let writer = Writer {
            parts: Parts {
                log,
                live,
                setup,
                clock: clock.clone(),
                horizon,
                rule_sets: RuleSets::default(),
                checkpoints: Checkpoints::none(),
            },
            waiting,
            tray,
            open: None,
            settled: Vec::new(),
            failed: false,
            undone: Undone::default(),
            marked_at: Timestamp::default(),
            marking: false,
            settling: false,
        };
        Self {
            store: Arc::new(store),
            writer,
            inbox,
            clock,
            calls: VecDeque::new(),
            leaving: Vec::new(),
            undoing: true,
            open: Vec::new(),
            codes: Vec::new(),
            recorded: None,
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
            Step::Check(door, channel, code) => {
                let mut sent = self.codes.iter().rev().filter(|(of, _)| *of == channel);
                let code = code.and_then(|n| sent.nth(n)).map(|(_, message)| *message);
                let id = self.request_id();
                self.check(door, channel, code, id);
            }
            Step::CheckTwice(door, channel) => {
                if let Some(taken) = self.recorded {
                    self.check(door, channel, None, taken);
                }
            }
            Step::Unlock => self.unlock(),
            Step::UseToken(token) => self.use_token(token),
            Step::Pass(millis) => {
                self.clock.0.fetch_add(millis.into(), Ordering::SeqCst);
            }
            Step::GiveUp(n) => {
                self.calls.remove(n);
            }
            Step::Leave(n, undone) => {
                self.leaving.push(n);
                self.undoing &= undone;
            }
            Step::Commit(size, hidden) => self.commit(size, hidden),
        }
    }

    /// Starts a call: it takes effect in memory and waits for the writer.
    fn call(&mut self, call: impl Future<Output = Option<Durable>> + 'static) {
        self.calls.push_back(Box::pin(call));
        let newest = self.calls.len() - 1;
        self.poll(newest);
    }

    /// Whether a call is answered; what it made durable is known from then on.
    fn poll(&mut self, n: usize) -> bool {
        let mut context = Context::from_waker(Waker::noop());
        let Poll::Ready(answer) = self.calls[n].as_mut().poll(&mut context) else {
            return false;
        };
        self.calls.remove(n);
        match answer {
            Some(Durable::Message(message)) => self.open.push(message),
            Some(Durable::Event(id)) => self.recorded = Some(id),
            Some(Durable::Nothing) | None => {}
        }
        true
    }

    fn commit(&mut self, size: usize, hidden: Option<&str>) {
        let batch: Vec<_> = self.inbox.try_iter().take(size).collect();
        let wanted = self.writer.sort_out(batch);
        let committed = self.without(hidden, |writer| writer.commit_all(wanted));
        for n in std::mem::take(&mut self.leaving) {
            self.calls.remove(n);
        }
        self.writer.tell(committed);
        let hidden = (!std::mem::replace(&mut self.undoing, true)).then_some("code_event");
        self.without(hidden, Writer::undo);
        self.writer.tidy();
        let mut n = 0;
        while n < self.calls.len() {
            n += usize::from(!self.poll(n));
        }
    }

    /// Lets the writer work without one of the tables.
    fn without<T>(&mut self, hidden: Option<&str>, work: impl FnOnce(&mut Writer) -> T) -> T {
        let rename = |log: &Connection, from: &str, to: &str| {
            let sql = format!("ALTER TABLE {from} RENAME TO {to}");
            log.execute(&sql, []).unwrap();
        };
        if let Some(table) = hidden {
            rename(&self.writer.parts.log, table, "hidden");
        }
        let done = work(&mut self.writer);
        if let Some(table) = hidden {
            rename(&self.writer.parts.log, "hidden", table);
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
        let rules = SendLimits::default()
            .rules(&app, channel_of, &phone)
            .unwrap();
        let intent = Intent {
            id,
            request_id: self.request_id(),
            app,
            channel: channel_of,
            phone,
            code,
        };
        self.codes.push((channel, id));
        let store = Arc::clone(&self.store);
        self.call(async move {
            let decision = store.decide(intent, rules).await.ok()?;
            decision.admitted().then_some(Durable::Message(id))
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
        };
        let store = Arc::clone(&self.store);
        self.call(async move {
            store.settle(settlement).await.ok()?;
            Some(Durable::Nothing)
        });
    }

    fn check(&mut self, door: Door, channel: usize, code: Option<MessageId>, id: RequestId) {
        let typed = code.map_or_else(|| Passcode::parse("999999").unwrap(), code_of);
        let check = CodeCheck {
            request_id: id,
            door,
            guess: Guess::new(key(), typed, app(), CHANNELS[channel], phone()),
        };
        let store = Arc::clone(&self.store);
        let counts =
            |found: &_| matches!(found, countersign_core::code::check::Checked::Wrong { .. });
        self.call(async move {
            let found = store.check(check).await.ok()?;
            counts(&found).then_some(Durable::Event(id))
        });
    }

    fn unlock(&mut self) {
        let unlock = Unlock {
            request_id: self.request_id(),
            phone: phone(),
            note: String::new(),
        };
        let store = Arc::clone(&self.store);
        self.call(async move { store.unlock(unlock).await.ok().map(|()| Durable::Nothing) });
    }

    fn use_token(&mut self, token: u8) {
        let used = TokenUse {
            request_id: self.request_id(),
            token: token.to_string(),
            life: Duration::from_secs(300),
        };
        let store = Arc::clone(&self.store);
        self.call(async move { store.use_token(used).await.ok().map(|_| Durable::Nothing) });
    }

    fn request_id(&mut self) -> RequestId {
        RequestId::from_bytes(self.id())
    }

    fn id(&mut self) -> [u8; 16] {
        self.ids += 1;
        let first = MessageId::first_at(self.clock.now());
        (u128::from_be_bytes(*first.as_bytes()) + self.ids).to_be_bytes()
    }

    /// Lets everything come to its end; what is in memory, and what a start makes of the log.
    fn end(mut self) -> (Picture, Picture) {
        while !self.calls.is_empty() {
            self.commit(BATCH, None);
        }
        // Of calls that were given up something may be left.
        self.commit(BATCH, None);
        for message in std::mem::take(&mut self.open) {
            self.settle(message, true);
        }
        self.commit(BATCH, None);
        assert!(self.writer.settled.is_empty() && self.writer.undone.is_empty());
        let (log, now) = (&mut self.writer.parts.log, self.clock.now());
        let horizon = Horizon::read(log).unwrap();
        let mut rule_sets = RuleSets::read(log).unwrap();
        let rebuilt = replay::rebuild(log, &horizon, &mut rule_sets, now).unwrap();
        let mut live = std::mem::take(&mut *self.store.live.lock().unwrap());
        live.forget_past(now);
        assert!(live.forgotten.is_empty());
        [&live, &rebuilt].map(|live| picture(live, now)).into()
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

/// What is known of numbers and codes, in an order that can be compared.
type Picture = (
    BTreeMap<Key, Vec<Hit>>,
    BTreeMap<Key, u32>,
    BTreeMap<MessageId, (u8, bool, bool)>,
);

fn picture(live: &Live, now: Timestamp) -> Picture {
    let buckets = live.sends.counting(now).into_iter();
    let buckets = buckets.chain(live.guesses.counting(now));
    let in_a_row = live.in_a_row.iter().map(|(phone, n)| (*phone, *n));
    let codes = live.codes.by_scope.iter();
    let codes = codes.flat_map(|(_, codes)| codes.as_slice());
    let codes = codes
        .filter(|code| code.expires_at() > now)
        .map(|code| (code.message, (code.tries_left, code.used, code.sent)));
    (buckets.collect(), in_a_row.collect(), codes.collect())
}

fn play(steps: &[Step]) -> (Picture, Picture) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let _timers = runtime.enter();
    let mut bench = Bench::new();
    for step in steps {
        bench.take(step);
    }
    bench.end()
}

fn wrong() -> Step {
    Step::Check(Door::Application, 0, None)
}

fn right() -> Step {
    Step::Check(Door::Application, 0, Some(0))
}

/// What is in memory after these steps is what a start makes of the log; how many wrong guesses in a row.
fn in_a_row(steps: &[Step]) -> u32 {
    let sent = [Step::Decide(0, 1), Step::Commit(1, None)];
    let (live, rebuilt) = play(&[&sent, steps].concat());
    assert_eq!(live, rebuilt);
    live.1.values().sum()
}

#[test]
fn a_guess_that_was_given_up_after_a_success_takes_no_other_guess_along() {
    // The oldest call of all gives up; the writer finds all four in one batch.
    let steps = [
        wrong(),
        right(),
        Step::Pass(60_000),
        Step::Decide(0, 1),
        wrong(),
        Step::GiveUp(0),
        Step::Commit(4, None),
    ];
    assert_eq!(in_a_row(&steps), 1);
}

#[test]
fn a_guess_and_what_forgot_it_leave_nothing_where_neither_was_recorded() {
    for forgets in [right(), Step::Unlock] {
        let hidden = Step::Commit(9, Some("code_event"));
        let steps = [wrong(), forgets.clone(), hidden, wrong()];
        assert_eq!(in_a_row(&steps), 1);
        let one_by_one = Step::Commit(1, Some("code_event"));
        let steps = [wrong(), forgets, one_by_one.clone(), one_by_one, wrong()];
        assert_eq!(in_a_row(&steps), 1);
    }
}

#[test]
fn of_guesses_in_one_moment_each_can_be_withdrawn_after_the_unlock_that_forgot_them() {
    // Whose caller gave up is withdrawn before the commit, and so before what fails with it.
    let hidden = Some("code_event");
    let steps = [
        wrong(),
        wrong(),
        Step::Unlock,
        Step::GiveUp(2),
        Step::Commit(3, hidden),
    ];
    assert_eq!(in_a_row(&steps), 0);
    let guess = |channel| Step::Check(Door::Public, channel, None);
    let found = [
        guess(0),
        Step::Unlock,
        guess(0),
        Step::Unlock,
        guess(0),
        guess(0),
        Step::Decide(0, 1),
        guess(1),
        guess(0),
        Step::Commit(3, None),
        Step::Unlock,
        Step::GiveUp(2),
        Step::Commit(2, None),
        Step::GiveUp(3),
        Step::Commit(2, None),
        Step::Commit(3, hidden),
    ];
    let (live, rebuilt) = play(&found);
    assert_eq!(live, rebuilt);
}

#[test]
fn what_an_unlock_forgot_comes_back_to_the_hour_and_the_day_it_was_of() {
    let hidden = Step::Commit(1, Some("code_event"));
    let steps = [
        wrong(),
        Step::Commit(1, None),
        Step::Pass(HOUR),
        wrong(),
        Step::Commit(1, None),
        Step::Unlock,
        Step::Unlock,
        hidden.clone(),
        hidden,
    ];
    // The second was compared with nothing, for the code was over.
    assert_eq!(in_a_row(&steps), 1);
}

#[test]
fn what_is_taken_off_the_record_never_was() {
    let all = Step::Commit(9, None);
    for undone in [true, false] {
        for forgets in [right(), Step::Unlock] {
            let steps = [
                wrong(),
                forgets.clone(),
                Step::Leave(1, undone),
                all.clone(),
            ];
            assert_eq!(in_a_row(&steps), 1, "it forgot nothing");
            let left = Step::Leave(0, undone);
            let steps = [wrong(), forgets, Step::Decide(1, 1), left, all.clone()];
            assert_eq!(in_a_row(&steps), 0);
        }
        let left = Step::Leave(0, undone);
        let steps = [wrong(), Step::Unlock, wrong(), left, all.clone()];
        assert_eq!(in_a_row(&steps), 1, "the second is another");
    }
    // A start would read it no more.
    let late = [wrong(), Step::Leave(0, false), Step::Pass(HOUR), all];
    assert_eq!(in_a_row(&late), 0);
}

#[test]
fn a_message_that_waits_until_no_start_would_read_it_never_was() {
    let steps = [wrong(), wrong(), Step::Pass(HOUR), Step::Commit(1, None)];
    assert_eq!(in_a_row(&steps), 2);
    assert_eq!(
        in_a_row(&[Step::Decide(1, 1), steps[2].clone(), wrong()]),
        0
    );
    let behind = [
        wrong(),
        Step::Decide(1, 1),
        steps[2].clone(),
        steps[3].clone(),
    ];
    assert_eq!(in_a_row(&behind), 1);
}

#[test]
fn the_time_is_put_on_record_for_as_long_as_there_are_codes() {
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
#[allow(
    clippy::disallowed_methods,
    reason = "a switch for people who run the tests"
)]
fn what_was_not_recorded_never_was() {
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
