//! `/console/overview`: messages of a range of time in figures, and what needs attention.

mod asked;
mod chart;
mod figures;
mod flow;
pub(in crate::console) mod table;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use countersign_core::phone::Country;
use countersign_core::ports::setup::Setup;
use countersign_core::ports::tallies::{By, Tallies, TallyQuery};
use countersign_core::time::Timestamp;

use self::asked::{Asked, address};
use self::chart::{Chart, chart};
use self::figures::{Table, Tile, table, tiles};
pub(in crate::console) use self::figures::{grouped, share};
use super::refused::Why;
use crate::console::attention::{self, Attention};
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::form_page::{FormView, Input, Row as Field};
use crate::console::range::{Last, Range};
use crate::console::shell::{Area, Shell};
use crate::console::when::Moment;
use crate::console::words::OverviewWords;
use crate::console::words::search::days_hint;
use crate::http::page;
use crate::operator::Permission;

pub(in crate::console) const PATH: &str = "/console/overview";

/// The page.
#[derive(Template)]
#[template(path = "console/overview.html")]
struct OverviewPage {
    shell: Shell,
    ranges: Vec<RangeLink>,
    /// The form for a range from day to day.
    days: FormView,
    /// The name of the range that the page is about.
    range: String,
    tiles: Vec<Tile>,
    chart: Option<Chart>,
    /// The address of the counts of the chart as a file.
    file: String,
    tables: Vec<Table>,
    attention: Vec<Attention>,
    /// What is not set up yet: a sentence each.
    missing: Vec<&'static str>,
    /// The time from which on messages are counted, while earlier ones are still being counted.
    counted_from: Option<Moment>,
}

/// A range that can be chosen.
struct RangeLink {
    address: String,
    name: &'static str,
    is_here: bool,
}

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadMessages, draw).of_applications()
}

async fn draw(visit: Visit) -> Answer {
    let words = &visit.words().overview;
    let mut days = days_form(&visit);
    let (asked, status) = match Asked::read(&visit) {
        Ok(asked) if !visit.is_at(&asked.parts()) => {
            return Ok(Redirect::to(&asked.address(PATH)).into_response());
        }
        Ok(asked) => (asked, StatusCode::OK),
        Err(field) => {
            days.refuse(field, visit.words().search.bad_day.to_owned());
            (
                Asked::last(Last::Day, visit.now),
                StatusCode::UNPROCESSABLE_ENTITY,
            )
        }
    };
    let range = (asked.from, asked.to);
    let by_provider = counted(&visit, range, By::Provider).await?;
    let by_country = counted(&visit, range, By::Country).await?;
    let earlier = counted(&visit, (asked.before, asked.from), By::Day).await?;
    let attention = match asked.range {
        Range::Last(Last::Day) => attention::list(&visit, &by_provider, &by_country).await?,
        _ => {
            let day = Asked::last(Last::Day, visit.now);
            let of_day = |by| counted(&visit, (day.from, day.to), by);
            let (providers, countries) = (of_day(By::Provider).await?, of_day(By::Country).await?);
            attention::list(&visit, &providers, &countries).await?
        }
    };
    let page = OverviewPage {
        shell: visit.shell(Area::Overview),
        ranges: ranges(&visit, asked.range),
        days,
        range: visit.words().search.range_name(asked.range),
        tiles: tiles(&visit, &asked, &by_provider.total, &earlier.total),
        chart: chart(&visit, &asked).await?,
        file: asked.address(table::PATH),
        missing: match visit.may_everywhere(Permission::ReadMessages) {
            true => missing(&visit.state.setup(), words),
            false => Vec::new(),
        },
        counted_from: by_provider.counted_from.map(|from| visit.moment(from)),
        attention,
        tables: vec![
            table(
                &visit,
                &asked,
                words.by_provider,
                by_provider,
                |filter, name| {
                    filter.provider = Some(name.to_owned());
                },
            ),
            table(
                &visit,
                &asked,
                words.by_country,
                by_country,
                |filter, name| {
                    filter.country = Country::parse(name);
                },
            ),
        ],
    };
    Ok(page::answer(status, &page))
}

/// The form for a range from day to day.
fn days_form(visit: &Visit) -> FormView {
    let words = &visit.words().search;
    let day = |name, label| Field::day(name, label, visit.asked(name));
    let hint = days_hint(visit.language, visit.zone().name());
    FormView {
        rows: vec![day("from", words.from), day("to", words.to).hint(hint)],
        ..FormView::default()
    }
}

fn ranges(visit: &Visit, here: Range) -> Vec<RangeLink> {
    let links = Last::ALL.map(|last| RangeLink {
        address: match last {
            Last::Day => PATH.to_owned(),
            _ => address(PATH, &Range::Last(last).parts()),
        },
        name: visit.words().search.last(last),
        is_here: here == Range::Last(last),
    });
    links.into()
}

/// The counts of a range.
async fn counted(
    visit: &Visit,
    (from, to): (Timestamp, Timestamp),
    by: By,
) -> Result<Tallies, Why> {
    let query = TallyQuery::of((from, to), by, visit.apps().clone());
    Ok(visit.state.manage.tallies(query).await?)
}

/// What is not set up yet, before real phones get messages.
fn missing(setup: &Setup, words: &OverviewWords) -> Vec<&'static str> {
    let steps = [
        (setup.providers.is_empty(), words.step_provider),
        (setup.routes.is_empty(), words.step_route),
        (
            setup.providers.is_empty() && setup.templates.is_empty(),
            words.step_template,
        ),
        (setup.routes.is_empty(), words.step_send),
    ];
    let steps = steps.into_iter().filter(|(is_missing, _)| *is_missing);
    steps.map(|(_, step)| step).collect()
}
