//! `/console/templates/delete`: asks before a template is deleted, and deletes it.

use super::{PATH as LIST, edit};
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::form_page::{Button, FormPage, FormView};
use crate::console::mistakes;
use crate::console::shell::Area;
use crate::console::template_scope::Named;
use crate::console::told::Told;
use crate::operator::Permission;

pub(super) const PATH: &str = "/console/templates/delete";

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ManageSetup, async |visit: Visit| {
        let named = Named::read(&visit, |field| visit.asked(field))?;
        let named = named.check_change(&visit)?;
        Ok(delete_page(&visit, &named).found())
    })
    .of_applications()
}

pub(in crate::console) fn act() -> Entry {
    Entry::act(
        PATH,
        Permission::ManageSetup,
        Some("delete-sms-template"),
        delete,
    )
    .of_applications()
}

fn delete_page(visit: &Visit, named: &Named) -> FormPage {
    let words = &visit.words().drafts;
    FormPage {
        shell: visit.shell(Area::Templates),
        title: words.delete_title.to_owned(),
        back: (edit::address(named), visit.words().forms.cancel),
        lead: vec![words.delete_about.to_owned()],
        form: FormView {
            action: PATH.to_owned(),
            hidden: named.fields().to_vec(),
            buttons: vec![Button::danger(words.delete_button)],
            ..FormView::default()
        },
        facts: named.facts(visit.words()),
        links: Vec::new(),
    }
}

async fn delete(visit: Visit) -> Answer {
    let named = Named::read(&visit, |field| visit.form.get(field))?;
    let named = named.check_change(&visit)?;
    let mut page = delete_page(&visit, &named);
    let deleted = visit
        .state
        .manage
        .delete_template(visit.by.clone(), named.scope, named.kind);
    match deleted.await {
        Ok(()) => Ok(Told::Deleted.at(LIST)),
        Err(error) => {
            let status = mistakes::tell(&visit, &mut page.form, error)?;
            Ok(page.answer(status))
        }
    }
}
