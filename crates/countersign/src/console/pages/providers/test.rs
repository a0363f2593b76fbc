//! `/console/sms/providers/{name}/test`: a code through one account, whatever the routes say.

use axum::response::{IntoResponse, Redirect};
use countersign_core::application::AppId;
use countersign_core::channel::Channel;
use countersign_core::phone::PhoneNumber;
use countersign_core::ports::setup::Setup;
use countersign_core::send::route::ProviderName;

use super::{address, held};
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::form::NUMBER;
use crate::console::form_page::{Button, FormPage, FormView, Row};
use crate::console::mistakes;
use crate::console::pages::message;
use crate::console::shell::Area;
use crate::console::words::{rules, sentences};
use crate::manage::TestMessage;
use crate::operator::Permission;

const PATH: &str = "/console/sms/providers/{name}/test";

const APP: &str = "app";
const PURPOSE: &str = "channel";

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ManageSetup, async |visit: Visit| {
        let (_, held) = held(&visit)?;
        Ok(test_page(&visit, &held.name).found())
    })
}

pub(in crate::console) fn send() -> Entry {
    Entry::act(
        PATH,
        Permission::ManageSetup,
        Some("test-sms-provider"),
        send_test,
    )
}

/// The fields of a test: for which application and purpose, and to which number.
pub(super) fn rows(visit: &Visit, setup: &Setup) -> Vec<Row> {
    let (words, terms) = (&visit.words().providers, &visit.words().terms);
    let apps = setup.applications.values().map(|record| {
        let app = &record.application;
        (app.id.as_str().to_owned(), app.name.as_str().to_owned())
    });
    let purposes = Channel::ALL.map(|channel| {
        let name = terms.purpose(channel).to_owned();
        (channel.as_str().to_owned(), name)
    });
    let usual = Channel::IdentityVerification.as_str();
    vec![
        Row::choice(APP, words.application, apps, &visit.form, ""),
        Row::choice(PURPOSE, words.purpose, purposes, &visit.form, usual),
        Row::line(NUMBER, words.number, &visit.form, "")
            .hint(words.number_hint)
            .example("+86 188 0000 8888"),
    ]
}

fn test_page(visit: &Visit, name: &ProviderName) -> FormPage {
    let words = &visit.words().providers;
    let form = FormView {
        action: format!("{}/test", address(name)),
        rows: rows(visit, &visit.state.setup()),
        buttons: vec![Button::new(words.send)],
        ..FormView::default()
    };
    FormPage {
        shell: visit.shell(Area::Sms),
        title: sentences::titled(visit.language, words.test_title, name.as_str()),
        back: (address(name), words.mend),
        lead: vec![words.test_lead.to_owned()],
        form,
        facts: Vec::new(),
        links: Vec::new(),
    }
}

async fn send_test(visit: Visit) -> Answer {
    let (_, held) = held(&visit)?;
    match read(&visit) {
        Ok(test) => through(&visit, &held.name, test).await,
        Err(wrong) => {
            let mut page = test_page(&visit, &held.name);
            for (field, sentence) in wrong {
                page.form.refuse(field, sentence);
            }
            let status = mistakes::refused(&visit, &mut page.form);
            Ok(page.answer(status))
        }
    }
}

/// Sends a test through an account, and leads to its message; where none became one, the page of the test says why.
pub(super) async fn through(visit: &Visit, name: &ProviderName, test: Test) -> Answer {
    let (app, channel, phone) = test;
    let test = TestMessage {
        request_id: visit.request_id,
        provider: name.clone(),
        app,
        channel,
        phone,
    };
    match visit.state.manage.send_test(visit.by.clone(), test).await {
        Ok(timeline) => Ok(Redirect::to(&message::address(timeline.id)).into_response()),
        Err(error) => {
            let mut page = test_page(visit, name);
            let status = mistakes::tell(visit, &mut page.form, error)?;
            Ok(page.answer(status))
        }
    }
}

/// An application, a purpose and a number.
pub(super) type Test = (AppId, Channel, PhoneNumber);

pub(super) type Wrong = Vec<(&'static str, String)>;

/// What the form says, or all that is wrong with it.
pub(super) fn read(visit: &Visit) -> Result<Test, Wrong> {
    let words = visit.words();
    let mut wrong = Vec::new();
    let setup = visit.state.setup();
    let app = AppId::parse(visit.form.get(APP)).ok();
    let app = app.and_then(|id| setup.application(&id));
    if app.is_none() {
        wrong.push((APP, words.providers.no_application.to_owned()));
    }
    let channel = Channel::parse(visit.form.get(PURPOSE));
    if channel.is_none() {
        wrong.push((PURPOSE, words.forms.missing.to_owned()));
    }
    let number = visit.form.get(NUMBER);
    let phone = match app {
        _ if number.is_empty() => Err(words.forms.number_missing.to_owned()),
        Some(app) => app
            .phone(number, None)
            .map_err(|why| rules::bad_number(visit.language, &why)),
        None => {
            PhoneNumber::parse(number, None).map_err(|why| rules::bad_number(visit.language, &why))
        }
    };
    match (app, channel, phone) {
        (Some(app), Some(channel), Ok(phone)) => Ok((app.id.clone(), channel, phone)),
        (_, _, phone) => {
            wrong.extend(phone.err().map(|why| (NUMBER, why)));
            Err(wrong)
        }
    }
}
