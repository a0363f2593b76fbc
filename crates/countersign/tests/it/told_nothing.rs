//! Answers that tell a stranger nothing: whether a number is known, or an application; and messages that carry nothing of
//! the public's.

use reqwest::header::DATE;
use serde_json::{Value, json};

use crate::actors::{AppServer, Public, check_body};
use crate::answer::Answer;
use crate::deployment::{Deployment, in_service};
use crate::server::{Server, folder, number};
use crate::vendor::Vendor;

const LOGIN: &str = "CHANNEL_LOGIN";
const RESET: &str = "CHANNEL_RESET_PASSWORD";

/// Everything that a caller sees of an answer, without what differs from request to request.
fn seen(answer: &Answer) -> String {
    let headers = answer.headers.iter().filter(|(name, _)| **name != DATE);
    let headers = headers.map(|(name, value)| format!("{name}: {}\n", value.to_str().unwrap()));
    format!("{}{answer}", headers.collect::<String>())
}

// shows: E1
#[tokio::test]
async fn a_send_is_answered_alike_for_a_number_that_verified_one_that_guessed_and_one_never_seen() {
    let deployment = Deployment::new();
    let (_server, app, vendor) = in_service(&deployment).await;
    let [verified, guessed, unknown] = [1, 2, 3].map(number);
    for known in [&verified, &guessed] {
        assert_eq!(app.public.login(known).await, 200);
    }
    let code = vendor.messages()[0]["code"].as_str().unwrap().to_owned();
    assert!(app.server.accepts(&verified, &code).await);
    for _ in 0..3 {
        assert!(
            !app.public
                .pre_check_code(LOGIN, &guessed, "000000")
                .await
                .is_valid()
        );
    }
    let stranger = seen(&app.public.send_sms(RESET, &unknown).await);
    assert!(stranger.contains("\"statusCode\": 200"), "{stranger}");
    for known in [&verified, &guessed] {
        assert_eq!(seen(&app.public.send_sms(RESET, known).await), stranger);
    }
}

// shows: E2
#[tokio::test]
async fn a_disabled_application_is_answered_as_one_that_does_not_exist() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    let app = operator.create_application("shop", "Shop").await;
    assert_eq!(app.public.login(&number(1)).await, 200);
    operator
        .set("disable-application", json!({"appId": "shop"}))
        .await;

    let send = json!({"channel": LOGIN, "phoneNumber": number(2)});
    let guess = check_body(LOGIN, &number(1), "123456");
    let asked = async |id: &str, secret: &str| {
        let (public, proved) = (Public::of(&server, id), AppServer::of(&server, id, secret));
        [
            public.post("send-sms", send.clone()).await,
            public.post("pre-check-code", guess.clone()).await,
            proved.verify_code(LOGIN, &number(1), "123456").await,
            proved.introspect("token").await,
        ]
    };
    let unknown = asked("nobody", &app.secret).await;
    for (disabled, unknown) in asked("shop", "wrong").await.iter().zip(&unknown) {
        assert_eq!(seen(disabled), seen(unknown));
    }
    // The application's own server, which proves itself by the secret, may hear that it is disabled; the public may not.
    let proved = asked("shop", &app.secret).await;
    for (disabled, unknown) in proved.iter().zip(&unknown).take(2) {
        assert_eq!(seen(disabled), seen(unknown));
    }
}

/// A text that must reach no phone: a link, other digits, a line break, characters that turn or hide text, and gaps.
const FOREIGN: &str =
    "http://evil.example \u{202e}987654\u{2066}\r\n{{x}} ${y} {code} \u{200b}【Bank】";

/// The newest message that reached the vendor, with a name in place of its code.
fn newest_text(vendor: &Vendor) -> Value {
    let mut message = vendor.messages().pop().unwrap();
    let code = message["code"].take().as_str().unwrap().to_owned();
    let text = message["text"].as_str().unwrap();
    assert_eq!(text.matches(&code).count(), 1, "{text}");
    text.replace(&code, "[code]").into()
}

// shows: E4
#[tokio::test]
async fn nothing_that_the_public_writes_is_in_a_message() {
    let deployment = Deployment::new();
    let (server, app, vendor) = in_service(&deployment).await;
    let operator = server.operator();
    let body = json!({"to": "{to}", "code": "{code}", "text": "{text}"});
    let settings = json!({"url": &vendor.url, "format": "json", "body": body});
    let account = json!({"name": "acme", "kind": "http", "settings": settings});
    operator.set("set-sms-provider", account).await;
    assert_eq!(app.public.login(&number(1)).await, 200);
    let plain = newest_text(&vendor);

    let members = [
        "smsName",
        "appName",
        "name",
        "signature",
        "signName",
        "template",
        "templateId",
        "templateParam",
        "text",
        "content",
        "message",
        "passCode",
        "code",
        "url",
        "options",
    ];
    let mut count = 1;
    for (n, member) in members.into_iter().enumerate() {
        let body = json!({"channel": LOGIN, "phoneNumber": number(200 + 100 * n), member: FOREIGN});
        // A member that is not known is refused, or means nothing.
        if app.public.post("send-sms", body).await.status() == 200 {
            count += 1;
            assert_eq!(newest_text(&vendor), plain, "{member}");
        }
    }
    for (n, value) in ["http://evil.example 987654", "{code} ${y}", "x-evil"]
        .iter()
        .enumerate()
    {
        let public = app.public.clone().in_language(value);
        assert_eq!(public.login(&number(5_000 + 100 * n)).await, 200, "{value}");
        count += 1;
        assert_eq!(newest_text(&vendor), plain, "{value}");
    }
    for field in ["channel", "phoneNumber", "phoneCountryCode"] {
        let mut body =
            json!({"channel": LOGIN, "phoneNumber": number(6_000), "phoneCountryCode": "+86"});
        body[field] = FOREIGN.into();
        assert_eq!(
            app.public.post("send-sms", body).await.status(),
            400,
            "{field}"
        );
    }
    assert_eq!(
        vendor.messages().len(),
        count,
        "refused requests sent nothing"
    );
}
