//! The overview: its ranges, the messages behind its figures, and its chart.

use std::time::Duration;

use countersign::system::{Machine, Readings as _};
use countersign_core::time::Timestamp;
use reqwest::StatusCode;
use serde_json::json;
use tokio::time::Instant;

use super::person::{Page, Person};
use crate::server::{Server, folder, number};
use crate::test_numbers::days_after;

const PATH: &str = "/console/overview";

/// The overview at `address`, once two messages are counted. A thread of low priority counts them, which gives way to
/// whoever asks for pages all the time.
async fn counted(person: &Person<'_>, address: &str) -> Page {
    let begun = Instant::now();
    loop {
        let page = person.get(address).await;
        if page.body.contains("<p>2 messages, ") {
            return page;
        }
        assert!(begun.elapsed() < Duration::from_secs(180), "{}", page.body);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn with_two_messages(data: &std::path::Path) -> Server {
    let server = Server::start(data, &["--quiet"]).await;
    for to in [number(1).as_str(), "+14155550132"] {
        let sent = server.public().send_sms("CHANNEL_LOGIN", to).await;
        assert_eq!(sent.status(), 200);
    }
    server
}

#[tokio::test]
async fn figures_lead_to_the_messages_behind_them() {
    let data = folder();
    let server = with_two_messages(data.path()).await;
    let support = Person::of(&server, "support").await;
    let page = counted(&support, "/console/overview?range=7d").await;
    let links = page.attributes("href");
    for (query, shown) in [
        ("range=7d", 2),
        ("range=7d&outcome=delivered", 0),
        ("range=7d&outcome=not_sent", 0),
        ("range=7d&outcome=unknown", 0),
        ("range=7d&country=US", 1),
        ("range=7d&provider=outbox", 2),
    ] {
        let address = format!("/console/messages?{query}");
        assert!(links.contains(&address), "{address}: {links:?}");
        let list = support.get(&address).await;
        let rows = list.body.matches("<th scope=\"row\">").count();
        assert_eq!(rows, shown, "{address}");
    }
    assert!(
        page.body.contains("0 in the 7 days before"),
        "{}",
        page.body
    );
    assert!(page.body.contains("none to compare in the time before"));
    assert!(
        page.body
            .contains("<dt>Time to verify</dt><dd class=\"figure\">–</dd>")
    );
    assert!(page.body.len() < 40 * 1024);
}

#[tokio::test]
async fn a_range_has_one_address_and_is_from_day_to_day_at_most_for_two_years() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let support = Person::of(&server, "support").await;
    for (query, canonical) in [
        ("?range=24h", ""),
        ("?range=9d", ""),
        (
            "?from=2026-11-01&to=2026-11-30&color=red",
            "?from=2026-11-01&to=2026-11-30",
        ),
        ("?to=2026-11-30", "?from=2026-11-30&to=2026-11-30"),
    ] {
        let page = support.get(&format!("{PATH}{query}")).await;
        assert_eq!(page.leads_to(), format!("{PATH}{canonical}"), "{query}");
    }
    let page = support
        .get(&format!("{PATH}?from=2026-11-01&to=2026-11-30"))
        .await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("2026-11-01 – 2026-11-30"));
    for query in [
        "?from=2024-11-01&to=2026-11-30",
        "?from=tomorrow",
        "?from=2026-11-02&to=2026-11-01",
    ] {
        let page = support.get(&format!("{PATH}{query}")).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
        assert!(page.body.contains("<title>Error: Overview"), "{query}");
    }
}

#[tokio::test]
async fn the_chart_has_its_numbers_as_a_table_and_as_a_file() {
    let data = folder();
    let server = with_two_messages(data.path()).await;
    let support = Person::of(&server, "support").await;
    let page = counted(&support, PATH).await;
    assert!(page.body.contains("2 messages, 0 delivered, most at "));
    assert!(page.body.contains("role=\"img\" aria-label=\"2 messages, "));
    assert!(
        !page.body.contains("style="),
        "attributes of the drawing alone"
    );
    let (_, table) = page
        .body
        .split_once("<caption id=\"chart-table\">")
        .unwrap();
    let table = table.split("</table>").next().unwrap();
    let cells =
        "<td class=\"figures\">0</td><td class=\"figures\">2</td><td class=\"figures\">0</td>";
    assert!(table.contains(cells), "{table}");
    assert_eq!(table.matches("<th scope=\"row\">").count(), 25);
    let file = support.get("/console/overview.csv").await;
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    let mut lines = file.body.lines();
    let columns = lines.next().unwrap();
    assert!(
        columns.starts_with("hour,admitted,accepted,unknown,notSent,delivered"),
        "{columns}"
    );
    let lines: Vec<_> = lines.collect();
    assert_eq!(lines.len(), 25);
    assert!(
        lines.iter().any(|line| line.contains("Z,2,2,0,0,0,")),
        "{lines:?}"
    );
    let file = support.get("/console/overview.csv?range=7d").await;
    assert!(file.body.starts_with("day,"));
}

#[tokio::test]
async fn what_ends_and_what_is_used_up_needs_attention_the_worst_first() {
    let data = folder();
    let server = with_two_messages(data.path()).await;
    let operator = server.operator();
    let limit = json!({"name": "app-day", "max": 2, "mode": "enforce"});
    operator.set("set-sms-limit", limit).await;
    let now = Timestamp::from_millis(Machine.wall()).to_string();
    for (place, days) in (1..).zip([3, 8, 1, 2, 4, 5, 6]) {
        let test = json!({"phoneNumber": number(place), "expires": days_after(&now, days)});
        operator.set("add-test-number", test).await;
    }
    operator.set("rotate-signing-key", json!({})).await;
    let owner = Person::of(&server, "owner").await;
    let page = owner.get(PATH).await;
    let (_, list) = page.body.split_once("Needs attention").unwrap();
    let list = list.split("</ul>").next().unwrap();
    assert_eq!(list.matches("<li>").count(), 7, "{list}");
    let told = [
        "The limit app-day of dev-app is at 2 of 2",
        "Another key signs tokens from ",
        "The test number +86138****0003 ends at ",
        "The test number +86138****0004 ends at ",
        "The test number +86138****0001 ends at ",
    ];
    let places: Vec<_> = told.map(|sentence| list.find(sentence)).into();
    assert!(places.iter().all(Option::is_some), "{list}");
    assert!(places.is_sorted(), "{places:?}: {list}");
    assert!(!list.contains("****0002"), "it has a week to go: {list}");
    let links = page.attributes("href");
    assert!(links.contains(&"/console/limits/rules/app-day".to_owned()));
    operator.create_application("shop", "Shop").await;
    let limited = Person::joined(&server, "support", "Wang", &["shop"]).await;
    let page = limited.get(PATH).await;
    assert!(!page.body.contains("app-day") && !page.body.contains("test number"));
}
