//! `/console/audit`: who did what, newest first, how each thing was before and after, and how to show that nothing was changed or
//! left out. `/console/me/acts` is the same about the person who asks.

pub(in crate::console) mod export;
mod filters;
mod row;

use std::sync::Arc;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use countersign_core::audit::chain::Head;
use countersign_core::staff::Applications;

use self::filters::{Chip, Search};
use self::row::Row;
use super::refused::Why;
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::form_page::{FormView, Input};
use crate::console::shell::{Area, Shell};
use crate::console::words::record;
use crate::http::page;
use crate::manage::ActQuery;
use crate::operator::Permission;

pub(in crate::console) const PATH: &str = "/console/audit";
const OWN: &str = "/console/me/acts";

/// The most acts on one page.
const MOST: usize = 25;

/// The most entries of the record that one page looks at.
const LOOKED_AT: usize = 20_000;

/// The page.
#[derive(Template)]
#[template(path = "console/audit.html")]
struct AuditPage {
    shell: Shell,
    title: &'static str,
    /// Whether the page is about the acts of the person alone.
    is_own: bool,
    /// The head of the chain, for those who may see all of it.
    head: Option<String>,
    /// The end of a verification: whether all is as it was written, and the sentence.
    verified: Option<(bool, String)>,
    filters: FormView,
    chips: Vec<Chip>,
    rows: Vec<Row>,
    /// The address of the acts before those on the page, and its name.
    older: Option<(String, &'static str)>,
}

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadAudit, async |visit: Visit| {
        list(visit, PATH).await
    })
    .of_applications()
}

pub(in crate::console) fn own() -> Entry {
    Entry::page(OWN, Permission::ReadOwnActs, async |visit: Visit| {
        list(visit, OWN).await
    })
    .of_applications()
}

pub(in crate::console) fn verify() -> Entry {
    Entry::act(PATH, Permission::ReadAudit, Some("verify-audit"), compute)
}

async fn list(visit: Visit, path: &'static str) -> Answer {
    let search = match Search::read(&visit) {
        Ok(search) => search,
        Err(field) => return unread(&visit, path, field).await,
    };
    if !visit.is_at(&search.parts()) {
        return Ok(Redirect::to(&search.address(path)).into_response());
    }
    Ok(page::found(&draw(&visit, path, &search).await?))
}

/// The page without acts, with what is wrong with a filter.
async fn unread(visit: &Visit, path: &'static str, field: &'static str) -> Result<Response, Why> {
    let mut page = empty(visit, path).await?;
    let sentence = visit.words().search.bad_day.to_owned();
    page.filters.refuse(field, sentence);
    Ok(page::answer(StatusCode::UNPROCESSABLE_ENTITY, &page))
}

async fn empty(visit: &Visit, path: &'static str) -> Result<AuditPage, Why> {
    let is_own = path == OWN;
    let sees_all = !is_own && visit.may_everywhere(Permission::ReadAudit);
    let head = match sees_all {
        true => Some(visit.state.manage.audit_head().await?.to_string()),
        false => None,
    };
    let words = visit.words();
    Ok(AuditPage {
        shell: visit.shell(match is_own {
            true => Area::Me,
            false => Area::Audit,
        }),
        title: match is_own {
            true => words.record.own_title,
            false => words.audit.title,
        },
        is_own,
        head,
        verified: None,
        filters: filters::form(visit, is_own),
        chips: Vec::new(),
        rows: Vec::new(),
        older: None,
    })
}

async fn draw(visit: &Visit, path: &'static str, search: &Search) -> Result<AuditPage, Why> {
    let mut page = empty(visit, path).await?;
    let (since, until) = search.range.times(visit.zone(), visit.now);
    let query = ActQuery {
        before: search.before,
        since,
        until,
        who: Some(search.who.clone()).filter(|who| !who.is_empty()),
        act: search.act.map(|act| act.as_str().to_owned()),
        door: search.door.map(|door| door.as_str().to_owned()),
        result: search.result.map(|result| result.as_str().to_owned()),
        within: match page.is_own {
            true => Applications::Only(std::collections::BTreeSet::new()),
            false => visit.apps().clone(),
        },
        by: Some(Arc::clone(&visit.session.person.name)),
        limit: MOST,
        looks_at: Some(LOOKED_AT),
    };
    let found = visit.state.manage.acts(query).await?;
    let words = &visit.words().audit;
    let last = found.acts.last().filter(|act| act.seq > 1);
    let is_full = found.acts.len() == MOST;
    let older = last.filter(|_| is_full).map(|act| (act.seq, words.older));
    let further = found
        .looked_to
        .map(|seq| (seq, visit.words().record.further));
    let older = further.or(older);
    page.older = older.map(|(seq, name)| (search.before(seq).address(path), name));
    page.chips = filters::chips(visit, search, path);
    page.rows = found.acts.iter().map(|act| Row::of(visit, act)).collect();
    Ok(page)
}

/// Computes the chain again.
async fn compute(visit: Visit) -> Answer {
    let head = visit.form.get("head");
    let known = match head {
        "" => Ok(None),
        head => Head::parse(head).map(Some).ok_or(()),
    };
    let mut page = draw(&visit, PATH, &Search::default()).await?;
    let words = &visit.words().record;
    let Ok(known) = known else {
        page.verified = Some((false, words.no_head.to_owned()));
        return Ok(page::answer(StatusCode::UNPROCESSABLE_ENTITY, &page));
    };
    let found = visit.state.manage.verify_acts(known).await;
    page.verified = Some(match found {
        Ok(head) => (true, record::intact(visit.language, head.seq)),
        Err(broken) => (false, record::broken(visit.language, broken)),
    });
    Ok(page::found(&page))
}
