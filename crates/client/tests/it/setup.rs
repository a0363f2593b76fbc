//! Setting up a client.

use std::time::Duration;

use countersign_client::{ErrorKind, Lang};

use super::*;

#[test]
fn a_client_with_settings_that_cannot_work_is_refused() {
    let host = "http://127.0.0.1:8480";
    for (builder, constraint) in [
        (
            client("127.0.0.1"),
            "app_host must be an http or https address such as https://sms.example.com",
        ),
        (client(host).app_id(" "), "app_id must be given"),
        (
            client(host).app_id("a\r\nx: y"),
            "app_id must be visible ASCII characters",
        ),
        (
            client(host).app_id("应用"),
            "app_id must be visible ASCII characters",
        ),
        (
            client(host).app_id("a:b"),
            "app_id must not hold a colon where a secret goes with it",
        ),
        (
            client(host).timeout(Duration::ZERO),
            "a time-out must be longer than no time",
        ),
        (
            client(host).connect_timeout(Duration::ZERO),
            "a time-out must be longer than no time",
        ),
        #[cfg(not(feature = "rustls"))]
        (
            client("https://localhost"),
            "https needs the feature `rustls` of countersign-client",
        ),
    ] {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert_eq!(error.to_string(), constraint);
        assert!(error.nothing_was_sent() && !error.is_timeout());
    }
}

#[test]
fn a_client_with_the_longest_time_out_does_not_panic() {
    for send in WAYS {
        let service = Service::start(Manner::Answer(200, "", r#"{"statusCode":200}"#));
        let patient = client(&service.url)
            .timeout(Duration::MAX)
            .connect_timeout(Duration::MAX);
        assert!(send(patient, sms()).unwrap().is_success());
    }
}

#[test]
fn a_client_shows_its_settings_and_no_secret_in_debug() {
    let builder = client("http://127.0.0.1:8480").lang(Lang::EnUs);
    let client = builder.clone().build().unwrap();
    for shown in [format!("{builder:?}"), format!("{client:?}")] {
        for word in ["dev-app", "127.0.0.1:8480", "EnUs", "10s", "3s"] {
            assert!(shown.contains(word), "{shown}");
        }
        for secret in ["dev-app-secret", "ZGV2LWFwc"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}

#[test]
fn clients_and_errors_are_send_and_sync() {
    fn anywhere<T: Send + Sync + 'static>() {}
    anywhere::<AuthenticationClient>();
    anywhere::<Error>();
    let client = client("http://127.0.0.1:8480").build().unwrap();
    let _: Box<dyn Future<Output = _> + Send> =
        Box::new(async move { client.send_sms(sms()).await });
}
