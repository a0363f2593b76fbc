//! Codes as people type them, at every door.

use countersign_client::{Channel, PreCheckCode};
use insta::assert_snapshot;

use crate::actors::{AppServer, Public};
use crate::checks::LOGIN;
use crate::server::{Server, folder, number};

/// The code as people, keyboards and pages bring it.
fn spellings(code: &str) -> Vec<String> {
    let (head, tail) = code.split_at(3);
    let wide: String = code
        .chars()
        .map(|digit| char::from_u32(u32::from(digit) - u32::from('0') + 0xff10).unwrap())
        .collect();
    vec![
        format!("{code} "),
        format!("{code}\n"),
        format!("\t{code}\r\n"),
        format!("{head} {tail}"),
        format!("{head}-{tail}"),
        format!("{head}\u{2013}{tail}"),
        format!("{head}\u{a0}{tail}"),
        format!("{head}\u{3000}{tail}"),
        format!("\u{202a}{code}\u{202c}"),
        format!("{head}\u{200b}{tail}\u{feff}"),
        wide,
    ]
}

// shows: found-T1
#[tokio::test]
async fn a_right_code_passes_at_both_doors_however_it_is_typed() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let (public, app_server) = (server.public(), server.app_server());
    let spelt = spellings(&server.code(LOGIN, &number(0)).await).len();
    for n in 1..=spelt {
        let code = server.code(LOGIN, &number(n)).await;
        let typed = &spellings(&code)[n - 1];
        let seen = public.pre_check_code(LOGIN, &number(n), typed).await;
        assert!(seen.is_valid(), "{typed:?}: {seen}");
        let used = app_server.verify_code(LOGIN, &number(n), typed).await;
        assert!(used.is_valid(), "{typed:?}: {used}");
    }
}

// The terminal blocks a thread, and another one reads the server's log meanwhile.
// shows: found-T1
#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_and_the_sdk_pass_a_code_on_as_it_is_typed() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let code = server.code(LOGIN, &number(1)).await;
    let sdk = server.public().sdk();
    let terminal = server.terminal();
    for typed in spellings(&code) {
        let guess = PreCheckCode::new(Channel::Login, number(1), typed.clone());
        assert!(sdk.pre_check_code(guess).await, "{typed:?}");
    }
    let (spaced, wide) = (format!(" {code}\n"), spellings(&code).pop().unwrap());
    for typed in [spaced, wide] {
        terminal.ok(&["check", "--to", &number(1), "--code", &typed, "--keep"]);
    }
    let typed = format!("-{code}");
    let used = terminal.run(&["check", "--to", &number(1), "--code", &typed]);
    assert_snapshot!(used, @r"
    exit code 0
    right; it is used up now
    ");
}

/// Brings each text to both doors, and says what the application's server hears.
async fn reasons(
    (public, app_server): (&Public, &AppServer),
    number: &str,
    typed: &[&str],
) -> Vec<String> {
    let mut reasons = Vec::new();
    for text in typed {
        let seen = public.pre_check_code(LOGIN, number, text).await;
        assert!(!seen.is_valid(), "{text:?}");
        let answer = app_server.verify_code(LOGIN, number, text).await;
        reasons.push(answer.data()["reason"].as_str().unwrap().to_owned());
    }
    reasons
}

// shows: found-T2
#[tokio::test]
async fn a_text_that_no_code_can_equal_costs_no_try_at_either_door() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let doors = (&server.public(), &server.app_server());
    let code = server.code(LOGIN, &number(1)).await;
    let (short, long) = (&code[1..], format!("0{code}"));
    let longer = format!("{code}00");
    let strange = code.replace(|c: char| c.is_ascii_digit(), "٠");
    let typed = [
        short,
        &long,
        &longer,
        &strange,
        "",
        " ",
        "12345O",
        "１２３４５",
    ];
    for _ in 0..2 {
        let reasons = reasons(doors, &number(1), &typed).await;
        assert!(
            reasons.iter().all(|reason| reason == "malformed"),
            "{reasons:?}"
        );
    }
    let wrong = reasons(doors, &number(1), &[&crate::checks::not(&code)]).await;
    assert_eq!(wrong, ["wrong"]);
    let timeline = server.operator().timeline(&number(1)).await;
    assert_eq!(timeline.checks.len(), 2, "one wrong guess at each door");
    assert!(server.app_server().accepts(&number(1), &code).await);
}

// shows: found-T2
#[tokio::test]
async fn a_code_of_older_settings_passes_after_a_restart_under_another_length() {
    let data = folder();
    let settings = data.path().join("settings.toml");
    std::fs::write(&settings, "[codes]\ndigits = 8\n").unwrap();
    let settings = settings.to_str().unwrap();
    let server = Server::start(data.path(), &["--quiet", "--config", settings]).await;
    let code = server.code(LOGIN, &number(1)).await;
    assert_eq!(code.len(), 8);
    server.stop().await;

    let server = Server::start(data.path(), &["--quiet"]).await;
    let doors = (&server.public(), &server.app_server());
    let newer = server.code(LOGIN, &number(2)).await;
    let eight = format!("{newer}00");
    assert_eq!(reasons(doors, &number(2), &[&eight]).await, ["malformed"]);
    assert_eq!(
        reasons(doors, &number(1), &[&code[1..6]]).await,
        ["malformed"]
    );
    assert!(server.app_server().accepts(&number(1), &code).await);
}
