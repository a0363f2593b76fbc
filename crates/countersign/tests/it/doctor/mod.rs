//! `countersign doctor` on a good deployment and on broken ones.

pub(crate) mod sntp;

use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::os::unix::fs::{FileExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::Command;

use insta::assert_snapshot;
use serde_json::{Value, json};

use self::sntp::Manner;
use crate::clock;
use crate::deployment::{Deployment, countersign, free_port};
use crate::products::Product;
use crate::sandbox::{Sandbox, nobody};
use crate::server::{BINARY, Server, folder};

/// A deployment with a provider at the sandbox, an application and a route, that has run.
struct Patient {
    deployment: Deployment,
    sandbox: Sandbox,
}

impl Patient {
    async fn new() -> Self {
        let (patient, server) = Self::running().await;
        server.stop().await;
        patient
    }

    /// A deployment whose service runs.
    async fn running() -> (Self, Server) {
        let (deployment, sandbox) = (Deployment::new(), Sandbox::start().await);
        deployment.reach_this_machine();
        let more = format!(
            "[server]\ntrusted_proxies = [\"127.0.0.1\"]\nmonitor_listen = \"127.0.0.1:{}\"",
            free_port()
        );
        deployment.edit("[server]", &more);
        let server = deployment.serve(&[]).await;
        let operator = server.operator();
        for (name, product) in [("tencent", Product::Tencent), ("aliyun", Product::Alibaba)] {
            operator
                .set_up_provider(name, product, &sandbox.url, None)
                .await;
        }
        operator
            .create_application_through("shop", &["tencent", "aliyun"])
            .await;
        let patient = Self {
            deployment,
            sandbox,
        };
        (patient, server)
    }

    /// What `countersign doctor` says, with its exit code. Only the lines of a check that is not ok, unless there are
    /// none.
    fn told(&self) -> String {
        let told = self.looked_over(&mut Command::new(BINARY));
        let (code, lines) = told.split_once('\n').unwrap();
        let sick: Vec<_> = lines
            .lines()
            .filter(|line| !line.starts_with("ok "))
            .collect();
        match sick.is_empty() {
            true => told,
            false => format!("{code}\n{}", sick.join("\n")),
        }
    }

    /// What `command`, which lacks only its arguments, says with the arguments of a doctor.
    fn looked_over(&self, command: &mut Command) -> String {
        let command = command.args(["doctor", "--config"]);
        let output = command.arg(self.deployment.settings()).output().unwrap();
        let mut told = format!("exit code {}\n", output.status.code().unwrap());
        told += &String::from_utf8(output.stdout).unwrap();
        told += &String::from_utf8(output.stderr).unwrap();
        self.plain(&told)
    }

    /// A text without what differs from run to run.
    fn plain(&self, text: &str) -> String {
        let folder = self.deployment.folder.to_str().unwrap();
        let mut plain = String::new();
        for line in text
            .replace(folder, "[folder]")
            .replace(BINARY, "countersign")
            .lines()
        {
            let words = line.split(' ').map(name_of).collect::<Vec<_>>();
            let _ = writeln!(plain, "{}", words.join(" "));
        }
        plain.trim_end().to_owned()
    }

    fn key_file(&self) -> std::path::PathBuf {
        self.deployment.folder.join("keys.json")
    }

    /// Lets the clock be compared with a server of this manner.
    fn compare_clock(&self, manner: Manner) {
        let text = fs::read_to_string(self.deployment.settings()).unwrap();
        let rest = text.split("\n[clock]").next().unwrap();
        let clock = format!("{rest}\n[clock]\nsntp = \"{}\"\n", sntp::start(manner));
        fs::write(self.deployment.settings(), clock).unwrap();
    }
}

/// The name of a form in place of a word of that form.
fn name_of(word: &str) -> &str {
    let starts_with_digit = word.starts_with(|c: char| c.is_ascii_digit());
    if starts_with_digit && word.ends_with("Z:") && word.contains('T') {
        "[time]:"
    } else if starts_with_digit && word.ends_with('Z') && word.contains('T') {
        "[time]"
    } else if word.contains('.') && word.parse::<f64>().is_ok() {
        "[number]"
    } else if ["bytes", "kB", "MB", "GB"].contains(&word) {
        "[unit]"
    } else {
        word
    }
}

#[tokio::test]
async fn a_good_deployment_is_found_good_while_it_runs_and_when_it_is_stopped() {
    let (patient, server) = Patient::running().await;
    patient.compare_clock(Manner::Later(0));
    assert_snapshot!(patient.told(), @r"
    exit code 0
    ok       settings  [folder]/countersign.toml: 9 settings, all known
    ok       keys      [folder]/keys.json: only its owner can read it
    ok       folder    [number] [unit] free on the disk of [folder]/data, whose database has [number] [unit]
    ok       database  whole, written with these keys, and as new as its mark; newest record [time]
    ok       clock     [number] s from that of 127.0.0.1
    ok       routes    1 set, and each of 1 applications has one to its own country
    ok       provider  aliyun (alibaba-cloud): 127.0.0.1 is reached, and takes the credentials
    ok       provider  tencent (tencent-cloud): 127.0.0.1 is reached, and takes the credentials
    ok       service   version 0.1.0 is running, answers, and is ready
    ");
    let json = countersign(&[
        "doctor",
        "--json",
        "--config",
        patient.deployment.settings().to_str().unwrap(),
    ]);
    let json: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["verdict"], "ok");
    assert_eq!(json["checks"][1]["check"], "keys");
    server.stop().await;
    let told = patient.told();
    assert!(
        told.starts_with("exit code 0") && told.contains("none is running; start one with"),
        "{told}"
    );
}

#[tokio::test]
async fn a_new_deployment_is_found_without_a_database_and_without_a_provider() {
    let deployment = Deployment::new();
    let sandbox = Sandbox::start().await;
    let patient = Patient {
        deployment,
        sandbox,
    };
    assert_snapshot!(patient.told(), @r"
    exit code 0
    warning  settings  [server] trusted_proxies is empty: behind the proxy that speaks https, every caller has the address of that proxy
    warning  folder    [folder]/data is not there yet: the first start makes it
    warning  database  there is none yet: the first start makes it
    ");
    let server = patient.deployment.serve(&[]).await;
    assert_snapshot!(patient.told(), @r"
    exit code 0
    warning  settings  [server] trusted_proxies is empty: behind the proxy that speaks https, every caller has the address of that proxy
    warning  routes    no SMS provider is set up, so every send is refused: add one with `countersign provider add`
    ");
    server.stop().await;
}

#[tokio::test]
async fn keys_that_are_missing_wrong_or_readable_by_others_are_broken() {
    let patient = Patient::new().await;
    let right = fs::read(patient.key_file()).unwrap();
    fs::set_permissions(patient.key_file(), fs::Permissions::from_mode(0o644)).unwrap();
    assert_snapshot!(patient.told(), @r"
    exit code 1
    BROKEN   keys      the key file [folder]/keys.json can be read by others than its owner: run chmod 600 [folder]/keys.json
    ");
    fs::remove_file(patient.key_file()).unwrap();
    assert_snapshot!(patient.told(), @r"
    exit code 1
    BROKEN   keys      the key file [folder]/keys.json is missing: restore it, or make a new deployment with `countersign init`
    ");
    let other = Deployment::new();
    fs::copy(other.folder.join("keys.json"), patient.key_file()).unwrap();
    assert_snapshot!(patient.told(), @r"
    exit code 1
    BROKEN   database  it was not written with the keys in [folder]/keys.json: put those back that belong to it
    ");
    let mut keys: Value = serde_json::from_slice(&right).unwrap();
    keys["generations"][0]["passcode"] = json!("00".repeat(32));
    fs::write(patient.key_file(), keys.to_string()).unwrap();
    assert_snapshot!(patient.told(), @r"
    exit code 1
    BROKEN   database  the key `passcode` in the key file is not the one that the codes in the database were made with: restore the file from a backup
    ");
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_to_or_that_others_can_change_is_broken() {
    let patient = Patient::new().await;
    let script = r#"ulimit -f 0; exec "$0" "$@""#;
    let mut full = Command::new("sh");
    let full = patient.looked_over(full.args(["-c", script, BINARY]));
    let folder = full.lines().find(|line| line.contains("folder  ")).unwrap();
    assert_snapshot!(folder, @"BROKEN   folder    [folder]/data cannot be written to: files may not become that large: raise the limit (ulimit -f)");
    fs::set_permissions(patient.deployment.data(), fs::Permissions::from_mode(0o777)).unwrap();
    assert_snapshot!(patient.told(), @r"
    exit code 1
    BROKEN   folder    other users may write to the data folder [folder]/data: look for files in it that are not yours, then run chmod go-w [folder]/data
    ");
}

#[tokio::test]
async fn a_clock_that_is_off_is_broken_and_a_server_that_tells_no_time_is_told() {
    let patient = Patient::new().await;
    let mut early = Command::new(BINARY);
    early
        .env("LD_PRELOAD", clock::library())
        .env("FAKETIME", "-1h")
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    let early = patient.looked_over(&mut early);
    let line = early.lines().find(|line| line.contains("clock  ")).unwrap();
    assert!(early.starts_with("exit code 1"), "{early}");
    let seconds = line
        .split(' ')
        .find(|word| word.parse::<u32>().is_ok())
        .unwrap();
    assert_snapshot!(line.replace(seconds, "[seconds]"), @"BROKEN   clock     [seconds] s behind the newest record: set the clock of this machine, and start the service anew");
    for manner in [
        Manner::Later(3_600_000),
        Manner::Later(-60_000),
        Manner::Later(-5_000),
    ] {
        patient.compare_clock(manner);
        let told = patient.told();
        let verdict = if matches!(manner, Manner::Later(-5_000)) {
            "warning"
        } else {
            "BROKEN"
        };
        assert!(told.contains(verdict), "{manner:?} {told}");
    }
    assert_snapshot!(patient.told(), @r"
    exit code 0
    warning  clock     [number] s ahead of 127.0.0.1: see whether this machine sets its clock
    ");
    patient.compare_clock(Manner::Garbage);
    assert_snapshot!(patient.told(), @r"
    exit code 0
    warning  clock     the SNTP server 127.0.0.1 tells no time: its answer cannot be read
    ");
    patient.compare_clock(Manner::Silence);
    assert_snapshot!(patient.told(), @r"
    exit code 0
    warning  clock     the SNTP server 127.0.0.1 tells no time: it does not answer
    ");
}

#[tokio::test]
async fn vendors_that_are_not_reached_or_refuse_the_credentials_are_broken() {
    let (patient, server) = Patient::running().await;
    let operator = server.operator();
    for (name, product) in [("wrong-t", Product::Tencent), ("wrong-a", Product::Alibaba)] {
        let url = &patient.sandbox.url;
        let wrong = Some(product.wrong_secret());
        operator.set_up_provider(name, product, url, wrong).await;
    }
    operator
        .set_up_provider("gone", Product::Tencent, &nobody(), None)
        .await;
    operator
        .set_up_provider("cl", Product::ChuanglanText, &patient.sandbox.url, None)
        .await;
    let before = patient.sandbox.counts("tencent-cloud").await["accepted"].take();
    assert_snapshot!(patient.told(), @r"
    exit code 1
    warning  routes    no route names the provider cl, so it carries nothing: name it with `countersign route set`
    warning  routes    no route names the provider gone, so it carries nothing: name it with `countersign route set`
    warning  routes    no route names the provider wrong-a, so it carries nothing: name it with `countersign route set`
    warning  routes    no route names the provider wrong-t, so it carries nothing: name it with `countersign route set`
    BROKEN   provider  gone (tencent-cloud): 127.0.0.1 is not reached (refused): see to the network, the firewall and [providers] proxy
    BROKEN   provider  wrong-a (alibaba-cloud): 127.0.0.1 refuses the credentials (SignatureDoesNotMatch): set the account up again with the right ones
    BROKEN   provider  wrong-t (tencent-cloud): 127.0.0.1 refuses the credentials (AuthFailure.SignatureFailure): set the account up again with the right ones
    ");
    let after = patient.sandbox.counts("tencent-cloud").await["accepted"].take();
    assert_eq!(before, after, "nothing was sent");
    server.stop().await;
}

#[tokio::test]
async fn a_database_that_was_put_back_or_is_damaged_is_broken() {
    let patient = Patient::new().await;
    let database = patient.deployment.data().join("countersign.db");
    let elsewhere = folder();
    let copy = elsewhere.path().join("countersign.db");
    fs::copy(&database, &copy).unwrap();
    let server = patient.deployment.serve(&[]).await;
    server.operator().create_application("other", "Other").await;
    server.stop().await;
    let newer = fs::read(&database).unwrap();
    fs::copy(&copy, &database).unwrap();
    assert_snapshot!(patient.told(), @r"
    exit code 1
    BROKEN   database  the database [folder]/data/countersign.db is older than its mark in database.mark, which is of [time]: put the newest countersign.db back with its countersign.db-wal and database.mark, or start with --accept-restored: codes sent before are dead then, and sends wait for a minute
    ");
    fs::write(&database, newer).unwrap();
    damage(&database);
    assert_snapshot!(patient.told(), @r"
    exit code 1
    BROKEN   database  the database in the data folder cannot be opened: it is damaged: restore it from a backup
    ");
}

/// Writes over a page in the middle of a database.
fn damage(database: &Path) {
    let file = OpenOptions::new().write(true).open(database).unwrap();
    let pages = file.metadata().unwrap().len() / 4_096;
    for page in pages / 2..pages - 1 {
        file.write_all_at(&[0xff; 4_096], page * 4_096).unwrap();
    }
}

#[tokio::test]
async fn every_setting_at_fault_is_named_and_the_rest_is_looked_at() {
    let patient = Patient::new().await;
    let wrong = "[server]\nlisen = \"127.0.0.1:1\"\nidle_seconds = 1";
    patient.deployment.edit("[server]", wrong);
    patient
        .deployment
        .edit("[keys]", "[codes]\nlife_seconds = 601\n[keys]");
    assert_snapshot!(patient.told(), @r"
    exit code 1
    BROKEN   settings  [folder]/countersign.toml: codes: a code lives 60 to 600 seconds, not 601
    BROKEN   settings  [folder]/countersign.toml: server: a connection may idle for 5 to 3600 seconds, not 1
    BROKEN   settings  [folder]/countersign.toml: there is no setting server.lisen: the nearest is server.listen
    ");
}

#[tokio::test]
async fn a_folder_of_development_is_looked_over_and_a_place_that_is_none_is_not() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let told = server.terminal().run(&["doctor"]);
    assert_eq!(told.code, 0, "{told}");
    assert!(told.stdout.contains("answers"), "{told}");
    server.stop().await;
    let nowhere = countersign(&["doctor", "--data", "/nowhere"]);
    assert_eq!(nowhere.status.code(), Some(2));
    let says = String::from_utf8(nowhere.stderr).unwrap();
    assert_snapshot!(says.trim_end(), @"countersign: there is no data folder /nowhere: name one with --data, or the settings of a service with --config");
    let missing = countersign(&["doctor", "--config", "/nowhere/x.toml"]);
    assert_eq!(missing.status.code(), Some(2));
}

#[tokio::test]
async fn countries_without_a_price_and_prices_without_a_provider_are_named() {
    let patient = Patient::new().await;
    let folder = &patient.deployment.folder;
    let prices = |lines: &str| {
        let text = format!("provider,country,currency,price\n{lines}");
        fs::write(folder.join("prices.csv"), text).unwrap();
    };
    patient
        .deployment
        .edit("[server]", "[prices]\nfile = \"prices.csv\"\n\n[server]");
    prices("aliyun,*,CNY,0.62\ntencent,CN,CNY,0.045\nold,CN,CNY,1\n");
    assert_snapshot!(patient.told(), @r"
    exit code 0
    warning  prices    [folder]/prices.csv has prices of old, which is no provider of this deployment
    ");
    prices("aliyun,*,CNY,0.62\ntencent,CN,CNY,0.045\n");
    patient.deployment.edit(
        "[prices]",
        "[countries]\nallowed = [\"CN\", \"HK\", \"US\"]\n\n[prices]",
    );
    assert_snapshot!(patient.told(), @r"
    exit code 0
    warning  prices    [folder]/prices.csv has no price of the provider tencent for HK, US: messages there count in no limit on money
    ");
    prices("aliyun,*,CNY,0.62\ntencent,*,CNY,0.5\n");
    let told = patient.told();
    assert_snapshot!(told.lines().find(|line| line.contains("prices")).unwrap(), @"ok       prices    [folder]/prices.csv: of 2 providers, for every country that a route leads to");
    prices("aliyun,*,CNY,free\n");
    assert_snapshot!(patient.told(), @r#"
    exit code 1
    BROKEN   prices    the price file [folder]/prices.csv: line 2: an amount is a decimal number such as 0.045, not "free"
    "#);
}
