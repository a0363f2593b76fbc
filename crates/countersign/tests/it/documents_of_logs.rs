//! `docs/logging.md` lists every line of the log at `info` and above, with its fields.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// The line of every request has a table of its own.
const OF_REQUESTS: &str = "answered";

/// A line of the log: level, message, and the names of its fields.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Event {
    level: String,
    message: String,
    fields: BTreeSet<String>,
}

/// The Rust files below `folder`, without those of tests.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let rust = files
        .into_iter()
        .filter(|path| path.extension().is_some_and(|end| end == "rs"));
    rust.chain(folders.iter().flat_map(|folder| sources(folder)))
        .collect()
}

/// The events that a file makes outside its tests.
fn events(text: &str) -> Vec<Event> {
    let text = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default();
    let mut found = Vec::new();
    for level in ["info", "warn", "error"] {
        for after in text.split(&format!("tracing::{level}!(")).skip(1) {
            found.push(event(level, arguments(after)));
        }
    }
    found
}

/// The text up to the parenthesis that ends a call.
fn arguments(after: &str) -> &str {
    let (mut depth, mut in_text, mut escaped) = (1, false, false);
    for (at, c) in after.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if in_text => escaped = true,
            '"' => in_text = !in_text,
            '(' if !in_text => depth += 1,
            ')' if !in_text => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &after[..at];
        }
    }
    panic!("a call without an end: {after}")
}

/// The event of a call: fields, separated by commas, and then the message.
fn event(level: &str, arguments: &str) -> Event {
    let (fields, message) = arguments.split_once('"').expect(arguments);
    let message = message.rsplit_once('"').expect(arguments).0;
    let lines: Vec<_> = message.split("\\\n").map(str::trim_start).collect();
    Event {
        level: level.to_uppercase(),
        message: lines.concat(),
        fields: top_level(fields)
            .iter()
            .filter_map(|field| name(field))
            .collect(),
    }
}

/// The parts of a list between its commas, but for those within parentheses.
fn top_level(list: &str) -> Vec<String> {
    let (mut depth, mut parts) = (0, vec![String::new()]);
    for c in list.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        match (c, depth) {
            (',', 0) => parts.push(String::new()),
            _ => parts.last_mut().unwrap().push(c),
        }
    }
    parts
}

/// The name of a field: `error` of `%error`, and `made` of `made = key.id`.
fn name(field: &str) -> Option<String> {
    let name = field.split('=').next().unwrap_or_default().trim();
    let name = name.trim_start_matches(['%', '?']);
    (!name.is_empty()).then(|| name.to_owned())
}

/// The events in the tables of the page.
fn listed() -> BTreeSet<Event> {
    let page = fs::read_to_string(Path::new(ROOT).join("docs/logging.md")).unwrap();
    let rows = page.lines().filter_map(|line| {
        let mut cells = line.strip_prefix('|')?.split('|').map(str::trim);
        let level = cells.next()?;
        let message = cells.next()?.strip_prefix('`')?.strip_suffix('`')?;
        let fields = cells.next()?.split('`').skip(1).step_by(2);
        ["INFO", "WARN", "ERROR"].contains(&level).then(|| Event {
            level: level.to_owned(),
            message: message.to_owned(),
            fields: fields.map(str::to_owned).collect(),
        })
    });
    rows.collect()
}

#[test]
fn the_page_of_logs_lists_every_line_with_its_fields() {
    let crates = fs::read_dir(Path::new(ROOT).join("crates")).unwrap();
    let folders = crates.map(|entry| entry.unwrap().path().join("src"));
    let files = folders.flat_map(|folder| sources(&folder));
    let made = files.flat_map(|file| events(&fs::read_to_string(file).unwrap()));
    let made: BTreeSet<_> = made.filter(|event| event.message != OF_REQUESTS).collect();
    let listed = listed();
    assert!(made.len() > 40, "{}", made.len());
    let missing: Vec<_> = made.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&made).collect();
    assert!(missing.is_empty(), "docs/logging.md lacks {missing:#?}");
    assert!(
        gone.is_empty(),
        "docs/logging.md lists what no code says: {gone:#?}"
    );
}
