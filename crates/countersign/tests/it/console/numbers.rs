//! Numbers on pages: found, shown for a reason, masked everywhere else; and messages found by id.

use std::collections::BTreeSet;

use reqwest::StatusCode;
use serde_json::json;

use super::person::Person;
use super::{newest, newest_of};
use crate::audit::acts;
use crate::server::{Server, folder, number};

#[tokio::test]
async fn a_number_is_found_shown_with_a_reason_and_in_no_address() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let phone = number(1);
    server.code("CHANNEL_LOGIN", &phone).await;
    server.code("CHANNEL_LOGIN", &number(2)).await;
    let support = Person::of(&server, "support").await;
    let found = support.post("/console/messages", &[("q", &phone)]).await;
    let address = found.leads_to().to_owned();
    assert!(!address.contains(&phone[3..]), "{address}");
    let page = support.get(&address).await;
    assert!(
        page.body.contains("+86138****0001") && !page.body.contains(&phone),
        "masked"
    );
    let links: BTreeSet<_> = page
        .attributes("href")
        .into_iter()
        .filter(|link| link.contains("/messages/"))
        .collect();
    let [message] = links.iter().collect::<Vec<_>>()[..] else {
        panic!("one message: {links:?}");
    };

    let other = Person::of(&server, "support").await;
    assert!(
        other
            .get(&address)
            .await
            .body
            .contains("This search has ended")
    );

    let reveal = format!("{message}/reveal");
    let refused = support.post(&reveal, &[("reason", "  ")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.body.contains("<title>Error: Message"),
        "{}",
        refused.body
    );
    assert!(
        refused
            .text_of("reason-error")
            .contains("Enter why you need the number")
    );
    assert!(!refused.body.contains(&phone));
    let shown = support.post(&reveal, &[("reason", "they called")]).await;
    let (page, handle) = shown.leads_to().split_once("?shown=~").unwrap();
    assert_eq!(page, message);
    let page = support.get(shown.leads_to()).await;
    assert_eq!(page.text_of("number"), format!("+86{phone}"));
    let of_search = address.split_once('=').unwrap().1;
    for (person, address) in [
        (&other, shown.leads_to().to_owned()),
        (&support, message.clone()),
        (&support, format!("{message}?shown={handle}")),
        (&support, format!("{message}?shown={of_search}")),
    ] {
        let page = person.get(&address).await;
        assert_eq!(page.text_of("number"), "+86138****0001", "{address}");
    }

    let acts = acts(&server).await;
    let act = acts.last().unwrap();
    assert_eq!(act["act"], "number_revealed");
    assert_eq!(act["who"], json!({"kind": "person", "id": "dev-support"}));
    assert_eq!(act["door"], "console");
    assert_eq!(act["after"]["reason"], "they called");
    assert!(!json!(acts).to_string().contains(&phone));
    let long = "x".repeat(201);
    let refused = support
        .post(&format!("{message}/unlock"), &[("note", &long)])
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("id=\"note-error\""), "by the note");
    assert!(!refused.body.contains("id=\"reason-error\""));
    assert!(refused.body.contains(&long), "what was typed stays");
    for _ in 1..20 {
        support
            .post(&reveal, &[("reason", "they called")])
            .await
            .leads_to();
    }
    let refused = support.post(&reveal, &[("reason", "they called")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text_of("reason-error").contains("20 whole numbers"));
    let stopped = server.stop().await;
    assert!(
        !stopped.stderr.contains(&phone),
        "no log line has the number"
    );
}

#[tokio::test]
async fn the_search_finds_a_message_by_its_id_and_by_its_request() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    server.code("CHANNEL_LOGIN", &number(1)).await;
    let visitor = Person::of(&server, "auditor").await;
    let message = newest(&server).await;
    let request = newest_of(&server, "requestId").await;
    for id in [&message, &request] {
        let found = visitor
            .post("/console/messages", &[("q", &format!(" {id} "))])
            .await;
        assert_eq!(found.leads_to(), format!("/console/messages/{message}"));
    }
    for typed in [
        "12",
        "01a1ffdc-fcf5-7981-820b-5bfb6088c457",
        "\"><img src=x>",
    ] {
        let page = visitor.post("/console/messages", &[("q", typed)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
        assert!(!page.body.contains("<img src=x"));
    }
    let gone = visitor
        .get("/console/messages/01a1ffdc-fcf5-7981-820b-5bfb6088c457")
        .await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
}
