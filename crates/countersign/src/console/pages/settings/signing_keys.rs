//! `/console/settings/signing-keys`: the keys that sign verification tokens, and a new one in their place.

use axum::http::StatusCode;
use countersign_api::{SigningKeyDto, SigningKeyState};
use countersign_core::time::Timestamp;

use super::PATH as SETTINGS;
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::form_page::{Button, FormView};
use crate::console::listing::{Cell, Table};
use crate::console::pill::{self, Pill};
use crate::console::shell::Area;
use crate::console::table_page::TablePage;
use crate::console::told::Told;
use crate::console::words::deployment;
use crate::manage::ManageError;
use crate::operator::Permission;

pub(in crate::console) const PATH: &str = "/console/settings/signing-keys";

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadKeys, async |visit: Visit| {
        Ok(list(&visit).found())
    })
}

pub(in crate::console) fn rotate() -> Entry {
    Entry::act(
        PATH,
        Permission::ManageKeys,
        Some("rotate-signing-key"),
        make,
    )
}

/// A time of the API, as pages show it.
fn shown(visit: &Visit, time: &str) -> String {
    let at = Timestamp::parse(time);
    at.map_or_else(|| time.to_owned(), |at| visit.moment(at).shown)
}

fn list(visit: &Visit) -> TablePage {
    let (words, of) = (&visit.words().deployment, &visit.words().settings);
    let keys = visit.state.manage.signing_keys();
    let next = keys.iter().find(|key| key.state == SigningKeyState::Next);
    let next = match next {
        Some(next) => shown(visit, &next.signs_from),
        None => words.no_change.to_owned(),
    };
    let row = |key: &SigningKeyDto| {
        let pill = match key.state {
            SigningKeyState::Next => Pill::new("quiet", pill::CLOCK, of.next),
            SigningKeyState::Signing => Pill::new("ok", pill::TICK, of.signs),
            SigningKeyState::Retiring => Pill::new("quiet", pill::BAR, of.retiring),
        };
        let until = key.published_until.as_deref();
        let until = until.map(|until| shown(visit, until));
        vec![
            Cell::Id(key.kid.clone()),
            Cell::Id(key.algorithm.clone()),
            Cell::Pill(pill),
            shown(visit, &key.signs_from).into(),
            until.unwrap_or_default().into(),
        ]
    };
    let form = visit.may(Permission::ManageKeys).then(|| FormView {
        action: PATH.to_owned(),
        buttons: vec![Button::new(words.rotate)],
        ..FormView::default()
    });
    TablePage {
        shell: visit.shell(Area::Settings),
        title: of.signing_keys,
        back: (SETTINGS.to_owned(), of.title),
        lead: vec![words.signing_lead.to_owned()],
        facts: vec![(words.next_change, next)],
        tables: vec![Table {
            caption: of.signing_keys,
            columns: vec![
                words.kid,
                words.algorithm,
                of.state,
                words.signs_from,
                words.published_until,
            ],
            rows: keys.iter().map(row).collect(),
            empty: of.no_signing_key,
        }],
        form: form.map(|form| (words.rotate_title, form)),
        begins_with_form: false,
    }
}

async fn make(visit: Visit) -> Answer {
    let (manage, by) = (&visit.state.manage, visit.by.clone());
    match manage.rotate_signing_key(by).await {
        Ok(_) => Ok(Told::Rotated.at(PATH)),
        Err(ManageError::SigningKeyWaits { signs_from }) => {
            let mut page = list(&visit);
            let at = visit.moment(signs_from).shown;
            let sentence = deployment::key_waits(visit.language, &at);
            if let Some((_, form)) = &mut page.form {
                form.problems.push((None, sentence));
            }
            Ok(page.again(StatusCode::CONFLICT))
        }
        Err(error) => Err(error.into()),
    }
}
