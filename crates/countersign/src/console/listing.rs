//! A page that lists settings: tables, each with a sentence in the place of one that is empty.

use askama::Template;
use axum::response::Response;

use super::pill::Pill;
use super::shell::Shell;
use crate::http::page;

/// The most characters of a text that stays in one line.
const LONG: usize = 40;

/// The page.
#[derive(Template)]
#[template(path = "console/listing.html")]
pub(super) struct Listing {
    pub(super) shell: Shell,
    pub(super) title: &'static str,
    /// What the page is about, and how it is changed.
    pub(super) lead: &'static str,
    /// What holds now, in sentences of their own.
    pub(super) state: Vec<(&'static str, String)>,
    pub(super) tables: Vec<Table>,
    /// The addresses and the names of pages that change what this page shows.
    pub(super) links: Vec<(String, String)>,
    /// A sentence about what is shown; empty where there is none.
    pub(super) note: String,
    /// The address and the name of the page that goes on from here.
    pub(super) more: Option<(String, &'static str)>,
}

/// A table of settings.
pub(super) struct Table {
    pub(super) caption: &'static str,
    pub(super) columns: Vec<&'static str>,
    pub(super) rows: Vec<Vec<Cell>>,
    /// What is said where there is no row.
    pub(super) empty: &'static str,
}

/// A cell of a table.
pub(super) enum Cell {
    Text(String),
    /// An id or a code, which people copy.
    Id(String),
    /// An address and its name.
    Link(String, String),
    Pill(Pill),
    /// An address, and the state that is its name.
    Led(String, Pill),
    /// A cell of a column that narrow windows leave out.
    Less(Box<Cell>),
}

impl Cell {
    /// The same cell, of a column that narrow windows leave out.
    pub(super) fn less(self) -> Self {
        Cell::Less(Box::new(self))
    }

    /// The cell itself.
    pub(super) fn whole(&self) -> &Self {
        match self {
            Cell::Less(cell) => cell,
            cell => cell,
        }
    }

    /// The classes of its element.
    pub(super) fn classes(&self) -> &'static str {
        let is_long = match self.whole() {
            Cell::Text(text) | Cell::Link(_, text) => text.chars().count() > LONG,
            _ => false,
        };
        match (is_long, self.is_less()) {
            (true, true) => "long lo",
            (true, false) => "long",
            (false, true) => "lo",
            (false, false) => "",
        }
    }

    fn is_less(&self) -> bool {
        matches!(self, Cell::Less(_))
    }
}

impl Table {
    /// Whether narrow windows leave out the column at this place.
    pub(super) fn leaves_out(&self, place: &usize) -> bool {
        let cell = self.rows.first().and_then(|row| row.get(*place));
        cell.is_some_and(Cell::is_less)
    }
}

impl Listing {
    /// The answer with this page.
    pub(super) fn found(&self) -> Response {
        page::found(self)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Cell::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Cell::Text(text)
    }
}
