//! The time zone of a person: times are shown in it, and days begin and end in it.

use std::time::Duration;

use countersign_core::time::Timestamp;

use super::person::Person;
use crate::server::{Server, folder, number};

/// The time of the newest message: for programs, and as the page shows it.
fn newest(body: &str) -> (Timestamp, String) {
    let row = body.split("<th scope=\"row\">").nth(1).unwrap();
    let (_, rest) = row.split_once("<time datetime=\"").unwrap();
    let (exact, rest) = rest.split_once("\">").unwrap();
    let shown = rest.split('<').next().unwrap();
    (Timestamp::parse(exact).unwrap(), shown.to_owned())
}

#[tokio::test]
async fn times_and_days_are_those_of_the_zone_that_a_person_chose() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    server.code("CHANNEL_LOGIN", &number(1)).await;
    let owner = Person::of(&server, "owner").await;
    let page = owner.get("/console/messages").await;
    assert!(page.body.contains("Times are in the zone UTC."));
    let (at, shown) = newest(&page.body);
    let by_clock = |at: Timestamp| at.to_string()[..19].replace('T', " ");
    assert_eq!(shown, by_clock(at));

    // Kiritimati is 14 hours ahead, so that its day is another one for most of a day.
    let me = owner.get("/console/me").await;
    let chosen = owner
        .submit(&me, "/console/me", &[("zone", "Pacific/Kiritimati")])
        .await;
    let page = owner.get(chosen.leads_to()).await;
    assert!(
        page.body
            .contains("Times are in the zone Pacific/Kiritimati.")
    );
    assert!(
        page.body
            .contains("<option selected>Pacific/Kiritimati</option>")
    );
    let page = owner.get("/console/messages").await;
    let there = by_clock(at.after(Duration::from_secs(14 * 3_600)));
    assert_eq!(newest(&page.body), (at, there.clone()));
    let day = &there[..10];
    let of_day = format!("/console/messages?from={day}&to={day}");
    let page = owner.get(&of_day).await;
    assert!(page.body.contains("+86138****0001"), "{day}");
    assert!(page.body.contains("In the zone Pacific/Kiritimati."));
    let before = &by_clock(at.before(Duration::from_secs(10 * 3_600)))[..10];
    let page = owner.get(&format!("/console/messages?to={before}")).await;
    assert!(!page.body.contains("+86138****0001"), "{before}");

    let other = Person::of(&server, "support").await;
    let page = other.get("/console/messages").await;
    assert!(
        page.body.contains("Times are in the zone UTC."),
        "a choice of one person"
    );
    owner
        .post("/console/me", &[("zone", "Asia/Atlantis")])
        .await;
    let page = owner.get("/console/messages").await;
    assert!(page.body.contains("Pacific/Kiritimati."), "no such zone");
}
