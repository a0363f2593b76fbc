//! `/console/sms/routes/new` and `/console/sms/routes/edit`: the form of a route.

use axum::http::StatusCode;
use countersign_core::application::AppId;
use countersign_core::ports::setup::{Setup, SetupVersion, Versioned};
use countersign_core::send::route::{
    MOST_PROVIDERS, OnUnknown, ProviderName, Route, RouteScope, Selection,
};

use super::{APP, COUNTRY, address, name, scope};
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
const HELD: &str = "/console/sms/routes/edit";

/// The field with the first provider, by which rules name all of them.
const PROVIDERS: &str = "providers";
const SHARES: &str = "shares";
const ORDER: &str = "order";
const ON_UNKNOWN: &str = "onUnknown";

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

/// The field with the provider at this place, from 0 on.
fn place(number: usize) -> String {
    match number {
        0 => PROVIDERS.to_owned(),
        _ => format!("provider-{}", number + 1),
    }
}

/// The fields of a route, with what the person sent or what is stored.
fn rows(visit: &Visit, setup: &Setup, stored: Option<&Route>) -> Vec<Row> {
    let words = &visit.words().routes;
    let names: Vec<_> = setup.providers.keys().map(ToString::to_string).collect();
    let held = stored.map_or(0, |route| route.providers.len());
    let places = names.len().max(held).clamp(1, MOST_PROVIDERS);
    let providers = (0..places).map(|number| {
        let choices = std::iter::once((String::new(), words.nobody.to_owned()))
            .chain(names.iter().map(|name| (name.clone(), name.clone())));
        let stored = stored.and_then(|route| route.providers.get(number));
        let stored = stored.map(|(name, _)| name.as_str()).unwrap_or_default();
        let (label, hint) = match number {
            0 => (words.provider.to_owned(), ""),
            _ => (
                format!("{} {}", words.provider, number + 1),
                words.next_provider,
            ),
        };
        Row::choice(&place(number), label, choices, &visit.form, stored).hint(hint)
    });
    let order = |order: Selection| match order {
        Selection::Listed => words.listed,
        Selection::Weighted => words.weighted,
    };
    let orders = Selection::ALL.map(|each| (each.as_str().to_owned(), order(each).to_owned()));
    let action = |action: OnUnknown| match action {
        OnUnknown::Keep => words.keep,
        OnUnknown::FailoverSameCode => words.same_code,
    };
    let actions = OnUnknown::ALL.map(|each| (each.as_str().to_owned(), action(each).to_owned()));
    let shares: Vec<_> = stored.map_or(Vec::new(), |route| {
        let shares = route.providers.iter().map(|(_, share)| share.to_string());
        shares.collect()
    });
    let is_even = shares.iter().all(|share| share == "1");
    let shares = if is_even {
        String::new()
    } else {
        shares.join(", ")
    };
    let (stored_order, stored_action) = stored
        .map_or((Selection::Listed, OnUnknown::Keep), |route| {
            (route.order, route.on_unknown)
        });
    let more = [
        Row::choice(
            ORDER,
            words.order,
            orders,
            &visit.form,
            stored_order.as_str(),
        ),
        Row::line(SHARES, words.shares, &visit.form, &shares)
            .hint(words.shares_hint)
            .example("3, 1"),
        Row::choice(
            ON_UNKNOWN,
            words.on_unknown,
            actions,
            &visit.form,
            stored_action.as_str(),
        )
        .hint(words.on_unknown_hint),
    ];
    providers.chain(more).collect()
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
        rows: scope.into_iter().chain(rows(visit, &setup, None)).collect(),
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
        rows: rows(visit, setup, Some(route)),
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

async fn change(visit: Visit) -> Answer {
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
    let route = match read(&visit) {
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

/// The route that the person sent, or the field that is wrong.
fn read(visit: &Visit) -> Result<Route, (&'static str, &'static str)> {
    let words = &visit.words().routes;
    let named = (0..MOST_PROVIDERS).map(place);
    let named = named.filter_map(|field| {
        let name = visit.form.get(&field);
        (!name.is_empty()).then(|| ProviderName::parse(name))
    });
    let named: Result<Vec<_>, _> = named.collect();
    let named = named.map_err(|_| (PROVIDERS, words.needs_provider))?;
    if named.is_empty() {
        return Err((PROVIDERS, words.needs_provider));
    }
    let shares = shares(visit.form.get(SHARES), named.len()).ok_or((SHARES, words.bad_shares))?;
    let missing = visit.words().forms.missing;
    let order = Selection::ALL
        .into_iter()
        .find(|order| order.as_str() == visit.form.get(ORDER));
    let on_unknown = OnUnknown::ALL
        .into_iter()
        .find(|action| action.as_str() == visit.form.get(ON_UNKNOWN));
    Ok(Route {
        providers: named.into_iter().zip(shares).collect(),
        order: order.ok_or((ORDER, missing))?,
        on_unknown: on_unknown.ok_or((ON_UNKNOWN, missing))?,
    })
}

/// Reads one share for each of `count` providers; the same for all where nothing is given.
fn shares(text: &str, count: usize) -> Option<Vec<u16>> {
    if text.is_empty() {
        return Some(vec![1; count]);
    }
    let parts = text.split([',', '，', ' ']).filter(|part| !part.is_empty());
    let shares: Option<Vec<_>> = parts.map(|part| part.parse().ok()).collect();
    shares.filter(|shares| {
        let is_share = |share: &u16| (1..=1000).contains(share);
        shares.len() == count && shares.iter().all(is_share)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_read_in_the_order_of_the_providers() {
        assert_eq!(shares("", 2), Some(vec![1, 1]));
        assert_eq!(shares("3, 1", 2), Some(vec![3, 1]));
        assert_eq!(shares("3，1", 2), Some(vec![3, 1]));
        for wrong in ["3", "3, 1, 1", "0, 1", "1001, 1", "a, 1", "-1, 1"] {
            assert_eq!(shares(wrong, 2), None, "{wrong}");
        }
    }
}
