//! The documents agree with the program.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use countersign_api::{Fault, Lang};
use countersign_core::code::CodeState;
use countersign_core::send::outcome::RefusalKind;
use countersign_core::template::lint::LintRule;
use countersign_sandbox::shown_faults;
use serde_json::Value;

use crate::answer::Answer;
use crate::server::{Server, folder};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The words between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .flat_map(|line| line.split('`').skip(1).step_by(2))
}

#[test]
fn each_path_that_architecture_md_names_exists() {
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
fn the_index_of_decisions_lists_each_of_them() {
    let index = read("docs/decisions/README.md");
    for entry in fs::read_dir(Path::new(ROOT).join("docs/decisions")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(
            name == "README.md" || index.contains(&name),
            "{name} is not in the list of decisions"
        );
    }
}

/// `docs/errors.md`, made from the table of faults.
fn errors() -> String {
    let mut text = "# Errors\n\n\
        Every answer is HTTP 200 with an envelope; these are the envelopes of failures, with the sentences in English\n\
        and Chinese (zh-TW and ja-JP exist too). `Retry-After` comes with 429 and 503. Codes of our own are from the block\n\
        2990000 to 2990099. This page is made from `crates/api/src/fault/`; `BLESS=1 cargo test documents` writes it anew.\n\n\
        [guides/answers.md](guides/answers.md) says what a program does after each of them.\n\n\
        After `unavailable` a check may have counted, and may have used the code up; a send sent nothing, and may have\n\
        taken its minute.\n\n\
        | case | statusCode | apiCode | message |\n|---|---|---|---|\n"
        .to_owned();
    for (name, fault) in Fault::samples() {
        let api_code = fault
            .api_code()
            .map(|code| code.to_string())
            .unwrap_or_default();
        let (en, zh) = (fault.message(Lang::EnUs), fault.message(Lang::ZhCn));
        text += &format!(
            "| {name} | {} | {api_code} | {en}<br>{zh} |\n",
            fault.status_code()
        );
    }
    text
}

#[test]
fn the_page_of_errors_lists_the_table_of_faults() {
    let path = Path::new(ROOT).join("docs/errors.md");
    #[expect(
        clippy::disallowed_methods,
        reason = "a switch for people who run this test"
    )]
    if std::env::var("BLESS").is_ok() {
        fs::write(&path, errors()).unwrap();
    }
    assert!(
        read("docs/errors.md") == errors(),
        "docs/errors.md is not what the table of faults says: BLESS=1 writes it anew"
    );
}

#[test]
fn the_guide_to_timelines_explains_each_word() {
    let guide = read("docs/guides/timeline.md");
    let states = [
        CodeState::Pending,
        CodeState::Live,
        CodeState::Used,
        CodeState::Exhausted,
        CodeState::Replaced,
        CodeState::Expired,
        CodeState::Void,
    ];
    let words = RefusalKind::ALL
        .map(RefusalKind::as_str)
        .into_iter()
        .chain(states.map(CodeState::as_str));
    for word in words {
        assert!(
            guide.contains(&format!("\n| `{word}` | ")),
            "docs/guides/timeline.md does not explain {word}"
        );
    }
}

#[test]
fn the_page_of_vendors_lists_each_lint_rule_with_its_severity() {
    let page = read("docs/providers.md");
    for rule in LintRule::ALL {
        let row = format!("| `{}` | {} | ", rule.as_str(), rule.severity().as_str());
        assert!(page.contains(&row), "docs/providers.md has no row {row}");
    }
}

#[test]
fn the_guide_to_the_sandbox_runs_each_fault() {
    let guide = read("docs/guides/sandbox.md");
    let table = shown_faults();
    let faults: Vec<_> = table
        .lines()
        .filter_map(|line| line.strip_prefix("  "))
        .filter(|row| !row.starts_with(' '))
        .filter_map(|row| row.split_whitespace().next())
        .filter(|word| *word != "FAULT")
        .collect();
    assert!(faults.len() > 10, "the table is there: {table}");
    for fault in faults {
        assert!(
            guide.contains(&format!("\nfault {fault} ")),
            "docs/guides/sandbox.md does not run {fault}"
        );
    }
}

/// The rows of a table of words and meanings, each row after `prefix`, without references such as ([`code::Code`]).
fn meanings(text: &str, prefix: &str) -> Vec<(String, String)> {
    let rows = text.lines().filter_map(|line| line.strip_prefix(prefix));
    rows.filter_map(|row| row.strip_suffix(" |")?.split_once(" | "))
        .map(|(word, meaning)| {
            let meaning = meaning.split(" ([`").next().unwrap_or_default();
            (word.to_owned(), meaning.to_owned())
        })
        .collect()
}

#[test]
fn the_glossary_has_the_meanings_of_the_code() {
    let code = meanings(&read("crates/core/src/lib.rs"), "//! | ");
    let page = meanings(&read("docs/glossary.md"), "| ");
    assert!(page.len() > 20, "the table is there: {page:?}");
    for row in page {
        assert!(
            code.contains(&row),
            "docs/glossary.md has a row that crates/core/src/lib.rs does not have: {row:?}"
        );
    }
}

#[tokio::test]
async fn the_openapi_document_describes_each_served_path() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let document: Value = serde_json::from_str(&server.get("/openapi.json").await.body).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let paths = document["paths"].as_object().unwrap();
    let others = paths.keys().filter(|path| !path.starts_with("/api/v3/"));
    let page = read("docs/api.md");
    for path in others {
        let path = path.replace("{appId}", "dev-app");
        let answer = server.get(&path).await;
        assert!(answer.http.is_success(), "{path}");
    }
    for (path, methods) in paths {
        let (method, operation) = methods.as_object().unwrap().iter().next().unwrap();
        let row = format!("{} {path}", method.to_uppercase());
        assert!(page.contains(&format!("`{row}`")), "{row}");
        for field in ["summary", "description", "operationId"] {
            assert!(
                operation[field]
                    .as_str()
                    .is_some_and(|text| !text.is_empty()),
                "{path} {field}"
            );
        }
        if !path.starts_with("/api/v3/") {
            continue; // no envelope
        }
        let url = format!("{}{path}", server.url);
        let method = method.to_uppercase().parse().unwrap();
        let served = server.client().request(method, url).send().await.unwrap();
        assert_ne!(Answer::read(served).await["statusCode"], 501, "{row}");
        let answer = &operation["responses"]["200"]["content"]["application/json"];
        for (name, example) in answer["examples"].as_object().unwrap() {
            let example = &example["value"];
            if path == "/api/v3/system" {
                assert_eq!(example.get("statusCode"), None, "{path} has no envelope");
                continue;
            }
            let (_, name) = name.split_once('_').unwrap();
            let fault = Fault::samples()
                .into_iter()
                .find(|(sample, _)| *sample == name);
            let expected = fault.map_or(200, |(_, fault)| fault.status_code());
            assert_eq!(example["statusCode"], expected, "{path} {name}");
        }
    }
}

#[tokio::test]
async fn the_reference_page_loads_only_assets_of_this_server() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let page = server.get("/docs/").await.body;
    assert!(page.contains("swagger-ui"), "{page}");
    let moved = server.get("/docs").await;
    assert_eq!(moved.body, page, "a browser is led to the page");
    for asset in page
        .split(['"', '\''])
        .filter(|word| word.ends_with(".js") || word.ends_with(".css"))
    {
        assert!(!asset.contains("//"), "{asset} is from elsewhere");
        let answer = server
            .get(&format!("/docs/{}", asset.trim_start_matches("./")))
            .await;
        assert!(answer.http.is_success(), "{asset}");
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.contains("script-src 'self';"), "{asset} {policy}");
    }
    assert_eq!(server.get("/docs/none.js").await.http, 404);
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
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["statusCode"], 200, "{answer}");
    assert_eq!(server.outbox("").await.len(), 1);
}

/// Adds the targets of all references in `value`.
fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str));
            members
                .values()
                .for_each(|member| references(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[tokio::test]
async fn the_openapi_document_has_the_schemas_that_it_refers_to_and_no_other() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let document: Value = serde_json::from_str(&server.get("/openapi.json").await.body).unwrap();
    let mut referred = BTreeSet::new();
    references(&document, &mut referred);
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let paths = schemas
        .keys()
        .map(|name| format!("#/components/schemas/{name}"));
    let known: Vec<_> = paths.collect();
    let known: BTreeSet<_> = known.iter().map(String::as_str).collect();
    assert_eq!(referred, known);
    assert!(known.len() > 90, "{}", known.len());
}
