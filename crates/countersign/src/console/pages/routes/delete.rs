//! `/console/sms/routes/delete`: asks before a route is deleted, and deletes it.

use countersign_core::application::AppId;

use super::{APP, COUNTRY, edit, name, scope};
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::form_page::{Button, FormPage, FormView};
use crate::console::mistakes;
use crate::console::pages::sms;
use crate::console::shell::Area;
use crate::console::told::Told;
use crate::console::words::sentences;
use crate::operator::Permission;

pub(super) const PATH: &str = "/console/sms/routes/delete";

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ManageSetup, async |visit: Visit| {
        delete_page(&visit, visit.asked(APP), visit.asked(COUNTRY)).map(|page| page.found())
    })
}

pub(in crate::console) fn act() -> Entry {
    Entry::act(
        PATH,
        Permission::ManageSetup,
        Some("delete-sms-route"),
        delete,
    )
}

fn delete_page(
    visit: &Visit,
    app: &str,
    country: &str,
) -> Result<FormPage, crate::console::pages::refused::Why> {
    let (words, scope) = (&visit.words().routes, scope(app, country)?);
    let app = scope.app.as_ref().map_or("", AppId::as_str).to_owned();
    let country = scope.country.map(|country| country.to_string());
    Ok(FormPage {
        shell: visit.shell(Area::Sms),
        title: sentences::titled(visit.language, words.delete_title, &name(visit, &scope)),
        back: (edit::held(&scope), visit.words().forms.cancel),
        lead: vec![words.delete_about.to_owned()],
        form: FormView {
            action: PATH.to_owned(),
            hidden: vec![(APP, app), (COUNTRY, country.unwrap_or_default())],
            buttons: vec![Button::danger(words.delete_button)],
            ..FormView::default()
        },
        facts: Vec::new(),
        links: Vec::new(),
    })
}

async fn delete(visit: Visit) -> Answer {
    let (app, country) = (visit.form.get(APP), visit.form.get(COUNTRY));
    let mut page = delete_page(&visit, app, country)?;
    let deleted = visit
        .state
        .manage
        .delete_route(visit.by.clone(), scope(app, country)?);
    match deleted.await {
        Ok(()) => Ok(Told::Deleted.at(sms::PATH)),
        Err(error) => {
            let status = mistakes::tell(&visit, &mut page.form, error)?;
            Ok(page.answer(status))
        }
    }
}
