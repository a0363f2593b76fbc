//! `/metrics`: every metric is documented, and no caller makes new ones.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::json;

use crate::actors::Public;
use crate::deployment::{Deployment, free_port, in_service, watch};
use crate::ended::limit_files;
use crate::sandbox::until;
use crate::server::{Server, number};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/metrics.md");

/// By the name of each metric: the names of its labels.
type Metrics = BTreeMap<String, BTreeSet<String>>;

/// A deployment that is watched, and the port of the monitor.
fn watched() -> (Deployment, u16) {
    let (deployment, port) = (Deployment::new(), free_port());
    let limits = "[[limits]]\nname = \"app-day\"\nby = [\"application\"]\nwindow_seconds = 86400\nmax = 80\n\n";
    let monitor = format!("{limits}[server]\nmonitor_listen = \"127.0.0.1:{port}\"");
    deployment.edit("[server]", &monitor);
    (deployment, port)
}

async fn scrape(port: u16) -> String {
    let (status, text) = watch(port, "/metrics").await;
    assert_eq!(status, 200);
    text
}

/// The names of all series, with their labels and without their values.
fn series(scrape: &str) -> BTreeSet<&str> {
    let lines = scrape.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| Some(line.rsplit_once(' ')?.0))
        .collect()
}

/// The metrics of a scrape that have a series.
fn scraped(scrape: &str) -> Metrics {
    let mut metrics = Metrics::new();
    for name in series(scrape) {
        let (name, labels) = name.split_once('{').unwrap_or((name, ""));
        let parts = ["_bucket", "_count", "_sum"];
        let name = parts
            .iter()
            .find_map(|part| name.strip_suffix(part))
            .unwrap_or(name);
        let labels = labels
            .split("\",")
            .filter_map(|label| Some(label.split_once('=')?.0));
        let labels = labels.filter(|label| *label != "le").map(str::to_owned);
        metrics.entry(name.to_owned()).or_default().extend(labels);
    }
    metrics
}

/// The metrics that the page lists.
fn documented() -> Metrics {
    let page = fs::read_to_string(PAGE).unwrap();
    let rows = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `countersign_"));
    let row = |row: &str| {
        let mut cells = row.split('|');
        let name = cells.next().unwrap().trim_end().trim_end_matches('`');
        let labels = cells
            .next()
            .unwrap_or_default()
            .split('`')
            .skip(1)
            .step_by(2);
        (
            format!("countersign_{name}"),
            labels.map(str::to_owned).collect(),
        )
    };
    rows.map(row).collect()
}

/// Makes the service count everything that it counts.
async fn everything(server: &Server, port: u16) {
    let (operator, shop) = (server.operator(), Public::of(server, "shop"));
    assert_eq!(shop.login(&number(1)).await, 200);
    assert_eq!(shop.login(&number(1)).await, 429);
    shop.pre_check_code("CHANNEL_LOGIN", &number(1), "000000")
        .await;
    let path = operator.provider("acme").await["receiptsPath"].take();
    let url = format!("{}{}", server.url, path.as_str().unwrap());
    let report = json!({"to": number(1), "status": "delivered", "messageId": "1"});
    server
        .client()
        .post(&url)
        .json(&report)
        .send()
        .await
        .unwrap();
    server.client().post(&url).body("{").send().await.unwrap();
    assert_eq!(server.get("/api/v3/list-messages").await.status(), 401);
    limit_files(server, "1").await;
    until("a store that cannot write", async || {
        (watch(port, "/readyz").await.0 == 503).then_some(())
    })
    .await;
    limit_files(server, "unlimited").await;
}

#[tokio::test]
async fn the_page_of_metrics_lists_each_metric_with_its_labels() {
    let (deployment, port) = watched();
    let (server, _app, _vendor) = in_service(&deployment).await;
    everything(&server, port).await;
    let (scraped, mut documented) = (scraped(&scrape(port).await), documented());
    // A service that does not speak TLS has no certificate.
    documented.remove("countersign_tls_certificate_expiry_timestamp_seconds");
    assert_eq!(scraped, documented, "docs/metrics.md");
    server.stop().await;
}

#[tokio::test]
async fn callers_who_send_odd_names_make_no_new_series() {
    let (deployment, port) = watched();
    let (server, app, _vendor) = in_service(&deployment).await;
    let flood = async |names: std::ops::Range<usize>| {
        for n in names {
            let odd = format!("odd-{n}");
            Public::of(&server, &odd).login(&number(n)).await;
            app.public.send_sms(&odd, &number(n)).await;
            app.public.login(&format!("not a number {n}")).await;
            for path in [
                format!("/api/v3/{odd}"),
                format!("/{odd}/{n}"),
                format!("/receipts/{odd}"),
            ] {
                server.get(&path).await;
            }
            let token = [("authorization", &*format!("Bearer {odd}"))];
            server.post("list-messages", &token, "{}").await;
            server
                .post(
                    "send-sms",
                    &[("x-authing-app-id", &odd), ("x-authing-lang", &odd)],
                    "{",
                )
                .await;
        }
    };
    flood(0..3).await;
    let before = scrape(port).await;
    flood(3..40).await;
    let after = scrape(port).await;
    assert_eq!(series(&before), series(&after));
    let odd: Vec<_> = after.lines().filter(|line| line.contains("odd-")).collect();
    assert!(odd.is_empty(), "{odd:?}");
    server.stop().await;
}

// shows: D3
#[tokio::test]
async fn the_part_of_a_quota_that_is_used_is_that_of_the_application_with_the_most_sends() {
    let (deployment, port) = watched();
    let (server, app, _vendor) = in_service(&deployment).await;
    let other = server
        .operator()
        .create_application_through("other", &["acme"])
        .await;
    for n in 0..20 {
        assert_eq!(app.public.login(&number(100 * n)).await, 200);
    }
    for n in 20..30 {
        assert_eq!(other.public.login(&number(100 * n)).await, 200);
    }
    let scrape = scrape(port).await;
    let quota = "countersign_quota_used_ratio{limit=\"app-day\"} 0.25";
    assert!(scrape.lines().any(|line| line == quota), "{scrape}");
}
