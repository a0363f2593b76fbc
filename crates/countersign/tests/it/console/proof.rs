//! Fresh proofs: acts that need one are done only by somebody who has proved lately who it is.

use std::collections::BTreeSet;
use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::person::Page;
use super::service::{Browser, Joined, PASSWORD, Service, code};
use super::{crawl, decide, pattern};
use crate::audit::acts;
use crate::server::Server;

/// The time after which a proof is not fresh any more, and a session still is alive.
const LATER: Duration = Duration::from_secs(6 * 60);

const CONFIRM: &str = "/console/confirm";

/// A draft that makes a limit stricter.
const STRICTER: &str =
    "[[limits]]\nname = \"app-day\"\nby = [\"application\"]\nwindow_seconds = 86400\nmax = 500\n";

/// The pages and files that need a fresh proof, since they show or give away what a stolen session must not have, as far as they are
/// linked where there is no message.
const SHOWN: [&str; 3] = [
    "/console/audit.jsonl",
    "/console/me/factor",
    "/console/overview.csv",
];

/// Fields of a form, and what a person enters.
type Fields = Vec<(&'static str, &'static str)>;

/// An act that needs a fresh proof.
struct Act {
    /// The page with its form.
    page: String,
    /// The address of the form.
    action: String,
    /// What a person enters where the act needs the proof.
    needs: Fields,
    /// What a person enters where it does not; `None` where it always does.
    free: Option<Fields>,
}

/// The ids of what was set up.
struct Ids {
    safe: String,
    key: String,
    person: String,
}

/// Every act that needs a fresh proof, in an order in which each succeeds: the other half of the table in
/// `crates/countersign/src/console/mod.rs`.
fn table(ids: &Ids) -> Vec<Act> {
    let on = |page: &str, action: &str, needs: Fields, free: Option<Fields>| Act {
        page: page.to_owned(),
        action: action.to_owned(),
        needs,
        free,
    };
    let at = |address: &str, needs, free| on(address, address, needs, free);
    let url = ("settings.url", "https://vendor.example/{to}/{text}");
    let staff = "/console/settings/staff";
    let of_person = |act: &str| format!("{staff}/{}/{act}", ids.person);
    vec![
        at(
            "/console/sms/kinds/http",
            vec![("name", "own"), url, ("secrets.token", "t0p-s3cret")],
            Some(vec![("name", "plain"), url]),
        ),
        at(
            "/console/sms/providers/acme",
            vec![("secrets.secret_key", "an-other-secret")],
            Some(vec![("settings.region", "ap-singapore")]),
        ),
        at(
            "/console/sms/routes/new",
            vec![("country", "US"), ("providers", "acme")],
            Some(vec![("providers", "acme")]),
        ),
        at(
            "/console/sms/countries/MX",
            vec![("then", "watch")],
            Some(vec![("then", "off")]),
        ),
        at(
            "/console/sms/countries/regions/south-america",
            vec![("all", "1"), ("then", "on")],
            Some(vec![("all", "1"), ("then", "off")]),
        ),
        at(
            "/console/limits/rules/app-day",
            vec![("max", "4000000")],
            Some(vec![("max", "999")]),
        ),
        on(
            "/console/limits/replay?limit=app-day",
            "/console/limits/replay/adopt",
            vec![("mode", "monitor")],
            Some(vec![("rules", STRICTER)]),
        ),
        at("/console/limits/rules/app-burst/reset", vec![], None),
        at(
            "/console/limits/safe",
            vec![("kind", "prefix"), ("value", "+1415555"), ("note", "tests")],
            None,
        ),
        at(
            &format!("/console/limits/safe/{}/remove", ids.safe),
            vec![],
            None,
        ),
        at(
            "/console/limits/guard/mode",
            vec![("mode", "monitor")],
            Some(vec![("mode", "enforce")]),
        ),
        at(
            "/console/limits/guard",
            vec![
                ("kind", "prefix"),
                ("value", "+1415556"),
                ("mode", "monitor"),
            ],
            Some(vec![("kind", "prefix"), ("value", "+1415558")]),
        ),
        at(
            "/console/limits/guard/lift?app=&kind=prefix&value=%2B1415556",
            vec![],
            None,
        ),
        at(
            "/console/new-application",
            vec![("appName", "Another"), ("id", "another")],
            None,
        ),
        at(
            "/console/applications/shop",
            vec![("backends", "203.0.113.7")],
            Some(vec![("appName", "Shop of ours")]),
        ),
        at("/console/applications/shop/secret", vec![], None),
        at("/console/applications/old/enable", vec![], None),
        at(
            "/console/applications/shop/limits/app-day",
            vec![("max", "5000000")],
            Some(vec![("max", "7")]),
        ),
        at("/console/settings/access-keys", vec![], None),
        at(
            &format!("/console/settings/access-keys/{}/delete", ids.key),
            vec![],
            None,
        ),
        at("/console/settings/signing-keys", vec![], None),
        at(
            "/console/settings/test-numbers",
            vec![
                ("number", "+86 138 0000 0091"),
                ("secrets.passCode", "424242"),
            ],
            None,
        ),
        at(
            "/console/settings/erasure",
            vec![("number", "+86 138 0000 0092"), ("note", "request 4711")],
            None,
        ),
        at(staff, vec![("name", "Wu"), ("role", "support")], None),
        on(
            staff,
            &of_person("role"),
            vec![("new-role", "auditor")],
            None,
        ),
        on(staff, &of_person("reset"), vec![], None),
        on(staff, &of_person("remove"), vec![], None),
    ]
}

/// Sets up what the acts are about.
async fn set_up(server: &Server) -> Ids {
    let operator = server.operator();
    let account = json!({
        "name": "acme", "kind": "tencent-cloud",
        "settings": {"secret_id": "AKIDexample", "sdk_app_id": "1400006666"},
        "secrets": {"secret_key": "example-secret-key"},
    });
    operator.set("set-sms-provider", account).await;
    operator.create_application("shop", "Shop").await;
    operator.create_application("old", "Old").await;
    let old = json!({"appId": "old"});
    operator.set("disable-application", old).await;
    let off = json!({"countries": ["MX", "BR"], "state": "off"});
    operator.set("set-sms-countries", off).await;
    let limit = json!({"name": "app-burst", "max": 1});
    operator.set("set-sms-limit", limit).await;
    decide(&operator).await;
    let made = operator.set("create-access-key", json!({})).await;
    let text = |value: &Value, member: &str| value[member].as_str().unwrap().to_owned();
    let invited = json!({"role": "support", "name": "Wang"});
    operator.set("invite-staff", invited).await;
    let staff = operator.list("list-staff").await;
    let wang = staff.iter().find(|person| person["name"] == "Wang");
    let safe = operator.list("list-safe-entries").await;
    Ids {
        safe: text(&safe[0], "id"),
        key: text(&made, "accessKeyId"),
        person: text(wang.unwrap(), "personId"),
    }
}

/// A service in which everything is set up, and an owner who has proved nothing for a while.
async fn long_signed_in() -> (Service, Browser, Joined, Ids) {
    let service = Service::start().await;
    let (browser, joined) = service.joined("owner", "Lin").await;
    let ids = set_up(&service.server).await;
    let service = service.restart_after(LATER).await;
    (service, browser, joined, ids)
}

fn is_led_to_proof(page: &Page) -> bool {
    page.status == StatusCode::SEE_OTHER && page.leads_to().starts_with(CONFIRM)
}

async fn send(browser: &mut Browser, act: &Act, fields: &Fields) -> Page {
    let page = browser.get(&act.page).await;
    assert_eq!(page.status, StatusCode::OK, "{}: {}", act.page, page.body);
    browser.submit(&page, &act.action, fields).await
}

/// Proves who it is, and returns the address of the page that the person is led back to.
async fn prove(browser: &mut Browser, led: &Page, proof: &str) -> Page {
    let page = browser.get(led.leads_to()).await;
    browser.submit(&page, CONFIRM, &[("proof", proof)]).await
}

// shows: G8
#[tokio::test]
async fn every_act_of_the_table_needs_a_fresh_proof_and_passes_with_one() {
    let (service, mut lin, joined, ids) = long_signed_in().await;
    let table = table(&ids);
    let before = acts(&service.server).await;
    for act in &table {
        let page = send(&mut lin, act, &act.needs).await;
        assert!(is_led_to_proof(&page), "{}: {}", act.action, page.body);
    }
    assert_eq!(acts(&service.server).await, before, "nothing was done");

    // Nothing else asks for a proof, even where what is sent is empty.
    let always = table.iter().filter(|act| act.free.is_none());
    let always: BTreeSet<_> = always.map(|act| pattern(&act.action)).collect();
    let mut shown = BTreeSet::new();
    let found = crawl(async |address: &str| {
        let page = lin.get(address).await;
        if !is_led_to_proof(&page) {
            return page;
        }
        shown.insert(pattern(address));
        Page {
            status: StatusCode::OK,
            ..page
        }
    })
    .await;
    assert_eq!(shown, SHOWN.map(str::to_owned).into());
    let posts = found.iter().filter(|((method, _), _)| method == "POST");
    for ((_, pattern), address) in posts {
        if ["/console/sign-out", CONFIRM].contains(&pattern.as_str()) {
            continue;
        }
        // Of the people, the one whose sessions may end.
        let address = match pattern.as_str() {
            "/console/settings/staff/{id}/sessions" => &pattern.replace("{id}", &ids.person),
            _ => address,
        };
        let page = lin.post(address, &[]).await;
        assert_eq!(
            is_led_to_proof(&page),
            always.contains(pattern),
            "{address}"
        );
    }
    for act in &table {
        if let Some(free) = &act.free {
            let page = send(&mut lin, act, free).await;
            assert!(!is_led_to_proof(&page), "{}", act.action);
            assert_eq!(
                page.status,
                StatusCode::SEE_OTHER,
                "{}: {}",
                act.action,
                page.body
            );
        }
    }

    let led = lin.post("/console/settings/access-keys", &[]).await;
    prove(&mut lin, &led, &code(&joined.totp, 1))
        .await
        .leads_to();
    for act in &table {
        let page = send(&mut lin, act, &act.needs).await;
        assert!(!is_led_to_proof(&page), "{}", act.action);
        let is_done = [StatusCode::SEE_OTHER, StatusCode::OK].contains(&page.status);
        assert!(is_done, "{}: {} {}", act.action, page.status, page.body);
    }
}

// shows: G8
#[tokio::test]
async fn a_file_is_given_after_a_proof_that_leads_back_to_the_page_with_its_link() {
    let (service, mut lin, joined, _) = long_signed_in().await;
    let before = acts(&service.server).await;
    let led = lin.get("/console/messages.csv?range=7d").await;
    assert_eq!(
        led.leads_to(),
        "/console/confirm?next=%2Fconsole%2Fmessages%3Frange%3D7d"
    );
    assert_eq!(acts(&service.server).await, before, "GET changes nothing");
    let right = prove(&mut lin, &led, &joined.codes[0]).await;
    assert_eq!(right.leads_to(), "/console/messages?range=7d");
    let table = lin.get("/console/messages.csv?range=7d").await;
    assert_eq!(table.status, StatusCode::OK);
    assert!(table.body.starts_with("decidedAt,"), "{}", table.body);
}

// shows: G8
#[tokio::test]
async fn a_form_comes_back_filled_after_the_proof_without_its_secrets() {
    const OWN: &str = "/console/sms/kinds/http";
    let (service, mut lin, joined, _) = long_signed_in().await;
    let page = lin.get(OWN).await;
    let filled = [
        ("name", "own"),
        ("settings.url", "https://vendor.example/{to}/{text}"),
        ("secrets.token", "t0p-s3cret"),
    ];
    let led = lin.submit(&page, OWN, &filled).await;
    assert_eq!(
        led.leads_to(),
        "/console/confirm?next=%2Fconsole%2Fsms%2Fkinds%2Fhttp"
    );
    let wrong = prove(&mut lin, &led, "000000").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("<title>Error: Confirm that it is you"));
    assert!(wrong.text_of("proof-error").contains("This code is wrong"));
    assert!(
        is_led_to_proof(&lin.submit(&page, OWN, &filled).await),
        "not by a wrong code"
    );
    let right = prove(&mut lin, &led, &joined.codes[0]).await;
    assert_eq!(right.leads_to(), OWN);
    let page = lin.get(OWN).await;
    assert!(page.body.contains("without secrets and phone numbers"));
    assert!(!page.body.contains("t0p-s3cret"));
    let fields = page.fields(OWN);
    let value = |name: &str| {
        let field = fields.iter().find(|(field, _)| field == name);
        field.map(|(_, value)| value.as_str())
    };
    assert_eq!(value("name"), Some("own"));
    assert_eq!(value("settings.url"), Some(filled[1].1));
    assert_eq!(value("secrets.token"), Some(""));
    let once = lin.get(OWN).await;
    assert!(!once.body.contains("vendor.example/{to}"), "once");
    let made = lin
        .submit(&page, OWN, &[("secrets.token", "t0p-s3cret")])
        .await;
    assert_eq!(made.leads_to(), "/console/sms/providers/own");
    let stopped = service.server.stop().await;
    assert!(!stopped.stderr.contains("t0p-s3cret"));
}

#[tokio::test]
async fn a_form_that_comes_back_names_the_version_that_the_person_saw() {
    const SHOP: &str = "/console/applications/shop";
    let (service, mut lin, joined, _) = long_signed_in().await;
    let page = lin.get(SHOP).await;
    let filled = [("backends", "203.0.113.7"), ("appName", "Mine")];
    let led = lin.submit(&page, SHOP, &filled).await;
    let theirs = json!({"appId": "shop", "appName": "Theirs"});
    service
        .server
        .operator()
        .set("update-application", theirs)
        .await;
    let right = prove(&mut lin, &led, &code(&joined.totp, 1)).await;
    assert_eq!(right.leads_to(), SHOP);
    let page = lin.get(SHOP).await;
    let late = lin.submit(&page, SHOP, &[]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(
        late.body.contains("The command line changed this at 2"),
        "{}",
        late.body
    );
    assert!(
        late.body
            .contains("<td><bdi>Theirs</bdi></td><td><bdi>Mine</bdi></td>")
    );
}

// shows: G8
#[tokio::test]
async fn somebody_without_a_second_factor_proves_itself_by_the_password_and_not_without_end() {
    let service = Service::start().await;
    let mut wang = service.joined_by_password("auditor", "Wang").await;
    let page = wang.get(CONFIRM).await;
    assert!(page.body.contains("autocomplete=\"current-password\""));
    let wrong = wang
        .submit(&page, CONFIRM, &[("proof", "not my password")])
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let right = [("proof", PASSWORD), ("next", "//evil.example")];
    let right = wang.submit(&page, CONFIRM, &right).await;
    assert_eq!(right.leads_to(), "/console/overview", "to no other site");
    for _ in 0..9 {
        wang.submit(&page, CONFIRM, &[("proof", "not my password")])
            .await;
    }
    let last = wang
        .submit(&page, CONFIRM, &[("proof", "not my password")])
        .await;
    let many = wang.submit(&page, CONFIRM, &[("proof", PASSWORD)]).await;
    assert_eq!(
        many.status,
        StatusCode::TOO_MANY_REQUESTS,
        "{} {}",
        last.status,
        many.body
    );
    assert!(many.text_of("proof-error").contains("too many tries"));
}
