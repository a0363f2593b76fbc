//! The language of a message: chosen by its application, by the number, by the request, or fixed.

use serde_json::json;

use crate::actors::App;
use crate::server::{Server, folder};

/// The text of the newest message, after a login code for `number` was asked for in `language`.
async fn received(server: &Server, app: &App, number: &str, language: &str) -> String {
    let public = app.public.clone().in_language(language);
    assert_eq!(public.login(number).await, 200);
    let newest = server.outbox("").await[0].take();
    newest["text"].as_str().unwrap().to_owned()
}

// shows: found-W9
#[tokio::test]
async fn an_application_chooses_the_language_of_its_messages() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    let (english, chinese, japanese) = ("is your code to sign in", "登录验证码", "認証コード");
    let cases = [
        ("number", "en-US", chinese),
        ("request", "en-US", english),
        ("request", "en_US", english),
        ("request", "ja", japanese),
        ("request", "english, please", chinese),
        ("en_GB", "zh-CN", english),
        ("", "en-US", chinese),
    ];
    for (number, (choice, asked, words)) in (13_800_138_000_u64..).zip(cases) {
        let id = format!("app-{number}");
        let app = operator.create_application(&id, "Shop").await;
        let body = json!({"appId": id, "messageLanguage": choice});
        let updated = operator.post("update-application", body).await;
        assert_eq!(updated.status(), 200, "{choice}: {updated}");
        let text = received(&server, &app, &number.to_string(), asked).await;
        assert!(text.contains(words), "{choice}, {asked}: {text}");
    }
    let wrong = json!({"appId": "app-13800138000", "messageLanguage": "browser"});
    assert_eq!(
        operator.post("update-application", wrong).await.message(),
        "messageLanguage must be number, request, or the tag of a language, such as fr-FR."
    );
    let wrong = json!({"appId": "app-13800138000", "defaultLanguage": "french"});
    assert_eq!(
        operator.post("update-application", wrong).await.message(),
        "defaultLanguage must be the tag of a language, such as fr-FR."
    );
}

// shows: found-W9
#[tokio::test]
async fn a_template_in_any_language_is_used_where_its_language_is_asked_for() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    let french =
        json!({"language": "fr_fr", "text": "[{app}] {code}, à garder {minutes} minutes."});
    operator.set("set-sms-template", french).await;
    let listed = operator.list("list-sms-templates").await;
    assert_eq!(listed[0]["language"], "fr-FR", "{listed:?}");
    let shop = operator.create_application("shop", "Shop").await;
    let text = received(&server, &shop, "+33612345678", "en-US").await;
    assert!(text.contains("à garder"), "by the number: {text}");
    let request = json!({"appId": "shop", "messageLanguage": "request"});
    operator.post("update-application", request).await;
    for (number, asked, words) in [
        ("+8613800138001", "fr-FR", "à garder"),
        ("+8613800138002", "fr", "à garder"),
        ("+8613800138003", "fr_CA", "à garder"),
        ("+8613800138004", "pl-PL", "is your code"),
    ] {
        let text = received(&server, &shop, number, asked).await;
        assert!(text.contains(words), "{asked}: {text}");
    }
    let default = json!({"appId": "shop", "defaultLanguage": "fr"});
    let updated = operator.post("update-application", default).await;
    assert_eq!(updated.data()["defaultLanguage"], "fr");
    let text = received(&server, &shop, "+8613800138005", "pl-PL").await;
    assert!(text.contains("à garder"), "the default: {text}");
    let refused = json!({"language": "french", "text": "[{app}] {code}"});
    assert_eq!(
        operator.post("set-sms-template", refused).await.message(),
        "language: must be the tag of a language, such as fr-FR."
    );
}

// The terminal blocks a thread, and another one reads the server's log meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn the_terminal_sets_the_languages_of_an_application_which_survive_a_restart() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let choose = |languages: &[&str]| {
        let set = [&["app", "set", "dev-app"], languages].concat();
        server.terminal().ok(&set)
    };
    let shown = choose(&["--message-language", "request"]);
    assert!(
        shown.contains("language      by the request, or else en-US"),
        "{shown}"
    );
    let shown = choose(&["--message-language", "ja", "--default-language", "zh_tw"]);
    assert!(shown.contains("language      ja, or else zh-TW"), "{shown}");
    server.stop().await;
    let server = Server::start(data.path(), &["--quiet"]).await;
    assert_eq!(server.public().login("+12015550123").await, 200);
    let newest = server.outbox("").await[0].take();
    assert!(
        newest["text"].as_str().unwrap().contains("認証コード"),
        "{newest}"
    );
}
