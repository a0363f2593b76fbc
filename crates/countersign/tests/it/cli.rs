//! The command line.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::server::{BINARY, Server, folder, number};

fn run(args: &[&str], data: Option<&Path>) -> Output {
    let mut command = Command::new(BINARY);
    command.args(args).env("LC_ALL", "C");
    if let Some(data) = data {
        command.arg("--data").arg(data);
    }
    command.output().unwrap()
}

/// The one line on standard error of a run that fails.
fn refusal(args: &[&str], data: Option<&Path>) -> String {
    let output = run(args, data);
    assert!(!output.status.success(), "{args:?} is refused");
    assert!(output.stdout.is_empty(), "{args:?}");
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(text.lines().count(), 1, "{args:?}: {text}");
    text
}

#[tokio::test]
async fn a_second_server_on_a_data_folder_is_refused() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let says = refusal(&["dev", "--listen", "127.0.0.1:0"], Some(data.path()));
    assert!(
        says.contains("belongs to a running countersign (process "),
        "{says}"
    );
    assert_eq!(
        server.public().login(&number(1)).await,
        200,
        "the owner is not disturbed"
    );
    server.kill().await;
    Server::start(data.path(), &["--quiet"]).await;
}

#[tokio::test]
async fn the_send_and_app_commands_ask_the_running_server() {
    let data = folder();
    let says = refusal(&["send", "--to", &number(1)], Some(data.path()));
    assert!(says.contains("no countersign is running on"), "{says}");

    let server = Server::start(data.path(), &["--quiet"]).await;
    let sent = run(
        &["send", "--to", &number(1), "--channel", "reset-password"],
        Some(data.path()),
    );
    assert!(sent.status.success(), "{sent:?}");
    let outbox = server.outbox(&format!("+86{}", number(1))).await;
    assert_eq!(outbox[0]["channel"], "CHANNEL_RESET_PASSWORD");
    let says = refusal(
        &["send", "--to", &number(1), "--channel", "reset-password"],
        Some(data.path()),
    );
    assert!(
        says.contains("Try again in") && says.contains("429"),
        "{says}"
    );
    let json = run(&["send", "--to", "12345", "--json"], Some(data.path()));
    assert_eq!(
        serde_json::from_slice::<Value>(&json.stdout).unwrap()["apiCode"],
        2028
    );
    assert!(!json.status.success());

    let created = run(
        &["app", "create", "--name", "示例商城", "--json"],
        Some(data.path()),
    );
    let created: Value = serde_json::from_slice(&created.stdout).unwrap();
    let app = created["appId"].as_str().unwrap();
    let listed = String::from_utf8(run(&["app", "list"], Some(data.path())).stdout).unwrap();
    assert!(
        listed.contains(app) && listed.contains("示例商城") && listed.contains("dev-app"),
        "{listed}"
    );
    assert!(!listed.contains(created["appSecret"].as_str().unwrap()));
    let sent = run(
        &["send", "--to", &number(1), "--app", app],
        Some(data.path()),
    );
    assert!(sent.status.success(), "{sent:?}");

    let set = |more: &[&str]| {
        let args: Vec<_> = ["app", "set", app].iter().chain(more).copied().collect();
        run(&args, Some(data.path()))
    };
    let changed = set(&[
        "--web-host",
        "shop.example",
        "--android-hash",
        "FA+9qCX9VSu",
    ]);
    let shown = String::from_utf8(changed.stdout).unwrap();
    assert!(
        shown.contains("shop.example")
            && shown.contains("FA+9qCX9VSu")
            && shown.contains("示例商城"),
        "{shown}"
    );
    let origins = [
        "--origin",
        "https://a.example",
        "--origin",
        "https://b.example",
    ];
    assert!(set(&origins).status.success());
    let changed = set(&["--android-hash", "", "--name", "Shop", "--json"]);
    let changed: Value = serde_json::from_slice(&changed.stdout).unwrap();
    assert_eq!(changed["appName"], "Shop");
    assert_eq!(changed["webHost"], "shop.example");
    assert_eq!(changed.get("androidAppHash"), None);
    assert_eq!(changed["allowedOrigins"].as_array().unwrap().len(), 2);
    let changed = set(&["--origin", "", "--json"]);
    let changed: Value = serde_json::from_slice(&changed.stdout).unwrap();
    assert_eq!(changed["allowedOrigins"].as_array().unwrap().len(), 0);
    assert_eq!(set(&[]).status.code(), Some(2), "nothing to change");
    let says = refusal(&["app", "set", app, "--web-host", "x"], Some(data.path()));
    assert!(says.contains("webHost"), "{says}");
    let json = [
        "--web-host",
        "shop.example",
        "--android-hash",
        "u0tUcRo4UQ7",
        "--json",
    ];
    let args = ["app", "create", "--name", "Other", "--id", "other"];
    let args: Vec<_> = args.iter().chain(&json).copied().collect();
    assert!(run(&args, Some(data.path())).status.success());
    assert!(
        String::from_utf8(run(&["app", "list", "--json"], Some(data.path())).stdout)
            .unwrap()
            .contains("u0tUcRo4UQ7")
    );

    server.kill().await; // leaves its note behind
    let says = refusal(&["app", "list"], Some(data.path()));
    assert!(says.contains("no countersign is running on"), "{says}");
}

#[tokio::test]
async fn the_check_and_unlock_commands_ask_the_running_server() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let check = |rest: &[&str]| {
        let number = number(1);
        let args = [&["check", "--to", number.as_str(), "--code"], rest].concat();
        run(&args, Some(data.path()))
    };
    let says = |output: Output| String::from_utf8(output.stderr).unwrap();
    let json = |output: Output| serde_json::from_slice::<Value>(&output.stdout).unwrap();

    assert!(says(check(&["123456"])).contains("not valid: no code is known"));
    assert_eq!(server.public().login(&number(1)).await, 200);
    let outbox = server.outbox(&format!("+86{}", number(1))).await;
    let code = outbox[0]["passCode"].as_str().unwrap();
    let wrong = if code == "123456" { "654321" } else { "123456" };
    let refused = check(&[wrong]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(says(refused).contains("not valid: wrong; it survives 4 more"));
    let looked = check(&[code, "--keep"]);
    assert!(looked.status.success());
    assert_eq!(looked.stdout, b"right; it is not used up\n");
    assert!(says(check(&[wrong, "--keep"])).contains("wrong or no longer valid"));
    let used = json(check(&[code, "--json"]));
    assert_eq!(used["isValid"], true);
    assert_eq!(used["tokenExpiresIn"], 300);
    let again = check(&[code, "--json"]);
    assert_eq!(again.status.code(), Some(1));
    assert_eq!(json(again)["reason"], "used");
    assert!(says(check(&[code, "--app", "other"])).contains("--secret-file"));
    assert!(says(check(&[code, "--secret", "no"])).contains("statusCode 401"));
    assert_eq!(
        check(&[code, "--keep", "--secret", "x"]).status.code(),
        Some(2)
    );

    for _ in 0..15 {
        check(&[wrong]);
    }
    assert!(says(check(&[wrong])).contains("nothing is compared for "));
    let unlock = |args: &[&str]| run(&[&["unlock"], args].concat(), Some(data.path()));
    assert_eq!(unlock(&[]).status.code(), Some(2));
    let bad = unlock(&["--to", "12345"]);
    assert!(says(bad).contains("statusCode 400"));
    let done = unlock(&["--to", &number(1), "--note", "the owner called"]);
    assert!(done.status.success(), "{done:?}");
    assert!(!says(check(&[wrong])).contains("nothing is compared"));
    let list = String::from_utf8(unlock(&["--list"]).stdout).unwrap();
    assert!(
        list.contains("+86138****0001") && list.contains("the owner called"),
        "{list}"
    );
    let list = json(unlock(&["--list", "--json"]));
    assert_eq!(list.as_array().unwrap().len(), 1);
}

/// Runs a command with `input` on standard input.
fn run_with_input(args: &[&str], data: &Path, input: &str) -> Output {
    let mut child = Command::new(BINARY)
        .args(args)
        .arg("--data")
        .arg(data)
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that refuses reads nothing.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

// shows: found-R8
#[tokio::test]
async fn a_code_is_checked_without_code_and_secret_among_the_arguments() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let shop = server.operator().create_application("shop", "Shop").await;
    let (secret, code) = (data.path().join("secret"), data.path().join("code"));
    std::fs::write(&secret, format!("{}\n", shop.secret)).unwrap();
    let check = |number: &str, options: &[&str], input: &str| {
        let args = [&["check", "--app", "shop", "--to", number][..], options].concat();
        run_with_input(&args, data.path(), input)
    };
    let (secret_file, code_file) = (secret.to_str().unwrap(), code.to_str().unwrap());
    for (n, options) in [
        ["--code-file", "-", "--secret-file", secret_file],
        ["--code-file", code_file, "--secret-file", "-"],
    ]
    .iter()
    .enumerate()
    {
        let number = number(n);
        assert_eq!(shop.public.login(&number).await, 200);
        let typed = server.newest_code(&number).await;
        std::fs::write(&code, format!("{typed}\n")).unwrap();
        let input = if options[1] == "-" {
            &typed
        } else {
            &shop.secret
        };
        let checked = check(&number, options, input);
        assert_eq!(checked.stdout, b"right; it is used up now\n", "{checked:?}");
    }
    let says = |output: Output| String::from_utf8(output.stderr).unwrap();
    let twice = ["--code-file", "-", "--secret-file", "-"];
    assert!(says(check(&number(1), &twice, "1")).contains("standard input is read once"));
    let empty = ["--code-file", "-", "--secret-file", secret_file];
    assert!(says(check(&number(1), &empty, "\n")).contains("--code-file: standard input is empty"));
    let shown = ["--code", "123456", "--secret", &shop.secret];
    let refused = says(check(&number(1), &shown, ""));
    assert!(
        refused.contains("can read --secret") && refused.contains("--secret-file"),
        "{refused}"
    );
    assert!(!refused.contains(&shop.secret), "{refused}");
}

// shows: found-R9
#[tokio::test]
async fn an_argument_that_a_terminal_would_obey_is_shown_as_an_escape() {
    for args in [
        &["\u{1b}[2J"][..],
        &["dev", "--listen", "\u{9b}2J"],
        &["app", "--\u{202e}"],
    ] {
        let output = run(args, None);
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(!text.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{text}");
    }
}

// shows: found-R9
#[tokio::test]
async fn a_setting_or_a_template_that_is_nearly_right_is_refused_with_its_right_form() {
    let data = folder();
    let config = data.path().join("settings.toml");
    for resend in [
        "accept-last-+3",
        "accept-last-03",
        "accept-last- 3",
        "accept-last-３",
    ] {
        std::fs::write(&config, format!("[codes]\nresend = \"{resend}\"\n")).unwrap();
        let says = refusal(
            &["dev", "--config", config.to_str().unwrap()],
            Some(data.path()),
        );
        assert!(
            says.contains("resend is rotate, reuse or accept-last-2 to accept-last-5"),
            "{says}"
        );
    }
    let server = Server::start(data.path(), &["--quiet"]).await;
    let template = server
        .terminal()
        .run(&["template", "set", "--text", "{{code}}"]);
    assert_eq!(template.code, 1, "{template}");
    assert!(
        template.stderr.contains("{code}, not {{code}}"),
        "{template}"
    );
}

// shows: found-R9
#[test]
fn a_command_without_a_server_repeats_the_folder_in_the_command_that_starts_one() {
    let data = folder();
    let path = data.path().join("it's mine");
    let says = refusal(&["app", "list"], Some(&path));
    let quoted = path.display().to_string().replace('\'', r"'\''");
    assert!(says.contains(&format!(" dev --data '{quoted}'`")), "{says}");
    let output = Command::new(BINARY)
        .args(["app", "list"])
        .current_dir(data.path())
        .output();
    let says = String::from_utf8(output.unwrap().stderr).unwrap();
    assert!(says.contains(" dev`, or name its folder"), "{says}");
}

#[tokio::test]
async fn a_command_that_cannot_be_done_is_refused_in_one_sentence() {
    let data = folder();
    let url = ["dev", "--database-url", "mysql://127.0.0.1/x"];
    let says = refusal(&url, Some(data.path()));
    let reason = match cfg!(feature = "postgres") {
        true => "no address such as postgres://user@host/name",
        false => "built without PostgreSQL",
    };
    assert!(says.contains(reason), "{says}");
    let open = ["dev", "--listen", "0.0.0.0:0"];
    assert!(refusal(&open, Some(data.path())).contains("loopback only"));
    let far = [
        "dev",
        "--listen",
        "127.0.0.1:0",
        "--provider",
        "http:http://192.0.2.1/",
    ];
    assert!(refusal(&far, Some(data.path())).contains("127.0.0.1"));
    for (argument, value, says) in [
        ("--countries", "CN,XX", "XX"),
        ("--countries", "China", "two-letter"),
        ("--provider", "pigeon", "outbox, sink or http:URL"),
        ("--listen", "eighty", "--listen"),
    ] {
        let output = run(&["dev", argument, value], Some(data.path()));
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{argument} {value}: {text}");
        assert!(text.contains(says), "{argument} {value}: {text}");
    }
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let says = refusal(&["dev", "--listen", &address], Some(data.path()));
    assert!(says.contains("--listen"), "{says}");
}

#[test]
fn a_command_that_fails_with_json_prints_an_object() {
    let data = folder();
    for args in [
        &["send", "--to", "18800008888", "--json"][..],
        &["app", "list", "--json"],
        &["app", "create", "--name", "X", "--json"],
    ] {
        let output = run(args, Some(data.path()));
        let error: Value = serde_json::from_slice(&output.stderr).unwrap();
        assert!(
            error["error"]
                .as_str()
                .unwrap()
                .contains("no countersign is running"),
            "{args:?}"
        );
        assert_eq!(output.status.code(), Some(1));
    }
}

#[test]
fn the_program_prints_completions_for_shells_and_help_with_examples() {
    for shell in ["bash", "zsh", "fish"] {
        let script = String::from_utf8(run(&["completions", shell], None).stdout).unwrap();
        assert!(
            script.contains("countersign") && script.contains("completions"),
            "{shell}"
        );
    }
    let help = |args: &[&str]| String::from_utf8(run(args, None).stdout).unwrap();
    assert!(help(&["--help"]).contains("Exit codes: 0 done, 1 refused or failed, 2 wrong usage."));
    for verb in ["dev", "send", "app"] {
        let text = help(&[verb, "--help"]);
        assert!(
            text.contains(&format!("countersign {verb}")) && text.contains("Examples:"),
            "{text}"
        );
        assert!(!text.contains('\u{1b}'), "colours are for terminals");
    }
}

// shows: H8
#[tokio::test]
async fn a_shutdown_under_load_answers_every_request_it_accepted() {
    let (data, vendor) = (
        folder(),
        crate::vendor::Vendor::start(crate::vendor::Manner::WhenReleased).await,
    );
    let server = Server::start(data.path(), &["--quiet", "--provider", &vendor.provider()]).await;
    let mut sends = tokio::task::JoinSet::new();
    for n in 0..20 {
        let public = server.public();
        sends.spawn(async move { public.login(&number(n)).await });
    }
    vendor.arrived(20).await;
    server.terminate();
    vendor.release();
    assert_eq!(sends.join_all().await, vec![200; 20]);
    let stopped = server.wait().await;
    assert_eq!(stopped.status.code(), Some(0));
    assert!(!data.path().join("owner.json").exists());
}
