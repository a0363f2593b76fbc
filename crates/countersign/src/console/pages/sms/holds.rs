//! Which route holds, and why: the nearest one.

use countersign_core::application::AppId;
use countersign_core::phone::Country;
use countersign_core::ports::setup::Setup;
use countersign_core::send::route::RouteScope;

use super::{in_order, linked};
use crate::console::countries as names;
use crate::console::entry::Visit;
use crate::console::form_page::{FormView, Row};
use crate::console::listing::{Cell, Table};
use crate::console::pages::refused::Why;
use crate::console::pages::routes::{APP, COUNTRY, edit};
use crate::console::words::service::{self, Service};

/// Why the route of a scope holds where it does.
fn why(visit: &Visit, scope: &RouteScope) -> &'static str {
    let words = &visit.words().service;
    match (&scope.app, scope.country) {
        (Some(_), Some(_)) => words.of_both,
        (Some(_), None) => words.of_app,
        (None, Some(_)) => words.of_country,
        (None, None) => words.of_all,
    }
}

/// The routes beside those of the two halves.
pub(super) fn others(visit: &Visit, setup: &Setup) -> Table {
    let (words, of) = (&visit.words().sms, &visit.words().service);
    let is_of_half = |scope: &RouteScope| {
        let country = scope.country;
        scope.app.is_none() && country.is_none_or(|country| country == Country::CHINA)
    };
    let others = setup.routes.iter().filter(|(scope, _)| !is_of_half(scope));
    let rows = others.map(|(scope, route)| {
        let app = scope.app.as_ref();
        let app = app.map_or(words.every_application, |app| app.as_str());
        let country = scope
            .country
            .map(|country| names::name(visit.language, country));
        let country = country.unwrap_or_else(|| words.every_country.to_owned());
        vec![
            linked(visit, edit::held(scope), country),
            in_order(route).into(),
            app.into(),
            Cell::from(why(visit, scope)).less(),
        ]
    });
    Table {
        caption: of.others,
        columns: vec![words.country, words.providers, words.application, of.why],
        rows: rows.collect(),
        empty: of.none_other,
    }
}

/// Asks for an application and a country.
pub(super) fn form(visit: &Visit, setup: &Setup) -> FormView {
    let words = visit.words();
    let apps = setup.applications.values().map(|record| {
        let app = &record.application;
        (app.id.as_str().to_owned(), app.name.as_str().to_owned())
    });
    let any = (String::new(), words.service.any_app.to_owned());
    let apps = std::iter::once(any).chain(apps);
    let chosen = match visit.asked(COUNTRY) {
        "" => Country::CHINA.as_str(),
        country => country,
    };
    FormView {
        rows: vec![
            Row::choice(
                APP,
                words.routes.application,
                apps,
                &visit.form,
                visit.asked(APP),
            ),
            Row::choice(
                COUNTRY,
                words.routes.country,
                names::all(visit.language),
                &visit.form,
                chosen,
            ),
        ],
        ..FormView::default()
    }
}

/// The route that holds for the application and the country in the address, and why; `None` where they are not asked for.
pub(super) fn answer(visit: &Visit, setup: &Setup) -> Result<Option<String>, Why> {
    if visit.asked(COUNTRY).is_empty() {
        return Ok(None);
    }
    let country = Country::parse(visit.asked(COUNTRY));
    let country = country.filter(|country| country.has_numbers());
    let country = country.ok_or(Why::NotFound)?;
    let app = match visit.asked(APP) {
        "" => None,
        id => {
            let app = AppId::parse(id).map_err(|_| Why::NotFound)?;
            setup.application(&app).ok_or(Why::NotFound)?;
            Some(app)
        }
    };
    let mut scopes = RouteScope::nearest_first(app.as_ref(), country).into_iter();
    let found = scopes.find_map(|scope| Some((setup.routes.get(&scope)?, scope)));
    let Some((route, scope)) = found else {
        let is_development = visit.session.is_development;
        let told = Service::NotSetUp { is_development };
        return Ok(Some(service::service(visit.language, &told)));
    };
    let why = why(visit, &scope);
    Ok(Some(service::holds(visit.language, &in_order(route), why)))
}
