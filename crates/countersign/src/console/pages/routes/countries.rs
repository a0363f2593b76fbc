//! `/console/sms/countries`: the countries and regions that codes go to, and those that were turned off.

use std::collections::BTreeSet;

use countersign_core::guard::{Area as Blocked, Range, RangeKind};
use countersign_core::phone::Country;
use countersign_core::ports::setup::Setup;
use countersign_core::send::route::RouteScope;

use askama::Template;

use crate::console::countries;
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::form_page::{Button, FormView, Input, Row};
use crate::console::listing::{Cell, Table};
use crate::console::mistakes;
use crate::console::pages::refused::Why;
use crate::console::pages::sms;
use crate::console::pill::{self, Pill};
use crate::console::shell::{Area, Shell};
use crate::console::told::Told;
use crate::http::page;
use crate::manage::Note;
use crate::operator::Permission;

pub(in crate::console) const PATH: &str = "/console/sms/countries";

const COUNTRY: &str = "country";
/// What the button says that turns a country on.
const ON: &str = "on";
/// What the button says that turns a country off.
const OFF: &str = "off";

/// The page.
#[derive(Template)]
#[template(path = "console/countries.html")]
struct CountriesPage {
    shell: Shell,
    table: Table,
    form: FormView,
}

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadService, async |visit: Visit| {
        Ok(page::found(&countries_page(&visit)))
    })
}

pub(in crate::console) fn decide() -> Entry {
    Entry::act(PATH, Permission::ManageSetup, Some("set-guard-block"), turn)
}

/// Whether a request turns a country on.
pub(in crate::console) fn opens_country(visit: &Visit) -> bool {
    visit.form.get("then") == ON
}

/// The area that is blocked where a country is off.
fn area(country: Country) -> Result<Blocked, Why> {
    let range = Range::parse(RangeKind::Country, country.as_str());
    Ok(Blocked {
        app: None,
        range: range.map_err(|_| Why::Internal)?,
    })
}

fn is_off(visit: &Visit, setup: &Setup, country: Country) -> bool {
    let block = area(country).ok().and_then(|area| setup.blocks.get(&area));
    block.is_some_and(|block| block.stands(visit.now))
}

/// The countries that a route names, and those that are blocked.
fn decided(visit: &Visit, setup: &Setup) -> BTreeSet<Country> {
    let routed = setup.routes.keys().filter_map(|scope| scope.country);
    let blocks = setup.blocks.values().filter(|block| {
        let is_of_country = block.area.range.kind() == RangeKind::Country;
        is_of_country && block.area.app.is_none() && block.stands(visit.now)
    });
    let blocked = blocks.filter_map(|block| Country::parse(block.area.range.value()));
    routed.chain(blocked).collect()
}

fn countries_page(visit: &Visit) -> CountriesPage {
    let (words, setup) = (visit.words(), visit.state.setup());
    let of = &words.routes;
    let rows = decided(visit, &setup).into_iter().map(|country| {
        let pill = match is_off(visit, &setup, country) {
            true => Pill::new("quiet", pill::BAR, of.off),
            false => Pill::new("ok", pill::TICK, of.on),
        };
        let scope = RouteScope {
            app: None,
            country: Some(country),
        };
        let route = setup.routes.get(&scope).map(|route| sms::in_order(route));
        vec![
            countries::name(visit.language, country).into(),
            Cell::Pill(pill),
            route
                .unwrap_or_else(|| of.open_by_default.to_owned())
                .into(),
        ]
    });
    let countries = std::iter::once((String::new(), of.unknown_country.to_owned()))
        .chain(countries::all(visit.language));
    CountriesPage {
        table: Table {
            caption: of.countries_caption,
            columns: vec![of.country_column, of.state, of.route],
            rows: rows.collect(),
            empty: of.no_country,
        },
        form: FormView {
            action: PATH.to_owned(),
            rows: vec![Row::choice(
                COUNTRY,
                of.country,
                countries,
                &visit.form,
                visit.asked(COUNTRY),
            )],
            buttons: vec![Button::then(OFF, of.turn_off), Button::then(ON, of.turn_on)],
            is_readonly: !visit.may(Permission::ManageSetup),
            ..FormView::default()
        },
        shell: visit.shell(Area::Sms),
    }
}

async fn turn(visit: Visit) -> Answer {
    let mut page = countries_page(&visit);
    let country = Country::parse(visit.form.get(COUNTRY)).filter(|country| country.has_numbers());
    let Some(country) = country else {
        let sentence = visit.words().routes.unknown_country.to_owned();
        page.form.refuse(COUNTRY, sentence);
        let status = mistakes::refused(&visit, &mut page.form);
        return Ok(page::answer(status, &page));
    };
    let (manage, area) = (&visit.state.manage, area(country)?);
    if visit.form.get("then") == ON {
        if is_off(&visit, &visit.state.setup(), country) {
            manage.lift_block(visit.by.clone(), area).await?;
        }
        return Ok(Told::Lifted.at(PATH));
    }
    let block = manage.block_area(visit.by.clone(), area, None, Note::default());
    block.await?;
    Ok(Told::Blocked.at(PATH))
}
