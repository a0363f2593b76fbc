//! `/console/templates`: the words of messages that were set, and for what.

use countersign_core::template::Template;

use crate::console::entry::{Answer, Entry, Visit};
use crate::console::listing::{Cell, Listing, Table};
use crate::console::shell::Area;
use crate::operator::Permission;

pub(in crate::console) const PATH: &str = "/console/templates";

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadSetup, list)
}

async fn list(visit: Visit) -> Answer {
    let words = &visit.words().templates;
    let terms = &visit.words().terms;
    let setup = visit.state.setup();
    let rows = setup.templates.iter().map(|((scope, _), template)| {
        let app = scope.app.as_ref().map_or(words.every, |app| app.as_str());
        let purpose = scope
            .channel
            .map_or(words.every, |channel| terms.purpose(channel));
        let provider = scope
            .provider
            .as_ref()
            .map_or(words.every, |name| name.as_str());
        let language = scope
            .language
            .as_ref()
            .map_or(words.every, |tag| tag.as_str());
        let says = match &**template {
            Template::Text(text) => Cell::Text(text.to_string()),
            Template::Vendor(vendor) => Cell::Id(vendor.id.clone()),
        };
        vec![
            app.into(),
            purpose.into(),
            provider.into(),
            language.into(),
            says,
        ]
    });
    Ok(Listing {
        shell: visit.shell(Area::Templates),
        title: words.title,
        lead: words.lead,
        state: Vec::new(),
        tables: vec![Table {
            caption: words.caption,
            columns: vec![
                words.application,
                words.purpose,
                words.provider,
                words.language,
                words.says,
            ],
            rows: rows.collect(),
            empty: words.none,
        }],
        links: Vec::new(),
        note: String::new(),
        more: None,
    }
    .found())
}
