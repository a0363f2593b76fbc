//! `/console/overview.csv`: the counts of the chart as a table, with the columns of `get-sms-statistics`. Its times are UTC.

use countersign_core::ports::tallies::{By, Row, Tallies};
use countersign_core::tally::Tally;

use super::asked::Asked;
use super::chart::flow;
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::pages::refused::Why;
use crate::http::page;
use crate::http::wire::statistics;
use crate::operator::Permission;

pub(super) const PATH: &str = "/console/overview.csv";

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadMessages, write).of_applications()
}

async fn write(visit: Visit) -> Answer {
    let asked = Asked::read(&visit).map_err(|_| Why::NotFound)?;
    let flow = flow(&visit, &asked).await?;
    let by = match flow.is_by_hour {
        true => By::Hour,
        false => By::Day,
    };
    let rows = flow.steps.iter();
    let tallies = Tallies {
        from: asked.from,
        to: asked.to,
        counted_from: None,
        total: Tally::default(),
        rows: rows.map(|step| (Row::Span(step.at), step.tally)).collect(),
    };
    let table = statistics::csv(&statistics::dto(tallies, by));
    Ok(page::table("overview.csv", table))
}
