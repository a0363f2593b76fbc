//! Paths that are not served.

use insta::assert_snapshot;

use crate::server::{Server, folder};

#[tokio::test]
async fn an_unknown_api_path_is_refused_with_the_list_of_served_paths() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let signin = server.get("/api/v3/signin").await;
    assert_eq!(signin.http, 200);
    assert_eq!(signin.codes(), (501, None));
    let (asked, served) = signin
        .message()
        .split_once("可用的接口：")
        .unwrap_or_default();
    assert_snapshot!(asked, @"此处不提供 GET /api/v3/signin。");
    assert!(served.contains("POST /api/v3/send-sms"), "{signin}");
    for path in [
        "/api/v3/send-sms",
        "/api/v3",
        "/api/v3/",
        "/api/v3/send-sms/",
    ] {
        let answer = server.get(path).await;
        assert_eq!(answer.http, 200, "{path}");
        assert_eq!(answer.codes(), (501, None), "{path}");
        let says = answer.message();
        assert!(says.contains(path) && says.ends_with(served), "{says}");
    }
}

#[tokio::test]
async fn a_path_outside_the_api_is_refused_in_http() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    assert_eq!(server.get("/elsewhere").await.http, 404);
    assert_snapshot!(server.get("/console").await, @"
    HTTP 501
    content-type: text/plain; charset=utf-8
    The console is not built yet.
    ");
}
