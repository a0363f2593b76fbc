//! The limits that ship with the product, in production, over hours that pass between two starts.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::actors::{App, AppServer, Operator, Public};
use crate::deployment::{Deployment, in_service};
use crate::server::{Server, number};
use crate::vendor::Vendor;

const CHANNELS: [&str; 11] = [
    "CHANNEL_LOGIN",
    "CHANNEL_REGISTER",
    "CHANNEL_RESET_PASSWORD",
    "CHANNEL_BIND_PHONE",
    "CHANNEL_UNBIND_PHONE",
    "CHANNEL_BIND_MFA",
    "CHANNEL_VERIFY_MFA",
    "CHANNEL_UNBIND_MFA",
    "CHANNEL_COMPLETE_PHONE",
    "CHANNEL_IDENTITY_VERIFICATION",
    "CHANNEL_DELETE_ACCOUNT",
];

/// A service in production that time passes for.
struct Service {
    deployment: Deployment,
    server: Option<Server>,
    app: App,
    vendor: Vendor,
}

impl Service {
    async fn start() -> Self {
        Self::start_with("").await
    }

    /// The service with this text in front of its settings.
    async fn start_with(settings: &str) -> Self {
        let deployment = Deployment::new();
        deployment.edit("[server]", &format!("{settings}\n[server]"));
        let (server, app, vendor) = in_service(&deployment).await;
        Self {
            deployment,
            server: Some(server),
            app,
            vendor,
        }
    }

    /// Starts the service again, so much later by its clock.
    async fn pass(&mut self, time: Duration) {
        if let Some(server) = self.server.take() {
            assert!(server.stop().await.status.success());
        }
        put_forward(&self.deployment.data().join("clock.json"), time);
        let server = self.deployment.serve(&[]).await;
        self.app = App {
            public: Public::of(&server, "shop"),
            server: AppServer::of(&server, "shop", &self.app.secret),
            secret: self.app.secret.clone(),
        };
        self.server = Some(server);
    }

    fn operator(&self) -> Operator {
        self.server.as_ref().unwrap().operator()
    }

    /// Asks for a code: whether it was sent.
    async fn send(&self, channel: &str, number: &str) -> bool {
        let answer = self.app.public.send_sms(channel, number).await;
        assert!([200, 429].contains(&answer.status()), "{answer}");
        answer.status() == 200
    }

    /// The limit that refused last.
    async fn refused_by(&self) -> String {
        let refusals = self.operator().list("list-refusals?limit=1").await;
        refusals[0]["limit"].as_str().unwrap().to_owned()
    }
}

/// Lets the clock of a data folder, which goes on where it stood, stand so much later.
fn put_forward(note: &Path, time: Duration) {
    let text = std::fs::read_to_string(note).unwrap();
    let mut clock: Value = serde_json::from_str(&text).unwrap();
    let booted = clock["bootedAt"].as_i64().unwrap();
    let later = i64::try_from(time.as_millis()).unwrap();
    clock["bootedAt"] = json!(booted + later);
    std::fs::write(note, clock.to_string()).unwrap();
}

const MINUTE: Duration = Duration::from_secs(61);

// shows: B2
#[tokio::test]
async fn a_number_waits_longer_for_each_further_code_of_a_channel_in_an_hour() {
    let mut service = Service::start().await;
    let (login, to) = ("CHANNEL_LOGIN", number(1));
    let seconds = Duration::from_secs;
    for (wait, sent) in [
        (0, true),
        (61, true),
        (61, true),
        (61, false), // 120 s after the third
        (60, true),
        (240, false), // 300 s after the fourth
        (61, true),
    ] {
        service.pass(seconds(wait)).await;
        assert_eq!(service.send(login, &to).await, sent, "{wait} s later");
    }
    service.pass(seconds(601)).await;
    assert!(!service.send(login, &to).await);
    assert_eq!(service.refused_by().await, "channel-hour");
    service.pass(seconds(3_600 - 1_100)).await;
    assert!(
        service.send(login, &to).await,
        "the first has left the hour"
    );
    assert_eq!(service.vendor.messages().len(), 6);
}

// shows: B2
#[tokio::test]
async fn a_verified_code_ends_the_longer_waits() {
    let mut service = Service::start().await;
    let to = number(1);
    for _ in 0..3 {
        assert!(service.send("CHANNEL_LOGIN", &to).await);
        service.pass(MINUTE).await;
    }
    assert!(!service.send("CHANNEL_LOGIN", &to).await);
    let messages = service.vendor.messages();
    let code = messages.last().unwrap()["code"].as_str().unwrap();
    assert!(service.app.server.accepts(&to, code).await);
    assert!(service.send("CHANNEL_LOGIN", &to).await);
}

// shows: B2, B3
#[tokio::test]
async fn a_number_gets_few_codes_a_minute_and_an_hour_over_channels_and_applications() {
    let mut service = Service::start().await;
    let to = number(1);
    let mut sent = 0;
    for (expected, limit) in [(5, "number-minute"), (8, "app-number-hour")] {
        for channel in CHANNELS {
            sent += usize::from(service.send(channel, &to).await);
        }
        assert_eq!(sent, expected);
        assert_eq!(service.refused_by().await, limit);
        service.pass(MINUTE).await;
    }
    let other = service
        .operator()
        .create_application_through("other", &["acme"])
        .await;
    service.app = other;
    for channel in CHANNELS {
        sent += usize::from(service.send(channel, &to).await);
    }
    assert_eq!(sent, 10);
    assert_eq!(service.refused_by().await, "number-hour");
    assert_eq!(service.vendor.messages().len(), 10);
}

// shows: B3, B13
#[tokio::test]
async fn a_number_that_is_flooded_for_a_day_gets_ten_messages_of_an_application_and_twenty_in_all()
{
    let mut service = Service::start().await;
    let to = number(1);
    let operator = service.operator();
    for id in ["second", "third"] {
        operator.create_application_through(id, &["acme"]).await;
    }
    let mut by_application = [0; 3];
    for _ in 0..11 {
        for (id, sent) in ["shop", "second", "third"].iter().zip(&mut by_application) {
            let public = Public::of(service.server.as_ref().unwrap(), id);
            for channel in CHANNELS {
                *sent += usize::from(public.send_sms(channel, &to).await.status() == 200);
            }
        }
        service.pass(Duration::from_secs(2 * 3_600)).await;
    }
    assert!(
        by_application.iter().all(|sent| *sent <= 10),
        "{by_application:?}"
    );
    assert_eq!(
        by_application.iter().sum::<usize>(),
        20,
        "{by_application:?}"
    );
    assert_eq!(service.vendor.messages().len(), 20);
}

// shows: B12
#[tokio::test]
async fn a_refused_send_lengthens_no_wait_and_counts_under_no_limit() {
    let mut service = Service::start().await;
    let to = number(1);
    assert!(service.send("CHANNEL_LOGIN", &to).await);
    service.pass(Duration::from_secs(20)).await;
    for _ in 0..30 {
        assert!(!service.send("CHANNEL_LOGIN", &to).await);
    }
    let refusals = service.operator().list("list-refusals?limit=1000").await;
    let ends = refusals.iter().map(|refusal| &refusal["nextAllowedAt"]);
    let ends: std::collections::BTreeSet<_> = ends.map(ToString::to_string).collect();
    assert_eq!(ends.len(), 1, "{ends:?}");
    service.pass(Duration::from_secs(41)).await;
    assert!(service.send("CHANNEL_LOGIN", &to).await);
    assert!(service.send("CHANNEL_REGISTER", &to).await);
    assert_eq!(service.vendor.messages().len(), 3);
}

/// A send to a number of its own from behind a trusted proxy: `statusCode` and `apiCode`.
async fn from(service: &Service, address: &str, n: usize) -> (u64, Option<u64>) {
    let body = json!({"channel": "CHANNEL_LOGIN", "phoneNumber": number(n * 1_000)});
    let headers = [("x-authing-app-id", "shop"), ("x-forwarded-for", address)];
    let server = service.server.as_ref().unwrap();
    let answer = server.post("send-sms", &headers, body.to_string()).await;
    answer.codes()
}

const SENT: (u64, Option<u64>) = (200, None);
const OF_THE_CALLER: (u64, Option<u64>) = (429, Some(2_990_004));

// shows: B8
#[tokio::test]
async fn the_addresses_of_one_ipv6_network_are_one_caller_and_a_mapped_address_is_that_of_ipv4() {
    let deployment = Deployment::new();
    deployment.edit("[server]", "[server]\ntrusted_proxies = [\"127.0.0.1\"]");
    let (server, app, vendor) = in_service(&deployment).await;
    let service = Service {
        deployment,
        server: Some(server),
        app,
        vendor,
    };
    for (name, max) in [("address-hour", 2), ("network-hour", 5)] {
        let change = json!({"name": name, "max": max});
        service.operator().set("set-sms-limit", change).await;
    }
    for (n, (address, expected)) in [
        ("2001:db8:1:1::1", SENT),
        ("2001:db8:1:1:ffff::2", SENT),
        ("2001:db8:1:1:1234:5678:9abc:def0", OF_THE_CALLER),
        ("2001:db8:1:2::1", SENT),
        ("2001:db8:1:3::1", SENT),
        ("2001:db8:1:4::1", SENT),
        ("2001:db8:1:5::1", OF_THE_CALLER), // five of the network of 48 bits
        ("2001:db8:2:1::1", SENT),
        ("192.0.2.7", SENT),
        ("::ffff:192.0.2.7", SENT),
        ("192.0.2.7", OF_THE_CALLER),
        ("::ffff:c000:207", OF_THE_CALLER),
        ("192.0.2.8", SENT),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(from(&service, address, n).await, expected, "{n}: {address}");
    }
}

// shows: D2
#[tokio::test]
async fn the_51st_send_of_a_day_to_a_calling_code_abroad_is_refused() {
    let settings = "[countries]\nallowed = [\"CN\", \"US\", \"CA\", \"HK\"]";
    let service = Service::start_with(settings).await;
    for n in 0..50 {
        let area = if n % 2 == 0 { 415 } else { 416 }; // the United States and Canada share +1
        let to = format!("+1{area}{}0132", 200 + n);
        assert!(service.send("CHANNEL_LOGIN", &to).await, "{to}");
    }
    assert!(!service.send("CHANNEL_LOGIN", "+14156660132").await);
    assert_eq!(service.refused_by().await, "calling-code-day");
    assert!(service.send("CHANNEL_LOGIN", "+85251234567").await);
    assert!(service.send("CHANNEL_LOGIN", &number(1)).await);
}
