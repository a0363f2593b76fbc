//! Challenges: demanded by a limit, solved by callers, and judged.

use altcha::types::{Challenge, Payload, SolveChallengeOptions};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use countersign_client::{AuthenticationClient, Channel, SendSms};
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::actors::Public;
use crate::answer::Answer;
use crate::deployment::{Deployment, in_service_by};
use crate::server::{Server, folder, number};
use crate::vendor::{Manner, Vendor};

/// A limit that every public caller meets at once.
pub(crate) const EVERYBODY: &str =
    "[[limits]]\nname = \"everybody\"\nwindow_seconds = 600\nmax = 0\nmode = \"challenge\"\n";

/// `countersign dev` whose development application has callers that meet a challenge.
pub(crate) async fn challenged(data: &std::path::Path) -> Server {
    let file = data.join("settings.toml");
    std::fs::write(&file, EVERYBODY).unwrap();
    let server = Server::start(data, &["--quiet", "--config", file.to_str().unwrap()]).await;
    let can = json!({"appId": "dev-app", "challenges": true});
    server.operator().set("update-application", can).await;
    server
}

/// The solution of a challenge, as the widget sends it.
pub(crate) fn solution_of(challenge: &Value) -> String {
    written(&solve(challenge))
}

/// Solves the challenge of an answer as the widget does.
fn solved(answer: &Answer) -> Payload {
    assert_eq!(answer.codes(), (403, Some(2000)), "{answer}");
    solve(&answer["data"]["challenge"])
}

fn solve(challenge: &Value) -> Payload {
    let challenge: Challenge = serde_json::from_value(challenge.clone()).unwrap();
    let solution = altcha::solve_challenge(SolveChallengeOptions::new(&challenge));
    Payload {
        solution: solution.unwrap().unwrap(),
        challenge,
    }
}

fn written(payload: &Payload) -> String {
    BASE64_STANDARD.encode(serde_json::to_vec(payload).unwrap())
}

fn body(channel: &str, number: &str, solution: Option<&str>) -> Value {
    json!({"channel": channel, "phoneNumber": number, "challengeSolution": solution})
}

/// Asks for a login code for `number`, with a solution if there is one.
pub(crate) async fn login(public: &Public, number: &str, solution: Option<&str>) -> Answer {
    public
        .post("send-sms", body("CHANNEL_LOGIN", number, solution))
        .await
}

/// A service in production in which every public caller meets a challenge, with an application whose callers can solve it.
pub(crate) async fn challenging(deployment: &Deployment) -> (Server, Public, Vendor) {
    challenging_by(deployment, Manner::Answer(200, "{}")).await
}

/// [`challenging`], with a vendor of this manner.
async fn challenging_by(deployment: &Deployment, manner: Manner) -> (Server, Public, Vendor) {
    deployment.edit("[server]", &format!("{EVERYBODY}[server]"));
    let (server, app, vendor) = in_service_by(deployment, manner).await;
    let can = json!({"appId": "shop", "challenges": true});
    server.operator().set("update-application", can).await;
    (server, app.public, vendor)
}

#[tokio::test]
async fn a_caller_meets_a_challenge_and_the_code_arrives_with_its_solution() {
    let data = folder();
    let file = data.path().join("settings.toml");
    std::fs::write(&file, EVERYBODY).unwrap();
    let args = ["--quiet", "--config", file.to_str().unwrap()];
    let server = Server::start(data.path(), &args).await;
    let public = server.public();
    assert_eq!(public.login(&number(1)).await, 200, "its callers cannot");
    let can = json!({"appId": "dev-app", "challenges": true});
    let app = server.operator().set("update-application", can).await;
    assert_eq!(app["challenges"], true);
    let demanded = login(&public, &number(2), None).await;
    assert_snapshot!(demanded, @r#"
    HTTP 200
    {
      "statusCode": 403,
      "message": "Please confirm that you are not a robot: solve the challenge and try again.",
      "apiCode": 2000,
      "requestId": "[request id]",
      "data": {
        "kind": "altcha",
        "challenge": {
          "parameters": {
            "algorithm": "PBKDF2/SHA-256",
            "cost": 5000,
            "data": {"binding": "[32 hex digits]", "issued": [unix milliseconds]},
            "expiresAt": [unix time],
            "keyLength": 32,
            "keyPrefix": "00",
            "nonce": "[32 hex digits]",
            "salt": "[32 hex digits]"
          },
          "signature": "[64 hex digits]"
        },
        "expiresIn": 300
      }
    }
    "#);
    let solution = written(&solved(&demanded));
    let sent = login(&public, &number(2), Some(&solution)).await;
    assert_eq!(sent.status(), 200, "{sent}");
    assert_eq!(server.newest_code(&number(2)).await.len(), 6);
    let refusals = server.operator().list("list-refusals").await;
    assert_eq!(refusals[0]["limit"], "everybody", "{refusals:?}");
}

// shows: D10
#[tokio::test]
async fn a_solution_that_is_missing_altered_or_of_something_else_sends_nothing() {
    let deployment = Deployment::new();
    let (server, public, vendor) = challenging(&deployment).await;
    let demanded = login(&public, &number(1), None).await;
    let good = solved(&demanded);
    let solution = written(&good);
    let mut expiry = good.clone();
    expiry.challenge.parameters.expires_at = Some(i64::MAX / 2);
    let mut cut = good.clone();
    let last = cut.challenge.parameters.nonce.pop().unwrap();
    cut.challenge.parameters.salt.insert(0, last);
    let mut unsolved = good.clone();
    unsolved.solution.derived_key = format!("00{}", "7".repeat(62));
    let refused = [
        login(&public, &number(1), None).await,
        login(&public, &number(1), Some("")).await,
        login(&public, &number(1), Some("0.token-of-another-service")).await,
        login(&public, &number(1), Some(&written(&expiry))).await,
        login(&public, &number(1), Some(&written(&cut))).await,
        login(&public, &number(1), Some(&written(&unsolved))).await,
        login(&public, &number(2), Some(&solution)).await,
        public
            .post(
                "send-sms",
                body("CHANNEL_REGISTER", &number(1), Some(&solution)),
            )
            .await,
    ];
    for answer in refused {
        assert_eq!(answer.codes(), (403, Some(2000)), "{answer}");
    }
    let other = server.operator().create_application("other", "Other").await;
    let can = json!({"appId": "other", "challenges": true});
    server.operator().set("update-application", can).await;
    let route = json!({"appId": "other", "providers": [{"name": "acme"}]});
    server.operator().set("set-sms-route", route).await;
    let answer = login(&other.public, &number(1), Some(&solution)).await;
    assert_eq!(answer.codes(), (403, Some(2000)), "{answer}");
    assert_eq!(vendor.messages().len(), 0);
    let sent = login(&public, &number(1), Some(&solution)).await;
    assert_eq!(sent.status(), 200, "the solution is good: {sent}");
    assert_eq!(vendor.messages().len(), 1);
}

// shows: D10
#[tokio::test]
async fn a_solution_reaches_the_vendor_once_of_many_times_and_after_kill_9() {
    let deployment = Deployment::new();
    // The vendor refuses, which gives the minute back: the minute hides nothing.
    let refuses = Manner::Answer(400, "{}");
    let (server, public, vendor) = challenging_by(&deployment, refuses).await;
    let solution = written(&solved(&login(&public, &number(1), None).await));
    let attempts: Vec<_> = (0..20)
        .map(|_| {
            let (public, solution) = (public.clone(), solution.clone());
            tokio::spawn(async move { login(&public, &number(1), Some(&solution)).await.status() })
        })
        .collect();
    let mut refused = 0;
    for attempt in attempts {
        match attempt.await.unwrap() {
            602 => refused += 1,
            // The others meet a new challenge, or the minute while it is taken.
            status => assert!(matches!(status, 403 | 429), "{status}"),
        }
    }
    assert_eq!((refused, vendor.messages().len()), (1, 1));
    let again = login(&public, &number(1), Some(&solution)).await;
    assert_eq!(again.codes(), (403, Some(2000)), "{again}");
    server.kill().await;
    let server = deployment.serve(&[]).await;
    let again = login(&Public::of(&server, "shop"), &number(1), Some(&solution)).await;
    assert_eq!(again.codes(), (403, Some(2000)), "{again}");
    assert_eq!(vendor.messages().len(), 1);
}

// shows: D10, G6
#[tokio::test]
async fn a_challenge_outlives_a_restart_and_a_change_of_the_master_keys() {
    let deployment = Deployment::new();
    let (server, public, vendor) = challenging(&deployment).await;
    let solution = written(&solved(&login(&public, &number(1), None).await));
    server.operator().set("rotate-master-key", json!({})).await;
    server.stop().await;
    let server = deployment.serve(&[]).await;
    let public = Public::of(&server, "shop");
    let sent = login(&public, &number(1), Some(&solution)).await;
    assert_eq!(sent.status(), 200, "{sent}");
    assert_eq!(vendor.messages().len(), 1);
}

// shows: B11
#[tokio::test]
async fn a_burnt_quota_serves_those_who_solve_a_challenge_to_its_end() {
    let deployment = Deployment::new();
    let quota = "[[limits]]\nname = \"quota\"\nby = [\"application\"]\nwindow_seconds = 600\nmax = 10\n\
        reserve_percent = 20\nchallenge_percent = 50\nmode = \"enforce\"\n[server]";
    deployment.edit("[server]", quota);
    let (server, app, vendor) = in_service_by(&deployment, Manner::Answer(200, "{}")).await;
    let public = app.public;
    for n in 0..8 {
        // Numbers of different blocks and prefixes, so that this limit alone counts them together.
        assert_eq!(public.login(&number(n * 100_003)).await, 200);
    }
    let stopped = login(&public, &number(8 * 100_003), None).await;
    assert_eq!(stopped.codes(), (429, Some(2_990_005)), "{stopped}");
    let can = json!({"appId": "shop", "challenges": true});
    server.operator().set("update-application", can).await;
    for n in 8..10 {
        let number = number(n * 100_003);
        let solution = written(&solved(&login(&public, &number, None).await));
        let sent = login(&public, &number, Some(&solution)).await;
        assert_eq!(sent.status(), 200, "{sent}");
    }
    let over = number(10 * 100_003);
    let solution = written(&solved(&login(&public, &over, None).await));
    let full = login(&public, &over, Some(&solution)).await;
    assert_eq!(full.codes(), (429, Some(2_990_005)), "{full}");
    assert_eq!(vendor.messages().len(), 10);
}

#[tokio::test]
async fn back_ends_and_applications_whose_callers_cannot_solve_meet_no_challenge() {
    let deployment = Deployment::new();
    deployment.edit("[server]", "[server]\ntrusted_proxies = [\"127.0.0.1\"]");
    let (server, public, _vendor) = challenging(&deployment).await;
    assert_eq!(public.login(&number(1)).await, 403);
    let backends = json!({"appId": "shop", "backends": ["10.1.0.0/16"]});
    server.operator().set("update-application", backends).await;
    let from_backend = [
        ("x-authing-app-id", "shop"),
        ("x-forwarded-for", "10.1.2.3"),
    ];
    let text = body("CHANNEL_LOGIN", &number(1), None).to_string();
    let sent = server.post("send-sms", &from_backend, text).await;
    assert_eq!(sent.status(), 200, "{sent}");
    let cannot = json!({"appId": "shop", "challenges": false});
    server.operator().set("update-application", cannot).await;
    assert_eq!(public.login(&number(2)).await, 200);
}

// The terminal blocks a thread, and another one reads the server's log meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn the_terminal_says_whether_callers_can_solve_challenges_and_the_act_is_on_record() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let terminal = server.terminal();
    let set = terminal.ok(&["app", "set", "dev-app", "--challenges", "on"]);
    assert!(
        set.contains("challenges    its callers solve them"),
        "{set}"
    );
    let acts = server.operator().list("list-audit-acts?limit=1").await;
    let (before, after) = (&acts[0]["before"], &acts[0]["after"]);
    assert_eq!(*before, json!({"challenges": false}), "{acts:?}");
    assert_eq!(*after, json!({"challenges": true}), "{acts:?}");
    server.stop().await;
    let server = Server::start(data.path(), &["--quiet"]).await;
    let app = server.operator().list("list-applications").await;
    assert_eq!(app[0]["challenges"], true, "{app:?}");
    let terminal = server.terminal();
    let set = terminal.ok(&["app", "set", "dev-app", "--challenges", "off"]);
    assert!(!set.contains("challenges"), "{set}");
}

#[tokio::test]
async fn the_rust_sdk_solves_a_challenge_when_it_is_told_to() {
    let data = folder();
    let server = challenged(data.path()).await;
    let client = AuthenticationClient::builder()
        .app_id("dev-app")
        .app_host(&server.url)
        .timeout(std::time::Duration::from_secs(60));
    let sms = SendSms::new(Channel::Login, number(1));
    let plain = client.clone().build().unwrap();
    let asked = plain.send_sms(sms.clone()).await.unwrap();
    assert_eq!((asked.status_code, asked.api_code), (403, Some(2000)));
    assert!(asked.challenge.is_some());
    let solving = client.solve_challenges(true).build().unwrap();
    assert_eq!(solving.send_sms(sms).await.unwrap().status_code, 200);
    assert_eq!(server.newest_code(&number(1)).await.len(), 6);
}
