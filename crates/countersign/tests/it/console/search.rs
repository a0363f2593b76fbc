//! The list of messages: what its filters find, and the same as a table.

use reqwest::StatusCode;

use super::person::{Page, Person};
use crate::server::{Server, folder, number};

const LIST: &str = "/console/messages";
const AMERICAN: &str = "+14155550132";

/// A service with three messages: a login and a registration at home, and a login abroad.
async fn with_messages(data: &std::path::Path) -> Server {
    with_messages_and(data, &[]).await
}

/// The same service, started with these options too.
async fn with_messages_and(data: &std::path::Path, options: &[&str]) -> Server {
    let server = Server::start(data, &[&["--quiet"], options].concat()).await;
    let home = number(1);
    for (channel, to) in [
        ("CHANNEL_LOGIN", home.as_str()),
        ("CHANNEL_REGISTER", &home),
        ("CHANNEL_LOGIN", AMERICAN),
    ] {
        assert_eq!(server.public().send_sms(channel, to).await.status(), 200);
    }
    server
}

/// The numbers in the list, the newest message first.
fn shown(page: &Page) -> Vec<String> {
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let cells = page.body.split("<td><bdi class=\"id\">").skip(1);
    let numbers = cells.map(|cell| cell.split('<').next().unwrap());
    numbers.map(str::to_owned).collect()
}

#[tokio::test]
async fn support_finds_messages_by_what_they_have_in_common() {
    let data = folder();
    let server = with_messages(data.path()).await;
    let support = Person::of(&server, "support").await;
    let (home, abroad) = ("+86138****0001", "+14****32");
    for (query, expected) in [
        ("", vec![abroad, home, home]),
        ("?country=US", vec![abroad]),
        ("?channel=CHANNEL_REGISTER", vec![home]),
        ("?app=dev-app&channel=CHANNEL_LOGIN", vec![abroad, home]),
        ("?app=other-app", vec![]),
        ("?provider=outbox", vec![abroad, home, home]),
        ("?provider=nobody", vec![]),
        ("?outcome=accepted", vec![abroad, home, home]),
        ("?outcome=not_sent", vec![]),
        ("?outcome=verified", vec![]),
        ("?range=24h", vec![abroad, home, home]),
        ("?to=2020-01-01", vec![]),
        ("?from=2020-01-01", vec![abroad, home, home]),
    ] {
        let page = support.get(&format!("{LIST}{query}")).await;
        assert_eq!(shown(&page), expected, "{query}");
        let is_told = page.body.contains("No message fits these filters.");
        assert_eq!(is_told, expected.is_empty(), "{query}");
    }
}

#[tokio::test]
async fn the_figure_of_verified_codes_leads_to_their_messages() {
    let data = folder();
    let server = with_messages(data.path()).await;
    let code = server.outbox(AMERICAN).await[0]["passCode"].clone();
    let code = code.as_str().unwrap();
    assert!(server.app_server().accepts(AMERICAN, code).await);
    let support = Person::of(&server, "support").await;
    let page = support.get("/console/overview").await;
    let links = page.attributes("href").into_iter();
    let links: Vec<_> = links
        .filter(|link| link.ends_with("outcome=verified"))
        .collect();
    let [link] = links.as_slice() else {
        panic!("{}", page.body);
    };
    let found = support.get(link).await;
    assert_eq!(shown(&found), ["+14****32"]);
    assert!(found.body.contains("Outcome: Verified"));
}

#[tokio::test]
async fn a_search_without_hits_says_how_far_back_it_looked_and_goes_on() {
    let data = folder();
    let server = with_messages_and(data.path(), &["--looks-at", "2"]).await;
    let support = Person::of(&server, "support").await;
    let oldest = format!("{LIST}?channel=CHANNEL_LOGIN&country=CN");
    let page = support.get(&oldest).await;
    assert!(shown(&page).is_empty());
    assert!(
        page.body
            .contains("No message fits these filters since <time")
    );
    assert!(!page.body.contains("No message fits these filters."));
    let on = page.attributes("href").into_iter();
    let on: Vec<_> = on.filter(|link| link.contains("before=")).collect();
    let [on] = on.as_slice() else {
        panic!("{}", page.body);
    };
    assert!(on.starts_with(&oldest));
    assert_eq!(shown(&support.get(on).await), ["+86138****0001"]);
    // What was found so far is shown, and the search goes on from there.
    let page = support.get(&format!("{LIST}?channel=CHANNEL_LOGIN")).await;
    assert_eq!(shown(&page), ["+14****32"]);
    assert!(page.body.contains("Searched back to <time"));
    assert!(page.body.contains("Look further back"));
    let table = support
        .get("/console/messages.csv?channel=CHANNEL_LOGIN")
        .await;
    assert_eq!(table.body.lines().count(), 3, "{}", table.body);
}

#[tokio::test]
async fn the_same_search_has_the_same_address_for_everyone() {
    let data = folder();
    let server = with_messages(data.path()).await;
    let support = Person::of(&server, "support").await;
    for (query, canonical) in [
        (
            "?range=&from=&to=&app=&channel=&country=us&provider=&outcome=",
            "?country=US",
        ),
        (
            "?outcome=unknown&country=CN&color=red",
            "?country=CN&outcome=unknown",
        ),
        ("?country=%2B86", "?country=CN"),
        ("?from=2026-11-01&range=7d", "?from=2026-11-01"),
        ("?range=9d", ""),
    ] {
        let page = support.get(&format!("{LIST}{query}")).await;
        assert_eq!(page.leads_to(), format!("{LIST}{canonical}"), "{query}");
        assert_eq!(support.get(page.leads_to()).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn each_filter_that_holds_can_be_dropped() {
    let data = folder();
    let server = with_messages(data.path()).await;
    let support = Person::of(&server, "support").await;
    let page = support
        .get(&format!("{LIST}?range=7d&country=US&outcome=accepted"))
        .await;
    assert!(page.body.contains("Outcome: Taken by a provider"));
    let links = page.attributes("href");
    for without in [
        "?country=US&outcome=accepted",
        "?range=7d&outcome=accepted",
        "?range=7d&country=US",
        "",
    ] {
        let address = format!("{LIST}{without}");
        assert!(links.contains(&address), "{address}: {links:?}");
    }
}

#[tokio::test]
async fn a_filter_that_cannot_be_read_is_told_beside_its_field() {
    let data = folder();
    let server = with_messages(data.path()).await;
    let support = Person::of(&server, "support").await;
    for (query, field) in [
        ("?from=2026-02-30", "from"),
        ("?from=2026-02-02&to=2026-02-01", "to"),
        ("?country=China", "country"),
        ("?outcome=lost", "outcome"),
    ] {
        let page = support.get(&format!("{LIST}{query}")).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
        assert!(page.body.contains("<title>Error: Messages"));
        assert!(
            page.body.contains(&format!("id=\"{field}-error\"")),
            "{query}"
        );
        assert!(!page.body.contains("+86138"), "no list that would mislead");
    }
}

#[tokio::test]
async fn filters_and_a_number_are_asked_for_together() {
    let data = folder();
    let server = with_messages(data.path()).await;
    let support = Person::of(&server, "support").await;
    let found = support.post(LIST, &[("q", &number(1))]).await;
    let address = found.leads_to();
    assert_eq!(shown(&support.get(address).await).len(), 2);
    let both = format!("{address}&channel=CHANNEL_LOGIN");
    assert_eq!(shown(&support.get(&both).await), ["+86138****0001"]);
    let page = support.get(&both).await;
    let table = page.attributes("href").into_iter();
    let table: Vec<_> = table
        .filter(|link| link.contains("messages.csv?number=~"))
        .collect();
    let [table] = table.as_slice() else {
        panic!("one table: {}", page.body);
    };
    assert_eq!(support.get(table).await.body.lines().count(), 2);
    let other = Person::of(&server, "support").await;
    assert_eq!(other.get(table).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_list_is_also_a_table_without_a_whole_number_or_a_formula() {
    let data = folder();
    let server = with_messages(data.path()).await;
    let auditor = Person::of(&server, "auditor").await;
    let page = auditor
        .get("/console/messages.csv?channel=CHANNEL_LOGIN")
        .await;
    let header = |name: &str| page.headers[name].to_str().unwrap();
    assert_eq!(header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(
        header("content-disposition"),
        "attachment; filename=\"messages.csv\""
    );
    assert_eq!(header("x-content-type-options"), "nosniff");
    let mut lines = page.body.lines();
    assert_eq!(
        lines.next().unwrap(),
        "decidedAt,messageId,requestId,appId,channel,to,provider,outcome,delivery,verified"
    );
    let ends: Vec<_> = lines
        .map(|line| &line[line.find("dev-app").unwrap()..])
        .collect();
    assert_eq!(
        ends,
        [
            "dev-app,CHANNEL_LOGIN,14****32,outbox,accepted,,false",
            "dev-app,CHANNEL_LOGIN,86138****0001,outbox,accepted,,false",
        ]
    );
}
