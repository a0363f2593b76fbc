//! `/console/settings/access-keys`: the keys with which programs manage. The secret of a new one is shown once.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use countersign_core::ports::setup::AccessKey;

use super::refused::Why;
use super::settings;
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::form_page::{Button, FormPage, FormView};
use crate::console::listing::{Cell, Table};
use crate::console::once;
use crate::console::shell::{Area, Shell};
use crate::console::table_page::TablePage;
use crate::console::told::Told;
use crate::http::page;
use crate::manage::ManageError;
use crate::operator::Permission;

pub(in crate::console) const PATH: &str = "/console/settings/access-keys";
const MADE: &str = "/console/settings/access-keys/made";
const DELETE: &str = "/console/settings/access-keys/{id}/delete";

/// The first word of what a session keeps for the page of a new key.
const KIND: &str = "access-key";

/// The page of a new key; without one where it was shown before.
#[derive(Template)]
#[template(path = "console/access_key.html")]
struct MadePage {
    shell: Shell,
    /// The id and the secret.
    key: Option<(String, String)>,
}

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadKeys, async |visit: Visit| {
        Ok(list(&visit).found())
    })
}

pub(in crate::console) fn create() -> Entry {
    Entry::act(
        PATH,
        Permission::ManageKeys,
        Some("create-access-key"),
        make,
    )
}

pub(in crate::console) fn made() -> Entry {
    Entry::page(MADE, Permission::ManageKeys, async |visit: Visit| {
        let mut lines = once::take(&visit, KIND).await?.into_iter();
        Ok(page::found(&MadePage {
            shell: visit.shell(Area::Settings),
            key: lines.next().zip(lines.next()),
        }))
    })
}

pub(in crate::console) fn ask_deletion() -> Entry {
    Entry::page(DELETE, Permission::ManageKeys, async |visit: Visit| {
        Ok(deletion(&visit)?.found())
    })
}

pub(in crate::console) fn delete() -> Entry {
    Entry::act(
        DELETE,
        Permission::ManageKeys,
        Some("delete-access-key"),
        end,
    )
}

fn list(visit: &Visit) -> TablePage {
    let (words, of) = (&visit.words().keys, &visit.words().settings);
    let setup = visit.state.setup();
    let may_manage = visit.may(Permission::ManageKeys);
    let row = |key: &AccessKey| {
        let mut row = vec![
            Cell::Id(key.id.clone()),
            visit.moment(key.created_at).shown.into(),
        ];
        if may_manage {
            let address = format!("{PATH}/{}/delete", key.id);
            row.push(format!("••••{}", key.secret.hint()).into());
            row.push(Cell::Link(address, words.delete.to_owned()));
        }
        row
    };
    let mut columns = vec![of.id, of.created];
    if may_manage {
        columns.extend([words.secret, words.change]);
    }
    let form = may_manage.then(|| FormView {
        action: PATH.to_owned(),
        buttons: vec![Button::new(words.create)],
        ..FormView::default()
    });
    TablePage {
        shell: visit.shell(Area::Settings),
        title: of.access_keys,
        back: (settings::PATH.to_owned(), of.title),
        lead: vec![words.lead.to_owned()],
        facts: Vec::new(),
        tables: vec![Table {
            caption: of.access_keys,
            columns,
            rows: setup.access_keys.values().map(|key| row(key)).collect(),
            empty: of.no_access_key,
        }],
        form: form.map(|form| (words.create_title, form)),
        begins_with_form: false,
    }
}

/// Makes a key, and leads to the page that shows its secret: sending the form again would make another one.
async fn make(visit: Visit) -> Answer {
    let key = visit
        .state
        .manage
        .create_access_key(visit.by.clone())
        .await?;
    tracing::warn!(request_id = %visit.request_id, made = key.id, "an access key is made");
    let mut kept = visit.session.kept.clone();
    let lines = [key.id.as_str(), key.secret.reveal()];
    kept.flash = Some(once::of(KIND, lines.into_iter()));
    visit.sessions.keep(kept).await?;
    Ok(Redirect::to(MADE).into_response())
}

fn deletion(visit: &Visit) -> Result<FormPage, Why> {
    let words = &visit.words().keys;
    let setup = visit.state.setup();
    let key = setup.access_keys.get(visit.part("id"));
    let key = key.ok_or(Why::NotFound)?;
    Ok(FormPage {
        shell: visit.shell(Area::Settings),
        title: format!("{} {}", words.delete_title, key.id),
        back: (PATH.to_owned(), visit.words().forms.cancel),
        lead: vec![words.delete_about.to_owned()],
        form: FormView {
            action: format!("{PATH}/{}/delete", key.id),
            buttons: vec![Button::danger(words.delete)],
            ..FormView::default()
        },
        facts: vec![(
            visit.words().settings.created,
            visit.moment(key.created_at).shown,
        )],
        links: Vec::new(),
    })
}

async fn end(visit: Visit) -> Answer {
    let mut page = deletion(&visit)?;
    let id = visit.part("id").to_owned();
    let manage = &visit.state.manage;
    match manage.delete_access_key(visit.by.clone(), id.clone()).await {
        Ok(()) => {
            tracing::warn!(request_id = %visit.request_id, deleted = id, "an access key is deleted");
            Ok(Told::Deleted.at(PATH))
        }
        Err(ManageError::InUse { .. }) => {
            let sentence = visit.words().keys.made_at_start.to_owned();
            page.form.problems.push((None, sentence));
            Ok(page.answer(StatusCode::CONFLICT))
        }
        Err(error) => Err(error.into()),
    }
}
