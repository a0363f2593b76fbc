//! Refused sends, the safe list, the guard and replays, by the pages of the console.

use reqwest::StatusCode;
use serde_json::json;

use super::person::Person;
use crate::checks::LOGIN;
use crate::server::{Server, folder, number};

const REFUSALS: &str = "/console/limits/refusals";
const SAFE: &str = "/console/limits/safe";
const GUARD: &str = "/console/limits/guard";
const REPLAY: &str = "/console/limits/replay";

/// The address of the page of the newest refused send.
async fn newest_refusal(person: &Person<'_>) -> String {
    let page = person.get(REFUSALS).await;
    let links = page.attributes("href").into_iter();
    let mut links = links.filter(|link| link.starts_with(&format!("{REFUSALS}/")));
    links.next().expect("a refused send")
}

#[tokio::test]
async fn support_finds_why_somebody_got_no_code_and_lets_the_number_try_again() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let (phone, other) = (number(1), number(2));
    for number in [&phone, &phone, &phone, &other, &other] {
        server.public().login(number).await;
    }
    let support = Person::of(&server, "support").await;
    let page = support.get(REFUSALS).await;
    let counted = "<td><bdi>minute</bdi></td><td><bdi>dev-app</bdi></td><td><bdi>China (+86)</bdi></td><td><bdi>3</bdi></td>";
    let body = page.body.replace('\n', "");
    assert!(body.contains(counted), "{body}");
    assert!(!page.body.contains(&phone) && page.body.contains("+86138****0001"));
    let wrong = support.submit(&page, REFUSALS, &[("number", "12")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("id=\"number-error\""));
    let found = support.submit(&page, REFUSALS, &[("number", &phone)]).await;
    assert!(!found.leads_to().contains(&phone[3..]));
    let page = support.get(found.leads_to()).await;
    let rows = page.body.matches(&format!("href=\"{REFUSALS}/")).count();
    assert_eq!(rows, 2, "of this number alone");
    let ended = Person::of(&server, "support").await;
    let ended = ended.get(found.leads_to()).await;
    assert!(ended.body.contains("This search has ended"));
    assert!(!ended.body.contains(&format!("href=\"{REFUSALS}/")));

    let address = newest_refusal(&support).await;
    let page = support.get(&address).await;
    assert!(page.body.contains("1 / 1") && page.body.contains("+86138****0002"));
    let unlock = format!("{address}/unlock");
    let long = "x".repeat(201);
    let refused = support.submit(&page, &unlock, &[("note", &long)]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = support
        .submit(&page, &unlock, &[("note", "they called")])
        .await;
    let page = support.follow(&done).await;
    assert!(page.body.contains("role=\"status\""), "{}", page.body);
    let unlocks = server.operator().list("list-unlocks").await;
    assert_eq!(unlocks[0]["note"], "they called");
    let safe = page.attributes("href").into_iter();
    assert_eq!(safe.filter(|link| link.starts_with(SAFE)).count(), 0);
    let auditor = Person::of(&server, "auditor").await;
    let seen = auditor.get(&address).await;
    assert!(seen.body.contains("<fieldset disabled>"));
}

#[tokio::test]
async fn the_safe_list_is_filled_and_emptied_and_shows_no_whole_number() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = Person::of(&server, "operator").await;
    let phone = number(1);
    let page = operator.get(SAFE).await;
    for (kind, value) in [
        ("number", ""),
        ("number", "12"),
        ("calling_code", "+1415"),
        ("prefix", "abc"),
        ("network", "10.0.0.0/4"),
    ] {
        let filled = [("kind", kind), ("value", value)];
        let wrong = operator.submit(&page, SAFE, &filled).await;
        assert_eq!(
            wrong.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{kind} {value}"
        );
        assert!(wrong.body.contains("id=\"value-error\""), "{kind} {value}");
    }
    for (kind, value) in [
        ("number", phone.as_str()),
        ("calling_code", "+49"),
        ("prefix", "+1415555"),
        ("network", "203.0.113.0/24"),
    ] {
        let filled = [("kind", kind), ("value", value), ("note", "a tester")];
        let added = operator.submit(&page, SAFE, &filled).await;
        assert_eq!(added.leads_to(), SAFE, "{kind}");
    }
    let listed = server.operator().list("list-safe-entries").await;
    let mut kinds: Vec<_> = listed
        .iter()
        .map(|entry| entry["kind"].as_str().unwrap())
        .collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["calling_code", "network", "number", "prefix"]);
    let page = operator.get(SAFE).await;
    assert!(page.body.contains("+86138****0001") && !page.body.contains(&phone));
    let entry = listed
        .iter()
        .find(|entry| entry["kind"] == "number")
        .unwrap();
    let remove = format!("{SAFE}/{}/remove", entry["id"].as_str().unwrap());
    assert!(page.attributes("href").contains(&remove));
    let asked = operator.get(&remove).await;
    let gone = operator.submit(&asked, &remove, &[]).await;
    assert_eq!(gone.leads_to(), SAFE);
    assert_eq!(operator.get(&remove).await.status, StatusCode::NOT_FOUND);
    let support = Person::of(&server, "support").await;
    let seen = support.get(SAFE).await;
    assert!(!seen.body.contains("/remove") && !seen.body.contains(&format!("action=\"{SAFE}\"")));
}

#[tokio::test]
async fn the_number_of_a_refused_send_is_put_on_the_safe_list_without_being_shown() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let phone = number(1);
    server.public().login(&phone).await;
    server.public().login(&phone).await;
    let operator = Person::of(&server, "operator").await;
    let page = operator.get(&newest_refusal(&operator).await).await;
    let mut links = page.attributes("href").into_iter();
    let safe = links.rfind(|link| link.starts_with(SAFE)).unwrap();
    let page = operator.get(&safe).await;
    assert!(page.body.contains("+86138****0001") && !page.body.contains(&phone));
    let added = operator.submit(&page, &safe, &[("note", "a tester")]).await;
    assert_eq!(added.leads_to(), SAFE);
    let listed = server.operator().list("list-safe-entries").await;
    assert_eq!(listed[0]["value"], "+86138****0001");
}

#[tokio::test]
async fn a_range_is_blocked_and_the_block_is_lifted() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = Person::of(&server, "operator").await;
    let page = operator.get(GUARD).await;
    let bad = [("kind", "country"), ("value", "XX"), ("app", "nobody")];
    let wrong = operator.submit(&page, GUARD, &bad).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("id=\"value-error\""));
    let range = format!("+86{}", &number(1)[..7]);
    let filled = [
        ("kind", "prefix"),
        ("value", range.as_str()),
        ("note", "pumped"),
    ];
    let blocked = operator.submit(&page, GUARD, &filled).await;
    assert_eq!(blocked.leads_to(), GUARD);
    assert_eq!(server.public().login(&number(1)).await, 429);
    let page = operator.get(GUARD).await;
    assert!(
        page.body.contains("Ten thousand numbers +86138"),
        "{}",
        page.body
    );
    let mut links = page.attributes("href").into_iter();
    let lift = links.rfind(|link| link.contains("/lift?")).unwrap();
    let page = operator.get(&lift).await;
    let lifted = operator.submit(&page, &lift, &[]).await;
    assert_eq!(lifted.leads_to(), GUARD);
    assert_eq!(server.public().login(&number(1)).await, 200);
    assert_eq!(operator.get(&lift).await.status, StatusCode::NOT_FOUND);
    let again = operator.get(GUARD).await;
    assert!(again.body.contains("Lifted"));
}

#[tokio::test]
async fn the_mode_of_the_guard_is_set_and_taken_back() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = Person::of(&server, "operator").await;
    let mode = "/console/limits/guard/mode";
    let guard = operator.get(GUARD).await;
    assert!(guard.attributes("href").contains(&mode.to_owned()));
    assert!(
        guard.body.contains("guard.watch_days") && guard.body.contains("the settings file alone")
    );
    let first = operator.get(mode).await;
    let done = operator.submit(&first, mode, &[("mode", "enforce")]).await;
    assert_eq!(done.leads_to(), GUARD);
    let held = server.operator().get("get-guard").await;
    let held = |member: &str| held.data()[member].clone();
    assert_eq!(held("modeLater"), "enforce");
    assert_eq!(held("changedFrom"), "monitor");
    let page = operator.get(GUARD).await;
    assert!(page.body.contains("changed here"));
    let late = operator
        .submit(&first, mode, &[("mode", "challenge")])
        .await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.body);
    let wrong = operator.submit(&first, mode, &[("mode", "loud")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = operator.get(mode).await;
    let back = operator.submit(&page, mode, &[("mode", "")]).await;
    assert_eq!(back.leads_to(), GUARD);
    let held = server.operator().get("get-guard").await;
    assert_eq!(held.data()["changedFrom"], json!(null));
    let acts = crate::audit::acts(&server).await;
    let of_mode = acts
        .iter()
        .filter(|act| act["target"]["name"] == "guard-conversion");
    assert_eq!(of_mode.count(), 2);
}

#[tokio::test]
async fn a_draft_is_tried_on_the_record_and_changes_nothing() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    for n in 1..=3 {
        let code = server.code(LOGIN, &number(n)).await;
        if n == 3 {
            assert!(server.app_server().accepts(&number(n), &code).await);
        }
    }
    let auditor = Person::of(&server, "auditor").await;
    let limit = "/console/limits/rules/app-day";
    let mut links = auditor.get(limit).await.attributes("href").into_iter();
    let from = links.rfind(|link| link.starts_with(REPLAY)).unwrap();
    let page = auditor.get(&from).await;
    let fields = page.fields(REPLAY);
    let (_, draft) = fields.iter().find(|(name, _)| name == "rules").unwrap();
    assert!(draft.contains("name = \"app-day\"") && draft.contains("max = 1000"));
    let stricter = draft.replace("max = 1000", "max = 1");
    let before = server.operator().list("list-sms-limits").await;
    let tried = auditor.submit(&page, REPLAY, &[("rules", &stricter)]).await;
    assert_eq!(tried.status, StatusCode::OK);
    let body = tried.body.replace('\n', "");
    let outcome = "<td><bdi>app-day</bdi></td><td><bdi>2</bdi></td><td><bdi>2</bdi></td><td><bdi>1 of 2</bdi></td>";
    assert!(body.contains(outcome), "{body}");
    assert!(tried.body.contains("max = 1</textarea>"), "the draft stays");
    assert_eq!(server.operator().list("list-sms-limits").await, before);
    for (field, value) in [
        ("rules", "[[limits]]\nname = 1"),
        ("days", "0"),
        ("days", "a"),
    ] {
        let wrong = auditor.submit(&page, REPLAY, &[(field, value)]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{value}");
        assert!(
            wrong.body.contains(&format!("id=\"{field}-error\"")),
            "{value}"
        );
    }
}

#[tokio::test]
async fn a_draft_is_shared_by_its_address_and_made_the_setting() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = Person::of(&server, "operator").await;
    let (adopt, day) = (format!("{REPLAY}/adopt"), "/console/limits/rules/app-day");
    let page = operator.get(&format!("{REPLAY}?limit=app-day")).await;
    let fields = page.fields(REPLAY);
    let (_, draft) = fields.iter().find(|(name, _)| name == "rules").unwrap();
    let stricter = format!("# tried\n{}", draft.replace("max = 1000", "max = 900"));
    let tried = operator
        .submit(&page, REPLAY, &[("rules", &stricter)])
        .await;
    let links = tried.attributes("href").into_iter();
    let shared = links
        .into_iter()
        .find(|link| link.starts_with(&format!("{REPLAY}?rules=")));
    let shared = shared
        .expect("an address to share")
        .replace("&amp;", "&")
        .replace("&#38;", "&");
    let auditor = Person::of(&server, "auditor").await;
    let seen = auditor.get(&shared).await;
    assert!(seen.body.contains("max = 900") && !seen.body.contains("# tried"));
    assert!(
        !seen.body.contains(&adopt),
        "an auditor tries, and changes nothing"
    );

    let limit = async || {
        let limits = server.operator().list("list-sms-limits").await;
        let limit = limits.into_iter().find(|limit| limit["name"] == "app-day");
        limit.unwrap()
    };
    let page = operator.get(&shared).await;
    assert!(
        page.body
            .contains("app-day: 900 in 24 hours (now 1000 in 24 hours)"),
        "{}",
        page.body
    );
    let done = operator.submit(&page, &adopt, &[("mode", "enforce")]).await;
    assert_eq!(done.leads_to(), day);
    assert_eq!(limit().await["max"], 900);
    assert_eq!(limit().await["mode"], "enforce");
    let late = operator.submit(&page, &adopt, &[("mode", "monitor")]).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.body);
    assert_eq!(limit().await["mode"], "enforce");
    let page = operator.get(&shared).await;
    let nothing = operator.submit(&page, &adopt, &[]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nothing.body.contains("id=\"adopted-error\""));
    let other = draft.replace("by = [\"application\"]", "by = [\"country\"]");
    let tried = operator.submit(&page, REPLAY, &[("rules", &other)]).await;
    assert!(!tried.body.contains(&adopt), "it counts something else");
}

#[tokio::test]
async fn the_page_of_limits_shows_the_fullest_buckets_and_what_was_refused_today() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let phone = number(1);
    for channel in ["CHANNEL_LOGIN", "CHANNEL_REGISTER", "CHANNEL_LOGIN"] {
        server.public().send_sms(channel, &phone).await;
    }
    let limit = json!({"name": "app-day", "max": 2, "mode": "enforce"});
    server.operator().set("set-sms-limit", limit).await;
    server.public().login(&number(2)).await;
    let support = Person::of(&server, "support").await;
    let page = support.get("/console/limits").await;
    let body = page.body.replace('\n', "");
    let (_, row) = body.split_once("/console/limits/rules/app-day\"").unwrap();
    let row = row.split("</tr>").next().unwrap();
    assert!(
        row.ends_with("<td><bdi>dev-app: 2 / 2</bdi></td><td><bdi>1</bdi></td>"),
        "{row}"
    );
    let (_, row) = body
        .split_once("/console/limits/rules/number-day\"")
        .unwrap();
    let row = row.split("</tr>").next().unwrap();
    assert!(row.contains("+86138****0001: 2 / 20"), "{row}");
    assert!(page.body.len() < 40 * 1024 && !page.body.contains(&phone[..9]));
    let rule = support.get("/console/limits/rules/app-day").await;
    assert!(rule.body.contains("<bdi>dev-app: 2 / 2</bdi>"));
    let now = server.operator().get("list-fullest-buckets").await;
    let limits = now.data()["limits"].as_array().unwrap().clone();
    let day = limits
        .iter()
        .find(|limit| limit["name"] == "app-day")
        .unwrap();
    assert_eq!(day["refused"], 1);
    assert_eq!(
        day["buckets"][0],
        json!({"shared": [{"part": "application", "value": "dev-app"}], "count": 2, "max": 2})
    );
    let minute = limits
        .iter()
        .find(|limit| limit["name"] == "minute")
        .unwrap();
    assert_eq!(minute["refused"], 1);
    let wrong = server
        .operator()
        .get("list-fullest-buckets?since=now")
        .await;
    assert_eq!(wrong.status(), 400);
    server.operator().create_application("shop", "Shop").await;
    let limited = Person::joined(&server, "support", "Wang", &["shop"]).await;
    let page = limited.get("/console/limits").await;
    assert!(!page.body.contains("dev-app") && !page.body.contains("****0001"));
}

#[tokio::test]
async fn the_pages_of_the_guard_speak_chinese() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    server.public().login(&number(1)).await;
    server.public().login(&number(1)).await;
    let block = json!({"kind": "prefix", "value": "+1415556"});
    server.operator().set("set-guard-block", block).await;
    let mut operator = Person::of(&server, "operator").await;
    operator.language = "zh-CN";
    let refusal = newest_refusal(&operator).await;
    for (address, says) in [
        (REFUSALS, "各规则的拒绝次数"),
        (refusal.as_str(), "被拒绝的发送"),
        (SAFE, "加入放行名单"),
        (GUARD, "一万个号码的号段 +1415556"),
        (REPLAY, "试算规则"),
        ("/console/limits/guard/mode", "防护的方式"),
        ("/console/limits", "当前最满"),
    ] {
        let page = operator.get(address).await;
        assert!(page.body.contains(says), "{address}: {}", page.body);
    }
}
