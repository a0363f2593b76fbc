//! `/console/limits/guard/mode`: what follows where few codes are entered, at run time; and the way back to what the settings say.

use countersign_core::guard::GuardSettings;
use countersign_core::limit::Mode;
use countersign_core::ports::setup::SettingKey;

use super::{guard, mode_name};
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::form_page::{Button, FormPage, FormView, Row};
use crate::console::mistakes;
use crate::console::shell::Area;
use crate::console::told::Told;
use crate::console::words::sentences;
use crate::operator::Permission;

pub(super) const PATH: &str = "/console/limits/guard/mode";

/// The field with the mode; empty for that of the settings.
const MODE: &str = "mode";

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ManageSetup, async |visit: Visit| {
        Ok(mode_page(&visit).found())
    })
}

pub(in crate::console) fn save() -> Entry {
    Entry::act(PATH, Permission::ManageSetup, Some("set-guard-mode"), set)
}

/// Whether the guard lets sends pass after the change that it would refuse before it.
pub(in crate::console) fn loosens(visit: &Visit) -> bool {
    let settings = visit.state.manage.guard_settings().mode;
    let asked = read(visit).map(|mode| mode.unwrap_or(settings));
    asked.is_some_and(|mode| mode < visit.state.manage.guard().later)
}

/// The mode that the form asks for: `Some(None)` for that of the settings.
fn read(visit: &Visit) -> Option<Option<Mode>> {
    match visit.form.get(MODE) {
        "" => Some(None),
        name => Mode::parse(name).map(Some),
    }
}

/// The version of the mode.
pub(super) fn version(visit: &Visit) -> u64 {
    let key = SettingKey::Limit(GuardSettings::NAME.to_owned());
    visit.state.setup().version_of(&key).number()
}

fn mode_page(visit: &Visit) -> FormPage {
    let words = visit.words();
    let of = &words.guarding;
    let manage = &visit.state.manage;
    let settings = mode_name(manage.guard_settings().mode, &words.limits);
    let as_settings = sentences::titled(visit.language, of.as_settings, settings);
    let modes = Mode::ALL.map(|mode| {
        let name = mode_name(mode, &words.limits).to_owned();
        (mode.as_str().to_owned(), name)
    });
    let choices = std::iter::once((String::new(), as_settings)).chain(modes);
    let held = visit.state.setup().guard_mode();
    let form = FormView {
        action: PATH.to_owned(),
        rows: vec![
            Row::choice(
                MODE,
                words.guard.mode,
                choices,
                &visit.form,
                held.map_or("", Mode::as_str),
            )
            .hint(of.mode_hint),
        ],
        buttons: vec![Button::new(words.forms.save)],
        ..FormView::default()
    };
    FormPage {
        shell: visit.shell(Area::Limits),
        title: of.mode_title.to_owned(),
        back: (guard::PATH.to_owned(), words.guard.guard),
        lead: vec![of.mode_lead.to_owned(), of.mode_first_days.to_owned()],
        form: form.at(visit, version(visit)),
        facts: Vec::new(),
        links: Vec::new(),
    }
}

async fn set(visit: Visit) -> Answer {
    let mut page = mode_page(&visit);
    let Some(mode) = read(&visit) else {
        let sentence = visit.words().forms.missing.to_owned();
        page.form.refuse(MODE, sentence);
        let status = mistakes::refused(&visit, &mut page.form);
        return Ok(page.answer(status));
    };
    let (manage, version) = (&visit.state.manage, Some(visit.seen_version()));
    match manage.set_guard_mode(visit.by.clone(), mode, version).await {
        Ok(()) => Ok(Told::Saved.at(guard::PATH)),
        Err(error) => {
            let status = mistakes::tell(&visit, &mut page.form, error)?;
            Ok(page.answer(status))
        }
    }
}
