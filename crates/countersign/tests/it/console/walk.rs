//! The walk of an operator from an empty service to a message on the overview, by the forms of the console alone.

use std::time::Duration;

use reqwest::StatusCode;

use super::person::Person;
use crate::sandbox::{Sandbox, until};
use crate::server::{Server, folder};

/// The vendor, which sends text to every country.
const VENDOR: &str = "chuanglan-international";
const PHONE: &str = "+14155550123";

#[tokio::test]
async fn an_operator_sets_a_vendor_up_and_follows_a_message_in_english() {
    walk("en-US", "Enter the API密码", "Saved.").await;
}

#[tokio::test]
async fn an_operator_sets_a_vendor_up_and_follows_a_message_in_chinese() {
    walk("zh-CN", "请填写 API密码", "已保存。").await;
}

async fn walk(language: &'static str, missing: &str, saved: &str) {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let sandbox = Sandbox::start().await;
    let mut operator = Person::of(&server, "operator").await;
    operator.language = language;

    // Adds a provider, first without its password, then with a wrong one.
    let page = operator.get("/console/sms").await;
    let kinds = "/console/sms/kinds";
    assert!(page.attributes("href").contains(&kinds.to_owned()));
    let new = format!("{kinds}/{VENDOR}");
    let page = operator.get(kinds).await;
    assert!(page.attributes("href").contains(&new));
    let page = operator.get(&new).await;
    let page = operator.submit(&page, &new, &[]).await;
    for field in ["name", "settings-account", "secrets-password"] {
        let leads = format!("href=\"#{field}\"");
        assert!(page.body.contains(&leads), "all at once: {field}");
    }
    let filled = [
        ("name", "sandbox"),
        ("settings.account", "I0000001"),
        ("settings.endpoint", &sandbox.url),
    ];
    let page = operator.submit(&page, &new, &filled).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.body.contains("href=\"#secrets-password\"") && page.body.contains(missing),
        "the summary leads to the field"
    );
    let test = "/console/sms/providers/sandbox/test";
    let to = [("number", PHONE), ("channel", "CHANNEL_LOGIN")];
    let wrong = [("secrets.password", "a-wrong-password"), ("then", "test")];
    let filled = [&wrong[..], &to].concat();
    let sent = operator.submit(&page, &new, &filled).await;

    // Sees its error.
    let page = operator.follow(&sent).await;
    assert!(page.body.contains("config_error"), "{}", page.body);
    let mend = "/console/sms/providers/sandbox";
    assert!(page.attributes("href").contains(&mend.to_owned()));

    // Mends it, from the page that names the failure.
    let page = operator.get(mend).await;
    assert!(
        page.attributes("href")
            .contains(&sent.leads_to().to_owned())
    );
    assert!(page.body.contains("config_error"), "its last failures");
    assert!(!page.body.contains("a-wrong-password"));
    let right = [("secrets.password", "sandbox-password-0001")];
    let page = operator.submit(&page, mend, &right).await;
    assert_eq!(page.leads_to(), mend);
    let page = operator.follow(&page).await;
    assert!(page.body.contains(saved));
    assert!(!operator.get(mend).await.body.contains(saved), "told once");

    // Routes the country to it, and writes the text of the sign-in.
    let route = "/console/sms/routes/new";
    let page = operator.get(route).await;
    let filled = [("country", "US"), ("providers", "sandbox")];
    let page = operator.submit(&page, route, &filled).await;
    assert_eq!(page.leads_to(), "/console/sms");
    let edit = "/console/templates/edit";
    let of = format!("{edit}?app=dev-app&channel=CHANNEL_LOGIN&language=en-US");
    let page = operator.get("/console/templates").await;
    assert!(page.attributes("href").contains(&of));
    let page = operator.get(&of).await;
    let text = "[{app}] {code} opens the door, for {minutes} minutes";
    let draft = [("text", text), ("then", "preview")];
    let page = operator.submit(&page, edit, &draft).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("123456 opens the door, for 5 minutes"));
    let page = operator.submit(&page, edit, &[("text", text)]).await;
    assert_eq!(page.leads_to(), of);

    // Sends a test, and it arrives.
    let page = operator.get(test).await;
    let sent = operator.submit(&page, test, &to).await;
    let message = sent.leads_to().to_owned();
    let arrived = sandbox.messages(VENDOR, PHONE).await;
    assert!(
        arrived[0]["text"]
            .as_str()
            .unwrap()
            .contains("opens the door"),
        "{arrived:?}"
    );

    // Finds it by the number, reads its timeline, and sees it on the overview.
    let found = operator.post("/console/messages", &[("q", PHONE)]).await;
    let page = operator.get(found.leads_to()).await;
    assert!(page.attributes("href").contains(&message));
    let page = operator.get(&message).await;
    assert!(page.body.contains("<bdi>sandbox</bdi>"), "{}", page.body);
    until("the message on the overview", async || {
        // Messages are counted by a thread of low priority, which gives way to whoever asks for pages all the time.
        tokio::time::sleep(Duration::from_millis(500)).await;
        let page = operator.get("/console/overview").await;
        let rows = page.body.split("<th scope=\"row\">");
        let mut of_provider = rows.filter(|row| row.contains("<bdi>sandbox</bdi>"));
        of_provider.next().map(drop)
    })
    .await;
    let page = operator.get(&format!("{mend}/delete")).await;
    assert!(
        page.body.contains("<dd><bdi>1"),
        "messages a day: {}",
        page.body
    );
}
