//! What the documents say is so.

use std::fs;
use std::path::Path;

use crate::server::{Server, folder};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// What stands between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .flat_map(|line| line.split('`').skip(1).step_by(2))
}

#[test]
fn every_path_in_the_architecture_exists() {
    let text = read("ARCHITECTURE.md");
    let paths: Vec<_> = quoted(&text)
        .filter(|word| word.contains('/') && !word.contains([' ', ':', '*', '<']))
        .collect();
    let files: Vec<_> = paths
        .into_iter()
        .filter(|path| !path.starts_with('/'))
        .collect();
    assert!(files.len() > 20, "the table is there: {files:?}");
    for path in files {
        assert!(
            Path::new(ROOT).join(path).exists(),
            "ARCHITECTURE.md names {path}, which does not exist"
        );
    }
}

#[test]
fn every_decision_is_listed() {
    let index = read("docs/decisions/README.md");
    for entry in fs::read_dir(Path::new(ROOT).join("docs/decisions")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(
            name == "README.md" || index.contains(&name),
            "{name} is not in the list of decisions"
        );
    }
}

#[tokio::test]
async fn the_curl_in_the_readme_sends_a_code() {
    let text = read("README.md");
    let start = text
        .find("curl -s http://127.0.0.1:8480/api/v3/send-sms")
        .expect("a curl in the README");
    let command = text[start..].split("```").next().unwrap();
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let command = command.replace("http://127.0.0.1:8480", &server.url);
    let output = tokio::process::Command::new("sh")
        .args(["-c", &command])
        .output()
        .await
        .unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["statusCode"], 200, "{answer}");
    assert_eq!(
        server
            .get("/dev/outbox")
            .await
            .json::<Vec<serde_json::Value>>()
            .await
            .unwrap()
            .len(),
        1
    );
}
