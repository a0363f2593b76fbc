//! Checks that the example of the README is that of the crate countersign-demo, `examples/send.rs`, and works.

use super::*;

#[allow(dead_code)]
mod send {
    include!("../../../demo/examples/send.rs");

    pub(super) async fn run(app_host: &str) -> String {
        send_code(app_host, "18800008888").await.unwrap()
    }
}

fn read(name: &str) -> String {
    std::fs::read_to_string(format!("{}/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

#[test]
fn the_example_of_the_readme_is_the_one_of_the_demo() {
    let readme = read("README.md");
    let example = readme
        .split("```rust\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    assert!(read("../demo/examples/send.rs").contains(example));
}

#[tokio::test]
async fn the_example_sends_a_code_and_prints_the_outcome() {
    for (answer, said) in [
        (r#"{"statusCode":200,"message":"ok"}"#, "sent"),
        (
            r#"{"statusCode":429,"message":"Try again in 42 seconds."}"#,
            "not sent: Try again in 42 seconds.",
        ),
    ] {
        let service = Service::start(Manner::Answer(200, "", answer));
        assert_eq!(send::run(&service.url).await, said);
        assert_eq!(service.requests().len(), 1);
    }
}
