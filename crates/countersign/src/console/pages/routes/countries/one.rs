//! `/console/sms/countries/{country}`: one country or region, and the decision about it.

use countersign_core::phone::Country;
use countersign_core::send::route::RouteScope;

use super::super::edit;
use super::{PATH as LIST, asked, buttons, opens, price, state};
use crate::console::countries;
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::form_page::{FormPage, FormView, Row};
use crate::console::mistakes;
use crate::console::pages::messages::{self, Search};
use crate::console::pages::overview::{grouped, share};
use crate::console::pages::refused::Why;
use crate::console::range::{Last, Range};
use crate::console::shell::Area;
use crate::console::told::Told;
use crate::manage::Note;
use crate::operator::Permission;

const PATH: &str = "/console/sms/countries/{country}";

pub(super) const NOTE: &str = "note";

/// The address of the page of a country.
pub(super) fn address(country: Country) -> String {
    format!("{LIST}/{country}")
}

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadService, async |visit: Visit| {
        Ok(country_page(&visit, named(&visit)?).await?.found())
    })
}

pub(in crate::console) fn decide() -> Entry {
    let twin = Some("set-sms-countries");
    Entry::act(PATH, Permission::ManageSetup, twin, turn)
}

/// Whether a request lets sends pass to the country that are refused now.
pub(in crate::console) fn opens_country(visit: &Visit) -> bool {
    named(visit).is_ok_and(|country| opens(visit, [country]))
}

fn named(visit: &Visit) -> Result<Country, Why> {
    let country = Country::parse(visit.part("country"));
    let country = country.filter(|country| country.has_numbers());
    country.ok_or(Why::NotFound)
}

async fn country_page(visit: &Visit, country: Country) -> Result<FormPage, Why> {
    let words = &visit.words().countries;
    let all = visit.state.manage.countries().await?;
    let mut all = all.into_iter();
    let served = all.find(|served| served.country == country);
    let served = served.ok_or(Why::NotFound)?;
    let (since, note) = served.decided.clone().unzip();
    let watched = served.watched.map(grouped);
    let facts = [
        (words.state, Some(state(visit, &served).word.to_owned())),
        (words.since, since.map(|since| visit.moment(since).shown)),
        (words.note, note.filter(|note| !note.is_empty())),
        (words.passed, watched),
        (words.route, Some(served.providers.join(", "))),
        (words.price, Some(price(&served))),
        (words.sent, Some(grouped(served.sent))),
        (words.verified, Some(share(served.verified, served.sent))),
    ];
    let facts = facts.into_iter().filter_map(|(name, value)| {
        let value = value.filter(|value| !value.is_empty())?;
        Some((name, value))
    });
    Ok(FormPage {
        shell: visit.shell(Area::Sms),
        title: countries::name(visit.language, country),
        back: (LIST.to_owned(), words.title),
        lead: vec![words.at_once.to_owned(), words.safe_passes.to_owned()],
        form: FormView {
            action: address(country),
            rows: vec![Row::line(NOTE, words.note, &visit.form, "").hint(words.note_hint)],
            buttons: buttons(visit),
            is_readonly: !visit.may(Permission::ManageSetup),
            ..FormView::default()
        },
        facts: facts.collect(),
        links: links(visit, country),
    })
}

/// The messages to the country, and its route.
fn links(visit: &Visit, country: Country) -> Vec<(String, String)> {
    let words = &visit.words().countries;
    let mut search = Search::of(Range::Last(Last::Month));
    search.filter.country = Some(country);
    let scope = RouteScope {
        app: None,
        country: Some(country),
    };
    let route = match visit.state.setup().routes.contains_key(&scope) {
        true => edit::held(&scope),
        false => format!("{}?country={country}", edit::NEW),
    };
    let may_route = visit.may(Permission::ManageSetup);
    let route = may_route.then(|| (route, words.its_route.to_owned()));
    let messages = (search.address(messages::PATH), words.messages.to_owned());
    std::iter::once(messages).chain(route).collect()
}

async fn turn(visit: Visit) -> Answer {
    let country = named(&visit)?;
    let mut page = country_page(&visit, country).await?;
    let Some(state) = asked(&visit) else {
        page.form
            .problems
            .push((None, visit.words().forms.missing.to_owned()));
        let status = mistakes::refused(&visit, &mut page.form);
        return Ok(page.answer(status));
    };
    let set = async {
        let note = Note::new(NOTE, visit.form.get(NOTE).to_owned())?;
        let (manage, by) = (&visit.state.manage, visit.by.clone());
        manage.set_countries(by, vec![country], state, note).await
    };
    match set.await {
        Ok(_) => Ok(Told::Saved.at(&address(country))),
        Err(error) => {
            let status = mistakes::tell(&visit, &mut page.form, error)?;
            Ok(page.answer(status))
        }
    }
}
