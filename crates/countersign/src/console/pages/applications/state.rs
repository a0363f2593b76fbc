//! `/console/applications/{id}/disable` and `/enable`: asks before an application is disabled or enabled, and does it.

use super::{address, held};
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::form_page::{Button, FormPage, FormView};
use crate::console::mistakes;
use crate::console::pages::refused::Why;
use crate::console::shell::Area;
use crate::console::told::Told;
use crate::operator::Permission;

const DISABLE: &str = "/console/applications/{id}/disable";
const ENABLE: &str = "/console/applications/{id}/enable";

pub(in crate::console) fn ask_disable() -> Entry {
    Entry::page(DISABLE, Permission::ManageSetup, async |visit: Visit| {
        Ok(state_page(&visit, true)?.found())
    })
}

pub(in crate::console) fn disable() -> Entry {
    Entry::act(
        DISABLE,
        Permission::ManageSetup,
        Some("disable-application"),
        |visit| turn(visit, true),
    )
}

pub(in crate::console) fn ask_enable() -> Entry {
    Entry::page(ENABLE, Permission::ManageSetup, async |visit: Visit| {
        Ok(state_page(&visit, false)?.found())
    })
}

pub(in crate::console) fn enable() -> Entry {
    Entry::act(
        ENABLE,
        Permission::ManageSetup,
        Some("enable-application"),
        |visit| turn(visit, false),
    )
}

fn state_page(visit: &Visit, disables: bool) -> Result<FormPage, Why> {
    let words = &visit.words().sending;
    let held = held(visit)?;
    let id = held.application.id.as_str();
    let (title, about, button, below) = match disables {
        true => (
            words.disable_title,
            words.disable_about,
            Button::danger(words.disable),
            "disable",
        ),
        false => (
            words.enable_title,
            words.enable_about,
            Button::new(words.enable),
            "enable",
        ),
    };
    let form = FormView {
        action: format!("{}/{below}", address(id)),
        buttons: vec![button],
        ..FormView::default()
    };
    Ok(FormPage {
        shell: visit.shell(Area::Applications),
        title: format!("{title} {id}"),
        back: (address(id), visit.words().forms.cancel),
        lead: vec![about.to_owned()],
        form: form.at(visit, held.version.number()),
        facts: Vec::new(),
        links: Vec::new(),
    })
}

async fn turn(visit: Visit, disables: bool) -> Answer {
    let mut page = state_page(&visit, disables)?;
    let id = held(&visit)?.application.id.clone();
    let (manage, version) = (&visit.state.manage, Some(visit.seen_version()));
    let turned = manage.disable_application(visit.by.clone(), id.clone(), disables, version);
    match turned.await {
        Ok(_) => Ok(Told::Saved.at(&address(id.as_str()))),
        Err(error) => {
            let status = mistakes::tell(&visit, &mut page.form, error)?;
            Ok(page.answer(status))
        }
    }
}
