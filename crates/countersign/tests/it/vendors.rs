//! Vendors as they are set up: over a kill, after their route is deleted, and without a trace of their secrets.

use std::fs;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::actors::Public;
use crate::products::{Product, attempts};
use crate::sandbox::{Sandbox, nobody, until};
use crate::secrecy::holds;
use crate::server::{Server, folder};

/// The lists of everything that is set up, without the health of the vendors and the port of the server.
async fn set_up(server: &Server) -> [Vec<Value>; 3] {
    let operator = server.operator();
    let mut providers = operator.list("list-sms-providers").await;
    for provider in &mut providers {
        let shown = provider.as_object_mut().unwrap();
        shown.remove("receiptsUrl");
        let health = shown.remove("health");
        assert!(health.is_some(), "a provider cannot be used: {provider}");
    }
    let routes = operator.list("list-sms-routes").await;
    let templates = operator.list("list-sms-templates").await;
    [providers, routes, templates]
}

#[tokio::test]
async fn a_server_that_was_killed_comes_back_with_everything_that_is_set_up() {
    let (data, sandbox) = (folder(), Sandbox::start().await);
    let server = Server::start(data.path(), &["--quiet"]).await;
    for (n, product) in Product::ALL.into_iter().enumerate() {
        let name = format!("vendor-{n}");
        let operator = server.operator();
        operator
            .set_up_provider(&name, product, &sandbox.url, None)
            .await;
        let id = format!("app-{n}");
        operator.create_application_through(&id, &[&name]).await;
    }
    let text = json!({"channel": "CHANNEL_LOGIN", "text": "【Shop】{code} 是您的登录码"});
    server.operator().set("set-sms-template", text).await;
    let before = set_up(&server).await;
    for list in &before {
        assert!(list.len() >= 5, "{list:?}");
    }
    server.kill().await;

    let server = Server::start(data.path(), &["--quiet"]).await;
    assert_eq!(set_up(&server).await, before);
    for (n, product) in Product::ALL.into_iter().enumerate() {
        let (app, to) = (format!("app-{n}"), product.number(n));
        let status = Public::of(&server, &app).login(&to).await;
        assert_eq!(status, 200, "{product:?}");
        let messages = sandbox.messages(product.vendor(), &to).await;
        assert_eq!(messages.len(), 1, "{product:?}");
        if product == Product::ChuanglanText {
            let text = messages[0]["text"].as_str().unwrap();
            assert!(text.ends_with("是您的登录码"), "the template: {text}");
        }
    }
}

#[tokio::test]
async fn a_message_whose_route_was_deleted_goes_by_the_next_wider_route() {
    let (data, sandbox) = (folder(), Sandbox::start().await);
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    let vendors = [
        Product::Alibaba,
        Product::Tencent,
        Product::ChuanglanText,
        Product::Http,
    ];
    for product in vendors {
        let name = product.vendor();
        operator
            .set_up_provider(name, product, &sandbox.url, None)
            .await;
    }
    let app = operator
        .create_application_through("app", &["alibaba-cloud"])
        .await;
    // From the widest to the nearest, which is taken away first.
    let scopes = [
        (json!({}), "http"),
        (json!({"country": "CN"}), "chuanglan"),
        (json!({"appId": "app"}), "tencent-cloud"),
        (json!({"appId": "app", "country": "CN"}), "alibaba-cloud"),
    ];
    for (scope, name) in &scopes {
        let mut route = scope.clone();
        route["providers"] = json!([{"name": name}]);
        operator.set("set-sms-route", route).await;
    }
    for (n, (scope, name)) in scopes.iter().enumerate().rev() {
        let to = Product::Http.number(n);
        assert_eq!(app.public.login(&to).await, 200);
        let message = operator.timeline(&to).await;
        assert_eq!(attempts(&message), [(*name, "accepted")]);
        let used = json!({"name": name});
        let used = operator.post("delete-sms-provider", used).await;
        assert_eq!(used.codes(), (409, None), "it is in use: {used}");
        operator.set("delete-sms-route", scope.clone()).await;
        let again = operator.post("delete-sms-route", scope.clone()).await;
        assert_eq!(again.codes(), (404, None), "{again}");
    }
    let to = Product::Http.number(9);
    assert_eq!(app.public.login(&to).await, 200);
    assert_eq!(server.outbox(&to).await.len(), 1, "the development phone");
}

/// Values that must be found nowhere.
#[derive(Default)]
struct Secrets(Vec<String>);

impl Secrets {
    fn number(&mut self, to: &str) {
        let bare = to.trim_start_matches('+');
        let national = bare.strip_prefix("86").unwrap_or(bare);
        self.0.push(national.to_owned());
    }

    fn check(&self, bytes: &[u8], place: &str) {
        for secret in &self.0 {
            assert!(!holds(bytes, secret), "{place} holds {secret}");
        }
    }
}

/// Every answer of a vendor to a message.
const FAULTS: [&str; 11] = [
    "none",
    "bad_number",
    "throttle",
    "config_error",
    "content",
    "system_busy",
    "error_500",
    "garbage",
    "not_http",
    "half_body",
    "reset",
];

/// Sends through `product` with every fault, and receives the reports.
async fn misfortunes(
    server: Arc<Server>,
    sandbox: Arc<Sandbox>,
    n: usize,
    product: Product,
) -> Secrets {
    let (mut secrets, vendor) = (Secrets::default(), product.vendor());
    let name = format!("vendor-{n}");
    let path = server.operator().provider(&name).await["receiptsPath"].take();
    let url = format!("{}{}", server.url, path.as_str().unwrap());
    for (m, fault) in FAULTS.into_iter().enumerate() {
        sandbox.reports_to(vendor, &url, "duplicate").await;
        if fault != "none" {
            sandbox.fails_once(vendor, fault).await;
        }
        let to = product.number(1000 * n + m);
        let public = Public::of(&server, &name);
        let status = public.login(&to).await;
        assert!([200, 602].contains(&status), "{product:?} {fault}");
        public.login(&to).await;
        server.operator().timelines(&to).await;
        secrets.number(&to);
    }
    for garbage in ["{\"13812345678\"", "[13812345678]"] {
        let request = server.client().post(&url).body(garbage);
        request.send().await.unwrap();
    }
    secrets.number("13812345678");
    for name in ["wrong", "down"] {
        let (app, to) = (format!("{name}-{n}"), product.number(1000 * n + 900));
        assert!(Public::of(&server, &app).login(&to).await > 600);
        secrets.number(&to);
    }
    secrets
}

// shows: A10
#[tokio::test]
async fn a_server_with_failing_vendors_keeps_codes_secrets_and_numbers_out_of_logs_lists_and_files()
{
    let data = folder();
    let server = Arc::new(Server::start(data.path(), &["--quiet"]).await); // logs at TRACE
    let mut secrets = Secrets::default();
    let mut runs = JoinSet::new();
    let mut sandboxes = Vec::new();
    let nobody = nobody();
    for (n, product) in Product::ALL.into_iter().enumerate() {
        let sandbox = Arc::new(Sandbox::start().await);
        let wrong = Some(product.wrong_secret());
        let accounts = [
            (format!("vendor-{n}"), &sandbox.url, None),
            (format!("wrong-{n}"), &sandbox.url, wrong),
            (format!("down-{n}"), &nobody, None),
        ];
        for (name, url, secret) in accounts {
            let operator = server.operator();
            let shown = operator.set_up_provider(&name, product, url, secret).await;
            let (field, right) = product.secret();
            let secret = secret.unwrap_or(right);
            let hint = format!("...{}", &secret[secret.len() - 4..]);
            assert_eq!(shown["secrets"], json!({field: hint}));
            secrets.0.push(secret.to_owned());
            let app = operator.create_application_through(&name, &[&name]).await;
            secrets.0.push(app.secret);
        }
        let run = misfortunes(Arc::clone(&server), Arc::clone(&sandbox), n, product);
        runs.spawn(run);
        sandboxes.push(sandbox);
    }
    for run in runs.join_all().await {
        secrets.0.extend(run.0);
    }
    let mut taken = 0;
    for sandbox in sandboxes {
        let codes = sandbox.codes().await;
        until("two reports of each message", async || {
            (sandbox.reported().await.len() == 2 * codes.len()).then_some(())
        })
        .await;
        taken += codes.len();
        secrets.0.extend(codes);
    }
    // One message without a fault, and five that were taken and not answered.
    assert_eq!(taken, 6 * Product::ALL.len() + refused_again());

    for list in ["list-sms-providers", "list-sms-routes", "list-messages"] {
        let listed = server.operator().get(list).await;
        secrets.check(listed.body.as_bytes(), list);
    }
    // The path of a provider is a secret too: only the operator is shown it.
    for provider in server.operator().list("list-sms-providers").await {
        let path = provider["receiptsPath"].as_str().unwrap();
        secrets.0.push(path.rsplit('/').next().unwrap().to_owned());
    }
    let server = Arc::into_inner(server).unwrap();
    let logs = server.stop().await.stderr;
    assert!(logs.contains("answered"), "there are logs");
    secrets.check(logs.as_bytes(), "the log");
    for entry in fs::read_dir(data.path()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        secrets.check(&fs::read(&path).unwrap(), &name);
    }
}

/// A second send after a refusal, which gave the minute back, meets no fault any more.
const fn refused_again() -> usize {
    5 * Product::ALL.len()
}
