//! Vendors under load: their shares, a slow one beside a quick one, and one that fails until it is given a rest.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::products::{Product, attempts};
use crate::sandbox::{Sandbox, until};
use crate::server::{Server, folder};

/// How many messages one provider may have on their way to it.
const IN_FLIGHT: usize = 64;

/// A server with these providers, named as their kinds are.
async fn set(products: &[Product]) -> (tempfile::TempDir, Arc<Sandbox>, Arc<Server>) {
    let (data, sandbox) = (folder(), Sandbox::start().await);
    let server = Server::start(data.path(), &["--quiet"]).await;
    for product in products {
        let name = product.vendor();
        server.provider(name, *product, &sandbox.url, None).await;
    }
    (data, Arc::new(sandbox), Arc::new(server))
}

fn to(n: usize) -> String {
    Product::Http.number(n)
}

#[tokio::test]
async fn providers_get_their_shares_and_messages_one_call() {
    const SENDS: usize = 400;
    let (_data, sandbox, server) = set(&[Product::Http, Product::ChuanglanText]).await;
    server
        .set(
            "create-application",
            json!({"appId": "app", "appName": "Shop"}),
        )
        .await;
    let providers = json!([{"name": "http", "weight": 1}, {"name": "chuanglan", "weight": 3}]);
    let route = json!({"appId": "app", "providers": providers, "order": "weighted"});
    server.set("set-sms-route", route).await;

    // No more at a time than one provider may have.
    let (places, mut sends) = (Arc::new(Semaphore::new(IN_FLIGHT / 2)), JoinSet::new());
    for n in 0..SENDS {
        let (places, server) = (Arc::clone(&places), Arc::clone(&server));
        sends.spawn(async move {
            let _place = places.acquire().await.unwrap();
            server.login_as("app", &to(n)).await
        });
    }
    let statuses = sends.join_all().await;
    assert!(statuses.iter().all(|status| *status == 200));

    let (http, chuanglan) = (
        sandbox.calls("http").await,
        sandbox.calls("chuanglan").await,
    );
    assert_eq!(http + chuanglan, SENDS as u64, "one call for each message");
    // 100 are expected. By Hoeffding's inequality a share of a quarter is so far off once in 10^10 runs.
    assert!((30..=170).contains(&http), "{http} of {SENDS}");
    for message in server.operator().messages().await {
        assert_eq!(message.attempts.len(), 1, "{message:?}");
    }
}

#[tokio::test]
async fn a_slow_vendor_slows_nobody_else() {
    const SLOW: usize = 200;
    const FAST: usize = 50;
    let (_data, sandbox, server) = set(&[Product::Http, Product::ChuanglanText]).await;
    server.app("slow", &["http"]).await;
    server.app("fast", &["chuanglan"]).await;
    server.app("both", &["http", "chuanglan"]).await;
    sandbox.delays("http", Duration::from_secs(5)).await;

    // Who was answered, in the order of the answers.
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut sends = JoinSet::new();
    let mut send = |app: &'static str, n: usize| {
        let (server, order) = (Arc::clone(&server), Arc::clone(&order));
        sends.spawn(async move {
            let status = server.login_as(app, &to(n)).await;
            order.lock().unwrap().push((app, status));
        });
    };
    for n in 0..SLOW {
        send("slow", n);
    }
    // Those beyond the bulkhead hear at once that there is no room.
    let busy = SLOW - IN_FLIGHT;
    until("refusals for want of room", async || {
        (order.lock().unwrap().len() == busy).then_some(())
    })
    .await;
    assert!(
        order
            .lock()
            .unwrap()
            .iter()
            .all(|answer| *answer == ("slow", 601))
    );
    assert_eq!(server.shown("http").await["health"]["inFlight"], IN_FLIGHT);
    for n in SLOW..SLOW + FAST {
        send("fast", n);
    }
    send("both", SLOW + FAST);
    sends.join_all().await;

    let order = order.lock().unwrap().split_off(busy);
    let (first, last) = order.split_at(FAST + 1);
    assert!(
        first
            .iter()
            .all(|(app, status)| *app != "slow" && *status == 200),
        "{order:?}"
    );
    assert_eq!(last, vec![("slow", 200); IN_FLIGHT]);
    assert_eq!(sandbox.calls("http").await, IN_FLIGHT as u64);
    assert_eq!(sandbox.calls("chuanglan").await, FAST as u64 + 1);
    let both = server.timelines(&to(SLOW + FAST)).await;
    assert_eq!(
        attempts(&both[0]),
        [("http", "busy"), ("chuanglan", "accepted")]
    );
    let health = &server.shown("http").await["health"];
    assert_eq!(
        (&health["circuit"], &health["inFlight"]),
        (&json!("closed"), &json!(0))
    );
}

#[tokio::test]
async fn a_vendor_that_fails_is_given_a_rest() {
    const FAILURES: usize = 20;
    let (_data, sandbox, server) = set(&[Product::Http, Product::ChuanglanText]).await;
    server.app("app", &["http"]).await;
    server.app("both", &["http", "chuanglan"]).await;
    sandbox.fails("http", "system_busy").await;
    let mut sends = JoinSet::new();
    for n in 0..FAILURES {
        let server = Arc::clone(&server);
        sends.spawn(async move { server.login_as("app", &to(n)).await });
    }
    assert_eq!(sends.join_all().await, [602; FAILURES]);
    for n in FAILURES..FAILURES + 5 {
        let sent = server.send_as("app", "CHANNEL_LOGIN", &to(n)).await;
        assert_eq!(sent.status, 601, "{sent:?}");
        let message = &server.timelines(&to(n)).await[0];
        assert_eq!(attempts(message), [("http", "circuit_open")]);
        assert!(message.gave_back);
    }
    let n = FAILURES + 5;
    assert_eq!(server.login_as("both", &to(n)).await, 200);
    let message = &server.timelines(&to(n)).await[0];
    assert_eq!(
        attempts(message),
        [("http", "circuit_open"), ("chuanglan", "accepted")]
    );
    assert_eq!(sandbox.calls("http").await, FAILURES as u64);
    assert_eq!(server.shown("http").await["health"]["circuit"], "open");
    assert_eq!(
        server.shown("chuanglan").await["health"]["circuit"],
        "closed"
    );
}
