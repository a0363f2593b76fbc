//! People at the demo, and requests that it refuses.

use std::io::{Read as _, Write as _};

use insta::assert_snapshot;

use super::{Demo, demo, form};
use crate::actors::Page;
use crate::challenges::{challenged, solution_of};
use crate::checks::not;
use crate::server::{Server, folder, number};

/// The value of the header `Cookie` that a browser sends after this page.
fn cookie(page: &Page) -> String {
    let set = page.set_cookie.as_deref().expect("a cookie");
    set.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_visitor_signs_in_with_the_code_of_the_inbox_once() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let demo = Demo::beside(data.path()).await;
    let visitor = demo.visitor();

    let first = visitor.open("/").await;
    assert_snapshot!(first, @"200 Sign in");
    let inbox = format!("href=\"{}/dev/outbox\"", server.url);
    assert!(first.body.contains(&inbox), "{}", first.body);
    let sent = visitor
        .submit("/code", &format!("number={}", number(1)))
        .await;
    assert_snapshot!(sent, @"200 Check your messages: We sent a code to 13800000001.");
    assert!(sent.body.contains(&inbox), "{}", sent.body);

    let code = server.newest_code(&number(1)).await;
    let wrong = visitor
        .submit("/sign-in", &form(&number(1), &not(&code)))
        .await;
    assert_snapshot!(wrong, @"200 Check your messages: That is not the code. Tries left: 4.");
    let short = visitor
        .submit("/sign-in", &form(&number(1), &code[1..4]))
        .await;
    assert_snapshot!(short, @"200 Check your messages: That cannot be the code. Please copy all its digits.");
    let right = visitor
        .submit("/sign-in", &form(&number(1), &format!("+{code}+")))
        .await;
    assert_eq!((right.status, right.location.as_deref()), (303, Some("/")));
    let set = right.set_cookie.as_deref().unwrap();
    assert!(set.ends_with("; HttpOnly; SameSite=Lax; Path=/"), "{set}");

    let person = demo.visitor().with_cookie(&cookie(&right));
    assert_snapshot!(person.open("/").await, @"200 Welcome: Signed in as +86138****0001");
    let used = visitor.submit("/sign-in", &form(&number(1), &code)).await;
    assert_snapshot!(used, @"200 Check your messages: That is not a good code, or no longer. Ask for another.");
    let out = person.submit("/sign-out", "").await;
    assert_eq!((out.status, out.location.as_deref()), (303, Some("/")));
    let set = out.set_cookie.as_deref().unwrap();
    assert!(set.starts_with("countersign-demo=; Max-Age=0;"), "{set}");
}

#[tokio::test]
async fn a_visitor_who_asks_again_within_a_minute_is_shown_the_form_for_the_first_code() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let demo = Demo::beside(data.path()).await;
    let visitor = demo.visitor();
    let number_form = format!("number={}", number(1));
    visitor.submit("/code", &number_form).await;
    let again = visitor.submit("/code", &number_form).await.to_string();
    assert!(
        again.starts_with("200 Check your messages: ") && again.contains("Try again in"),
        "{again}"
    );
    let code = server.newest_code(&number(1)).await;
    let right = visitor.submit("/sign-in", &form(&number(1), &code)).await;
    assert_eq!(right.status, 303);
}

#[tokio::test]
async fn a_visitor_who_guesses_too_often_is_told_to_wait() {
    let data = folder();
    let _server = Server::start(data.path(), &["--quiet"]).await;
    let demo = Demo::beside(data.path()).await;
    let visitor = demo.visitor();
    let guess = form(&number(1), "123456");
    // The wrong guesses that the service compares in an hour.
    for _ in 0..15 {
        let page = visitor.submit("/sign-in", &guess).await.to_string();
        assert!(page.contains("no longer"), "{page}");
    }
    assert_snapshot!(visitor.submit("/sign-in", &guess).await, @"200 Check your messages: Too many wrong codes for this number. Please wait a while.");
}

#[tokio::test]
async fn a_text_that_is_no_number_is_refused_and_shown_again_as_text() {
    let data = folder();
    let _server = Server::start(data.path(), &["--quiet"]).await;
    let demo = Demo::beside(data.path()).await;
    let page = demo
        .visitor()
        .submit("/code", "number=%22%3E%3Cb%3E1")
        .await;
    assert_snapshot!(page, @"200 Sign in: That is not a mobile number that we can send to.");
    let field = page.body.split("value=").nth(1).unwrap();
    assert_snapshot!(field.lines().next().unwrap(), @r#""&#34;&#62;&#60;b&#62;1""#);
    assert_snapshot!(page.policy, @"default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
}

#[tokio::test]
async fn a_form_of_another_site_is_refused_and_sends_nothing() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let demo = Demo::beside(data.path()).await;
    let visitor = demo.visitor();
    let own = demo.url.as_str();
    let other_port = "http://127.0.0.1:1";
    for headers in [
        [("sec-fetch-site", "cross-site"), ("origin", own)],
        [("sec-fetch-site", "same-site"), ("origin", other_port)],
        [("sec-fetch-mode", "navigate"), ("origin", other_port)],
        [("sec-fetch-mode", "navigate"), ("origin", "null")],
        [("host", "shop.example"), ("origin", "http://shop.example")],
    ] {
        for path in ["/code", "/sign-in", "/sign-out"] {
            let form = form(&number(1), "123456");
            let page = visitor.submit_from(&headers, path, &form).await;
            let expected = if headers[0].0 == "host" { 421 } else { 403 };
            assert_eq!(page.status, expected, "{path} {headers:?}");
            assert_eq!(page.set_cookie, None, "{path} {headers:?}");
        }
    }
    assert!(server.outbox("").await.is_empty());
    for (n, headers) in [
        &[("sec-fetch-site", "same-origin"), ("origin", own)][..],
        &[("sec-fetch-site", "none")],
        &[("origin", own)],
        &[("host", "localhost:1"), ("origin", "http://localhost:1")],
        &[
            ("host", "shop.localhost"),
            ("origin", "http://shop.localhost"),
        ],
        &[("host", "127.0.0.2"), ("origin", "http://127.0.0.2")],
        &[("host", "[::1]:1"), ("origin", "http://[::1]:1")],
        &[],
    ]
    .into_iter()
    .enumerate()
    {
        let form = format!("number={}", number(n));
        visitor.submit_from(headers, "/code", &form).await;
        assert_eq!(server.outbox("").await.len(), n + 1, "{headers:?}");
    }
}

#[tokio::test]
async fn a_page_is_in_the_language_that_its_reader_prefers() {
    let data = folder();
    let _server = Server::start(data.path(), &["--quiet"]).await;
    let demo = Demo::beside(data.path()).await;
    for (languages, lang) in [
        ("", "en"),
        ("fr-FR,fr;q=0.9", "en"),
        ("en;q=0.8,zh-TW", "zh-CN"),
        ("ZH", "zh-CN"),
        ("de,zh;q=0.4,en;q=0.5", "en"),
        ("zh;q=0,en;q=0.1", "en"),
        ("zh;level=1,en;q=x", "en"),
    ] {
        let page = demo.visitor().reading(languages).open("/").await;
        let tag = format!("<html lang=\"{lang}\">");
        assert!(page.body.contains(&tag), "{languages}: {}", page.body);
    }
    let visitor = demo.visitor().reading("zh-CN");
    let pages = [
        visitor.open("/").await,
        visitor.submit("/code", "number=1").await,
        visitor
            .submit("/sign-in", &form(&number(1), "123456"))
            .await,
        visitor.submit("/sign-in", &form("1", "123456")).await,
    ];
    assert_snapshot!(pages.map(|page| page.to_string()).join("\n"), @"
    200 登录
    200 登录: 该号码不是可以接收验证码的手机号。
    200 请查看短信: 验证码不正确或已失效，请重新获取。
    200 请查看短信: phoneNumber 不是所属国家或地区的有效号码。
    ");
}

#[tokio::test]
async fn a_visitor_with_a_forged_token_must_sign_in_again() {
    let data = folder();
    let _server = Server::start(data.path(), &["--quiet"]).await;
    let demo = Demo::beside(data.path()).await;
    let forged = demo.visitor().with_cookie("countersign-demo=a.b.c");
    assert_snapshot!(forged.open("/").await, @"200 Sign in: Please sign in again.");
    let of_another_port = demo.visitor().with_cookie("proof=a.b.c");
    assert_snapshot!(of_another_port.open("/").await, @"200 Sign in");
}

#[tokio::test]
async fn a_visitor_is_told_that_the_service_is_away() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let demo = Demo::beside(data.path()).await;
    let visitor = demo.visitor();
    let number_form = format!("number={}", number(1));
    visitor.submit("/code", &number_form).await;
    let code = server.newest_code(&number(1)).await;
    let right = visitor.submit("/sign-in", &form(&number(1), &code)).await;
    server.kill().await;
    let pages = [
        visitor.submit("/code", &number_form).await,
        visitor.submit("/sign-in", &form(&number(1), &code)).await,
        demo.visitor().with_cookie(&cookie(&right)).open("/").await,
    ];
    assert_snapshot!(pages.map(|page| page.to_string()).join("\n"), @"
    200 Sign in: We cannot send codes just now.
    200 Check your messages: We cannot check codes just now. Ask for another later.
    200 Sign in: We cannot tell just now whether you are signed in.
    ");
}

/// A service that reads each call and hangs up, but answers whether it has an inbox: it has none.
fn service_that_hangs_up() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        while let Ok((mut connection, _)) = listener.accept() {
            let mut head = [0; 4];
            if connection.read_exact(&mut head).is_ok() && head == *b"HEAD" {
                let answer = b"HTTP/1.1 404 X\r\nconnection: close\r\n\r\n";
                connection.write_all(answer).unwrap();
            }
        }
    });
    url
}

#[tokio::test]
async fn a_visitor_is_told_that_a_code_may_be_on_its_way_after_a_call_without_an_answer() {
    let demo = Demo::start(demo(&["--url", &service_that_hangs_up()])).await;
    assert!(!demo.printed.contains("/dev/outbox"), "{}", demo.printed);
    let visitor = demo.visitor();
    let pages = [
        visitor
            .submit("/code", &format!("number={}", number(1)))
            .await,
        visitor
            .submit("/sign-in", &form(&number(1), "123456"))
            .await,
    ];
    assert!(!pages[0].body.contains("<footer>"), "{}", pages[0].body);
    assert_snapshot!(pages.map(|page| page.to_string()).join("\n"), @"
    200 Check your messages: A code may be on its way.
    200 Check your messages: We cannot check codes just now. Ask for another later.
    ");
}

/// A folder with the files of the npm package of the widget that the demo serves; they are another program's.
fn package(folder: &std::path::Path) -> std::path::PathBuf {
    let package = folder.join("altcha");
    for file in [
        "external/altcha.js",
        "external/altcha.css",
        "workers/pbkdf2.js",
    ] {
        let path = package.join("dist").join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, format!("/* {file} */")).unwrap();
    }
    package
}

#[tokio::test]
async fn a_visitor_who_is_asked_for_a_challenge_solves_it_on_the_page() {
    let data = folder();
    let server = challenged(data.path()).await;
    let widget = package(data.path());
    let args = [
        "--data",
        data.path().to_str().unwrap(),
        "--widget",
        widget.to_str().unwrap(),
    ];
    let demo = Demo::start(demo(&args)).await;
    let visitor = demo.visitor();
    let asked = visitor
        .submit("/code", &format!("number={}", number(1)))
        .await;
    assert_snapshot!(asked, @"200 One moment: Your browser is showing that you are not a robot.");
    let challenge = asked.body.split("data-challenge=\"").nth(1).unwrap();
    let challenge = challenge.split('"').next().unwrap().replace("&#34;", "\"");
    let solution = urlencoded(&solution_of(&serde_json::from_str(&challenge).unwrap()));
    let form = format!("number={}&solution={solution}", number(1));
    let sent = visitor.submit("/code", &form).await;
    assert_snapshot!(sent, @"200 Check your messages: We sent a code to 13800000001.");
    assert_eq!(server.newest_code(&number(1)).await.len(), 6);
    let again = format!("number={}&solution=nothing", number(2));
    let told = visitor.submit("/code", &again).await;
    assert_snapshot!(told, @"200 Sign in: Please confirm that you are not a robot: solve the challenge and try again.");
    let script = visitor.open("/altcha/altcha.js").await;
    assert_eq!(script.body, "/* external/altcha.js */");
}

#[tokio::test]
async fn a_demo_without_the_widget_tells_the_sentence_of_the_service() {
    let data = folder();
    let _server = challenged(data.path()).await;
    let demo = Demo::beside(data.path()).await;
    let told = demo
        .visitor()
        .submit("/code", &format!("number={}", number(1)))
        .await;
    assert_snapshot!(told, @"200 Sign in: Please confirm that you are not a robot: solve the challenge and try again.");
    let script = demo.visitor().open("/altcha/altcha.js").await;
    assert_eq!(script.status, 404);
}

fn urlencoded(text: &str) -> String {
    text.replace('+', "%2B")
        .replace('/', "%2F")
        .replace('=', "%3D")
}
