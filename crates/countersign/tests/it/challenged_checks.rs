//! Checks of codes for which `pre-check-code` asks for a challenge first.

use countersign_client::{AuthenticationClient, Channel, PreCheckCode};
use serde_json::{Value, json};

use crate::actors::{App, Public, check_body};
use crate::answer::Answer;
use crate::challenges::solution_of;
use crate::deployment::{Deployment, in_service};
use crate::server::{Server, number};

const LOGIN: &str = "CHANNEL_LOGIN";

/// A service in production, and an application whose callers can solve challenges.
async fn solvable(deployment: &Deployment) -> (Server, App) {
    let (server, app, _vendor) = in_service(deployment).await;
    let can = json!({"appId": "shop", "challenges": true});
    server.operator().set("update-application", can).await;
    (server, app)
}

/// Guesses at number `n`, with the solution of a challenge if there is one.
async fn guess(public: &Public, n: usize, solution: Option<&str>) -> Answer {
    let mut body = check_body(LOGIN, &number(n), "123456");
    body["challengeSolution"] = json!(solution);
    public.post("pre-check-code", body).await
}

/// Solves the challenge that `answer` demands.
fn solved(answer: &Answer) -> String {
    assert_eq!(answer.codes(), (403, Some(2000)), "{answer}");
    solution_of(&answer["data"]["challenge"])
}

fn assert_compared(answer: &Answer) {
    assert_eq!(answer.status(), 200, "{answer}");
    assert_eq!(answer["data"]["isValid"], Value::Bool(false), "{answer}");
}

// shows: D10
#[tokio::test]
async fn a_caller_that_guesses_at_many_numbers_is_asked_for_a_challenge() {
    let deployment = Deployment::new();
    let (_server, App { public, .. }) = solvable(&deployment).await;
    for n in 0..20 {
        assert_compared(&guess(&public, n, None).await);
    }
    let solution = solved(&guess(&public, 20, None).await);
    let other = guess(&public, 21, Some(&solution)).await;
    let of_other = solved(&other); // the solution is of another number
    assert_compared(&guess(&public, 20, Some(&solution)).await);
    solved(&guess(&public, 20, Some(&solution)).await); // it was used up
    let send = json!({"channel": LOGIN, "phoneNumber": number(21), "challengeSolution": of_other});
    let sent = public.post("send-sms", send).await;
    assert_eq!(sent.status(), 200, "no limit on sends asks: {sent}");
    assert_compared(&guess(&public, 21, Some(&of_other)).await);
}

#[tokio::test]
async fn while_an_application_is_sprayed_with_guesses_its_public_callers_are_asked_for_a_challenge()
{
    let deployment = Deployment::new();
    let (server, app) = solvable(&deployment).await;
    assert_compared(&guess(&app.public, 0, None).await);
    for n in 1..200 {
        let wrong = app.server.verify_code(LOGIN, &number(n), "123456").await;
        assert_compared(&wrong);
    }
    let solution = solved(&guess(&app.public, 200, None).await);
    assert_compared(&guess(&app.public, 200, Some(&solution)).await);
    let operator = server.operator();
    let other = operator
        .create_application_through("other", &["acme"])
        .await;
    assert_compared(&guess(&other.public, 201, None).await);
}

#[tokio::test]
async fn the_rust_sdk_solves_the_challenge_of_a_check_when_it_is_told_to() {
    let deployment = Deployment::new();
    let (server, App { public, .. }) = solvable(&deployment).await;
    for n in 0..20 {
        assert_compared(&guess(&public, n, None).await);
    }
    let client = AuthenticationClient::builder()
        .app_id("shop")
        .app_host(&server.url)
        .timeout(std::time::Duration::from_secs(60));
    let code = PreCheckCode::new(Channel::Login, number(20), "123456");
    let plain = client.clone().build().unwrap();
    let asked = plain.pre_check_code(code.clone()).await.unwrap();
    assert_eq!((asked.status_code, asked.api_code), (403, Some(2000)));
    let solving = client.solve_challenges(true).build().unwrap();
    let compared = solving.pre_check_code(code).await.unwrap();
    assert_eq!((compared.status_code, compared.is_valid()), (200, false));
}
