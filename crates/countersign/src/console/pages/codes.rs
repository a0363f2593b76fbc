//! `/console/me/codes`: recovery codes, shown once.

use askama::Template;
use countersign_core::secret::Secret;

use super::refused::Why;
use crate::console::entry::{Entry, Visit};
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
    let codes = codes.iter().map(Secret::reveal);
    let lines: Vec<_> = std::iter::once(KIND).chain(codes).collect();
    lines.join("\n")
}

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadMessages, async |visit: Visit| {
        Ok(page::found(&CodesPage {
            codes: taken(&visit).await?,
            shell: visit.shell(Area::Me),
        }))
    })
    .of_applications()
}

/// Takes the codes out of the session, which shows them once.
async fn taken(visit: &Visit) -> Result<Vec<String>, Why> {
    let mut kept = visit.session.kept.clone();
    let flash = kept.flash.take().unwrap_or_default();
    let Some(codes) = flash.strip_prefix(KIND) else {
        return Ok(Vec::new());
    };
    visit.sessions.keep(kept).await?;
    Ok(codes
        .lines()
        .filter(|code| !code.is_empty())
        .map(str::to_owned)
        .collect())
}
