//! The page of the SMS service: what a person who asks for a code would get now, and the providers in their order.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::json;

use super::person::{Page, Person};
use crate::products::Product;
use crate::sandbox::{Sandbox, nobody, until};
use crate::server::{Server, folder, number};

const SMS: &str = "/console/sms";
const ROUTE: &str = "/console/sms/routes/edit";

/// A service whose route for every country names two vendors, Alibaba first.
async fn with_two(data: &std::path::Path, url: &str) -> Server {
    let server = Server::start(data, &["--quiet"]).await;
    let operator = server.operator();
    for (name, product) in [("aliyun", Product::Alibaba), ("tencent", Product::Tencent)] {
        operator.set_up_provider(name, product, url, None).await;
    }
    let providers = [json!({"name": "aliyun"}), json!({"name": "tencent"})];
    operator
        .set("set-sms-route", json!({"providers": providers}))
        .await;
    server
}

/// The part of the page about one half.
fn half(page: &Page, number: usize) -> &str {
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let start = format!("<h2 id=\"half-{number}\">");
    let (_, rest) = page.body.split_once(&start).unwrap();
    rest.split("</section>").next().unwrap()
}

/// The providers of the default route, in their order.
async fn order(server: &Server) -> Vec<String> {
    let routes = server.operator().list("list-sms-routes").await;
    let providers = routes[0]["providers"].as_array().unwrap().iter();
    providers
        .map(|provider| provider["name"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn the_first_line_of_each_half_says_what_a_user_would_get_now() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let support = Person::of(&server, "support").await;
    let page = support.get(SMS).await;
    for number in [1, 2] {
        assert!(half(&page, number).contains("Not set up: in development"));
    }
    let operator = server.operator();
    operator
        .set_up_provider("tencent", Product::Tencent, &nobody(), None)
        .await;
    let route = |country: &str| json!({"country": country, "providers": [{"name": "tencent"}]});
    operator.set("set-sms-route", route("CN")).await;
    operator.set("set-sms-route", route("JP")).await;
    let page = support.get(SMS).await;
    assert!(half(&page, 1).contains("Ready: tencent."));
    assert!(half(&page, 2).contains("Ready for Japan (+81). No route is set for others."));
    let template = json!({"provider": "tencent", "vendorTemplate": {"id": "", "variables": []}});
    operator.set("delete-sms-template", template).await;
    let bind = json!({
        "provider": "tencent", "channel": "CHANNEL_LOGIN",
        "vendorTemplate": {"id": "1400001", "signature": "Shop", "variables": ["{code}"]},
    });
    operator.set("set-sms-template", bind).await;
    let page = support.get(SMS).await;
    let home = half(&page, 1);
    assert!(
        home.contains("cannot be sent: no template at tencent."),
        "{home}"
    );
    assert!(
        !home.contains("Sign in,") && home.contains("Bind phone"),
        "{home}"
    );
    assert!(!home.contains("href"), "nothing that support may not see");
    let owner = Person::of(&server, "owner").await;
    let page = owner.get(SMS).await;
    assert!(half(&page, 1).contains("/console/templates/edit?"));
}

#[tokio::test]
async fn a_vendor_that_rests_is_told_until_when_and_the_next_one_works() {
    let (data, sandbox) = (folder(), Sandbox::start().await);
    let server = with_two(data.path(), &sandbox.url).await;
    let owner = Person::of(&server, "owner").await;
    let page = owner.get(SMS).await;
    assert!(half(&page, 1).contains("Ready: aliyun first, then tencent."));
    assert!(half(&page, 1).contains("By the route for every country."));
    // So many connections that fail within ten seconds open the circuit.
    let operator = server.operator();
    operator
        .set_up_provider("aliyun", Product::Alibaba, &nobody(), None)
        .await;
    for place in 0..25 {
        server.public().login(&number(place)).await;
    }
    let page = owner.get(SMS).await;
    let home = half(&page, 1);
    let (_, until) = home
        .split_once("Working through tencent: aliyun is resting until ")
        .unwrap_or_else(|| panic!("{home}"));
    let until = until.split('.').next().unwrap();
    assert_eq!(until.split(':').count(), 3, "{until}");
    assert!(home.contains("Rests after failures"));
}

#[tokio::test]
async fn a_provider_is_moved_up_and_down_by_the_buttons_of_one_form() {
    let data = folder();
    let server = with_two(data.path(), &nobody()).await;
    let owner = Person::of(&server, "owner").await;
    let first = owner.get(SMS).await;
    let moved = owner.submit(&first, ROUTE, &[("then", "up-1")]).await;
    assert_eq!(moved.leads_to(), SMS);
    assert_eq!(order(&server).await, ["tencent", "aliyun"]);
    let page = owner.get(SMS).await;
    assert!(half(&page, 1).contains("Ready: tencent first, then aliyun."));
    // Somebody who saw the page of before is shown both orders.
    let late = owner.submit(&first, ROUTE, &[("then", "up-1")]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(
        late.body.contains("dev-owner changed this at"),
        "{}",
        late.body
    );
    assert_eq!(order(&server).await, ["tencent", "aliyun"]);
    owner
        .submit(&page, ROUTE, &[("then", "up-1")])
        .await
        .leads_to();
    assert_eq!(order(&server).await, ["aliyun", "tencent"]);
    let auditor = Person::of(&server, "auditor").await;
    let page = auditor.get(SMS).await;
    assert!(!half(&page, 1).contains("<button"));
}

#[tokio::test]
async fn the_page_says_which_route_holds_and_why() {
    let data = folder();
    let server = with_two(data.path(), &nobody()).await;
    let operator = server.operator();
    operator.create_application("shop", "Shop").await;
    for (app, country) in [("", "JP"), ("shop", ""), ("shop", "US")] {
        let route = json!({"appId": app, "country": country, "providers": [{"name": "tencent"}]});
        operator.set("set-sms-route", route).await;
    }
    let auditor = Person::of(&server, "auditor").await;
    for (query, expected) in [
        (
            "app=&country=JP",
            "It goes through tencent. It names the country",
        ),
        (
            "app=&country=FR",
            "It goes through aliyun, tencent. No nearer route",
        ),
        (
            "app=shop&country=US",
            "It goes through tencent. It names application and country",
        ),
        (
            "app=shop&country=JP",
            "It goes through tencent. It names the application, and",
        ),
    ] {
        let page = auditor.get(&format!("{SMS}?{query}")).await;
        assert!(page.body.contains(expected), "{query}: {}", page.body);
    }
    let page = auditor.get(SMS).await;
    assert_eq!(page.body.matches("tencent</bdi></td>").count(), 3);
    for wrong in ["app=nobody&country=JP", "app=&country=XX"] {
        let page = auditor.get(&format!("{SMS}?{wrong}")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{wrong}");
    }
}

#[tokio::test]
async fn the_steps_of_the_setup_stay_until_a_message_has_arrived() {
    let (data, sandbox) = (folder(), Sandbox::start().await);
    let server = Server::start(data.path(), &["--quiet"]).await;
    let owner = Person::of(&server, "owner").await;
    let done = |page: &Page| {
        let (_, steps) = page.body.split_once("<ol class=\"steps\">")?;
        let steps = steps.split("</ol>").next().unwrap();
        Some(steps.matches("</svg> Done</span>").count())
    };
    assert_eq!(done(&owner.get(SMS).await), Some(0));
    let (operator, name) = (server.operator(), "tencent");
    let shown = operator
        .set_up_provider(name, Product::Tencent, &sandbox.url, None)
        .await;
    assert_eq!(done(&owner.get(SMS).await), Some(2), "account and words");
    let route = json!({"country": "CN", "providers": [{"name": name}]});
    operator.set("set-sms-route", route).await;
    let page = owner.get(SMS).await;
    assert_eq!(done(&page), Some(3));
    let test = format!("{SMS}/providers/{name}/test");
    assert!(page.attributes("href").contains(&test));
    let reports = format!("{}{}", server.url, shown["receiptsPath"].as_str().unwrap());
    sandbox
        .reports_to("tencent-cloud", &reports, "normal")
        .await;
    let page = owner.get(&test).await;
    let to = format!("+86{}", number(1));
    owner
        .submit(&page, &test, &[("number", &to)])
        .await
        .leads_to();
    until("the steps are gone", async || {
        // Messages are counted by a thread of low priority, which gives way to whoever asks for pages all the time.
        tokio::time::sleep(Duration::from_millis(500)).await;
        let page = owner.get(SMS).await;
        let home = half(&page, 1);
        let is_told = home.contains("Last delivered") && home.contains("1 sent, 100.0 % delivered");
        (done(&page).is_none() && is_told).then_some(())
    })
    .await;
}
