//! Wrong guesses by where they come from, through the doors of the service.

use serde_json::json;

use crate::actors::{App, check_body};
use crate::answer::Answer;
use crate::deployment::{Deployment, in_service};
use crate::server::{Server, number};

const LOGIN: &str = "CHANNEL_LOGIN";

/// Guesses wrongly at number `n`, with headers that claim other addresses.
async fn guess(server: &Server, n: usize) -> Answer {
    let claimed = format!("203.0.113.{}", n % 250);
    let headers = [
        ("x-authing-app-id", "shop"),
        ("x-forwarded-for", claimed.as_str()),
        ("x-real-ip", claimed.as_str()),
        ("forwarded", "for=198.51.100.7"),
        ("cf-connecting-ip", claimed.as_str()),
    ];
    let body = check_body(LOGIN, &number(n), "999999").to_string();
    server.post("pre-check-code", &headers, body).await
}

// shows: B6
#[tokio::test]
async fn guesses_at_many_numbers_are_refused_whatever_addresses_they_claim() {
    let deployment = Deployment::new();
    let (server, app, vendor) = in_service(&deployment).await;
    assert_eq!(app.public.login(&number(500)).await, 200);
    let code = vendor.messages()[0]["code"].as_str().unwrap().to_owned();
    for n in 0..100 {
        let answer = guess(&server, n).await;
        assert!(!answer.is_valid(), "{answer}");
    }
    let refused = guess(&server, 100).await;
    assert_eq!(refused.codes(), (429, Some(2_990_004)), "{refused}");
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((3_500..=3_600).contains(&wait), "{refused}");
    let right = app.public.pre_check_code(LOGIN, &number(500), &code).await;
    assert_eq!(
        right.codes(),
        (429, Some(2_990_004)),
        "a right code is not told either"
    );
    assert!(
        app.server.accepts(&number(500), &code).await,
        "the application's server is not counted"
    );
    server.stop().await;
    let server = deployment.serve(&[]).await;
    assert_eq!(guess(&server, 101).await.status(), 429, "after a restart");
}

#[tokio::test]
async fn a_back_end_names_the_end_user_whose_guesses_count() {
    let deployment = Deployment::new();
    let (server, app, _vendor) = in_service(&deployment).await;
    let verify = async |app: &App, n: usize, user: Option<&str>| {
        let body = json!({"channel": LOGIN, "phoneNumber": number(n), "passCode": "999999"});
        match user {
            Some(user) => app.server.naming(user).post("verify-code", body).await,
            None => app.server.post("verify-code", body).await,
        }
    };
    for n in 0..120 {
        let answer = verify(&app, n, Some("203.0.113.9")).await;
        assert!(
            !answer.is_valid(),
            "a server that is no back end is not believed: {answer}"
        );
    }
    let backends = json!({"appId": "shop", "backends": ["127.0.0.0/8"]});
    server.operator().set("update-application", backends).await;
    for n in 200..300 {
        assert!(!verify(&app, n, Some("203.0.113.9")).await.is_valid());
    }
    let refused = verify(&app, 300, Some("203.0.113.9")).await;
    assert_eq!(refused.codes(), (429, Some(2_990_004)), "{refused}");
    assert!(
        !verify(&app, 300, Some("203.0.113.10")).await.is_valid(),
        "another end user"
    );
    assert!(!verify(&app, 301, None).await.is_valid(), "no end user");
}

#[tokio::test]
async fn development_refuses_no_guess_by_its_address() {
    let data = crate::server::folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    for n in 0..110 {
        let answer = server
            .public()
            .pre_check_code(LOGIN, &number(n), "999999")
            .await;
        assert!(!answer.is_valid(), "{answer}");
    }
}
