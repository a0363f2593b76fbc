//! The blocking client.

use super::*;

const SUCCESS: Manner = Manner::Answer(200, "", r#"{"statusCode":200}"#);

#[test]
fn a_blocking_client_works_and_is_dropped_inside_of_a_runtime() {
    let service = Service::start(SUCCESS);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let client = client(&service.url).build_blocking().unwrap();
        assert!(client.send_sms(sms()).unwrap().is_success());
    });
}

#[test]
fn many_threads_share_a_blocking_client() {
    let service = Service::start(SUCCESS);
    let client = client(&service.url).build_blocking().unwrap();
    std::thread::scope(|threads| {
        for _ in 0..8 {
            let client = client.clone();
            threads.spawn(move || {
                for _ in 0..10 {
                    assert!(client.send_sms(sms()).unwrap().is_success());
                }
            });
        }
    });
    assert_eq!(service.requests().len(), 80);
}
