//! What is wrong with a form is told in the same words above it and beside the field, and the words name the field.

use std::collections::BTreeMap;

use reqwest::StatusCode;

use super::crawled::{all_of, furnish};
use super::person::{Page, Person, pairs};
use crate::server::{Server, folder};

/// The fields that are searched with: the sentence tells what was not found.
const SEARCHES: [&str; 1] = ["q"];

/// The text between two texts of a page, without tags.
fn between<'a>(body: &'a str, start: &str, end: &str) -> Option<&'a str> {
    let (_, rest) = body.split_once(start)?;
    Some(rest.split_once(end)?.0)
}

fn plain(html: &str) -> String {
    let pieces = html.split('<').enumerate();
    let texts = pieces.map(|(at, piece)| match at {
        0 => piece,
        _ => piece.split_once('>').map_or("", |(_, text)| text),
    });
    texts.collect::<String>().trim().to_owned()
}

/// The fields that the summary leads to, and the first sentence about each.
fn summary(page: &Page) -> BTreeMap<String, String> {
    let summary = between(&page.body, "<div class=\"summary\"", "</div>").unwrap_or_default();
    let links = summary.split("<a href=\"#").skip(1);
    let mut fields = BTreeMap::new();
    for link in links {
        let (id, rest) = link.split_once("\">").unwrap();
        let sentence = plain(rest.split("</a>").next().unwrap());
        fields.entry(id.to_owned()).or_insert(sentence);
    }
    fields
}

/// The last word of a label, or its last two characters in Chinese, in small letters.
fn name_of(label: &str) -> String {
    let label = label.trim_end_matches(['?', '？']);
    let mut parts = label.rsplit([' ', '（', '(']);
    let last = parts.find(|part| !part.ends_with([')', '）']));
    let last = last.unwrap_or_default().to_lowercase();
    let count = last.chars().count();
    match last.is_ascii() {
        true => last,
        false => last.chars().skip(count.saturating_sub(2)).collect(),
    }
}

/// Checks the page, and returns how many fields it tells about.
fn check(page: &Page, prefix: &str, form: &str) -> usize {
    let told = summary(page);
    for (id, sentence) in &told {
        let at = page.body.contains(&format!("id=\"{id}\""));
        assert!(at, "{form}: the summary leads to {id}, which is not there");
        let label = between(&page.body, &format!("<label for=\"{id}\">"), "</label>");
        let Some(label) = label.filter(|_| !SEARCHES.contains(&id.as_str())) else {
            continue;
        };
        let beside = between(&page.body, &format!("id=\"{id}-error\">"), "</p>");
        let beside = plain(beside.unwrap_or_else(|| panic!("{form}: nothing beside {id}")));
        assert_eq!(beside, format!("{prefix}{sentence}"), "{form}: {id}");
        let name = name_of(&plain(label));
        let names = sentence.to_lowercase().contains(&name);
        assert!(names, "{form}: {sentence:?} does not name {name:?}");
    }
    told.len()
}

async fn every_form_names_its_fields(language: &'static str, prefix: &str) {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    furnish(&server).await;
    let mut owner = Person::of(&server, "owner").await;
    owner.language = language;
    let pages = all_of(&owner).await.into_iter();
    let pages = pages.filter(|((method, _), _)| method == "GET");
    let (mut forms, mut told) = (0, 0);
    for (_, address) in pages {
        let page = owner.get(&address).await;
        for action in page.attributes("action") {
            let fields = page.fields(&action);
            let filled = fields.iter().filter(|(name, _)| name != "version");
            if filled.count() == 0 {
                continue;
            }
            for typed in ["", "?"] {
                let sent = fields.iter().map(|(name, value)| match name.as_str() {
                    "version" => (name.clone(), value.clone()),
                    _ => (name.clone(), typed.to_owned()),
                });
                let sent: Vec<_> = sent.collect();
                let answer = owner.post(&action, &pairs(&sent)).await;
                if answer.status == StatusCode::UNPROCESSABLE_ENTITY {
                    forms += 1;
                    told += check(&answer, prefix, &format!("{action} {typed:?}"));
                }
            }
        }
    }
    assert!(forms > 20 && told > 40, "{forms} forms, {told} fields");
}

#[tokio::test]
async fn every_form_names_its_fields_in_english() {
    every_form_names_its_fields("en-US", "Error: ").await;
}

#[tokio::test]
async fn every_form_names_its_fields_in_chinese() {
    every_form_names_its_fields("zh-CN", "错误：").await;
}
