//! `countersign migrate`: a deployment that moves from its folder to another one, to PostgreSQL, and back.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::actors::Terminal;
use crate::answer::Answer;
use crate::checks::LOGIN;
use crate::server::{Server, folder, number};

const REGISTER: &str = "CHANNEL_REGISTER";

/// A deployment in use: what a caller and an operator know of it.
struct InUse {
    server: Server,
    /// The code that [`number(1)`](number) has on its phone, at which somebody has guessed once.
    live: String,
    /// The answer to a send with an idempotency key.
    keyed: Value,
}

/// Starts a deployment in `data`, and uses it in every way that leaves something to move.
async fn in_use(data: &Path) -> InUse {
    let server = Server::start(data, &["--quiet"]).await;
    let (public, operator) = (server.public(), server.operator());
    let change = json!({"name": "number-day", "max": 2, "mode": "enforce"});
    assert_eq!(operator.post("set-sms-limit", change).await.status(), 200);
    operator.create_application("shop", "Shop").await;
    let live = server.code(LOGIN, &number(1)).await;
    assert_eq!(tries_left(&server, &number(1)).await, 4);
    assert_eq!(public.login(&number(1)).await, 429);
    let used = server.code(LOGIN, &number(2)).await;
    assert!(server.app_server().accepts(&number(2), &used).await);
    // The day of this number is over after its second message.
    for channel in [LOGIN, REGISTER] {
        assert_eq!(public.send_sms(channel, &number(3)).await.status(), 200);
    }
    let keyed = public.with_key("order-1").send_sms(LOGIN, &number(4)).await;
    operator.unlock(&number(5)).await;
    InUse {
        server,
        live,
        keyed: told(&keyed),
    }
}

/// Guesses wrong at the code of a number, and returns the tries that are left.
async fn tries_left(server: &Server, number: &str) -> u64 {
    let code = server.newest_code(number).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let answer = server.app_server().verify_code(LOGIN, number, wrong).await;
    answer.data()["triesLeft"].as_u64().expect("a count")
}

/// What an answer says, apart from the id of its request.
fn told(answer: &Answer) -> Value {
    let mut body: Value = serde_json::from_str(&answer.body).unwrap();
    body.as_object_mut().unwrap().remove("requestId");
    body
}

/// Everything that an operator reads of a deployment. Codes are left out: only a deployment in development shows them.
async fn picture(server: &Server) -> Vec<(&'static str, Value)> {
    let operator = server.operator();
    let mut picture = Vec::new();
    for name in [
        "list-messages?limit=100",
        "list-audit-acts?limit=1000",
        "list-applications",
        "list-sms-limits",
    ] {
        picture.push((name, Value::from(operator.list(name).await)));
    }
    for n in 1..=5 {
        let found = operator.post("find-messages", json!({"phoneNumber": number(n)}));
        picture.push(("find-messages", found.await.data().clone()));
    }
    picture
}

fn in_text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Makes a folder with the keys of another one, which has none for tokens where nodes share them.
fn with_keys_of(other: &Path) -> TempDir {
    let new = folder();
    for name in ["keys.json", "signing-keys.json"] {
        let old = other.join(name);
        if old.exists() {
            fs::copy(old, new.path().join(name)).unwrap();
        }
    }
    new
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

/// Exports the stopped deployment of `data` into a file beside it.
fn export(data: &Path, more: &[&str]) -> (TempDir, PathBuf) {
    let place = folder();
    let file = place.path().join("move.jsonl");
    let mut args = vec!["migrate", "export", in_text(&file)];
    args.extend(more);
    let said = Terminal::on(data).ok(&args);
    assert!(said.contains("audit entries"), "{said}");
    (place, file)
}

/// The sentence by which an import into `data` is refused.
fn import_refused(data: &Path, file: &Path, more: &[&str]) -> String {
    let mut args = vec!["migrate", "import", in_text(file)];
    args.extend(more);
    let printed = Terminal::on(data).run(&args);
    assert_eq!(printed.code, 1, "{printed}");
    printed.stderr.lines().last().unwrap().to_owned()
}

/// Checks that the deployment goes on where the one that was left stood.
async fn goes_on(server: &Server, before: &[(&'static str, Value)], keyed: &Value) {
    for (now, then) in picture(server).await.iter().zip(before) {
        assert_eq!(now, then);
    }
    let public = server.public();
    let day = public.send_sms("CHANNEL_BIND_PHONE", &number(3)).await;
    assert_eq!(day.codes(), (429, Some(2_990_003)));
    let again = public.with_key("order-1").send_sms(LOGIN, &number(4)).await;
    assert_eq!(told(&again), *keyed);
    let verified = server.terminal().ok(&["audit", "verify"]);
    assert!(verified.contains("intact"), "{verified}");
}

/// Checks that the live code verifies once, and that its wrong guess was not forgotten.
async fn verifies_once(server: &Server, code: &str) {
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let app = server.app_server();
    let guessed = app.verify_code(LOGIN, &number(1), wrong).await;
    assert_eq!(guessed.data()["triesLeft"], 3);
    assert!(app.accepts(&number(1), code).await);
    let used = app.verify_code(LOGIN, &number(1), code).await;
    assert_eq!(used.data()["reason"], "used");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_moves_from_one_folder_to_another_with_everything_that_it_keeps() {
    let data = folder();
    let in_use = in_use(data.path()).await;
    let before = picture(&in_use.server).await;
    let owned = Terminal::on(data.path()).run(&["migrate", "export", "/nowhere/move.jsonl"]);
    assert!(owned.stderr.contains("stop that one"), "{owned}");
    let InUse {
        server,
        live,
        keyed,
    } = in_use;
    server.stop().await;
    let (_place, file) = export(data.path(), &[]);
    let mode = fs::metadata(&file).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    let text = fs::read_to_string(&file).unwrap();
    assert!(!text.contains(&number(1)) && !text.contains(&live));

    let new = with_keys_of(data.path());
    let there = names(new.path());
    let dry = Terminal::on(new.path()).ok(&["migrate", "import", in_text(&file), "--dry-run"]);
    assert!(dry.contains("nothing was written"), "{dry}");
    let mut after = names(new.path());
    after.retain(|name| name != "owner.lock");
    assert_eq!(after, there);
    Terminal::on(new.path()).ok(&["migrate", "import", in_text(&file)]);
    let server = Server::start(new.path(), &["--quiet"]).await;
    assert_eq!(server.public().login(&number(1)).await, 429);
    goes_on(&server, &before, &keyed).await;
    verifies_once(&server, &live).await;
    server.stop().await;
    // A start after the first one knows the same.
    let server = Server::start(new.path(), &["--quiet"]).await;
    let used = server.app_server();
    let used = used.verify_code(LOGIN, &number(1), &live).await;
    assert_eq!(used.data()["reason"], "used");
    let day = server
        .public()
        .send_sms("CHANNEL_BIND_PHONE", &number(3))
        .await;
    assert_eq!(day.codes(), (429, Some(2_990_003)));
    server.stop().await;
    let taken = import_refused(new.path(), &file, &[]);
    assert!(taken.contains("name an empty folder"), "{taken}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_as_it_was_exported_is_refused_and_says_what_differs() {
    let data = folder();
    in_use(data.path()).await.server.stop().await;
    let (place, file) = export(data.path(), &[]);
    let text = fs::read_to_string(&file).unwrap();
    let new = with_keys_of(data.path());
    let bad = place.path().join("bad.jsonl");
    let refusal = |text: &str| {
        fs::write(&bad, text).unwrap();
        import_refused(new.path(), &bad, &[])
    };
    let cut = refusal(&text[..text.len() / 2]);
    assert!(cut.contains("before its footer"), "{cut}");
    let without = text.lines().filter(|line| !line.starts_with("{\"audit\""));
    let without = refusal(&(without.collect::<Vec<_>>().join("\n") + "\n"));
    assert!(without.contains("audit entries, and"), "{without}");
    let altered = refusal(&text.replacen("\"in_a_row\":1", "\"in_a_row\":0", 1));
    assert!(
        altered.contains("other numbers with wrong guesses"),
        "{altered}"
    );
    let header = refusal(&text.replacen("\"held_until\":0", "\"held_until\":1", 1));
    assert!(header.contains("another header"), "{header}");
    let newer = text.replacen("\"countersign_export\":1", "\"countersign_export\":2", 1);
    let newer = refusal(&newer);
    assert!(newer.contains("the form 2"), "{newer}");
    let none = refusal("{}\n");
    assert!(none.contains("does not begin as an export does"), "{none}");
    assert!(!new.path().join("countersign.db").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_refused_under_other_keys_and_nothing_is_exported_of_nothing() {
    let data = folder();
    in_use(data.path()).await.server.stop().await;
    let (_place, file) = export(data.path(), &[]);
    let other = folder();
    Server::start(other.path(), &["--quiet"]).await.stop().await;
    let keys = with_keys_of(other.path());
    let refused = import_refused(keys.path(), &file, &[]);
    assert!(refused.contains("exported under other keys"), "{refused}");
    let nothing = Terminal::on(keys.path()).run(&["migrate", "export", "/tmp/none.jsonl"]);
    assert!(nothing.stderr.contains("nothing to export"), "{nothing}");
    let there = Terminal::on(data.path()).run(&["migrate", "export", in_text(&file)]);
    assert!(there.stderr.contains("a file of this name"), "{there}");
}

#[cfg(feature = "postgres")]
mod postgres {
    use std::process::{Command, Stdio};

    use super::*;
    use crate::postgres::server::{client, run};
    use crate::postgres::{database, start};
    use crate::sandbox::until;
    use crate::server::BINARY;
    use crate::vendor::{Manner, Vendor};

    // shows: B10
    #[tokio::test(flavor = "multi_thread")]
    async fn a_deployment_moves_to_postgresql_and_back_and_no_minute_opens() {
        let data = folder();
        let in_use = in_use(data.path()).await;
        let before = picture(&in_use.server).await;
        let InUse {
            server,
            live,
            keyed,
        } = in_use;
        server.stop().await;
        let (_place, file) = export(data.path(), &[]);
        let (url, new) = (database(), with_keys_of(data.path()));
        let to = ["--database-url", &url];
        let mut import = vec!["migrate", "import", in_text(&file)];
        import.extend(to);
        let said = Terminal::on(new.path()).ok(&import);
        assert!(said.contains("imported  into the database"), "{said}");
        let server = start(new.path(), &url).await;
        assert_eq!(server.public().login(&number(1)).await, 429);
        goes_on(&server, &before, &keyed).await;
        let taken = import_refused(new.path(), &file, &to);
        assert!(taken.contains("a deployment already"), "{taken}");
        let mut export_now = vec!["migrate", "export", "/nowhere/move.jsonl"];
        export_now.extend(to);
        let alive = Terminal::on(new.path()).run(&export_now);
        assert!(
            alive.stderr.contains("a node of the deployment is running"),
            "{alive}"
        );
        // A code and a minute of PostgreSQL's own, and its refused send.
        let late = server.code(LOGIN, &number(6)).await;
        assert_eq!(server.public().login(&number(6)).await, 429);
        let before = picture(&server).await;
        server.stop().await;

        let (_place, file) = export(new.path(), &to);
        let back = with_keys_of(data.path());
        Terminal::on(back.path()).ok(&["migrate", "import", in_text(&file)]);
        let server = Server::start(back.path(), &["--quiet"]).await;
        assert_eq!(server.public().login(&number(6)).await, 429);
        for (now, then) in picture(&server).await.iter().zip(&before) {
            assert_eq!(now, then);
        }
        verifies_once(&server, &live).await;
        assert!(server.app_server().accepts(&number(6), &late).await);
        let verified = server.terminal().ok(&["audit", "verify"]);
        assert!(verified.contains("intact"), "{verified}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_message_that_was_under_way_when_its_node_died_counts_as_sent_elsewhere() {
        let vendor = Vendor::start(Manner::Silence).await;
        let (url, data, provider) = (database(), folder(), vendor.provider());
        let args = ["--quiet", "--database-url", &url, "--provider", &provider];
        let server = Server::start(data.path(), &args).await;
        let sdk = server.public().sdk();
        let send = tokio::spawn(async move { sdk.try_login(&number(1)).await });
        vendor.arrived(1).await;
        server.kill().await;
        assert_eq!(send.await.unwrap(), None);
        let (_place, file) = export(data.path(), &["--database-url", &url]);
        let back = with_keys_of(data.path());
        Terminal::on(back.path()).ok(&["migrate", "import", in_text(&file)]);
        let server = Server::start(back.path(), &["--quiet"]).await;
        assert_eq!(server.public().login(&number(1)).await, 429);
        let attempts = server.operator().timeline(&number(1)).await.attempts;
        assert_eq!(attempts.len(), 1);
        assert_eq!(attempts[0].outcome, "unknown");
        let code = vendor.messages()[0]["passCode"].clone();
        let code = code.as_str().unwrap();
        assert!(server.app_server().accepts(&number(1), code).await);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn an_import_that_was_killed_goes_on_and_no_node_starts_before_its_end() {
        let data = folder();
        let in_use = in_use(data.path()).await;
        let before = picture(&in_use.server).await;
        in_use.server.stop().await;
        let (_place, file) = export(data.path(), &[]);
        let (url, new) = (database(), with_keys_of(data.path()));
        // An import makes partitions under this lock, so it waits there, with the rows before messages.
        let session = run(client(&url));
        run(session.batch_execute("SELECT pg_advisory_lock(109330362692709)")).unwrap();
        let mut import = Command::new(BINARY)
            .args(["migrate", "import", in_text(&file), "--database-url", &url])
            .args(["--data", in_text(new.path())])
            .stderr(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let waits =
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)";
        until("the import waits", async || {
            let row = run(session.query_one(waits, &[])).unwrap();
            row.get::<_, bool>(0).then_some(())
        })
        .await;
        import.kill().unwrap();
        import.wait().unwrap();
        run(session.batch_execute("SELECT pg_advisory_unlock(109330362692709)")).unwrap();
        let args = ["dev", "--listen", "127.0.0.1:0", "--database-url", &url];
        let refused = Terminal::on(new.path()).run(&args);
        assert_eq!(refused.code, 1);
        assert!(refused.stderr.contains("a part of an import"), "{refused}");
        let (_other_place, other) = export(data.path(), &[]);
        let to = ["--database-url", &url];
        let refused = import_refused(new.path(), &other, &to);
        assert!(refused.contains("an import of another file"), "{refused}");
        let again = ["migrate", "import", in_text(&file), "--database-url", &url];
        let said = Terminal::on(new.path()).ok(&again);
        assert!(said.contains("rows were there already"), "{said}");
        let server = start(new.path(), &url).await;
        for (now, then) in picture(&server).await.iter().zip(&before) {
            assert_eq!(now, then);
        }
    }
}
