//! `/console/sms/routes/new` and `/console/sms/routes/edit`: the form of a route.

use axum::http::StatusCode;
use countersign_core::application::AppId;
use countersign_core::ports::setup::{Setup, SetupVersion, Versioned};
use countersign_core::send::route::{Route, RouteScope};

use super::{APP, COUNTRY, address, fields, name, scope};
use crate::console::countries;
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::form_page::{Button, FormPage, FormView, Row};
use crate::console::mistakes;
use crate::console::pages::refused::Why;
use crate::console::pages::sms;
use crate::console::shell::Area;
use crate::console::told::Told;
use crate::console::words::sentences;
use crate::operator::Permission;

pub(in crate::console) const NEW: &str = "/console/sms/routes/new";
/// The address that the form of a route that is held is sent to.
pub(in crate::console) const HELD: &str = "/console/sms/routes/edit";

/// The address of the form of a route that is held.
pub(in crate::console) fn held(scope: &RouteScope) -> String {
    address(HELD, scope)
}

pub(in crate::console) fn new() -> Entry {
    Entry::page(NEW, Permission::ManageSetup, async |visit: Visit| {
        Ok(new_page(&visit).found())
    })
}

pub(in crate::console) fn create() -> Entry {
    Entry::act(NEW, Permission::ManageSetup, Some("set-sms-route"), add)
}

pub(in crate::console) fn show() -> Entry {
    Entry::page(HELD, Permission::ReadSetup, async |visit: Visit| {
        let scope = scope(visit.asked(APP), visit.asked(COUNTRY))?;
        Ok(held_page(&visit, &scope)?.found())
    })
}

pub(in crate::console) fn save() -> Entry {
    Entry::act(HELD, Permission::ManageSetup, Some("set-sms-route"), change)
}

/// Whether a new route allows codes to a country: one that names it does.
pub(in crate::console) fn opens_country(visit: &Visit) -> bool {
    !visit.form.get(COUNTRY).is_empty()
}

fn page(visit: &Visit, title: String, form: FormView) -> FormPage {
    FormPage {
        shell: visit.shell(Area::Sms),
        title,
        back: (sms::PATH.to_owned(), visit.words().sms.title),
        lead: vec![visit.words().routes.lead.to_owned()],
        form,
        facts: Vec::new(),
        links: Vec::new(),
    }
}

fn new_page(visit: &Visit) -> FormPage {
    let (words, setup) = (visit.words(), visit.state.setup());
    let every = |name: &str| std::iter::once((String::new(), name.to_owned()));
    let apps = setup.applications.values().map(|record| {
        let app = &record.application;
        (app.id.as_str().to_owned(), app.name.as_str().to_owned())
    });
    let apps = every(words.sms.every_application).chain(apps);
    let countries = every(words.sms.every_country).chain(countries::all(visit.language));
    let of = &words.routes;
    let scope = [
        Row::choice(
            COUNTRY,
            of.country,
            countries,
            &visit.form,
            visit.asked(COUNTRY),
        ),
        Row::choice(APP, of.application, apps, &visit.form, ""),
    ];
    let form = FormView {
        action: NEW.to_owned(),
        rows: scope
            .into_iter()
            .chain(fields::rows(visit, &setup, None))
            .collect(),
        buttons: vec![Button::new(words.forms.save)],
        ..FormView::default()
    };
    page(visit, of.new_title.to_owned(), form)
}

fn held_page(visit: &Visit, scope: &RouteScope) -> Result<FormPage, Why> {
    let (words, setup) = (visit.words(), visit.state.setup());
    let route = setup.routes.get(scope).ok_or(Why::NotFound)?;
    let form = form(visit, &setup, scope, route);
    let title = sentences::titled(visit.language, words.routes.edit_title, &name(visit, scope));
    let mut page = page(visit, title, form);
    if visit.may(Permission::ManageSetup) {
        let delete = address(super::delete::PATH, scope);
        page.links = vec![(delete, words.routes.delete.to_owned())];
    }
    Ok(page)
}

fn form(visit: &Visit, setup: &Setup, scope: &RouteScope, route: &Versioned<Route>) -> FormView {
    let app = scope.app.as_ref().map_or("", AppId::as_str).to_owned();
    let country = scope.country.map(|country| country.to_string());
    let form = FormView {
        action: HELD.to_owned(),
        hidden: vec![(APP, app), (COUNTRY, country.unwrap_or_default())],
        rows: fields::rows(visit, setup, Some(route)),
        buttons: vec![Button::new(visit.words().forms.save)],
        is_readonly: !visit.may(Permission::ManageSetup),
        ..FormView::default()
    };
    form.at(visit, route.version.number())
}

async fn add(visit: Visit) -> Answer {
    let mut page = new_page(&visit);
    let scope = scope(visit.form.get(APP), visit.form.get(COUNTRY))?;
    if visit.state.setup().routes.contains_key(&scope) {
        let sentence = visit.words().routes.exists.to_owned();
        page.form.refuse(COUNTRY, sentence);
        return Ok(page.answer(StatusCode::UNPROCESSABLE_ENTITY));
    }
    set(visit, page, scope, SetupVersion::NONE, Told::Created).await
}

async fn change(mut visit: Visit) -> Answer {
    fields::apply_move(&mut visit.form);
    let scope = scope(visit.form.get(APP), visit.form.get(COUNTRY))?;
    let (page, seen) = (held_page(&visit, &scope)?, visit.seen_version());
    set(visit, page, scope, seen, Told::Saved).await
}

async fn set(
    visit: Visit,
    mut page: FormPage,
    scope: RouteScope,
    version: SetupVersion,
    told: Told,
) -> Answer {
    let route = match fields::read(&visit) {
        Ok(route) => route,
        Err((field, sentence)) => {
            page.form.refuse(field, sentence.to_owned());
            let status = mistakes::refused(&visit, &mut page.form);
            return Ok(page.answer(status));
        }
    };
    let manage = &visit.state.manage;
    let set = manage.set_route(visit.by.clone(), scope, route, Some(version));
    match set.await {
        Ok(_) => Ok(told.at(sms::PATH)),
        Err(error) => {
            let status = mistakes::tell(&visit, &mut page.form, error)?;
            Ok(page.answer(status))
        }
    }
}
