//! What every page has: a language, headers, assets.

use std::collections::BTreeSet;

use reqwest::StatusCode;

use super::person::{Page, Person};
use crate::server::{Server, folder};

#[tokio::test]
async fn a_page_is_in_the_language_that_the_person_chose_or_the_browser_asks_for() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let mut visitor = Person::of(&server, "owner").await;
    assert!(
        visitor
            .get("/console/overview")
            .await
            .body
            .contains("<html lang=\"en-US\" data-theme=\"system\">")
    );
    visitor.language = "zh-CN,zh;q=0.9";
    assert!(
        visitor
            .get("/console/overview")
            .await
            .body
            .contains("<html lang=\"zh-CN\"")
    );
    let chosen = visitor
        .post("/console/me", &[("language", "en-US"), ("theme", "dark")])
        .await;
    let page = visitor.get(chosen.leads_to()).await;
    assert!(
        page.body
            .contains("<html lang=\"en-US\" data-theme=\"dark\">")
    );
    assert!(page.body.contains("Saved for this session."));
}

#[tokio::test]
async fn every_page_has_the_headers_of_pages_and_assets_are_kept_for_good() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let owner = Person::of(&server, "owner").await;
    let page = owner.get("/console/overview").await;
    let header = |page: &Page, name: &str| page.headers[name].to_str().unwrap().to_owned();
    assert!(
        header(&page, "content-security-policy")
            .starts_with("default-src 'none'; script-src 'self'")
    );
    assert_eq!(header(&page, "cache-control"), "no-store");
    let links = page
        .attributes("href")
        .into_iter()
        .chain(page.attributes("src"));
    let assets: BTreeSet<_> = links
        .filter(|link| link.starts_with("/console/assets/"))
        .collect();
    assert_eq!(assets.len(), 5, "{assets:?}");
    for asset in assets {
        let file = Person::stranger(&server).get(&asset).await;
        assert_eq!(file.status, StatusCode::OK);
        assert_eq!(
            header(&file, "cache-control"),
            "public, max-age=31536000, immutable"
        );
    }
    assert!(page.body.len() < 40 * 1024);
}

#[tokio::test]
async fn single_keys_are_on_until_a_person_turns_them_off_for_the_browser() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let mut owner = Person::of(&server, "owner").await;
    let has_keys = |page: &Page| page.body.contains("/console/assets/keys.");
    let page = owner.get("/console/me").await;
    assert!(has_keys(&page) && page.body.contains("name=\"keys\" value=\"1\" checked"));
    let saved = owner.submit(&page, "/console/me", &[]).await;
    let cookie = saved.headers["set-cookie"].to_str().unwrap();
    let pair = cookie.split(';').next().unwrap();
    assert_eq!(pair, "countersign_keys=off");
    owner.cookie = format!("{}; {pair}", owner.cookie);
    let page = owner.get("/console/overview").await;
    assert!(!has_keys(&page));
    let stranger = Person::stranger(&server).get("/console/sign-in").await;
    assert!(!has_keys(&stranger));
}
