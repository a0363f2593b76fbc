//! Checks of codes: by the public, and by the application's own server.

use std::time::Duration;

use insta::assert_snapshot;
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::actors::{AppServer, Public, check_body};
use crate::server::{Server, folder, number, rounds};

pub(crate) const LOGIN: &str = "CHANNEL_LOGIN";

/// A code other than this one.
pub(crate) fn not(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

// shows: found-W10
#[tokio::test]
async fn the_app_server_uses_up_a_code_that_the_public_only_looked_at() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let (public, app_server) = (server.public(), server.app_server());
    let code = server.code(LOGIN, &number(1)).await;
    let seen = public.pre_check_code(LOGIN, &number(1), &code).await;
    assert_snapshot!(seen, @r#"
    HTTP 200
    {
      "statusCode": 200,
      "message": "Operation successful",
      "requestId": "[request id]",
      "data": {"isValid": true}
    }
    "#);
    let again = public.pre_check_code(LOGIN, &number(1), &code).await;
    assert!(again.is_valid(), "a pre-check uses no code up");
    let wrong = app_server.verify_code(LOGIN, &number(1), &not(&code)).await;
    assert_snapshot!(wrong, @r#"
    HTTP 200
    {
      "statusCode": 200,
      "message": "The code is wrong.",
      "requestId": "[request id]",
      "data": {"isValid": false, "reason": "wrong", "triesLeft": 4}
    }
    "#);
    let used = app_server.verify_code(LOGIN, &number(1), &code).await;
    assert_snapshot!(used, @r#"
    HTTP 200
    {
      "statusCode": 200,
      "message": "Operation successful",
      "requestId": "[request id]",
      "data": {"isValid": true}
    }
    "#);
    let again = app_server.verify_code(LOGIN, &number(1), &code).await;
    assert_snapshot!(again, @r#"
    HTTP 200
    {
      "statusCode": 200,
      "message": "The code was used before.",
      "requestId": "[request id]",
      "data": {"isValid": false, "reason": "used"}
    }
    "#);
    let seen = public.pre_check_code(LOGIN, &number(1), &code).await;
    assert_snapshot!(seen, @r#"
    HTTP 200
    {
      "statusCode": 200,
      "message": "The code is wrong or no longer valid.",
      "requestId": "[request id]",
      "data": {"isValid": false, "message": "The code is wrong or no longer valid."}
    }
    "#);
    let never_sent = app_server.verify_code(LOGIN, &number(2), &code).await;
    assert_snapshot!(never_sent, @r#"
    HTTP 200
    {
      "statusCode": 200,
      "message": "No code was sent to this number for this purpose.",
      "requestId": "[request id]",
      "data": {"isValid": false, "reason": "not_sent"}
    }
    "#);

    let timeline = server.operator().timeline(&number(1)).await;
    assert_eq!(timeline.code, "used");
    let checks = timeline.checks.iter();
    let checks: Vec<_> = checks.map(|check| (&*check.door, check.right)).collect();
    assert_eq!(checks, [("application", false), ("application", true)]);
}

// shows: A14
#[tokio::test]
async fn the_public_gets_one_answer_for_every_code_that_does_not_pass() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let public = server.public();
    let mut answers = Vec::new();
    let mut ask = async |number: &str, code: &str| {
        let answer = public.pre_check_code(LOGIN, number, code).await;
        let mut headers = answer.headers.clone();
        headers.remove("date");
        let id = answer["requestId"].as_str().unwrap();
        // To the letter, but for the id of the request.
        answers.push((format!("{headers:?}"), answer.body.replace(id, "ID")));
    };
    let (wrong, used, dead) = (number(1), number(2), number(3));
    let code = server.code(LOGIN, &wrong).await;
    ask(&wrong, &not(&code)).await;
    let code = server.code(LOGIN, &used).await;
    assert!(server.app_server().accepts(&used, &code).await);
    ask(&used, &code).await;
    let code = server.code(LOGIN, &dead).await;
    for _ in 0..12 {
        ask(&dead, &not(&code)).await; // wrong, then dead, then locked
    }
    ask(&dead, &code).await;
    ask(&number(4), "123456").await; // never sent
    ask(&number(5), "no code").await;
    assert_snapshot!(answers[0].1, @r#"{"statusCode":200,"message":"The code is wrong or no longer valid.","requestId":"ID","data":{"isValid":false,"message":"The code is wrong or no longer valid."}}"#);
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    // The application's server has a reserve of guesses, and learns that the code is dead.
    let answer = server.app_server().verify_code(LOGIN, &dead, &code).await;
    assert_snapshot!(answer, @r#"
    HTTP 200
    {
      "statusCode": 200,
      "message": "The code is dead after too many wrong guesses.",
      "requestId": "[request id]",
      "data": {"isValid": false, "reason": "exhausted", "triesLeft": 0}
    }
    "#);
}

// shows: found-W5
#[tokio::test]
async fn the_app_server_alone_hears_that_a_newer_code_replaced_the_guess() {
    let data = folder();
    let mut server = Server::start(data.path(), &["--quiet"]).await;
    let older = server.code(LOGIN, &number(1)).await;
    while server.public().login(&number(1)).await == 429 {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let newest = server.newest_code(&number(1)).await;
    let ask = async |server: &Server, code: &str| {
        let app_server = server.app_server();
        let answer = app_server.verify_code(LOGIN, &number(1), code).await;
        answer.data().clone()
    };
    let replaced = |left| json!({"isValid": false, "reason": "replaced", "triesLeft": left});
    assert_eq!(ask(&server, &older).await, replaced(4));
    server.kill().await;
    server = Server::start(data.path(), &["--quiet"]).await;
    assert_eq!(ask(&server, &older).await, replaced(3));
    let public = server.public();
    let guess = async |code: &str| {
        let seen = public.pre_check_code(LOGIN, &number(1), code).await;
        seen.data().clone()
    };
    assert_eq!(guess(&older).await, guess(&not(&newest)).await);
    assert_eq!(ask(&server, &newest).await, json!({"isValid": true}));
    assert_eq!(ask(&server, &older).await, replaced(0));
}

/// How many of 200 parallel right guesses pass.
async fn passes_of_right_guesses(app_server: &AppServer, number: &str, code: &str) -> usize {
    let mut checks = JoinSet::new();
    for _ in 0..200 {
        let (app_server, number, code) = (app_server.clone(), number.to_owned(), code.to_owned());
        checks.spawn(async move { app_server.accepts(&number, &code).await });
    }
    let passed = checks.join_all().await;
    passed.into_iter().filter(|passed| *passed).count()
}

/// How many of 1,000 parallel wrong guesses, half of them public, were told that they were compared.
async fn comparisons_of_wrong_guesses(
    (public, app_server): (&Public, &AppServer),
    number: &str,
    guess: &str,
) -> usize {
    let mut checks = JoinSet::new();
    for n in 0..1000 {
        let (public, app_server) = (public.clone(), app_server.clone());
        let (number, guess) = (number.to_owned(), guess.to_owned());
        checks.spawn(async move {
            if n % 2 == 0 {
                public.pre_check_code(LOGIN, &number, &guess).await
            } else {
                app_server.verify_code(LOGIN, &number, &guess).await
            }
        });
    }
    let answers = checks.join_all().await;
    assert!(answers.iter().all(|answer| !answer.is_valid()));
    let compared = answers.iter();
    compared
        .filter(|answer| answer["data"]["reason"] == "wrong")
        .count()
}

// shows: A2, A3
#[tokio::test(flavor = "multi_thread")]
async fn of_200_parallel_right_guesses_one_passes_and_of_1000_wrong_ones_five_are_compared() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let (public, app_server) = (server.public(), server.app_server());
    for round in 0..rounds() {
        let (right, wrong) = (number(2 * round), number(2 * round + 1));
        let code = server.code(LOGIN, &right).await;
        let passed = passes_of_right_guesses(&app_server, &right, &code).await;
        assert_eq!(passed, 1, "round {round}");

        let code = server.code(LOGIN, &wrong).await;
        let told = comparisons_of_wrong_guesses((&public, &app_server), &wrong, &not(&code)).await;
        assert!(told <= 5, "round {round}: {told} were compared");
        server.operator().unlock(&wrong).await;
        let dead = app_server.verify_code(LOGIN, &wrong, &code).await;
        assert_eq!(dead.data()["reason"], "exhausted", "round {round}");
    }
    for message in server.operator().messages().await {
        let wrong = message.checks.iter().filter(|check| !check.right).count();
        let right = message.checks.len() - wrong;
        match message.code.as_str() {
            "used" => assert_eq!((right, wrong), (1, 0)),
            "exhausted" => assert_eq!((right, wrong), (0, 5)),
            other => panic!("{other}"),
        }
    }
}

// shows: A4, A5
#[tokio::test]
async fn a_locked_number_stays_locked_over_a_kill_while_the_app_server_has_a_reserve() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let (public, phone) = (server.public(), number(1));
    for channel in [LOGIN, "CHANNEL_REGISTER"] {
        let code = server.code(channel, &phone).await;
        for _ in 0..4 {
            let wrong = public.pre_check_code(channel, &phone, &not(&code)).await;
            assert!(!wrong.is_valid());
        }
        let right = public.pre_check_code(channel, &phone, &code).await;
        assert!(
            right.is_valid(),
            "eight wrong guesses are within the budget"
        );
    }
    server.kill().await;

    let server = Server::start(data.path(), &["--quiet"]).await;
    let (public, app_server) = (server.public(), server.app_server());
    let channel = "CHANNEL_BIND_PHONE";
    let code = server.code(channel, &phone).await;
    for _ in 0..2 {
        public.pre_check_code(channel, &phone, &not(&code)).await;
    }
    let locked = public.pre_check_code(channel, &phone, &code).await;
    assert!(!locked.is_valid(), "ten wrong guesses are the budget");
    let verified = app_server.verify_code(channel, &phone, &code).await;
    assert!(verified.is_valid());

    // A success leaves the hour's count; another number has a count of its own.
    let code = server.code("CHANNEL_BIND_MFA", &phone).await;
    let locked = public.pre_check_code("CHANNEL_BIND_MFA", &phone, &code);
    assert!(!locked.await.is_valid());
    let other = server.code(LOGIN, &number(2)).await;
    let free = public.pre_check_code(LOGIN, &number(2), &other).await;
    assert!(free.is_valid());

    let operator = server.operator();
    let unlock = json!({"phoneNumber": phone, "note": "the owner called"});
    assert_snapshot!(operator.post("unlock-phone", unlock).await, @r#"
    HTTP 200
    {
      "statusCode": 200,
      "message": "Operation successful",
      "requestId": "[request id]"
    }
    "#);
    let unlocked = public.pre_check_code("CHANNEL_BIND_MFA", &phone, &code);
    assert!(unlocked.await.is_valid());
    assert_snapshot!(operator.get("list-unlocks").await, @r#"
    HTTP 200
    {
      "statusCode": 200,
      "message": "Operation successful",
      "requestId": "[request id]",
      "data": [
        {
          "at": "[time]",
          "requestId": "[request id]",
          "to": "+86138****0001",
          "note": "the owner called"
        }
      ]
    }
    "#);
}

#[tokio::test]
async fn a_caller_that_hangs_up_spends_its_guess() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let code = server.code(LOGIN, &number(1)).await;
    let body = check_body(LOGIN, &number(1), &not(&code)).to_string();
    let request = format!(
        "POST /api/v3/pre-check-code HTTP/1.1\r\nhost: localhost\r\nx-authing-app-id: dev-app\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    for _ in 0..3 {
        let mut caller = TcpStream::connect(server.address()).await.unwrap();
        caller.write_all(request.as_bytes()).await.unwrap();
    }
    let operator = server.operator();
    while operator.timeline(&number(1)).await.checks.len() < 3 {
        tokio::task::yield_now().await;
    }
    let app_server = server.app_server();
    let wrong = app_server.verify_code(LOGIN, &number(1), &not(&code)).await;
    assert_eq!(wrong.data()["triesLeft"], 1);
}

#[tokio::test]
async fn the_app_server_is_told_when_a_lock_ends() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let app_server = server.app_server();
    for _ in 0..15 {
        app_server.verify_code(LOGIN, &number(1), "123456").await;
    }
    let locked = app_server.verify_code(LOGIN, &number(1), "123456").await;
    assert_snapshot!(locked, @r#"
    HTTP 200
    {
      "statusCode": 200,
      "message": "Too many wrong guesses about this number: codes are not compared for a while.",
      "requestId": "[request id]",
      "data": {"isValid": false, "reason": "locked", "retryAfter": [61 to 3600]}
    }
    "#);
    let wait = locked.data()["retryAfter"].as_u64().unwrap();
    assert!((3_500..=3_600).contains(&wait), "{wait}");
}

// shows: A8
#[tokio::test]
async fn a_code_never_passes_for_another_application_channel_or_number() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let other = server.operator().create_application("other", "Other").await;
    let apps = [
        (server.public(), server.app_server()),
        (other.public, other.server),
    ];
    let channels = [LOGIN, "CHANNEL_REGISTER", "CHANNEL_RESET_PASSWORD"];
    let mut sent = Vec::new();
    for (public, app_server) in &apps {
        for channel in channels {
            for phone in [number(1), number(2)] {
                let answer = public.send_sms(channel, &phone).await;
                assert_eq!(answer.status(), 200, "{answer}");
                let code = server.newest_code(&phone).await;
                sent.push((public, app_server, channel, phone, code));
            }
        }
    }
    // The store's tests try the whole matrix, with every guess compared.
    for (n, (public, app_server, channel, phone, code)) in sent.iter().enumerate() {
        let (.., next) = &sent[(n + 1) % sent.len()];
        for (guess, expected) in [(next, code == next), (code, true)] {
            let seen = public.pre_check_code(channel, phone, guess).await;
            assert_eq!(seen.is_valid(), expected, "{n} {channel} {phone}");
            let used = app_server.verify_code(channel, phone, guess).await;
            assert_eq!(used.is_valid(), expected, "{n} {channel} {phone}");
        }
        server.operator().unlock(phone).await;
    }
}
