//! A wall clock that is stepped: under the rules, and by libfaketime under the running program.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign::system::{OsEntropy, Readings, SystemClock};
use countersign_core::application::{AppId, AppName, Application, Origins, TokenAlgorithm};
use countersign_core::channel::Channel;
use countersign_core::code::check::{Caller, Checked};
use countersign_core::code::checker::{Checker, GuessInput};
use countersign_core::code::passcode::PasscodeKey;
use countersign_core::country_rules::{Countries, CountryRules};
use countersign_core::id::RequestId;
use countersign_core::language::Languages;
use countersign_core::limit::guess_sources::GuessSource;
use countersign_core::limit::{LimitsInUse, Standing};
use countersign_core::network::Networks;
use countersign_core::phone::PhoneNumber;
use countersign_core::policy::CodePolicy;
use countersign_core::ports::ledger::Ledger;
use countersign_core::ports::provider::{Provider, Sms};
use countersign_core::send::messenger::{Messenger, MessengerParts, Plan, SendError, SendRequest};
use countersign_core::send::outcome::Outcome;
use countersign_core::send::route::Routes;
use countersign_core::time::Timestamp;
use countersign_store::RecentRefusals;
use countersign_store::sqlite::SqliteStore;
use countersign_store::{OwnedFolder, StoreKeys};
use serde_json::{Value, json};
use tokio::process::Command;

use crate::actors::Terminal;
use crate::checks::LOGIN;
use crate::server::{BINARY, Server, folder, number};
use crate::signed::{self, DEV, PASSED, Signed};

/// The library that the program is started under.
pub(crate) fn library() -> PathBuf {
    let roots = ["/usr/lib", "/usr/lib64", "/usr/local/lib"];
    let folders = roots.into_iter().flat_map(|root| {
        let inside = std::fs::read_dir(root).into_iter().flatten().flatten();
        inside
            .map(|entry| entry.path())
            .chain([PathBuf::from(root)])
    });
    folders
        .map(|folder| folder.join("faketime/libfaketime.so.1"))
        .find(|library| library.exists())
        .expect("libfaketime: apt-get install faketime")
}

/// The wall clock of a program that was started with it.
pub(crate) struct WallClock(PathBuf);

impl WallClock {
    pub(crate) fn of(folder: &Path) -> Self {
        let wall = Self(folder.join("wall-clock"));
        wall.set("+0");
        wall
    }

    /// Steps it to so much off the real one, such as `-1h`.
    fn set(&self, off: &str) {
        std::fs::write(&self.0, format!("{off}\n")).unwrap();
    }

    /// Lets it stand at a time, to the second.
    pub(crate) fn stop_at(&self, time: Timestamp) {
        let time = time.to_string();
        let second = time.split('.').next().unwrap();
        self.set(&second.replace('T', " "));
    }

    /// The program, without arguments, by this clock.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(BINARY);
        command
            .env("LD_PRELOAD", library())
            .env("FAKETIME_TIMESTAMP_FILE", &self.0)
            .env("FAKETIME_NO_CACHE", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .env("TZ", "UTC");
        command
    }

    async fn start(&self, data: &Path, args: &[&str]) -> Server {
        let command = self.command();
        let args = [&["--quiet"], args].concat();
        Server::run(command, data, "127.0.0.1:0", &args).await
    }
}

/// Whether the public finds the code to be right.
async fn is_right(server: &Server, number: &str, code: &str) -> bool {
    let public = server.public();
    let seen = public.pre_check_code(LOGIN, number, code).await;
    seen.is_valid()
}

#[expect(
    clippy::disallowed_methods,
    reason = "what is measured is real time: the program's own clock is in question"
)]
// shows: H1
#[tokio::test]
async fn a_step_of_the_wall_clock_moves_neither_a_minute_nor_the_life_of_a_code() {
    let (data, files) = (folder(), folder());
    let settings = files.path().join("settings.toml");
    std::fs::write(&settings, "[codes]\nlife_seconds = 60\n").unwrap();
    let wall = WallClock::of(files.path());
    let config = ["--config", settings.to_str().unwrap()];
    let server = wall.start(data.path(), &config).await;
    let began = Instant::now();
    let code = server.code(LOGIN, &number(1)).await;
    for step in ["+1h", "-1h", "+1h", "+0", "-1h"] {
        wall.set(step);
        assert!(is_right(&server, &number(1), &code).await, "{step}");
        assert_eq!(server.public().login(&number(1)).await, 429, "{step}");
    }
    // Real time alone ends both.
    while is_right(&server, &number(1), &code).await {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let life = began.elapsed();
    while server.public().login(&number(1)).await == 429 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let minute = began.elapsed();
    let logs = server.stop().await.stderr;
    assert!(life > Duration::from_secs(59), "a code lived {life:?}");
    assert!(life < Duration::from_secs(120), "a code lived {life:?}");
    assert!(minute > Duration::from_secs(59), "a minute took {minute:?}");
    assert!(
        minute < Duration::from_secs(120),
        "a minute took {minute:?}"
    );
    // The program did see the steps: its logs go by the wall clock.
    let times: Vec<String> = logs
        .lines()
        .filter(|line| line.contains("answered"))
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["timestamp"].to_string())
        .collect();
    assert!(times.windows(2).any(|pair| pair[0] > pair[1]), "{times:?}");
}

#[tokio::test]
async fn a_wall_clock_set_back_over_a_boot_ends_older_codes_once() {
    let (data, files) = (folder(), folder());
    let wall = WallClock::of(files.path());
    let server = wall.start(data.path(), &[]).await;
    let code = server.code(LOGIN, &number(1)).await;
    server.kill().await;

    // Set back while the program is away, without a boot: nothing to it.
    wall.set("-1h");
    let server = wall.start(data.path(), &[]).await;
    assert!(is_right(&server, &number(1), &code).await);
    server.kill().await;

    let note = data.path().join("clock.json");
    let mut reading: Value = serde_json::from_slice(&std::fs::read(&note).unwrap()).unwrap();
    reading["bootId"] = "an earlier boot".into();
    std::fs::write(&note, reading.to_string()).unwrap();
    let server = wall.start(data.path(), &[]).await;
    assert!(
        !is_right(&server, &number(1), &code).await,
        "nobody knows its age"
    );
    assert_eq!(
        server.public().login(&number(1)).await,
        429,
        "its minute is not over"
    );
    let newer = server.code(LOGIN, &number(2)).await;
    assert!(is_right(&server, &number(2), &newer).await);
    server.kill().await;
    let server = wall.start(data.path(), &[]).await;
    assert!(
        is_right(&server, &number(2), &newer).await,
        "known within a boot"
    );
    assert!(!is_right(&server, &number(1), &code).await);
}

// shows: found-R1
#[tokio::test]
async fn tokens_and_signatures_go_by_a_wall_clock_that_was_corrected_and_minutes_do_not() {
    let (data, files) = (folder(), folder());
    let wall = WallClock::of(files.path());
    wall.set("+8h");
    let server = wall.start(data.path(), &[]).await;
    server.code(LOGIN, &number(1)).await;
    server.stop().await;

    // Somebody corrects the clock of the machine; the folder's own goes on from what it was.
    wall.set("+0");
    let server = wall.start(data.path(), &[]).await;
    let now = Timestamp::parse_http_date(&signed::date(&server).await).unwrap();
    let code = server.code(LOGIN, &number(2)).await;
    let body = json!({"channel": LOGIN, "phoneNumber": number(2), "passCode": code});
    let token = server.app_server().post("verify-code", body).await;
    let token = token.data()["verificationToken"]
        .as_str()
        .unwrap()
        .to_owned();
    let claims = URL_SAFE_NO_PAD
        .decode(token.split('.').nth(1).unwrap())
        .unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    let made = claims["iat"].as_i64().unwrap() - now.as_millis() / 1_000;
    assert!((0..30).contains(&made), "made {made} s from now");
    let life = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
    assert_eq!(life, 300);
    let read = server.app_server().introspect(&token).await;
    assert_eq!(read.data()["active"], true, "{read}");

    let signed = Signed::list(DEV, &signed::date(&server).await, "n-1");
    assert_eq!(signed.send(&server).await.codes(), PASSED);
    // The minute of the first number is eight hours old by the wall clock, and seconds old.
    assert_eq!(server.public().login(&number(1)).await, 429);
    let logs = server.stop().await.stderr;
    let warned: Vec<_> = logs
        .lines()
        .filter(|line| line.contains("apart from the wall clock"))
        .collect();
    assert_eq!(warned.len(), 1, "once: {warned:?}");
    assert!(warned[0].contains("WARN"), "{warned:?}");
}

// shows: found-R9
#[tokio::test]
async fn a_clock_of_a_year_that_cannot_be_is_refused_with_the_mend() {
    let data = folder();
    Server::start(data.path(), &["--quiet"]).await.stop().await;
    let note = data.path().join("clock.json");
    let mut reading: Value = serde_json::from_slice(&std::fs::read(&note).unwrap()).unwrap();
    for booted_at in [9_404_000_000_000_000_i64, i64::MAX, -1_000_000_000_000_000] {
        reading["bootedAt"] = booted_at.into();
        std::fs::write(&note, reading.to_string()).unwrap();
        let refused = Terminal::on(data.path()).run(&["dev", "--quiet", "--listen", "127.0.0.1:0"]);
        assert_eq!(refused.code, 1, "{refused}");
        let mend = "clock.json it is not a year from 1970 to 9998: set the clock of this machine, remove that file, and \
                    start again, which ends the codes sent before\n";
        assert!(refused.stderr.ends_with(mend), "{refused}");
    }
    std::fs::remove_file(&note).unwrap();
    let server = Server::start(data.path(), &["--quiet"]).await;
    assert_eq!(server.public().login(&number(1)).await, 200);
}

/// A machine whose clocks the test owns.
#[derive(Clone, Default)]
struct Hands(Arc<(AtomicI64, AtomicI64)>);

impl Hands {
    fn pass(&self, millis: i64) {
        self.0.0.fetch_add(millis, Ordering::SeqCst);
        self.0.1.fetch_add(millis, Ordering::SeqCst);
    }

    fn step_wall(&self, millis: i64) {
        self.0.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Readings for Hands {
    fn wall(&self) -> i64 {
        1_790_000_000_000 + self.0.0.load(Ordering::SeqCst)
    }

    fn passing(&self) -> i64 {
        self.0.1.load(Ordering::SeqCst)
    }

    fn boot_id(&self) -> String {
        "boot".to_owned()
    }
}

/// Keeps the last code.
#[derive(Default)]
struct Phone(Mutex<String>);

#[async_trait]
impl Provider for Phone {
    fn name(&self) -> &str {
        "phone"
    }

    async fn send(&self, sms: &Sms) -> Outcome {
        *self.0.lock().unwrap() = sms.passcode.reveal().to_owned();
        Outcome::Accepted {
            provider_message_id: None,
        }
    }
}

// shows: H1
#[tokio::test]
async fn a_wall_clock_stepped_by_hours_moves_no_minute_and_no_life_by_a_millisecond() {
    const HOUR: i64 = 3_600_000;
    let data = folder();
    let hands = Hands::default();
    let owned = OwnedFolder::claim(data.path()).unwrap();
    let clock = SystemClock::of(data.path(), hands.clone()).unwrap();
    let keys = StoreKeys {
        index: [1; 32],
        seal: [2; 32],
    };
    let store = SqliteStore::open(owned, &keys, Arc::new(clock)).unwrap();
    let clock = store.clock();
    let ledger: Arc<dyn Ledger> = Arc::new(store);
    let phone = Arc::new(Phone::default());
    let routes = Routes::through(Arc::clone(&phone) as Arc<dyn Provider>, Countries::All);
    let key = PasscodeKey::new([3; 32]);
    let (entropy, policy) = (Arc::new(OsEntropy), CodePolicy::default());
    let checker = Checker::new(
        Arc::clone(&ledger),
        key.clone(),
        policy.clone(),
        clock.now(),
        LimitsInUse::default(),
        Arc::default(),
    );
    let plan = Plan {
        routes,
        ..Plan::default()
    };
    let parts = MessengerParts {
        ledger,
        refusals: Arc::new(RecentRefusals::default()),
        clock: Arc::clone(&clock),
        entropy,
        keys: key.into(),
        policy,
        limits: LimitsInUse::default(),
        countries: CountryRules::default(),
        guard: Arc::default(),
        prices: Arc::default(),
    };
    let messenger = Messenger::new(parts, plan);
    let app = Arc::new(Application {
        id: AppId::parse("app").unwrap(),
        name: AppName::parse("App").unwrap(),
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
        created_at: clock.now(),
    });
    let send = || {
        messenger.send(SendRequest {
            request_id: RequestId::generate(clock.now(), &OsEntropy).unwrap(),
            app: app.clone(),
            channel: Channel::Login,
            phone: PhoneNumber::parse(&number(1), None).unwrap(),
            caller: None,
            standing: Standing::Trusted,
            language: None,
            claim: None,
        })
    };
    let passes = || async {
        let typed = GuessInput {
            request_id: RequestId::generate(clock.now(), &OsEntropy).unwrap(),
            caller: Caller::Public,
            app: app.id.clone(),
            channel: Channel::Login,
            phone: PhoneNumber::parse(&number(1), None).unwrap(),
            source: GuessSource::UNCOUNTED,
            passcode: phone.0.lock().unwrap().clone(),
            claim: None,
        };
        let found = checker.check(typed).await.unwrap();
        matches!(found, Checked::Right { .. })
    };
    for step in [HOUR, -HOUR, 24 * HOUR, -2 * HOUR] {
        send().await.unwrap();
        hands.pass(30_000);
        hands.step_wall(step);
        hands.pass(29_999);
        assert!(matches!(send().await, Err(SendError::Limited(_))), "{step}");
        hands.pass(1);
        send().await.unwrap();
        hands.pass(100_000);
        hands.step_wall(-step / 2);
        hands.pass(199_999);
        assert!(passes().await, "{step}");
        hands.pass(1);
        assert!(!passes().await, "{step}");
        hands.pass(24 * HOUR); // the wrong guess is forgotten
    }
}
