//! Vendors under load: their shares, a slow one beside a quick one, and one that fails until it is given a rest.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::actors::Public;
use crate::products::{Product, attempts};
use crate::sandbox::{Sandbox, until};
use crate::server::{Server, folder};

/// How many messages one provider may have on their way to it.
const IN_FLIGHT: usize = 64;

/// A server with these providers, named as their kinds are.
async fn set(products: &[Product]) -> (tempfile::TempDir, Sandbox, Server) {
    let (data, sandbox) = (folder(), Sandbox::start().await);
    let server = Server::start(data.path(), &["--quiet"]).await;
    for product in products {
        let name = product.vendor();
        server
            .operator()
            .set_up_provider(name, *product, &sandbox.url, None)
            .await;
    }
    (data, sandbox, server)
}

fn to(n: usize) -> String {
    Product::Http.number(n)
}

#[tokio::test]
async fn a_weighted_route_gives_each_provider_its_share_and_each_message_one_call() {
    const SENDS: usize = 400;
    let (_data, sandbox, server) = set(&[Product::Http, Product::ChuanglanText]).await;
    let operator = server.operator();
    let app = operator.create_application("app", "Shop").await;
    let providers = json!([{"name": "http", "weight": 1}, {"name": "chuanglan", "weight": 3}]);
    let route = json!({"appId": "app", "providers": providers, "order": "weighted"});
    operator.set("set-sms-route", route).await;

    // No more at a time than one provider may have.
    let (places, mut sends) = (Arc::new(Semaphore::new(IN_FLIGHT / 2)), JoinSet::new());
    for n in 0..SENDS {
        let (places, public) = (Arc::clone(&places), app.public.clone());
        sends.spawn(async move {
            let _place = places.acquire().await.unwrap();
            public.login(&to(n)).await
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
    for message in operator.messages().await {
        assert_eq!(message.attempts.len(), 1, "{message:?}");
    }
}

// shows: F4
#[tokio::test]
async fn a_slow_vendor_delays_no_message_of_another_vendor() {
    const SLOW: usize = 200;
    const FAST: usize = 50;
    let (_data, sandbox, server) = set(&[Product::Http, Product::ChuanglanText]).await;
    let operator = server.operator();
    let create = async |id, providers: &[&str]| {
        let app = operator.create_application_through(id, providers).await;
        app.public
    };
    let slow = create("slow", &["http"]).await;
    let fast = create("fast", &["chuanglan"]).await;
    let both = create("both", &["http", "chuanglan"]).await;
    sandbox.delays("http", Duration::from_secs(5)).await;

    // The applications in the order of their answers, each with the `statusCode`.
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut sends = JoinSet::new();
    let mut send = |app: &'static str, public: &Public, n: usize| {
        let (public, order) = (public.clone(), Arc::clone(&order));
        sends.spawn(async move {
            let status = public.login(&to(n)).await;
            order.lock().unwrap().push((app, status));
        });
    };
    for n in 0..SLOW {
        send("slow", &slow, n);
    }
    // Messages beyond the limit of one provider are refused at once.
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
    assert_eq!(
        operator.provider("http").await["health"]["inFlight"],
        IN_FLIGHT
    );
    for n in SLOW..SLOW + FAST {
        send("fast", &fast, n);
    }
    send("both", &both, SLOW + FAST);
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
    let both = operator.timeline(&to(SLOW + FAST)).await;
    assert_eq!(
        attempts(&both),
        [("http", "busy"), ("chuanglan", "accepted")]
    );
    let health = &operator.provider("http").await["health"];
    assert_eq!(
        (&health["circuit"], &health["inFlight"]),
        (&json!("closed"), &json!(0))
    );
}

// shows: F4
#[tokio::test]
async fn a_vendor_that_fails_twenty_times_is_not_called_for_a_while() {
    const FAILURES: usize = 20;
    // Each number has a prefix of its own: the failures of one prefix have one vote.
    let to = |n: usize| to(10_000 * n);
    let (_data, sandbox, server) = set(&[Product::Http, Product::ChuanglanText]).await;
    let operator = server.operator();
    let app = operator.create_application_through("app", &["http"]).await;
    let providers = ["http", "chuanglan"];
    let both = operator
        .create_application_through("both", &providers)
        .await;
    sandbox.fails("http", "system_busy").await;
    let mut sends = JoinSet::new();
    for n in 0..FAILURES {
        let public = app.public.clone();
        sends.spawn(async move { public.login(&to(n)).await });
    }
    assert_eq!(sends.join_all().await, [602; FAILURES]);
    for n in FAILURES..FAILURES + 5 {
        assert_eq!(app.public.login(&to(n)).await, 601);
        let message = operator.timeline(&to(n)).await;
        assert_eq!(attempts(&message), [("http", "circuit_open")]);
        assert!(message.gave_back);
    }
    let n = FAILURES + 5;
    assert_eq!(both.public.login(&to(n)).await, 200);
    let message = operator.timeline(&to(n)).await;
    assert_eq!(
        attempts(&message),
        [("http", "circuit_open"), ("chuanglan", "accepted")]
    );
    assert_eq!(sandbox.calls("http").await, FAILURES as u64);
    assert_eq!(operator.provider("http").await["health"]["circuit"], "open");
    assert_eq!(
        operator.provider("chuanglan").await["health"]["circuit"],
        "closed"
    );
}

// shows: found-V7
#[tokio::test]
async fn numbers_of_one_prefix_that_a_vendor_refuses_close_it_for_nobody() {
    const REFUSED: usize = 30;
    let (_data, sandbox, server) = set(&[Product::Http]).await;
    let operator = server.operator();
    let app = operator.create_application_through("app", &["http"]).await;
    sandbox.fails("http", "throttle").await;
    let mut sends = JoinSet::new();
    for n in 0..REFUSED {
        let public = app.public.clone();
        sends.spawn(async move { public.login(&to(n)).await });
    }
    assert_eq!(sends.join_all().await, [602; REFUSED]);
    let health = &operator.provider("http").await["health"];
    assert_eq!(health["circuit"], "closed");
    assert_eq!(sandbox.calls("http").await, REFUSED as u64);

    // Those of several prefixes do: the vendor refuses more than these numbers.
    for prefix in 1..=2 {
        app.public.login(&to(10_000 * prefix)).await;
    }
    assert_eq!(operator.provider("http").await["health"]["circuit"], "open");
    assert_eq!(app.public.login(&to(50_000)).await, 601);
}
