//! The forms of the console: what a person typed stays, secrets do not come back, and nobody overwrites what they have not seen.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::furnish;
use super::person::Person;
use crate::server::{Server, folder};

const ACME: &str = "/console/sms/providers/acme";

#[tokio::test]
async fn a_change_that_somebody_else_made_first_is_shown_and_not_overwritten() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    furnish(&server).await;
    let owner = Person::of(&server, "owner").await;
    let opened = owner.get(ACME).await;
    let other = owner
        .submit(&opened, ACME, &[("settings.region", "ap-singapore")])
        .await;
    assert_eq!(other.leads_to(), ACME);
    let late = owner
        .submit(&opened, ACME, &[("settings.region", "ap-beijing")])
        .await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.body.contains("<title>Error: "));
    assert!(
        late.body.contains("dev-owner changed this at 2"),
        "who was first: {}",
        late.body
    );
    assert!(
        late.body
            .contains("<td><bdi>ap-singapore</bdi></td><td><bdi>ap-beijing</bdi></td>"),
        "both versions: {}",
        late.body
    );
    let provider = server.operator().provider("acme").await;
    assert_eq!(provider["settings"]["region"], "ap-singapore");
    // Who has seen both may save.
    let again = owner.submit(&late, ACME, &[]).await;
    assert_eq!(again.leads_to(), ACME);
    let provider = server.operator().provider("acme").await;
    assert_eq!(provider["settings"]["region"], "ap-beijing");
}

#[tokio::test]
async fn a_secret_is_kept_changed_or_removed_and_never_shown() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    let account = json!({
        "name": "own", "kind": "http",
        "settings": {"url": "https://vendor.example/{to}/{text}"},
        "secrets": {"token": "the-first-token"},
    });
    operator.set("set-sms-provider", account).await;
    let owner = Person::of(&server, "owner").await;
    let own = "/console/sms/providers/own";
    let page = owner.get(own).await;
    assert!(!page.body.contains("the-first-token"));
    let secrets = async || operator.provider("own").await["secrets"].clone();
    owner.submit(&page, own, &[]).await.leads_to();
    assert_eq!(secrets().await, json!({"token": "..."}));
    let page = owner.get(own).await;
    let wrong = [
        ("secrets.token", "a-second-token"),
        ("settings.success", "no table"),
    ];
    let refused = owner.submit(&page, own, &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!refused.body.contains("a-second-token"));
    assert!(
        refused
            .body
            .contains("value=\"https://vendor.example/{to}/{text}\"")
    );
    assert!(refused.body.contains("id=\"settings-success-error\""));
    let mut fields = page.fields(own);
    fields.push(("remove.secrets.token".to_owned(), "1".to_owned()));
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    owner.post(own, &fields).await.leads_to();
    assert_eq!(secrets().await, json!({}));
}

#[tokio::test]
async fn a_provider_is_deleted_by_its_name_and_not_while_a_route_names_it() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    furnish(&server).await;
    let owner = Person::of(&server, "owner").await;
    let delete = format!("{ACME}/delete");
    let page = owner.get(&delete).await;
    let other = owner.submit(&page, &delete, &[("name", "acm")]).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    let used = owner.submit(&page, &delete, &[("name", "acme")]).await;
    assert_eq!(used.status, StatusCode::CONFLICT);
    let of_route = "/console/sms/routes/delete";
    let page = owner.get(&format!("{of_route}?app=&country=US")).await;
    let gone = owner.submit(&page, of_route, &[]).await;
    assert_eq!(gone.leads_to(), "/console/sms");
    let page = owner.get(&delete).await;
    let gone = owner.submit(&page, &delete, &[("name", "acme")]).await;
    assert_eq!(gone.leads_to(), "/console/sms");
    assert_eq!(owner.get(ACME).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_auditor_sees_a_form_and_has_nothing_to_send_it_with() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    furnish(&server).await;
    let auditor = Person::of(&server, "auditor").await;
    for address in [
        ACME,
        "/console/sms/routes/edit?app=&country=US",
        "/console/templates/edit?app=dev-app&channel=CHANNEL_LOGIN&language=en-US",
    ] {
        let page = auditor.get(address).await;
        assert_eq!(page.status, StatusCode::OK, "{address}");
        assert!(page.body.contains("<fieldset disabled>"), "{address}");
        assert!(!page.body.contains("receipts/"), "{address}");
        let (_, main) = page.body.split_once("<main").unwrap();
        assert!(!main.contains("<button"), "{address}");
    }
}

#[tokio::test]
async fn a_country_is_turned_off_and_on() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let owner = Person::of(&server, "owner").await;
    let countries = "/console/sms/countries";
    let china = "/console/sms/countries/CN";
    let page = owner.get(china).await;
    let off = [("then", "off"), ("note", "an attack")];
    let done = owner.submit(&page, china, &off).await;
    let page = owner.follow(&done).await;
    assert!(page.body.contains("an attack"), "{}", page.body);
    let list = owner.get(countries).await;
    assert!(list.body.contains("href=\"/console/sms/countries/CN\""));
    assert!(list.body.contains("</svg> Off</span>"), "{}", list.body);
    let refused = server
        .public()
        .send_sms("CHANNEL_LOGIN", "13800000001")
        .await;
    assert_ne!(refused.status(), 200);
    owner.submit(&page, china, &[("then", "watch")]).await;
    server.code("CHANNEL_LOGIN", "13800000001").await;
    let page = owner.get(china).await;
    assert!(
        page.body
            .contains("Sent while it is watched</dt><dd><bdi>1</bdi>")
    );
    let guard = owner.get("/console/limits/guard").await;
    assert!(
        guard.body.contains("decided here, sent 1"),
        "{}",
        guard.body
    );
    let listed = server.operator().list("list-sms-countries").await;
    let listed = listed.iter().find(|it| it["country"] == "CN").unwrap();
    assert_eq!(
        (&listed["state"], &listed["watched"]),
        (&json!("watch"), &json!(1))
    );
    owner.submit(&page, china, &[("then", "on")]).await;
    server.code("CHANNEL_LOGIN", "13800000002").await;
    let page = owner.get(china).await;
    assert!(!page.body.contains("Sent while it is watched"));
    let nowhere = owner.get("/console/sms/countries/XX").await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_country_is_searched_for_and_a_region_decided_on_at_once() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let owner = Person::of(&server, "owner").await;
    let (countries, find) = ("/console/sms/countries", "/console/sms/countries/find");
    let page = owner.get(countries).await;
    for (query, leads_to) in [
        ("Germany", "/console/sms/countries/DE"),
        ("+86", "/console/sms/countries/CN"),
        ("guinea", "/console/sms/countries?q=guinea"),
        ("", countries),
    ] {
        let found = owner.submit(&page, find, &[("q", query)]).await;
        assert_eq!(found.leads_to(), leads_to);
    }
    let found = owner.get("/console/sms/countries?q=guinea").await;
    assert_eq!(
        found.body.matches("href=\"/console/sms/countries/").count(),
        10,
        "six regions and four countries"
    );
    let number = owner.submit(&page, find, &[("q", "+8613800000001")]).await;
    assert_eq!(number.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(number.body.contains("id=\"q-error\""));

    let europe = "/console/sms/countries/regions/europe";
    let page = owner.get(europe).await;
    assert!(page.body.len() < 40 * 1024, "{}", page.body.len());
    let unsaid = owner.submit(&page, europe, &[("then", "off")]).await;
    assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unsaid.body.contains("id=\"all-error\""));
    let listed = async || server.operator().list("list-sms-countries").await;
    let off = |listed: &[Value]| {
        let off = listed.iter().filter(|country| country["state"] == "off");
        off.map(|country| country["region"].clone())
            .collect::<Vec<_>>()
    };
    assert!(off(&listed().await).is_empty());
    let filled = [("all", "1"), ("then", "off")];
    let done = owner.submit(&page, europe, &filled).await;
    assert_eq!(done.leads_to(), europe);
    let before = listed().await;
    let of_europe = before.iter().filter(|it| it["region"] == "europe").count();
    assert_eq!(off(&before), vec![json!("europe"); of_europe]);
    let list = owner.get(countries).await;
    assert!(list.body.len() < 40 * 1024, "{}", list.body.len());
    let mut chinese = Person::of(&server, "owner").await;
    chinese.language = "zh-CN";
    for (address, says) in [
        (countries, "按地区查看全部"),
        (europe, "欧洲"),
        ("/console/sms/countries/FR", "法国（+33）"),
    ] {
        let page = chinese.get(address).await;
        assert!(
            page.body.contains(says) && page.body.len() < 40 * 1024,
            "{address}"
        );
    }
}

#[tokio::test]
async fn a_limit_is_changed_and_taken_back() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    let owner = Person::of(&server, "owner").await;
    let day = "/console/limits/rules/app-day";
    let limit = async || {
        let limits = operator.list("list-sms-limits").await;
        let mut limits = limits.into_iter();
        limits.find(|limit| limit["name"] == "app-day").unwrap()
    };
    let before = limit().await["max"].clone();
    let page = owner.get(day).await;
    let wrong = owner
        .submit(&page, day, &[("max", "many"), ("windowSeconds", "")])
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("id=\"max-error\""));
    assert!(wrong.body.contains("id=\"windowSeconds-error\""));
    let saved = owner.submit(&page, day, &[("max", "7")]).await;
    assert_eq!(saved.leads_to(), "/console/limits");
    assert_eq!(limit().await["max"], 7);
    assert_eq!(limit().await["changed"], json!({"max": before}));
    let late = owner.submit(&page, day, &[("max", "8")]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    let reset = format!("{day}/reset");
    let page = owner.get(&reset).await;
    owner.submit(&page, &reset, &[]).await.leads_to();
    assert_eq!(limit().await["max"], before);
}

#[tokio::test]
async fn an_application_is_created_changed_and_given_a_new_secret_that_is_shown_once() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let owner = Person::of(&server, "owner").await;
    let new = "/console/new-application";
    let page = owner.get(new).await;
    let wrong = [("id", "no id"), ("allowedOrigins", "shop.example")];
    let wrong = owner.submit(&page, new, &wrong).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["appName", "id", "allowedOrigins"] {
        let error = format!("id=\"{field}-error\"");
        assert!(wrong.body.contains(&error), "{field}");
    }
    let filled = [
        ("appName", "Shop"),
        ("id", "shop"),
        ("allowedOrigins", "https://shop.example"),
    ];
    let created = owner.submit(&page, new, &filled).await;
    assert_eq!(created.status, StatusCode::OK);
    let first = created.text_of("secret").to_owned();
    let is_good = async |secret: &str| {
        let body = json!({"appId": "shop", "appSecret": secret});
        let answer = server
            .client()
            .post(format!("{}/api/v3/check-app-id-secret", server.url))
            .json(&body);
        let answer: serde_json::Value = answer.send().await.unwrap().json().await.unwrap();
        answer["statusCode"] == 200 && answer["data"]["valid"] == true
    };
    assert!(is_good(&first).await);
    let again = owner.submit(&page, new, &filled).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.body.contains("id=\"id-error\""));
    let shop = "/console/applications/shop";
    let page = owner.get(shop).await;
    assert!(!page.body.contains(&first));
    let other = [("appName", "Shop of ours")];
    owner.submit(&page, shop, &other).await.leads_to();
    let secret = format!("{shop}/secret");
    let page = owner.get(&secret).await;
    let renewed = owner
        .submit(&page, &secret, &[("overlapSeconds", "0")])
        .await;
    let second = renewed.text_of("secret").to_owned();
    assert!(is_good(&second).await && !is_good(&first).await);
    assert_eq!(renewed.headers["cache-control"], "no-store");
    let late = owner.submit(&page, &secret, &[]).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "once for a form");
}

#[tokio::test]
async fn the_overview_tells_what_needs_attention_and_leads_to_the_mend() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    furnish(&server).await;
    let owner = Person::of(&server, "owner").await;
    let page = owner.get("/console/overview").await;
    assert!(page.body.contains("no template at acme"), "{}", page.body);
    let mend =
        "/console/templates/edit?app=dev-app&channel=CHANNEL_LOGIN&provider=acme&kind=vendor";
    assert!(page.attributes("href").contains(&mend.to_owned()));
    let grid = owner.get("/console/templates").await;
    let missing = "</svg> Missing</span></a></td>";
    assert!(grid.body.contains(missing));
    let page = owner.get(mend).await;
    assert!(page.body.contains("Nothing is written here yet."));
    assert!(!page.body.contains("Nothing to improve."));
    let edit = "/console/templates/edit";
    let draft = [("vendorTemplate.id", "1400001"), ("then", "preview")];
    let judged = owner.submit(&page, edit, &draft).await;
    assert_eq!(judged.status, StatusCode::OK);
    assert!(
        judged.body.contains("class=\"findings\""),
        "no variable is {{code}}"
    );
    let template = [
        ("vendorTemplate.id", "1400001"),
        ("vendorTemplate.variables", "{code}"),
    ];
    let saved = owner.submit(&page, edit, &template).await;
    assert_eq!(saved.leads_to(), mend);
    let page = owner.get("/console/overview").await;
    assert!(!page.attributes("href").contains(&mend.to_owned()));
    let support = Person::of(&server, "support").await;
    let page = support.get("/console/overview").await;
    assert!(page.body.contains("no template at acme"));
    let leads = page.attributes("href").into_iter();
    assert_eq!(leads.filter(|link| link.contains("/templates/")).count(), 0);
}
