//! `/console/sms/countries/regions/{region}`: the countries of a part of the world, and a decision about all of them at once.

use countersign_core::phone::{Country, WorldRegion};

use super::one::NOTE;
use super::{PATH as LIST, asked, buttons, opens, table};
use crate::console::countries;
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::form_page::{FormView, Row};
use crate::console::mistakes;
use crate::console::pages::refused::Why;
use crate::console::shell::Area;
use crate::console::table_page::TablePage;
use crate::console::told::Told;
use crate::console::words::{CountryWords, sentences};
use crate::manage::Note;
use crate::operator::Permission;

const PATH: &str = "/console/sms/countries/regions/{region}";

/// The field with which a person says that all countries are meant.
const ALL: &str = "all";

/// The address of the page of a region.
pub(super) fn address(region: WorldRegion) -> String {
    format!("{LIST}/regions/{}", region.as_str())
}

/// The name of a region.
pub(super) const fn name(region: WorldRegion, words: &CountryWords) -> &'static str {
    match region {
        WorldRegion::Asia => words.asia,
        WorldRegion::Europe => words.europe,
        WorldRegion::NorthAmerica => words.north_america,
        WorldRegion::SouthAmerica => words.south_america,
        WorldRegion::Africa => words.africa,
        WorldRegion::Oceania => words.oceania,
    }
}

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadService, async |visit: Visit| {
        Ok(region_page(&visit, named(&visit)?).await?.found())
    })
}

pub(in crate::console) fn decide() -> Entry {
    let twin = Some("set-sms-countries");
    Entry::act(PATH, Permission::ManageSetup, twin, turn)
}

/// Whether a request lets sends pass to a country of the region that are refused now.
pub(in crate::console) fn opens_countries(visit: &Visit) -> bool {
    named(visit).is_ok_and(|region| opens(visit, of(region)))
}

fn named(visit: &Visit) -> Result<WorldRegion, Why> {
    WorldRegion::parse(visit.part("region")).ok_or(Why::NotFound)
}

fn of(region: WorldRegion) -> impl Iterator<Item = Country> {
    Country::all().filter(move |country| WorldRegion::of(*country) == region)
}

async fn region_page(visit: &Visit, region: WorldRegion) -> Result<TablePage, Why> {
    let words = &visit.words().countries;
    let all = visit.state.manage.countries().await?;
    let mut listed: Vec<_> = all
        .iter()
        .filter(|served| WorldRegion::of(served.country) == region)
        .collect();
    listed.sort_by_cached_key(|served| countries::name(visit.language, served.country));
    let may_change = visit.may(Permission::ManageSetup);
    let count = listed.len();
    let form = may_change.then(|| {
        let all = sentences::all_of(visit.language, count, name(region, words));
        let form = FormView {
            action: address(region),
            rows: vec![
                Row::check(ALL, all, &visit.form, false),
                Row::line(NOTE, words.note, &visit.form, "").hint(words.note_hint),
            ],
            buttons: buttons(visit),
            ..FormView::default()
        };
        (words.decide_on_all, form)
    });
    Ok(TablePage {
        shell: visit.shell(Area::Sms),
        title: name(region, words),
        back: (LIST.to_owned(), words.title),
        lead: vec![words.at_once.to_owned(), words.safe_passes.to_owned()],
        facts: Vec::new(),
        tables: vec![table(
            visit,
            listed.into_iter(),
            (words.of_region, words.none),
        )],
        form,
        begins_with_form: false,
    })
}

async fn turn(visit: Visit) -> Answer {
    let region = named(&visit)?;
    let mut page = region_page(&visit, region).await?;
    let Some((_, form)) = &mut page.form else {
        return Err(Why::NotPermitted);
    };
    let words = visit.words();
    let state = asked(&visit).filter(|_| !visit.form.get(ALL).is_empty());
    let Some(state) = state else {
        form.refuse(ALL, words.countries.say_all.to_owned());
        let status = mistakes::refused(&visit, form);
        return Ok(page.again(status));
    };
    let set = async {
        let note = Note::new(NOTE, visit.form.get(NOTE).to_owned())?;
        let (manage, by) = (&visit.state.manage, visit.by.clone());
        let countries = of(region).collect();
        manage.set_countries(by, countries, state, note).await
    };
    match set.await {
        Ok(_) => Ok(Told::Saved.at(&address(region))),
        Err(error) => {
            let status = mistakes::tell(&visit, form, error)?;
            Ok(page.again(status))
        }
    }
}
