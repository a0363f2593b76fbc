//! `/console/applications/{id}/secret`: asks before an application gets a new secret, and shows it once.

use askama::Template;
use axum::response::Response;
use countersign_core::time::Timestamp;

use super::{address, held};
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::form_page::{Button, FormPage, FormView, Row};
use crate::console::mistakes;
use crate::console::pages::refused::Why;
use crate::console::shell::{Area, Shell};
use crate::console::when::Moment;
use crate::console::words::sentences;
use crate::http::page;
use crate::manage::Overlap;
use crate::operator::Permission;

const PATH: &str = "/console/applications/{id}/secret";

/// The field with the seconds for which the old secret is good.
const OVERLAP: &str = "overlapSeconds";

/// The page that shows a secret once.
#[derive(Template)]
#[template(path = "console/secret.html")]
pub(super) struct SecretPage {
    shell: Shell,
    id: String,
    secret: String,
    /// The end of the secret before.
    ends: Option<Moment>,
    address: String,
    url: String,
}

impl SecretPage {
    /// The page of the application `id` with this secret.
    pub(super) fn of(visit: &Visit, id: &str, secret: String, ends: Option<Timestamp>) -> Self {
        Self {
            shell: visit.shell(Area::Applications),
            id: id.to_owned(),
            secret,
            ends: ends.map(|ends| visit.moment(ends)),
            address: address(id),
            url: visit.state.url.clone(),
        }
    }

    /// The answer with this page.
    pub(super) fn answer(&self) -> Response {
        page::found(self)
    }
}

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ManageSetup, async |visit: Visit| {
        Ok(renew_page(&visit)?.found())
    })
    .of_applications()
}

pub(in crate::console) fn act() -> Entry {
    Entry::act(
        PATH,
        Permission::ManageSetup,
        Some("renew-application-secret"),
        renew,
    )
    .of_applications()
}

fn renew_page(visit: &Visit) -> Result<FormPage, Why> {
    let words = &visit.words().application;
    let held = held(visit)?;
    let id = held.application.id.as_str();
    let choices = [
        (86_400, words.day),
        (604_800, words.week),
        (3_600, words.hour),
        (0, words.at_once),
    ];
    let choices = choices.map(|(seconds, name): (u32, _)| (seconds.to_string(), name.to_owned()));
    let overlap = Row::choice(OVERLAP, words.overlap, choices, &visit.form, "86400");
    let form = FormView {
        action: format!("{}/secret", address(id)),
        rows: vec![overlap.hint(words.overlap_hint)],
        buttons: vec![Button::danger(words.renew)],
        ..FormView::default()
    };
    Ok(FormPage {
        shell: visit.shell(Area::Applications),
        title: sentences::titled(visit.language, words.renew_title, id),
        back: (address(id), visit.words().forms.cancel),
        lead: vec![words.renew_about.to_owned(), words.renew_servers.to_owned()],
        form: form.at(visit, held.version.number()),
        facts: Vec::new(),
        links: Vec::new(),
    })
}

async fn renew(visit: Visit) -> Answer {
    let mut page = renew_page(&visit)?;
    let id = held(&visit)?.application.id.clone();
    let Ok(seconds) = visit.form.get(OVERLAP).parse() else {
        page.form
            .refuse(OVERLAP, visit.words().forms.missing.to_owned());
        let status = mistakes::refused(&visit, &mut page.form);
        return Ok(page.answer(status));
    };
    let manage = &visit.state.manage;
    let renewed = async {
        let overlap = Overlap::of_seconds(Some(seconds))?;
        let version = Some(visit.seen_version());
        let renewed =
            manage.renew_application_secret(visit.by.clone(), id.clone(), overlap, version);
        renewed.await
    };
    match renewed.await {
        Ok(renewed) => {
            let (secret, ends) = (renewed.secret.clone(), Some(renewed.expires));
            Ok(SecretPage::of(&visit, id.as_str(), secret, ends).answer())
        }
        Err(error) => {
            let status = mistakes::tell(&visit, &mut page.form, error)?;
            Ok(page.answer(status))
        }
    }
}
