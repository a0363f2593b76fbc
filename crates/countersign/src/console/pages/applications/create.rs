//! `/console/new-application`: creates an application, and shows its secret once.

use countersign_core::application::AppId;

use super::secret::SecretPage;
use super::{PATH as LIST, form};
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::form_page::{Button, FormPage, FormView, Row};
use crate::console::mistakes;
use crate::console::shell::Area;
use crate::manage::NewApplication;
use crate::operator::Permission;

pub(super) const PATH: &str = "/console/new-application";

const ID: &str = "id";

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ManageSetup, async |visit: Visit| {
        Ok(new_page(&visit).found())
    })
}

pub(in crate::console) fn act() -> Entry {
    Entry::act(
        PATH,
        Permission::ManageSetup,
        Some("create-application"),
        create,
    )
}

fn new_page(visit: &Visit) -> FormPage {
    let words = &visit.words().application;
    let label = format!("{}{}", words.id, visit.words().forms.optional);
    let id = Row::line(ID, label, &visit.form, "")
        .hint(words.id_hint)
        .example("shop");
    let mut rows = form::rows(visit, None);
    rows.insert(1, id);
    FormPage {
        shell: visit.shell(Area::Applications),
        title: words.new_title.to_owned(),
        back: (LIST.to_owned(), visit.words().applications.title),
        lead: vec![words.lead.to_owned()],
        form: FormView {
            action: PATH.to_owned(),
            rows,
            buttons: vec![Button::new(words.create)],
            ..FormView::default()
        },
        facts: Vec::new(),
        links: Vec::new(),
    }
}

async fn create(visit: Visit) -> Answer {
    let mut page = new_page(&visit);
    let id = match visit.form.get(ID) {
        "" => Ok(None),
        text => AppId::parse(text).map(Some),
    };
    let new = match (form::read(&visit), id) {
        (Ok(parts), Ok(id)) => new(parts, id),
        (parts, id) => {
            for (field, sentence) in parts.err().unwrap_or_default() {
                page.form.refuse(field, sentence.to_owned());
            }
            if id.is_err() {
                let sentence = visit.words().application.bad_id;
                page.form.refuse(ID, sentence.to_owned());
            }
            let status = mistakes::refused(&visit, &mut page.form);
            return Ok(page.answer(status));
        }
    };
    let manage = &visit.state.manage;
    match manage.create_application(visit.by.clone(), new).await {
        Ok(created) => {
            let id = created.application.id.as_str();
            Ok(SecretPage::of(&visit, id, created.secret.clone(), None).answer())
        }
        Err(error) => {
            let status = mistakes::tell(&visit, &mut page.form, error)?;
            Ok(page.answer(status))
        }
    }
}

fn new(parts: form::Parts, id: Option<AppId>) -> NewApplication {
    let sending = parts.sending;
    NewApplication {
        id,
        name: parts.name,
        sms_name: parts.sms_name,
        origins: parts.origins,
        backends: sending.backends,
        web_host: parts.web_host,
        android_app_hash: parts.android_app_hash,
        default_country: sending.default_country,
        allowed_countries: sending.allowed_countries,
        languages: sending.languages,
        challenges: sending.challenges,
        token_algorithm: sending.token_algorithm,
    }
}
