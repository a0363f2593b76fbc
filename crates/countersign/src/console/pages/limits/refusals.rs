//! `/console/limits/refusals`: the sends that limits refused lately: counted, and the newest one by one.

use std::collections::BTreeMap;

use axum::response::{IntoResponse, Redirect};
use countersign_core::phone::{Country, PhoneNumber};
use countersign_core::ports::refusals::{FoundRefusals, KEPT, RefusalQuery, RefusedSend};
use countersign_core::time::Timestamp;

use super::{PATH as LIST, ranges, refusal};
use crate::console::countries;
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::form::NUMBER;
use crate::console::form_page::{Button, FormView, Row};
use crate::console::listing::{Cell, Table};
use crate::console::mistakes;
use crate::console::pages::refused::Why;
use crate::console::shell::Area;
use crate::console::table_page::TablePage;
use crate::console::words::guard;
use crate::operator::Permission;

pub(in crate::console) const PATH: &str = "/console/limits/refusals";

/// The most rows of a table.
const MOST: usize = 50;

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadMessages, async |visit: Visit| {
        Ok(refusals_page(&visit).await?.found())
    })
    .of_applications()
}

pub(in crate::console) fn find() -> Entry {
    Entry::act(
        PATH,
        Permission::ReadMessages,
        Some("find-refusals"),
        search,
    )
    .of_applications()
}

async fn refusals_page(visit: &Visit) -> Result<TablePage, Why> {
    let words = &visit.words().guard;
    let handle = visit.asked("to");
    let phone = visit.sessions.number(&visit.session, handle);
    let has_ended = phone.is_none() && !handle.is_empty();
    let query = RefusalQuery {
        phone: phone.clone(),
        within: visit.apps().clone(),
        limit: if has_ended { 0 } else { KEPT },
        ..RefusalQuery::default()
    };
    let found = visit.state.manage.refusals(query).await?;
    let mut lead = vec![words.refusals_lead.to_owned()];
    lead.extend(phone.map(|phone| format!("{} {}", words.to_number, phone.masked())));
    lead.extend(how_far(visit, &found));
    if has_ended {
        lead.push(visit.words().messages.handle_ended.to_owned());
    }
    Ok(TablePage {
        shell: visit.shell(Area::Limits),
        title: words.refusals,
        back: (LIST.to_owned(), visit.words().limits.title),
        lead,
        facts: Vec::new(),
        tables: vec![
            counts(visit, &found.refusals),
            newest(visit, &found.refusals),
        ],
        form: Some((words.find_title, search_form(visit))),
        begins_with_form: true,
    })
}

/// How far back the record goes.
fn how_far(visit: &Visit, found: &FoundRefusals) -> Option<String> {
    let oldest = visit.moment(found.refusals.last()?.refusal.at);
    let count = found.refusals.len();
    Some(guard::since(
        visit.language,
        count,
        &oldest.shown,
        found.dropped,
    ))
}

fn search_form(visit: &Visit) -> FormView {
    let words = &visit.words().guard;
    FormView {
        action: PATH.to_owned(),
        rows: vec![
            Row::line(NUMBER, words.number, &visit.form, "")
                .hint(visit.words().providers.number_hint)
                .example("+86 188 0000 8888"),
        ],
        buttons: vec![Button::new(words.find)],
        ..FormView::default()
    }
}

/// How many were refused by each limit, of each application, to each country.
fn counts(visit: &Visit, refused: &[RefusedSend]) -> Table {
    let words = &visit.words().guard;
    let mut counts = BTreeMap::<(&str, &str, Country), (usize, Timestamp)>::new();
    for send in refused {
        let key = (
            &*send.refusal.limit,
            send.app.as_str(),
            send.phone.country(),
        );
        let (count, newest) = counts.entry(key).or_default();
        *count += 1;
        *newest = send.refusal.at.max(*newest);
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
    let rows = counts.into_iter().take(MOST).map(|(key, (count, newest))| {
        let (limit, app, country) = key;
        vec![
            limit.into(),
            app.into(),
            countries::name(visit.language, country).into(),
            count.to_string().into(),
            visit.moment(newest).shown.into(),
        ]
    });
    Table {
        caption: words.counts_caption,
        columns: vec![
            words.rule,
            words.application,
            words.country,
            words.count,
            words.newest,
        ],
        rows: rows.collect(),
        empty: words.none_refused,
    }
}

fn newest(visit: &Visit, refused: &[RefusedSend]) -> Table {
    let words = visit.words();
    let of = &words.guard;
    let rows = refused.iter().take(MOST).map(|send| {
        let at = visit.moment(send.refusal.at).shown;
        vec![
            Cell::Link(refusal::address(send.request_id), at),
            send.phone.masked().into(),
            send.app.as_str().into(),
            words.terms.purpose(send.channel).into(),
            (&*send.refusal.limit).into(),
            refusal::counted(send).into(),
        ]
    });
    Table {
        caption: of.newest_caption,
        columns: vec![
            of.time,
            of.number,
            of.application,
            of.purpose,
            of.rule,
            of.of_maximum,
        ],
        rows: rows.collect(),
        empty: of.none_refused,
    }
}

/// Leads to the refused sends to the number that was typed, which no address holds.
async fn search(visit: Visit) -> Answer {
    let phone = match PhoneNumber::parse(visit.form.get(NUMBER), None) {
        Ok(phone) => phone,
        Err(why) => {
            let mut page = refusals_page(&visit).await?;
            let sentence = ranges::bad_number(&visit, &why);
            let Some((_, form)) = &mut page.form else {
                return Err(Why::Internal);
            };
            form.refuse(NUMBER, sentence);
            let status = mistakes::refused(&visit, form);
            return Ok(page.again(status));
        }
    };
    let handle = visit.sessions.handle(&visit.session, &phone);
    let handle = handle.map_err(|_| Why::Unavailable)?;
    Ok(Redirect::to(&format!("{PATH}?to={handle}")).into_response())
}
