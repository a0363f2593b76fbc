//! `/console/settings/erasure`: takes a number out of everything that is kept. The form is sent twice: once for the page that says
//! what goes, and from that page for good. The number is in the form alone, never in an address or a session.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use countersign_core::phone::PhoneNumber;
use countersign_core::ports::erasure::{Erased, Erasure};

use super::PATH as SETTINGS;
use crate::console::countries;
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::form::NUMBER;
use crate::console::form_page::{Button, FormPage, FormView, Row};
use crate::console::mistakes;
use crate::console::once;
use crate::console::pages::refused::Why;
use crate::console::shell::Area;
use crate::console::words::rules;
use crate::manage::Note;
use crate::operator::Permission;

pub(in crate::console) const PATH: &str = "/console/settings/erasure";

/// The field with the reason.
const NOTE: &str = "note";

/// The field that says that the person has seen what goes.
const THEN: &str = "then";
const ERASE: &str = "erase";

/// The first word of what a session keeps for the page after an erasure.
const KIND: &str = "erased";

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::EraseNumbers, async |visit: Visit| {
        let mut page = ask(&visit);
        page.facts = counts(&visit, once::take(&visit, KIND).await?);
        Ok(page.found())
    })
}

pub(in crate::console) fn erase() -> Entry {
    Entry::act(PATH, Permission::EraseNumbers, Some("erase-phone"), act)
}

/// The form that asks for the number and the reason.
fn ask(visit: &Visit) -> FormPage {
    let words = &visit.words().deployment;
    FormPage {
        shell: visit.shell(Area::Settings),
        title: words.erase.to_owned(),
        back: (SETTINGS.to_owned(), visit.words().settings.title),
        lead: vec![words.erase_lead.to_owned()],
        form: FormView {
            action: PATH.to_owned(),
            rows: vec![
                Row::line(NUMBER, words.number, &visit.form, "")
                    .hint(visit.words().providers.number_hint)
                    .example("+86 188 0000 8888"),
                Row::line(NOTE, words.reason, &visit.form, "").hint(words.reason_hint),
            ],
            buttons: vec![Button::new(words.erase_on)],
            ..FormView::default()
        },
        facts: Vec::new(),
        links: Vec::new(),
    }
}

/// The page that says what goes.
fn confirm(visit: &Visit, phone: &PhoneNumber, note: &Note) -> FormPage {
    let words = &visit.words().deployment;
    let number = visit.form.get(NUMBER).to_owned();
    FormPage {
        title: words.erase_title.to_owned(),
        back: (PATH.to_owned(), visit.words().forms.cancel),
        lead: [words.erase_goes, words.erase_stays, words.erase_for_good]
            .map(str::to_owned)
            .into(),
        form: FormView {
            action: PATH.to_owned(),
            hidden: vec![
                (NUMBER, number.clone()),
                (NOTE, note.as_str().to_owned()),
                (THEN, ERASE.to_owned()),
            ],
            buttons: vec![Button::danger(words.erase_button)],
            ..FormView::default()
        },
        facts: vec![
            (words.number, number),
            (
                words.country,
                countries::name(visit.language, phone.country()),
            ),
            (words.reason, note.as_str().to_owned()),
        ],
        ..ask(visit)
    }
}

/// From how many records the number was taken, as the session keeps it.
fn counts(visit: &Visit, lines: Vec<String>) -> Vec<(&'static str, String)> {
    let words = &visit.words().deployment;
    let names = [
        words.erased_messages,
        words.erased_checks,
        words.erased_unlocks,
        words.erased_refusals,
        words.erased_inbox,
    ];
    names.into_iter().zip(lines).collect()
}

async fn act(visit: Visit) -> Answer {
    let mut page = ask(&visit);
    let phone = match visit.form.get(NUMBER) {
        "" => Err(visit.words().forms.missing.to_owned()),
        typed => {
            PhoneNumber::parse(typed, None).map_err(|why| rules::bad_number(visit.language, &why))
        }
    };
    let phone = phone.map_err(|sentence| page.form.refuse(NUMBER, sentence));
    let note = match visit.form.get(NOTE) {
        "" => Err(visit.words().forms.missing.to_owned()),
        typed => Note::new(NOTE, typed.to_owned()).map_err(|error| {
            let broken = error.fields().next();
            broken.map_or_else(String::new, |broken| {
                rules::rule(visit.language, &broken.rule)
            })
        }),
    };
    let note = note.map_err(|sentence| page.form.refuse(NOTE, sentence));
    let (Ok(phone), Ok(note)) = (phone, note) else {
        mistakes::refused(&visit, &mut page.form);
        return Ok(page.answer(StatusCode::UNPROCESSABLE_ENTITY));
    };
    match visit.form.get(THEN) {
        ERASE => for_good(visit, phone, note).await,
        _ => Ok(confirm(&visit, &phone, &note).found()),
    }
}

async fn for_good(visit: Visit, phone: PhoneNumber, note: Note) -> Answer {
    let erasure = Erasure {
        request_id: visit.request_id,
        phone,
    };
    let (manage, by) = (Arc::clone(&visit.state.manage), visit.by.clone());
    let erase = async move { manage.erase(by, erasure, &note).await };
    let erased = visit.state.to_its_end(erase).await;
    let Erased {
        messages,
        checks,
        unlocks,
        refusals,
        inbox,
    } = erased.map_err(|_| Why::Internal)??;
    let counts = [messages, checks, unlocks, refusals, inbox].map(|count| count.to_string());
    let mut kept = visit.session.kept.clone();
    kept.flash = Some(once::of(KIND, counts.iter().map(String::as_str)));
    visit.sessions.keep(kept).await?;
    Ok(Redirect::to(PATH).into_response())
}
