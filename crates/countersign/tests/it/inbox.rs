//! The outbox of development, as programs and people read it.

use insta::assert_snapshot;
use reqwest::header::VARY;
use serde_json::json;

use crate::answer::Answer;
use crate::server::{Server, folder, number};

/// The header `Accept` of a browser that opens an address.
const BROWSER: &str =
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";

/// `GET {path}` with this header `Accept`.
async fn ask(server: &Server, path: &str, accept: &str) -> Answer {
    let request = server.client().get(format!("{}{path}", server.url));
    Answer::read(request.header("accept", accept).send().await.unwrap()).await
}

/// `GET {path}` as a browser does.
async fn browse(server: &Server, path: &str) -> Answer {
    ask(server, path, BROWSER).await
}

/// The texts of all elements of the page with this class, with the tags in them.
fn elements<'a>(page: &'a Answer, class: &str) -> Vec<&'a str> {
    let start = format!("class=\"{class}\"");
    let parts = page.body.split(&start).skip(1);
    let inside = parts.map(|part| part.split_once('>').unwrap().1);
    inside
        .map(|part| part.split("</").next().unwrap())
        .collect()
}

/// The addresses of the page's links with this text.
fn links(page: &Answer, text: &str) -> Vec<String> {
    let before = format!("\">{text}</a>");
    let parts: Vec<_> = page.body.split(&before).collect();
    let (_, linked) = parts.split_last().unwrap();
    let address = |part: &&str| part.rsplit_once("href=\"").unwrap().1.replace("&#38;", "&");
    linked.iter().map(address).collect()
}

#[tokio::test]
async fn a_caller_gets_the_inbox_page_where_accept_prefers_html_and_json_otherwise() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let code = server.code("CHANNEL_LOGIN", &number(1)).await;
    let without_accept = server.get("/dev/outbox").await;
    for accept in [
        "*/*",
        "application/json",
        "application/json, text/plain, */*",
        "text/html;q=0.8, application/json;q=0.9",
        "text/html, application/json",
        "text/html;q=0, */*",
    ] {
        let answer = ask(&server, "/dev/outbox", accept).await;
        assert_eq!(answer.body, without_accept.body, "{accept}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
    }
    assert_eq!(without_accept.body.matches(&code).count(), 2);
    for accept in [
        BROWSER,
        "text/html",
        "text/*;q=0.1",
        "application/json;q=0.8, text/html;q=0.9",
        "application/json;q=0, */*",
    ] {
        let answer = ask(&server, "/dev/outbox", accept).await;
        let content_type = answer.header("content-type");
        assert_eq!(content_type, Some("text/html; charset=utf-8"), "{accept}");
        assert_eq!(elements(&answer, "code"), [code.as_str()]);
    }
}

#[tokio::test]
async fn a_cache_is_told_that_the_outbox_depends_on_accept_and_is_not_to_be_kept() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    for accept in [BROWSER, "*/*"] {
        for path in ["/dev/outbox", "/dev/outbox?phoneNumber=12"] {
            let answer = ask(&server, path, accept).await;
            let mut varies = answer.headers.get_all(VARY).iter();
            assert!(varies.any(|value| value == "accept"), "{path} {accept}");
            assert_eq!(answer.header("cache-control"), Some("no-store"));
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        }
    }
}

#[tokio::test]
async fn a_person_finds_the_messages_to_a_number_in_each_of_its_spellings() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    server.code("CHANNEL_LOGIN", &number(1)).await;
    let code = server.code("CHANNEL_BIND_MFA", &number(2)).await;
    let local = number(2);
    for typed in [
        format!("+86{local}"),
        format!("%2B86{local}"),
        format!("+86+{}+{}", &local[..3], &local[3..]),
        local.clone(),
        format!("0086{local}"),
    ] {
        let page = browse(&server, &format!("/dev/outbox?phoneNumber={typed}")).await;
        assert_eq!(page.http, 200, "{typed}");
        assert_eq!(elements(&page, "code"), [code.as_str()], "{typed}");
        assert!(page.body.contains("bind mfa"), "{page}");
        assert!(
            page.body.contains(&format!("value=\"+86{local}\"")),
            "{page}"
        );
        assert_eq!(server.outbox(&typed).await.len(), 1, "{typed}");
    }
    // The form without a number, and one with spaces alone, show all messages.
    for path in ["/dev/outbox?phoneNumber=", "/dev/outbox?phoneNumber=+"] {
        assert_eq!(elements(&browse(&server, path).await, "code").len(), 2);
    }
}

#[tokio::test]
async fn a_person_who_types_a_bad_number_reads_why_it_is_bad() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    server.code("CHANNEL_LOGIN", &number(1)).await;
    let page = browse(&server, "/dev/outbox?phoneNumber=%22%3E%3Cb%3E12").await;
    assert_eq!(page.http, 400);
    let typed = "&#34;&#62;&#60;b&#62;12";
    assert!(page.body.contains(&format!("value=\"{typed}\"")), "{page}");
    assert!(!page.body.contains("<b>"), "{page}");
    assert!(
        page.body
            .contains("digits, spaces, - . ( ) and one leading + only"),
        "{page}"
    );
    assert!(elements(&page, "code").is_empty(), "{page}");
    let for_programs = server.get("/dev/outbox?phoneNumber=12").await;
    assert_snapshot!(for_programs, @"
    HTTP 400
    content-type: text/plain; charset=utf-8
    phoneNumber: not a valid number of its country (read as a number of China, +86, since no country is named)
    ");
}

#[tokio::test]
async fn a_text_with_markup_is_shown_as_it_is() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let text = "<b>{app}</b> & \"{code}\" isn't <script>alert(1)</script>";
    let template = json!({"channel": "CHANNEL_LOGIN", "text": text});
    server.operator().set("set-sms-template", template).await;
    let code = server.code("CHANNEL_LOGIN", &number(1)).await;
    let page = browse(&server, "/dev/outbox").await;
    let shown = format!(
        "&#60;b&#62;Countersign&#60;/b&#62; &#38; &#34;<strong class=\"code\">{code}</strong>&#34; isn&#39;t \
         &#60;script&#62;alert(1)&#60;/script&#62;</p>"
    );
    assert!(page.body.contains(&shown), "{page}");
}

#[tokio::test]
async fn a_person_reads_all_messages_newest_first_a_page_at_a_time() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let mut codes = Vec::new();
    for n in 0..45 {
        codes.insert(0, server.code("CHANNEL_LOGIN", &number(n)).await);
    }
    let mut path = "/dev/outbox".to_owned();
    let mut pages = Vec::new();
    loop {
        let page = browse(&server, &path).await;
        let shown = elements(&page, "code").into_iter().map(str::to_owned);
        pages.push(shown.collect::<Vec<_>>());
        // Only the newest page adds messages that arrive.
        assert_eq!(page.body.contains("live.js"), pages.len() == 1);
        match links(&page, "Older messages").pop() {
            Some(older) => path = older,
            None => break,
        }
    }
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [20, 20, 5]);
    assert_eq!(pages.concat(), codes);
}

#[tokio::test]
async fn a_person_goes_on_to_older_messages_of_one_number() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let channels = [
        "LOGIN",
        "REGISTER",
        "RESET_PASSWORD",
        "BIND_PHONE",
        "UNBIND_PHONE",
        "BIND_MFA",
        "VERIFY_MFA",
        "UNBIND_MFA",
        "COMPLETE_PHONE",
        "IDENTITY_VERIFICATION",
        "DELETE_ACCOUNT",
    ];
    let shop = server.operator().create_application("shop", "Shop").await;
    for channel in channels {
        let channel = format!("CHANNEL_{channel}");
        server.code(&channel, &number(1)).await;
        let sent = shop.public.send_sms(&channel, &number(1)).await;
        assert_eq!(sent.status(), 200);
        server.code(&channel, &number(2)).await;
    }
    let first = browse(&server, &format!("/dev/outbox?phoneNumber={}", number(1))).await;
    assert_eq!(elements(&first, "code").len(), 20);
    let older = links(&first, "Older messages");
    let second = browse(&server, &older[0]).await;
    assert_eq!(elements(&second, "code").len(), 2);
    assert!(
        !second.body.contains(&format!("+86{}", number(2))),
        "{second}"
    );
    assert!(links(&second, "Older messages").is_empty());
    // Nothing is older than a message that the outbox does not have.
    let none = browse(&server, "/dev/outbox?before=gone").await;
    assert!(elements(&none, "code").is_empty(), "{none}");
    assert!(none.body.contains("There are no older messages."), "{none}");
}

#[tokio::test]
async fn an_empty_inbox_shows_how_to_send_the_first_code() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let page = browse(&server, "/dev/outbox").await;
    let curl = format!("<code>curl -s {}/api/v3/send-sms", server.url);
    assert!(page.body.contains(&curl), "{page}");
    let none = browse(&server, "/dev/outbox?phoneNumber=13900139000").await;
    assert!(
        none.body
            .contains("No message to <bdi>+8613900139000</bdi>"),
        "{none}"
    );
}
