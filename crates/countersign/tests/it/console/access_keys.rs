//! Access keys by the pages of the console: made, shown once, deleted.

use reqwest::StatusCode;

use super::person::Person;
use crate::server::{Server, folder};
use crate::signed::{self, PASSED, Signed};

const KEYS: &str = "/console/settings/access-keys";

#[tokio::test]
async fn an_owner_makes_an_access_key_that_is_shown_once_and_deletes_it() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let owner = Person::of(&server, "owner").await;
    let page = owner.get("/console/settings").await;
    assert!(page.attributes("href").contains(&KEYS.to_owned()));
    let page = owner.get(KEYS).await;
    let made = owner.submit(&page, KEYS, &[]).await;
    assert_eq!(made.leads_to(), format!("{KEYS}/made"));
    let page = owner.get(made.leads_to()).await;
    let (id, secret) = (
        page.text_of("key").to_owned(),
        page.text_of("secret").to_owned(),
    );
    assert_eq!(page.headers["cache-control"], "no-store");
    let is_good = async |nonce: &str| {
        let date = signed::date(&server).await;
        let signed = Signed::list((&id, &secret), &date, nonce);
        signed.send(&server).await.codes() == PASSED
    };
    assert!(is_good("n-1").await);
    let again = owner.get(&format!("{KEYS}/made")).await;
    assert!(!again.body.contains(&secret) && again.body.contains("shown once"));
    let listed = owner.get(KEYS).await;
    let hint = format!("••••{}", &secret[secret.len() - 4..]);
    assert!(listed.body.contains(&hint) && !listed.body.contains(&secret));

    let auditor = Person::of(&server, "auditor").await;
    let seen = auditor.get(KEYS).await;
    assert!(seen.body.contains(&id) && !seen.body.contains("••••"));
    assert_eq!(auditor.post(KEYS, &[]).await.status, StatusCode::FORBIDDEN);

    let delete = format!("{KEYS}/{id}/delete");
    let page = owner.get(&delete).await;
    let gone = owner.submit(&page, &delete, &[]).await;
    assert_eq!(gone.leads_to(), KEYS);
    assert!(!is_good("n-2").await);
    assert_eq!(owner.get(&delete).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_key_that_every_start_makes_is_not_deleted() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let owner = Person::of(&server, "owner").await;
    let page = owner.get(KEYS).await;
    let mut links = page.attributes("href").into_iter();
    let delete = links.rfind(|link| link.ends_with("/delete"));
    let delete = delete.expect("the key of the start");
    let page = owner.get(&delete).await;
    let refused = owner.submit(&page, &delete, &[]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.body.contains("made again at every start"));
}
