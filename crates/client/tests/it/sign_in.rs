//! The example `sign_in` signs in.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use super::*;

#[allow(dead_code)]
mod example {
    include!("../../examples/sign_in.rs");

    pub(super) fn start(client: AuthenticationClient) -> std::net::SocketAddr {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            crate::block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                axum::serve(listener, router(client)).await.unwrap();
            });
        });
        address
    }
}

/// Returns the answer of the page, as it comes over the wire.
fn browse(address: SocketAddr, line: &str, cookie: &str, form: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let length = form.len();
    write!(
        stream,
        "{line} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncookie: theme=dark; {cookie}\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n{form}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// Returns the part of the page that is shown, and its text.
fn shown(answer: &str) -> (&str, &str) {
    let part = ["number", "code", "in"]
        .into_iter()
        .find(|part| answer.contains(&format!("<section id=\"{part}\">")));
    let said = answer.split("role=\"status\">").nth(1);
    let said = said.and_then(|said| said.split("</p>").next());
    (part.unwrap(), said.unwrap())
}

fn answer(body: String) -> Manner {
    Manner::Answer(200, "", body.leak())
}

#[test]
fn a_visitor_signs_in() {
    let service = Service::start(Manner::Close);
    let page = example::start(client(&service.url).build().unwrap());
    let first = browse(page, "GET /", "", "");
    assert_eq!(shown(&first), ("number", ""));
    assert_eq!(service.connections(), 0);

    let send = |body: &str| {
        service.change(answer(body.to_owned()));
        browse(page, "POST /code", "", "number=188%2200008888")
    };
    let refused = send(r#"{"statusCode":400,"message":"a <b> is no number"}"#);
    assert_eq!(shown(&refused), ("number", "a &lt;b> is no number"));
    assert!(refused.contains(r#"value="188&quot;00008888""#));
    let bad = send(r#"{"statusCode":400,"apiCode":2028,"message":"phoneNumber is not"}"#);
    let no_number = "That is not a mobile number that we can send to.";
    assert_eq!(shown(&bad), ("number", no_number));
    let soon = send(r#"{"statusCode":429,"message":"wait 42 s"}"#);
    assert_eq!(shown(&soon), ("code", "wait 42 s"));
    let sent = send(r#"{"statusCode":200}"#);
    assert_eq!(
        shown(&sent),
        ("code", "We sent a code to 188&quot;00008888.")
    );

    let sign_in = |body: String| {
        service.change(answer(body));
        browse(page, "POST /sign-in", "", "number=18800008888&code=042137+")
    };
    let wrong = sign_in(
        r#"{"statusCode":200,"data":{"isValid":false,"reason":"wrong","triesLeft":4}}"#.to_owned(),
    );
    assert_eq!(
        shown(&wrong),
        ("code", "That is not the code. Tries left: 4.")
    );
    assert!(
        service
            .requests()
            .last()
            .unwrap()
            .contains(r#""passCode":"042137""#)
    );
    let dead =
        sign_in(r#"{"statusCode":200,"data":{"isValid":false,"reason":"expired"}}"#.to_owned());
    assert_eq!(
        shown(&dead),
        (
            "code",
            "That is not a good code, or no longer. Ask for another."
        )
    );

    let signer = Signer::new("k1");
    let token = signer.token(&claims(&format!("{}/oidc", service.url), "dev-app", 300));
    let right = sign_in(format!(
        r#"{{"statusCode":200,"data":{{"isValid":true,"verificationToken":"{token}"}}}}"#
    ));
    assert!(right.starts_with("HTTP/1.1 303"), "{right}");
    let cookie = format!("proof={token}");
    assert!(
        right.contains(&format!("set-cookie: {cookie}; HttpOnly")),
        "{right}"
    );
    service.change(answer(signer.key_set().to_owned()));
    let home = browse(page, "GET /", &cookie, "");
    assert_eq!(shown(&home), ("in", "Signed in as +86188****8888"));
    let forged = signer.token(&claims("https://evil.example.com/oidc", "dev-app", 300));
    let home = browse(page, "GET /", &format!("proof={forged}"), "");
    assert_eq!(shown(&home), ("number", "Please sign in again."));
    let out = browse(page, "POST /sign-out", &cookie, "");
    assert!(out.contains("set-cookie: proof=; Max-Age=0"), "{out}");
}
