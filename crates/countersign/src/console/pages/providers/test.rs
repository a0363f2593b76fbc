//! `/console/sms/providers/{name}/test`: a code through one account, whatever the routes say.

use axum::response::{IntoResponse, Redirect};
use countersign_core::application::AppId;
use countersign_core::channel::Channel;
use countersign_core::phone::PhoneNumber;

use super::{address, held};
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::form::NUMBER;
use crate::console::form_page::{Button, FormPage, FormView, Row};
use crate::console::mistakes;
use crate::console::pages::message;
use crate::console::pages::refused::Why;
use crate::console::shell::Area;
use crate::console::words::{rules, sentences};
use crate::manage::TestMessage;
use crate::operator::Permission;

const PATH: &str = "/console/sms/providers/{name}/test";

const APP: &str = "app";
const PURPOSE: &str = "channel";

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ManageSetup, async |visit: Visit| {
        Ok(test_page(&visit)?.found())
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

fn test_page(visit: &Visit) -> Result<FormPage, Why> {
    let (words, terms) = (&visit.words().providers, &visit.words().terms);
    let (setup, held) = held(visit)?;
    let apps = setup.applications.values().map(|record| {
        let app = &record.application;
        (app.id.as_str().to_owned(), app.name.as_str().to_owned())
    });
    let purposes = Channel::ALL.map(|channel| {
        let name = terms.purpose(channel).to_owned();
        (channel.as_str().to_owned(), name)
    });
    let usual = Channel::IdentityVerification.as_str();
    let form = FormView {
        action: format!("{}/test", address(&held.name)),
        rows: vec![
            Row::choice(APP, words.application, apps, &visit.form, ""),
            Row::choice(PURPOSE, words.purpose, purposes, &visit.form, usual),
            Row::line(NUMBER, words.number, &visit.form, "")
                .hint(words.number_hint)
                .example("+86 188 0000 8888"),
        ],
        buttons: vec![Button::new(words.send)],
        ..FormView::default()
    };
    Ok(FormPage {
        shell: visit.shell(Area::Sms),
        title: sentences::titled(visit.language, words.test_title, held.name.as_str()),
        back: (address(&held.name), words.mend),
        lead: vec![words.test_lead.to_owned()],
        form,
        facts: Vec::new(),
        links: Vec::new(),
    })
}

async fn send_test(visit: Visit) -> Answer {
    let mut page = test_page(&visit)?;
    let (_, held) = held(&visit)?;
    let (app, channel, phone) = match read(&visit) {
        Ok(read) => read,
        Err(wrong) => {
            for (field, sentence) in wrong {
                page.form.refuse(field, sentence);
            }
            let status = mistakes::refused(&visit, &mut page.form);
            return Ok(page.answer(status));
        }
    };
    let test = TestMessage {
        request_id: visit.request_id,
        provider: held.name.clone(),
        app,
        channel,
        phone,
    };
    match visit.state.manage.send_test(visit.by.clone(), test).await {
        Ok(timeline) => Ok(Redirect::to(&message::address(timeline.id)).into_response()),
        Err(error) => {
            let status = mistakes::tell(&visit, &mut page.form, error)?;
            Ok(page.answer(status))
        }
    }
}

type Wrong = Vec<(&'static str, String)>;

/// What the form says, or all that is wrong with it.
fn read(visit: &Visit) -> Result<(AppId, Channel, PhoneNumber), Wrong> {
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
