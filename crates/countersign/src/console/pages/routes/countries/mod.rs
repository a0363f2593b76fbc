//! `/console/sms/countries`: the countries and regions that codes go to: those that matter now, and a search among all.

pub(in crate::console) mod one;
pub(in crate::console) mod region;

use askama::Template;
use axum::response::{IntoResponse, Redirect};
use countersign_core::guard::CountryState;
use countersign_core::phone::{Country, WorldRegion};

use crate::console::countries;
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::form_page::{Button, FormView, Input, Row};
use crate::console::listing::{Cell, Table};
use crate::console::mistakes;
use crate::console::pages::overview::{grouped, share};
use crate::console::pages::refused::Why;
use crate::console::pill::{self, Pill};
use crate::console::shell::{Area, Shell};
use crate::console::words::sentences;
use crate::http::page;
use crate::manage::ServedCountry;
use crate::operator::Permission;

pub(in crate::console) const PATH: &str = "/console/sms/countries";
const FIND: &str = "/console/sms/countries/find";

/// The field of the search.
const QUERY: &str = "q";

/// The most rows of the page.
const MOST: usize = 60;

/// As many digits as no number has: a search for more is refused, so that no number gets into an address.
const LONGEST_CODE: usize = 6;

/// The page.
#[derive(Template)]
#[template(path = "console/countries.html")]
struct CountriesPage {
    shell: Shell,
    search: FormView,
    regions: Vec<(String, String)>,
    table: Table,
}

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadService, async |visit: Visit| {
        Ok(page::found(&countries_page(&visit).await?))
    })
}

pub(in crate::console) fn find() -> Entry {
    Entry::act(
        FIND,
        Permission::ReadService,
        Some("list-sms-countries"),
        search,
    )
}

async fn countries_page(visit: &Visit) -> Result<CountriesPage, Why> {
    let words = &visit.words().countries;
    let all = visit.state.manage.countries().await?;
    let query = visit.asked(QUERY);
    let mut listed: Vec<_> = match query {
        "" => all.iter().filter(|served| matters(visit, served)).collect(),
        query => all
            .iter()
            .filter(|served| fits(served.country, query))
            .collect(),
    };
    listed.sort_by_key(|served| std::cmp::Reverse(served.sent));
    let regions = WorldRegion::ALL.map(|region| {
        let of_region = |served: &&ServedCountry| WorldRegion::of(served.country) == region;
        let count = all.iter().filter(of_region).count();
        let name = format!("{} ({count})", region::name(region, words));
        (region::address(region), name)
    });
    Ok(CountriesPage {
        shell: visit.shell(Area::Sms),
        search: FormView {
            action: FIND.to_owned(),
            rows: vec![Row::line(QUERY, words.query, &visit.form, query).hint(words.query_hint)],
            buttons: vec![Button::second(words.find)],
            ..FormView::default()
        },
        regions: regions.into(),
        table: table(
            visit,
            listed.into_iter().take(MOST),
            match query {
                "" => (words.caption, words.none),
                _ => (words.found, words.none_found),
            },
        ),
    })
}

/// Whether the page is about the country where nobody searches: something was decided, a route of its own carries it, or codes went
/// there.
fn matters(visit: &Visit, served: &ServedCountry) -> bool {
    let setup = visit.state.setup();
    let mut scopes = setup.routes.keys();
    let is_routed = scopes.any(|scope| scope.country == Some(served.country));
    served.state != CountryState::On || served.sent > 0 || is_routed
}

/// Whether a country has this name, these letters or this calling code, or a name with this in it.
fn fits(country: Country, query: &str) -> bool {
    let query = query.trim().to_lowercase();
    let digits = query.trim_start_matches('+');
    if !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()) {
        let code = country.calling_code().map(|code| code.to_string());
        return code.is_some_and(|code| code == digits);
    }
    let names = countries::names(country).into_iter().flatten();
    let mut names = names.map(str::to_lowercase);
    country.as_str().to_lowercase() == query || names.any(|name| name.contains(&query))
}

/// Leads to what was searched for: to the country, where it is one alone.
async fn search(visit: Visit) -> Answer {
    let query = visit.form.get(QUERY).to_owned();
    let digits = query.chars().filter(|c| c.is_numeric()).count();
    if digits >= LONGEST_CODE {
        let mut page = countries_page(&visit).await?;
        let sentence = visit.words().countries.no_number.to_owned();
        page.search.refuse(QUERY, sentence);
        let status = mistakes::refused(&visit, &mut page.search);
        return Ok(page::answer(status, &page));
    }
    let mut found = Country::all().filter(|country| fits(*country, &query));
    let address = match (query.is_empty(), found.next(), found.next()) {
        (true, ..) => PATH.to_owned(),
        (false, Some(country), None) => one::address(country),
        _ => {
            let query = url::form_urlencoded::Serializer::new(String::new())
                .append_pair(QUERY, &query)
                .finish();
            format!("{PATH}?{query}")
        }
    };
    Ok(Redirect::to(&address).into_response())
}

/// The table of some countries.
fn table<'a>(
    visit: &Visit,
    listed: impl Iterator<Item = &'a ServedCountry>,
    (caption, empty): (&'static str, &'static str),
) -> Table {
    let words = &visit.words().countries;
    let rows = listed.map(|served| {
        let name = countries::name(visit.language, served.country);
        vec![
            Cell::Link(one::address(served.country), name),
            Cell::Pill(state(visit, served)),
            served.providers.join(", ").into(),
            price(served).into(),
            grouped(served.sent).into(),
            share(served.verified, served.sent).into(),
        ]
    });
    Table {
        caption,
        columns: vec![
            words.country,
            words.state,
            words.route,
            words.price,
            words.sent,
            words.verified,
        ],
        rows: rows.collect(),
        empty,
    }
}

/// What becomes of codes to a country.
fn state(visit: &Visit, served: &ServedCountry) -> Pill {
    let words = &visit.words().countries;
    match served.state {
        CountryState::Off => Pill::new("bad", pill::CROSS, words.off),
        CountryState::Watch => Pill::new("warn", pill::TRIANGLE, words.watched),
        CountryState::On if served.providers.is_empty() => {
            Pill::new("quiet", pill::BAR, words.no_route)
        }
        CountryState::On if !served.is_allowed => Pill::new("quiet", pill::BAR, words.not_allowed),
        CountryState::On => Pill::new("ok", pill::TICK, words.on),
    }
}

/// The price of a message through the first provider; empty where the price file has none.
fn price(served: &ServedCountry) -> String {
    let price = served.price.as_ref();
    price.map_or(String::new(), sentences::money)
}

/// The buttons that decide, and what each says.
fn buttons(visit: &Visit) -> Vec<Button> {
    let words = &visit.words().countries;
    vec![
        Button::then(CountryState::Watch.as_str(), words.watch),
        Button::then(CountryState::On.as_str(), words.turn_on),
        Button {
            class: "danger",
            ..Button::then(CountryState::Off.as_str(), words.turn_off)
        },
    ]
}

/// What the button that was pressed asks for.
fn asked(visit: &Visit) -> Option<CountryState> {
    CountryState::parse(visit.form.get("then"))
}

/// Whether the request lets sends pass to one of these countries that are refused now.
fn opens(visit: &Visit, countries: impl IntoIterator<Item = Country>) -> bool {
    let lets_pass = asked(visit).is_some_and(|state| state != CountryState::Off);
    let setup = visit.state.setup();
    let is_off = |country| CountryState::of(&setup, country, visit.now).0 == CountryState::Off;
    lets_pass && countries.into_iter().any(is_off)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_found_by_its_letters_its_names_and_its_calling_code() {
        let germany = Country::parse("DE").unwrap();
        for query in ["de", "DE", "Germ", "德国", "德", "+49", "49"] {
            assert!(fits(germany, query), "{query}");
        }
        for query in ["fr", "Francs", "+4", "499"] {
            assert!(!fits(germany, query), "{query}");
        }
        let of_one = Country::all().filter(|country| fits(*country, "+1"));
        assert!(
            of_one.count() > 20,
            "the countries of the North American plan"
        );
    }
}
