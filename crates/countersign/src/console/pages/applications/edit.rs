//! `/console/applications/{id}`: the form of an application.

use askama::Template;

use super::sending::{self, Sending};
use super::snippets::{self, Snippet};
use super::{PATH as LIST, address, form, held};
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::form_page::{Button, FormPage, FormView, Input};
use crate::console::mistakes;
use crate::console::pages::refused::Why;
use crate::console::pages::{access_keys, templates};
use crate::console::shell::{Area, Shell};
use crate::console::told::Told;
use crate::http::page;
use crate::manage::ApplicationChange;
use crate::operator::Permission;

const PATH: &str = "/console/applications/{id}";

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadSetup, async |visit: Visit| {
        Ok(page::found(&ApplicationPage::of(&visit)?))
    })
    .of_applications()
}

pub(in crate::console) fn save() -> Entry {
    Entry::act(
        PATH,
        Permission::ManageSetup,
        Some("update-application"),
        change,
    )
    .of_applications()
}

/// The form of an application, and its first calls to copy.
#[derive(Template)]
#[template(path = "console/application.html")]
struct ApplicationPage {
    shell: Shell,
    title: String,
    back: (String, &'static str),
    lead: Vec<String>,
    form: FormView,
    facts: Vec<(&'static str, String)>,
    links: Vec<(String, String)>,
    snippets: Vec<Snippet>,
}

impl ApplicationPage {
    fn of(visit: &Visit) -> Result<Self, Why> {
        let FormPage {
            shell,
            title,
            back,
            lead,
            form,
            facts,
            links,
        } = application_page(visit)?;
        let id = &held(visit)?.application.id;
        Ok(Self {
            shell,
            title,
            back,
            lead,
            form,
            facts,
            links,
            snippets: snippets::snippets(&visit.state.url, id.as_str()),
        })
    }
}

/// Whether the form lets sends go that are refused now.
pub(in crate::console) fn loosens(visit: &Visit) -> bool {
    let before = held(visit).map(|held| Sending::of(&held.application));
    let after = sending::read(visit);
    match (before, after) {
        (Ok(before), Ok(after)) => after.is_looser_than(&before),
        _ => false,
    }
}

fn application_page(visit: &Visit) -> Result<FormPage, Why> {
    let words = visit.words();
    let held = held(visit)?;
    let app = &held.application;
    let may_change = visit.may(Permission::ManageSetup);
    let form = FormView {
        action: address(app.id.as_str()),
        rows: form::rows(visit, Some(app)),
        buttons: vec![Button::new(words.forms.save)],
        is_readonly: !may_change,
        ..FormView::default()
    };
    let below = |page: &str| format!("{}/{page}", address(app.id.as_str()));
    let of_limits = visit
        .may_everywhere(Permission::ReadSetup)
        .then(|| (below("limits"), words.sending.limits.to_owned()));
    let of_texts = (
        format!("{}?app={}", templates::PATH, app.id.as_str()),
        words.application.texts.to_owned(),
    );
    let of_keys = visit.may_everywhere(Permission::ReadKeys).then(|| {
        (
            access_keys::PATH.to_owned(),
            words.application.keys.to_owned(),
        )
    });
    let (turn, turn_name) = match held.is_disabled {
        true => ("enable", words.sending.enable),
        false => ("disable", words.sending.disable),
    };
    let changes = may_change.then(|| {
        [
            (below("secret"), words.application.new_secret.to_owned()),
            (below(turn), turn_name.to_owned()),
        ]
    });
    let links = of_limits.into_iter().chain([of_texts]).chain(of_keys);
    let links = links.chain(changes.into_iter().flatten());
    let state = match held.is_disabled {
        true => words.applications.disabled,
        false => words.applications.enabled,
    };
    Ok(FormPage {
        shell: visit.shell(Area::Applications),
        title: app.name.as_str().to_owned(),
        back: (LIST.to_owned(), words.applications.title),
        lead: vec![words.application.edit_lead.to_owned()],
        form: form.at(visit, held.version.number()),
        facts: vec![
            (words.applications.id, app.id.as_str().to_owned()),
            (words.applications.state, state.to_owned()),
            (
                words.application.created_at,
                visit.moment(app.created_at).shown,
            ),
        ],
        links: links.collect(),
    })
}

async fn change(visit: Visit) -> Answer {
    let mut page = application_page(&visit)?;
    let id = held(&visit)?.application.id.clone();
    let parts = match form::read(&visit) {
        Ok(parts) => parts,
        Err(wrong) => {
            for (field, sentence) in wrong {
                page.form.refuse(field, sentence.to_owned());
            }
            let status = mistakes::refused(&visit, &mut page.form);
            return Ok(page.answer(status));
        }
    };
    let sending = parts.sending;
    let change = ApplicationChange {
        name: Some(parts.name),
        sms_name: Some(parts.sms_name),
        origins: Some(parts.origins),
        web_host: Some(parts.web_host),
        android_app_hash: Some(parts.android_app_hash),
        backends: Some(sending.backends),
        default_country: Some(sending.default_country),
        allowed_countries: Some(sending.allowed_countries),
        message_language: Some(sending.languages.choice),
        default_language: Some(sending.languages.default),
        challenges: Some(sending.challenges),
        token_algorithm: Some(sending.token_algorithm),
    };
    let (manage, version) = (&visit.state.manage, Some(visit.seen_version()));
    let updated = manage.update_application(visit.by.clone(), id.clone(), change, version);
    match updated.await {
        Ok(_) => Ok(Told::Saved.at(&address(id.as_str()))),
        Err(error) => {
            let status = mistakes::tell(&visit, &mut page.form, error)?;
            Ok(page.answer(status))
        }
    }
}
