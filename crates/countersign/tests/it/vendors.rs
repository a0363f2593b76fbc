//! Vendors as they are set up: over a restart, without their route, and what never leaves the sealed store.

use std::fs;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::products::{Product, attempts};
use crate::sandbox::{Sandbox, nobody, until};
use crate::secrecy::holds;
use crate::server::{Server, folder};

/// The lists of everything that is set up, without how vendors do at the moment.
async fn set_up(server: &Server) -> [Value; 3] {
    let mut providers = server.listed("list-sms-providers").await;
    for provider in providers.as_array_mut().unwrap() {
        let health = provider.as_object_mut().unwrap().remove("health");
        assert!(health.is_some(), "a provider cannot be used: {provider}");
    }
    let routes = server.listed("list-sms-routes").await;
    let templates = server.listed("list-sms-templates").await;
    [providers, routes, templates]
}

#[tokio::test]
async fn what_is_set_up_outlives_a_crash() {
    let (data, sandbox) = (folder(), Sandbox::start().await);
    let server = Server::start(data.path(), &["--quiet"]).await;
    for (n, product) in Product::ALL.into_iter().enumerate() {
        let name = format!("vendor-{n}");
        server.provider(&name, product, &sandbox.url, None).await;
        server.app(&format!("app-{n}"), &[&name]).await;
    }
    let text = json!({"channel": "CHANNEL_LOGIN", "text": "【Shop】{code} 是您的登录码"});
    server.set("set-sms-template", text).await;
    let before = set_up(&server).await;
    for list in &before {
        assert!(list.as_array().unwrap().len() >= 5, "{list}");
    }
    server.kill().await;

    let server = Server::start(data.path(), &["--quiet"]).await;
    assert_eq!(set_up(&server).await, before);
    for (n, product) in Product::ALL.into_iter().enumerate() {
        let (app, to) = (format!("app-{n}"), product.number(n));
        assert_eq!(server.login_as(&app, &to).await, 200, "{product:?}");
        let messages = sandbox.messages(product.vendor(), &to).await;
        assert_eq!(messages.len(), 1, "{product:?}");
        if product == Product::ChuanglanText {
            let text = messages[0]["text"].as_str().unwrap();
            assert!(text.ends_with("是您的登录码"), "the template: {text}");
        }
    }
}

#[tokio::test]
async fn without_its_route_a_message_goes_the_next_wider_way() {
    let (data, sandbox) = (folder(), Sandbox::start().await);
    let server = Server::start(data.path(), &["--quiet"]).await;
    let vendors = [
        Product::Alibaba,
        Product::Tencent,
        Product::ChuanglanText,
        Product::Http,
    ];
    for product in vendors {
        let name = product.vendor();
        server.provider(name, product, &sandbox.url, None).await;
    }
    server.app("app", &["alibaba-cloud"]).await;
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
        server.set("set-sms-route", route).await;
    }
    for (n, (scope, name)) in scopes.iter().enumerate().rev() {
        let to = Product::Http.number(n);
        assert_eq!(server.login_as("app", &to).await, 200);
        let message = &server.timelines(&to).await[0];
        assert_eq!(attempts(message), [(*name, "accepted")]);
        let used = server
            .manage("delete-sms-provider", json!({"name": name}))
            .await;
        assert_ne!(used["statusCode"], 200, "it is in use: {used}");
        server.set("delete-sms-route", scope.clone()).await;
        let again = server.manage("delete-sms-route", scope.clone()).await;
        assert_eq!(again["statusCode"], 404, "{again}");
    }
    let to = Product::Http.number(9);
    assert_eq!(server.login_as("app", &to).await, 200);
    assert_eq!(server.outbox(&to).await.len(), 1, "the development phone");
}

/// What must not be found anywhere.
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

/// Everything that vendors may say to a message, and every report.
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

/// Sends through `product` with every fault, and hears the reports.
async fn misfortunes(
    server: Arc<Server>,
    sandbox: Arc<Sandbox>,
    n: usize,
    product: Product,
) -> Secrets {
    let (mut secrets, vendor) = (Secrets::default(), product.vendor());
    let name = format!("vendor-{n}");
    let path = server.shown(&name).await["receiptsPath"].take();
    let url = format!("{}{}", server.url, path.as_str().unwrap());
    for (m, fault) in FAULTS.into_iter().enumerate() {
        sandbox.reports_to(vendor, &url, "duplicate").await;
        if fault != "none" {
            sandbox.fails_once(vendor, fault).await;
        }
        let to = product.number(1000 * n + m);
        let status = server.login_as(&name, &to).await;
        assert!([200, 602].contains(&status), "{product:?} {fault}");
        server.login_as(&name, &to).await;
        server.timelines(&to).await;
        secrets.number(&to);
    }
    for garbage in ["{\"13812345678\"", "[13812345678]"] {
        let request = server.client().post(&url).body(garbage);
        request.send().await.unwrap();
    }
    secrets.number("13812345678");
    for name in ["wrong", "down"] {
        let (app, to) = (format!("{name}-{n}"), product.number(1000 * n + 900));
        assert!(server.login_as(&app, &to).await > 600);
        secrets.number(&to);
    }
    secrets
}

#[tokio::test]
async fn neither_codes_nor_secrets_nor_numbers_are_in_logs_lists_or_files() {
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
            let shown = server.provider(&name, product, url, secret).await;
            let (field, right) = product.secret();
            let secret = secret.unwrap_or(right);
            let hint = format!("...{}", &secret[secret.len() - 4..]);
            assert_eq!(shown["secrets"], json!({field: hint}));
            secrets.0.push(secret.to_owned());
            secrets.0.push(server.app(&name, &[&name]).await);
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
        let list_of = server.listed(list).await.to_string();
        secrets.check(list_of.as_bytes(), list);
    }
    // Who knows the path of a provider can report; the operator is shown it, and nobody else.
    for provider in server
        .listed("list-sms-providers")
        .await
        .as_array()
        .unwrap()
    {
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
