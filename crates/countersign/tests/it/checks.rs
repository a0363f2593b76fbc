//! Checking codes, through both doors.

use std::sync::Arc;

use countersign_api::MessageDto;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::server::{Server, folder, number, rounds};

pub(crate) const LOGIN: &str = "CHANNEL_LOGIN";

impl Server {
    /// `pre-check-code` as anyone: the answer.
    pub(crate) async fn pre_check(
        &self,
        app: &str,
        channel: &str,
        number: &str,
        code: &str,
    ) -> Value {
        let body = json!({"codeType": "SMS", "smsCodePayload": {
            "phone": number, "passCode": code, "channel": channel,
        }});
        let headers = [("x-authing-app-id", app), ("x-authing-lang", "en-US")];
        let answer = self
            .post("pre-check-code", &headers, body.to_string())
            .await;
        answer.json().await.unwrap()
    }

    /// `verify-code` as the development application: the answer.
    pub(crate) async fn verify(&self, channel: &str, number: &str, code: &str) -> Value {
        let body = json!({
            "channel": channel, "phoneNumber": number, "passCode": code, "withToken": false,
            "client_id": "dev-app", "client_secret": "dev-app-secret",
        });
        let answer = self.post("verify-code", &[], body.to_string()).await;
        answer.json().await.unwrap()
    }

    /// Sends a code, and takes it from the outbox.
    pub(crate) async fn code(&self, channel: &str, number: &str) -> String {
        assert_eq!(self.send(channel, number).await.status_code, 200);
        let arrived = self.outbox(&format!("+86{number}")).await;
        arrived[0]["passCode"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn timeline(&self, number: &str) -> MessageDto {
        let masked = format!("+86{}****{}", &number[..3], &number[7..]);
        let messages = self.messages().await;
        messages
            .into_iter()
            .find(|message| message.to == masked)
            .unwrap()
    }

    /// Calls a management endpoint.
    pub(crate) async fn manage(&self, name: &str, body: Value) -> Value {
        let token = format!("Bearer {}", self.token());
        let headers = [("authorization", token.as_str())];
        let answer = self.post(name, &headers, body.to_string()).await;
        answer.json().await.unwrap()
    }
}

/// Another code than this one.
pub(crate) fn not(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

pub(crate) fn is_valid(answer: &Value) -> bool {
    assert_eq!(answer["statusCode"], 200, "{answer}");
    answer["data"]["isValid"].as_bool().unwrap()
}

#[tokio::test]
async fn a_code_is_looked_at_and_then_used_once() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let code = server.code(LOGIN, &number(1)).await;
    for _ in 0..3 {
        let seen = server.pre_check("dev-app", LOGIN, &number(1), &code).await;
        assert_eq!(seen["data"], json!({"isValid": true}));
    }
    let wrong = server.verify(LOGIN, &number(1), &not(&code)).await;
    assert_eq!(
        wrong["data"],
        json!({"isValid": false, "reason": "wrong", "triesLeft": 4})
    );
    let used = server.verify(LOGIN, &number(1), &code).await;
    assert_eq!(used["data"], json!({"isValid": true}));
    let again = server.verify(LOGIN, &number(1), &code).await;
    assert_eq!(again["data"], json!({"isValid": false, "reason": "used"}));
    assert!(!is_valid(
        &server.pre_check("dev-app", LOGIN, &number(1), &code).await
    ));
    let never = server.verify(LOGIN, &number(2), &code).await;
    assert_eq!(never["data"]["reason"], "not_sent");
    let timeline = server.timeline(&number(1)).await;
    assert_eq!(timeline.code, "used");
    let checks: Vec<_> = timeline
        .checks
        .iter()
        .map(|check| (check.door.as_str(), check.right))
        .collect();
    assert_eq!(checks, [("application", false), ("application", true)]);
}

#[tokio::test]
async fn the_public_hears_one_answer_whatever_is_wrong() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let mut answers = Vec::new();
    let mut ask = async |number: &str, code: &str| {
        let body = json!({"codeType": "SMS", "smsCodePayload": {
            "phone": number, "passCode": code, "channel": LOGIN,
        }});
        let headers = [("x-authing-app-id", "dev-app"), ("x-authing-lang", "en-US")];
        let answer = server
            .post("pre-check-code", &headers, body.to_string())
            .await;
        let mut headers = answer.headers().clone();
        headers.remove("date");
        let bytes = answer.bytes().await.unwrap().to_vec();
        let parsed: Value = serde_json::from_slice(&bytes).unwrap();
        let id = parsed["requestId"].as_str().unwrap();
        // To the letter, but for the id of the request.
        let text = String::from_utf8(bytes).unwrap().replace(id, "ID");
        answers.push((format!("{headers:?}"), text));
    };
    let (wrong, used, dead) = (number(1), number(2), number(3));
    let code = server.code(LOGIN, &wrong).await;
    ask(&wrong, &not(&code)).await;
    let code = server.code(LOGIN, &used).await;
    assert!(is_valid(&server.verify(LOGIN, &used, &code).await));
    ask(&used, &code).await;
    let code = server.code(LOGIN, &dead).await;
    for _ in 0..12 {
        ask(&dead, &not(&code)).await; // wrong, then dead, then locked
    }
    ask(&dead, &code).await;
    ask(&number(4), "123456").await; // never sent
    ask(&number(5), "no code").await;
    assert_eq!(
        answers[0].1,
        r#"{"statusCode":200,"message":"Operation successful","requestId":"ID","data":{"isValid":false,"message":"The code is wrong or no longer valid."}}"#
    );
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    let locked = server.verify(LOGIN, &dead, &code).await;
    assert_eq!(
        locked["data"]["reason"], "exhausted",
        "there is a reserve: {locked}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_200_parallel_right_guesses_one_wins_and_1000_wrong_ones_are_few() {
    let data = folder();
    let server = Arc::new(Server::start(data.path(), &["--quiet"]).await);
    for round in 0..rounds() {
        let (right, wrong) = (number(2 * round), number(2 * round + 1));
        let code = server.code(LOGIN, &right).await;
        let mut checks = JoinSet::new();
        for _ in 0..200 {
            let (server, number, code) = (Arc::clone(&server), right.clone(), code.clone());
            checks.spawn(async move { is_valid(&server.verify(LOGIN, &number, &code).await) });
        }
        let won = checks
            .join_all()
            .await
            .into_iter()
            .filter(|won| *won)
            .count();
        assert_eq!(won, 1, "round {round}");

        let code = server.code(LOGIN, &wrong).await;
        let mut checks = JoinSet::new();
        for n in 0..1000 {
            let (server, number, guess) = (Arc::clone(&server), wrong.clone(), not(&code));
            checks.spawn(async move {
                let answer = if n % 2 == 0 {
                    server.pre_check("dev-app", LOGIN, &number, &guess).await
                } else {
                    server.verify(LOGIN, &number, &guess).await
                };
                (is_valid(&answer), answer["data"]["reason"] == "wrong")
            });
        }
        let answers = checks.join_all().await;
        assert!(answers.iter().all(|(valid, _)| !valid), "round {round}");
        let told = answers.iter().filter(|(_, wrong)| *wrong).count();
        assert!(
            told <= 5,
            "round {round}: {told} were told that they were compared"
        );
        let unlock = json!({"phoneNumber": wrong});
        assert_eq!(
            server.manage("unlock-phone", unlock).await["statusCode"],
            200
        );
        let dead = server.verify(LOGIN, &wrong, &code).await;
        assert_eq!(dead["data"]["reason"], "exhausted", "round {round}");
    }
    for message in server.messages().await {
        let wrong = message.checks.iter().filter(|check| !check.right).count();
        let right = message.checks.len() - wrong;
        match message.code.as_str() {
            "used" => assert_eq!((right, wrong), (1, 0)),
            "exhausted" => assert_eq!((right, wrong), (0, 5)),
            other => panic!("{other}"),
        }
    }
}

#[tokio::test]
async fn the_budget_of_a_number_holds_over_a_kill_and_leaves_a_reserve() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let phone = number(1);
    let mut code = String::new();
    for (channel, wrong) in [(LOGIN, 4), ("CHANNEL_REGISTER", 4)] {
        code = server.code(channel, &phone).await;
        for _ in 0..wrong {
            let guess = not(&code);
            assert!(!is_valid(
                &server.pre_check("dev-app", channel, &phone, &guess).await
            ));
        }
    }
    assert!(is_valid(
        &server
            .pre_check("dev-app", "CHANNEL_REGISTER", &phone, &code)
            .await
    ));
    server.kill().await;
    let server = Server::start(data.path(), &["--quiet"]).await;
    let channel = "CHANNEL_BIND_PHONE";
    let code = server.code(channel, &phone).await;
    for _ in 0..2 {
        server
            .pre_check("dev-app", channel, &phone, &not(&code))
            .await;
    }
    assert!(!is_valid(
        &server.pre_check("dev-app", channel, &phone, &code).await
    ));
    assert!(is_valid(&server.verify(channel, &phone, &code).await));
    // The hour goes on; another number is not touched by it.
    let code = server.code("CHANNEL_BIND_MFA", &phone).await;
    let seen = server
        .pre_check("dev-app", "CHANNEL_BIND_MFA", &phone, &code)
        .await;
    assert!(!is_valid(&seen));
    let other = server.code(LOGIN, &number(2)).await;
    assert!(is_valid(
        &server.pre_check("dev-app", LOGIN, &number(2), &other).await
    ));

    let unlock = json!({"phoneNumber": phone, "note": "the owner called"});
    assert_eq!(
        server.manage("unlock-phone", unlock).await["statusCode"],
        200
    );
    let seen = server
        .pre_check("dev-app", "CHANNEL_BIND_MFA", &phone, &code)
        .await;
    assert!(is_valid(&seen));
    let token = server.token();
    let list = server
        .client()
        .get(format!("{}/api/v3/list-unlocks", server.url));
    let list: Value = list
        .bearer_auth(token)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
    assert_eq!(list["data"][0]["to"], "+86138****0001");
    assert_eq!(list["data"][0]["note"], "the owner called");
}

#[tokio::test]
async fn whoever_hangs_up_takes_no_guess_back() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let code = server.code(LOGIN, &number(1)).await;
    let body = json!({"codeType": "SMS", "smsCodePayload": {
        "phone": number(1), "passCode": not(&code), "channel": LOGIN,
    }})
    .to_string();
    let request = format!(
        "POST /api/v3/pre-check-code HTTP/1.1\r\nhost: x\r\nx-authing-app-id: dev-app\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let address = server.url.strip_prefix("http://").unwrap();
    for _ in 0..3 {
        let mut caller = TcpStream::connect(address).await.unwrap();
        caller.write_all(request.as_bytes()).await.unwrap();
    }
    while server.timeline(&number(1)).await.checks.len() < 3 {
        tokio::task::yield_now().await;
    }
    let found = server.verify(LOGIN, &number(1), &not(&code)).await;
    assert_eq!(found["data"]["triesLeft"], 1);
}

#[tokio::test]
async fn a_lock_is_told_to_the_application_with_its_end() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let mut last = Value::Null;
    for _ in 0..16 {
        last = server.verify(LOGIN, &number(1), "123456").await;
    }
    assert_eq!(last["data"]["reason"], "locked");
    let wait = last["data"]["retryAfter"].as_u64().unwrap();
    assert!((3_500..=3_600).contains(&wait), "{wait}");
}

#[tokio::test]
async fn nothing_passes_off_the_diagonal() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let other = json!({"appName": "Other", "appId": "other"});
    let other = server.manage("create-application", other).await;
    let other_secret = other["data"]["appSecret"].as_str().unwrap().to_owned();
    let channels = [LOGIN, "CHANNEL_REGISTER", "CHANNEL_RESET_PASSWORD"];
    let mut sent = Vec::new();
    for app in ["dev-app", "other"] {
        for channel in channels {
            for phone in [number(1), number(2)] {
                let body = json!({"channel": channel, "phoneNumber": phone}).to_string();
                let answer = server
                    .post("send-sms", &[("x-authing-app-id", app)], body)
                    .await;
                assert_eq!(answer.json::<Value>().await.unwrap()["statusCode"], 200);
                let arrived = server.outbox(&format!("+86{phone}")).await;
                sent.push((app, channel, phone, arrived[0]["passCode"].clone()));
            }
        }
    }
    // For the whole matrix, with every guess compared, see the store's test of the same name.
    for (n, (app, channel, phone, code)) in sent.iter().enumerate() {
        let (_, _, _, next) = &sent[(n + 1) % sent.len()];
        let secret = if *app == "other" {
            other_secret.as_str()
        } else {
            "dev-app-secret"
        };
        for (guess, expected) in [(next, code == next), (code, true)] {
            let guess = guess.as_str().unwrap();
            let seen = server.pre_check(app, channel, phone, guess).await;
            assert_eq!(is_valid(&seen), expected, "{app} {channel} {phone}");
            let body = json!({
                "channel": channel, "phoneNumber": phone, "passCode": guess, "withToken": false,
                "client_id": app, "client_secret": secret,
            });
            let answer = server.post("verify-code", &[], body.to_string()).await;
            let answer: Value = answer.json().await.unwrap();
            assert_eq!(is_valid(&answer), expected, "{app} {channel} {phone}");
        }
        let unlock = json!({"phoneNumber": phone});
        assert_eq!(
            server.manage("unlock-phone", unlock).await["statusCode"],
            200
        );
    }
}
