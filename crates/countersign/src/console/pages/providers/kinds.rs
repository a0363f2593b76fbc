//! `/console/sms/kinds`: the kinds of vendor accounts. A new account begins with its kind.

use askama::Template;
use countersign_providers::kinds::KINDS;

use crate::console::entry::{Entry, Visit};
use crate::console::shell::{Area, Shell};
use crate::console::words::vendor_fields;
use crate::http::page;
use crate::operator::Permission;

pub(in crate::console) const PATH: &str = "/console/sms/kinds";

/// The page.
#[derive(Template)]
#[template(path = "console/kinds.html")]
struct KindsPage {
    shell: Shell,
    kinds: Vec<KindCard>,
}

struct KindCard {
    name: &'static str,
    about: String,
    content: String,
    address: String,
}

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ManageSetup, async |visit: Visit| {
        let kinds = KINDS.iter().map(|kind| {
            let [about, content] = vendor_fields::kind(visit.language, kind);
            KindCard {
                name: kind.name,
                about,
                content,
                address: format!("{PATH}/{}", kind.name),
            }
        });
        Ok(page::found(&KindsPage {
            shell: visit.shell(Area::Sms),
            kinds: kinds.collect(),
        }))
    })
}
