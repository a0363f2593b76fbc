//! Pages that are compressed for browsers that take it.

use std::collections::BTreeSet;

use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING, VARY};

use super::crawled::{all_of, furnish};
use super::person::Person;
use crate::server::{Server, folder};

/// The pages that may be compressed. A page that shows a secret may not: its length would tell of the secret.
const COMPRESSED: [&str; 12] = [
    "/console/applications",
    "/console/audit",
    "/console/limits",
    "/console/limits/refusals",
    "/console/messages",
    "/console/messages.csv",
    "/console/overview",
    "/console/overview.csv",
    "/console/settings/staff",
    "/console/sms",
    "/console/sms/countries",
    "/console/templates",
];

#[tokio::test]
async fn pages_that_show_no_secret_are_compressed_and_no_others() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    furnish(&server).await;
    let owner = Person::of(&server, "owner").await;
    let mut compressed = BTreeSet::new();
    for ((method, pattern), address) in all_of(&owner).await {
        if method != "GET" {
            continue;
        }
        let asked = owner.client.get(format!("{}{address}", server.url));
        let asked = asked.header("cookie", &owner.cookie);
        let answer = asked.header(ACCEPT_ENCODING, "gzip").send().await.unwrap();
        let Some(encoding) = answer.headers().get(CONTENT_ENCODING) else {
            continue;
        };
        assert_eq!(encoding, "gzip", "{address}");
        assert_eq!(answer.headers()[VARY], "accept-encoding", "{address}");
        let length = answer.bytes().await.unwrap().len();
        assert!(length <= 8_000, "{address}: {length} bytes");
        compressed.insert(pattern);
    }
    assert_eq!(compressed, COMPRESSED.map(str::to_owned).into());
}
