//! The console of several nodes: a person may come to any of them with the next page.

use super::{database, node};
use crate::console::Person;
use crate::server::number;

#[tokio::test(flavor = "multi_thread")]
async fn a_search_by_number_goes_on_at_every_node() {
    let database = database();
    let one = node(&database, None).await;
    let other = node(&database, Some(&one)).await;
    let phone = number(1);
    one.server.code("CHANNEL_LOGIN", &phone).await;
    let support = Person::of(&one.server, "support").await;
    let there = support.at(&other.server);
    let found = support.post("/console/messages", &[("q", &phone)]).await;
    assert!(!found.leads_to().contains(&phone[3..]));
    let page = there.get(found.leads_to()).await;
    assert!(page.body.contains("+86138****0001"), "{}", page.body);
    let mut links = page.attributes("href").into_iter();
    let message = links.rfind(|link| link.contains("/messages/"));
    let reveal = format!("{}/reveal", message.unwrap());
    let shown = there.post(&reveal, &[("reason", "they called")]).await;
    let page = support.get(shown.leads_to()).await;
    assert_eq!(page.text_of("number"), format!("+86{phone}"));
    // A session ends everywhere, and its handles with it.
    there.post("/console/sign-out", &[]).await.leads_to();
    for node in [&support, &there] {
        let gone = node.get(found.leads_to()).await;
        assert!(gone.leads_to().starts_with("/console/sign-in"));
    }
    let again = Person::of(&one.server, "support").await;
    let page = again.get(found.leads_to()).await;
    assert!(page.body.contains("This search has ended"));
}
