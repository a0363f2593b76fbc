//! The audit log by its page: filters, refused tries, before and after, the head, verification and export.

use reqwest::StatusCode;
use serde_json::json;

use super::person::Person;
use crate::audit::acts;
use crate::server::{Server, folder};

const AUDIT: &str = "/console/audit";

/// The numbers of the acts on a page.
fn numbers(body: &str) -> Vec<u64> {
    let rows = body.split("<tr><td class=\"lo\">").skip(1);
    let numbers = rows.filter_map(|row| row.split('<').next()?.parse().ok());
    numbers.collect()
}

#[tokio::test]
async fn acts_are_filtered_by_who_what_door_end_and_day() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    operator.create_application("shop", "Shop").await;
    let limit = json!({"name": "number-day", "max": 3});
    operator.set("set-sms-limit", limit).await;
    let owner = Person::of(&server, "owner").await;
    let support = Person::of(&server, "support").await;
    let refused = support.post("/console/settings/access-keys", &[]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    owner
        .post("/console/settings/access-keys", &[])
        .await
        .leads_to();

    let all = acts(&server).await;
    let of = |wanted: &dyn Fn(&serde_json::Value) -> bool| {
        let fitting = all.iter().filter(|act| wanted(act));
        let numbers = fitting.map(|act| act["seq"].as_u64().unwrap());
        numbers.rev().collect::<Vec<_>>()
    };
    for (query, expected) in [
        ("?who=DEV-owner", of(&|act| act["who"]["id"] == "dev-owner")),
        ("?who=owner", of(&|act| act["who"]["kind"] == "owner")),
        ("?act=limit_set", of(&|act| act["act"] == "limit_set")),
        ("?door=console", of(&|act| act["door"] == "console")),
        ("?result=refused", of(&|act| act["result"] == "refused")),
        (
            "?door=console&result=done",
            of(&|act| act["door"] == "console" && act["result"] == "done"),
        ),
        ("?to=2020-01-01", Vec::new()),
        ("?from=2020-01-01", of(&|_| true)),
    ] {
        let page = owner.get(&format!("{AUDIT}{query}")).await;
        assert_eq!(numbers(&page.body), expected, "{query}");
        assert!(query.contains("from") || page.body.len() < 40 * 1024);
        // The endpoint that the page is the twin of finds the same.
        let days = query.contains("from=") || query.contains("to=");
        if !days {
            let listed = operator.list(&format!("list-audit-acts{query}")).await;
            let listed: Vec<_> = listed
                .iter()
                .map(|act| act["seq"].as_u64().unwrap())
                .collect();
            assert_eq!(listed, expected, "{query}");
        }
    }
    let page = owner.get(&format!("{AUDIT}?act=limit_set")).await;
    let change = "<dt><bdi>max</bdi></dt><dd>";
    assert!(
        page.body.contains(change),
        "before and after: {}",
        page.body
    );
    let page = owner.get(&format!("{AUDIT}?act=none&x=y&who=a")).await;
    assert_eq!(page.leads_to(), "/console/audit?who=a");
    let page = owner.get(&format!("{AUDIT}?from=yesterday")).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.body.contains("id=\"from-error\""));

    let own = support.get("/console/me/acts").await;
    let theirs = of(&|act| act["who"]["id"] == "dev-support");
    assert_eq!(numbers(&own.body), theirs);
    assert_eq!(support.get(AUDIT).await.status, StatusCode::FORBIDDEN);
}

// shows: G9
#[tokio::test]
async fn the_page_shows_the_head_verifies_and_exports_what_is_verified_elsewhere() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    server.operator().create_application("shop", "Shop").await;
    let auditor = Person::of(&server, "auditor").await;
    let page = auditor.get(AUDIT).await;
    let verified = server.operator().get("verify-audit").await;
    let head = verified.data()["head"].as_str().unwrap().to_owned();
    assert!(page.body.contains(&format!("--head {head}</pre>")));
    let done = auditor.submit(&page, AUDIT, &[("head", &head)]).await;
    assert!(
        done.body.contains("none changed and none left out"),
        "{}",
        done.body
    );
    let other = format!("1:{}", "0f".repeat(32));
    let done = auditor.submit(&page, AUDIT, &[("head", &other)]).await;
    assert!(
        done.body
            .contains("Not intact: act 1 is not the one of the given head.")
    );
    let wrong = auditor.submit(&page, AUDIT, &[("head", "x")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);

    let file = auditor.get("/console/audit.jsonl").await;
    assert_eq!(file.status, StatusCode::OK);
    let kept_as = file.headers["content-disposition"].to_str().unwrap();
    let (seq, hash) = head.split_once(':').unwrap();
    let name = format!("attachment; filename=\"audit-{seq}-{}.jsonl\"", &hash[..16]);
    assert_eq!(kept_as, name);
    let path = data.path().join("export.jsonl");
    std::fs::write(&path, &file.body).unwrap();
    let args = [
        "audit",
        "verify",
        "--file",
        path.to_str().unwrap(),
        "--head",
        &head,
    ];
    let told = server.terminal().ok(&args);
    assert!(told.contains(&head), "{told}");
    let support = Person::of(&server, "support").await;
    let refused = support.get("/console/audit.jsonl").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}
