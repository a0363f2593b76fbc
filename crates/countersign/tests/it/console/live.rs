//! The stream that tells open pages of changes.

use std::time::Duration;

use reqwest::{Response, StatusCode};

use super::newest;
use super::person::Person;
use crate::server::{Server, folder, number};

/// The longest that a test waits for an event. An event without a change comes sooner.
const PATIENCE: Duration = Duration::from_secs(60);

const CHANGED: &str = "event: changed\ndata: page\n\n";

/// A stream, and what of it has been read.
pub(crate) struct Stream(Response);

impl Stream {
    /// Opens the stream about `subject`, and reads how it begins.
    pub(crate) async fn open(person: &Person<'_>, subject: &str) -> Self {
        let url = format!("{}/console/live?for={subject}", person.server.url);
        let asked = person.client.get(url).header("cookie", &person.cookie);
        let asked = asked.header("sec-fetch-mode", "cors").send().await.unwrap();
        assert_eq!(asked.status(), StatusCode::OK);
        assert_eq!(asked.headers()["content-type"], "text/event-stream");
        assert_eq!(asked.headers()["x-accel-buffering"], "no");
        let mut stream = Self(asked);
        assert_eq!(stream.next().await.unwrap(), "retry: 2000\n\n");
        stream
    }

    /// Reads the next event. `None` where the stream has ended.
    async fn next(&mut self) -> Option<String> {
        let read = tokio::time::timeout(PATIENCE, self.0.chunk()).await;
        let read = read.expect("an event in time").unwrap()?;
        Some(String::from_utf8(read.to_vec()).unwrap())
    }
}

#[tokio::test]
async fn a_page_is_told_when_what_it_shows_has_changed() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let code = server.code("CHANNEL_LOGIN", &number(1)).await;
    let owner = Person::of(&server, "owner").await;
    let message = format!("message-{}", newest(&server).await);
    let mut told = Stream::open(&owner, &message).await;
    let mut told_too = Stream::open(&owner, &message).await;
    let mut of_list = Stream::open(&owner, "messages").await;
    assert!(server.app_server().accepts(&number(1), &code).await);
    for stream in [&mut told, &mut told_too, &mut of_list] {
        assert_eq!(stream.next().await.unwrap(), CHANGED);
    }
    let mut of_inbox = Stream::open(&owner, "inbox").await;
    let mut of_overview = Stream::open(&owner, "overview").await;
    assert_eq!(server.public().login(&number(2)).await, 200);
    for stream in [&mut of_inbox, &mut of_overview] {
        assert_eq!(stream.next().await.unwrap(), CHANGED);
    }
}

#[tokio::test]
async fn a_stream_is_about_what_the_person_may_see() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    server.operator().create_application("shop", "Shop").await;
    server.code("CHANNEL_LOGIN", &number(1)).await;
    let of_shop = Person::joined(&server, "support", "Wang", &["shop"]).await;
    let foreign = format!("message-{}", newest(&server).await);
    let unknown = "message-01a1ffdc-fced-7000-8000-000000000000";
    for subject in [foreign.as_str(), unknown, "nothing", ""] {
        let answer = of_shop.get(&format!("/console/live?for={subject}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{subject}");
    }
    let stranger = Person::stranger(&server);
    let answer = stranger.get("/console/live?for=messages").await;
    assert!(answer.leads_to().starts_with("/console/sign-in"));
}

#[tokio::test]
async fn a_session_has_sixteen_streams_at_most_and_one_more_ends_the_oldest() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let owner = Person::of(&server, "owner").await;
    let support = Person::of(&server, "support").await;
    let mut of_support = Stream::open(&support, "messages").await;
    let mut open = Vec::new();
    for _ in 0..17 {
        open.push(Stream::open(&owner, "messages").await);
    }
    assert_eq!(open[0].next().await, None);
    assert_eq!(server.public().login(&number(1)).await, 200);
    for stream in open.iter_mut().skip(1).chain([&mut of_support]) {
        assert_eq!(stream.next().await.unwrap(), CHANGED);
    }
}

#[tokio::test]
async fn a_stream_ends_with_the_session() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let owner = Person::of(&server, "owner").await;
    let mut told = Stream::open(&owner, "messages").await;
    owner.post("/console/sign-out", &[]).await;
    assert_eq!(server.public().login(&number(1)).await, 200);
    assert_eq!(told.next().await, None);
}

#[tokio::test]
async fn a_stop_does_not_wait_for_those_who_look_at_pages() {
    let data = folder();
    let server = Server::start(data.path(), &[]).await;
    let owner = Person::of(&server, "owner").await;
    let mut told = Stream::open(&owner, "messages").await;
    server.terminate();
    assert_eq!(told.next().await, None);
    let stopped = server.wait().await;
    assert_eq!(stopped.status.code(), Some(0), "{}", stopped.stderr);
    let is_left = stopped.stderr.contains("connections still open");
    assert!(!is_left, "{}", stopped.stderr);
}
