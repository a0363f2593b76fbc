//! Answers that are expensive to make and the same for everyone.

use std::time::Duration;

use tokio::time::Instant;

use crate::server::{Server, folder};

const TIMES: u32 = 40;

/// The time that this many answers take, one after the other.
async fn time(server: &Server, path: &str) -> Duration {
    server.get(path).await;
    let began = Instant::now();
    for _ in 0..TIMES {
        server.get(path).await;
    }
    began.elapsed()
}

#[tokio::test]
async fn an_answer_that_is_the_same_for_everyone_costs_no_more_than_a_file() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    // A file within the program that is as long.
    let file = time(&server, "/docs/swagger-ui.css").await;
    for path in ["/openapi.json", "/api/v3/get-country-list"] {
        let answers = time(&server, path).await;
        assert!(answers < 4 * file, "{path}: {answers:?}, a file: {file:?}");
    }
}
