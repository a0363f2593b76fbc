//! `/console/me/codes`: recovery codes, shown once.

use askama::Template;
use countersign_core::secret::Secret;

use crate::console::entry::{Entry, Visit};
use crate::console::once;
use crate::console::shell::{Area, Shell};
use crate::http::page;
use crate::operator::Permission;

pub(in crate::console) const PATH: &str = "/console/me/codes";

/// The first word of what a session keeps for this page.
const KIND: &str = "recovery-codes";

/// The page.
#[derive(Template)]
#[template(path = "console/codes.html")]
struct CodesPage {
    shell: Shell,
    codes: Vec<String>,
}

/// What a session keeps for this page.
pub(in crate::console) fn flash(codes: &[Secret]) -> String {
    once::of(KIND, codes.iter().map(Secret::reveal))
}

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadMessages, async |visit: Visit| {
        Ok(page::found(&CodesPage {
            codes: once::take(&visit, KIND).await?,
            shell: visit.shell(Area::Me),
        }))
    })
    .of_applications()
}
