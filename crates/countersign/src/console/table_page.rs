//! A page of tables with one form: a list, and what adds to it.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::form_page::{FormView, Input};
use super::listing::{Cell, Table};
use super::shell::Shell;
use crate::http::page;

/// The page.
#[derive(Template)]
#[template(path = "console/table_page.html")]
pub(super) struct TablePage {
    pub(super) shell: Shell,
    pub(super) title: &'static str,
    /// The address and the name of the page above this one.
    pub(super) back: (String, &'static str),
    /// What the page is about.
    pub(super) lead: Vec<String>,
    pub(super) facts: Vec<(&'static str, String)>,
    pub(super) tables: Vec<Table>,
    /// What the form does, and the form; `None` where the person may not send it.
    pub(super) form: Option<(&'static str, FormView)>,
    /// Whether the form is what the page is for, so that it comes before the tables.
    pub(super) begins_with_form: bool,
}

impl TablePage {
    /// The answer with this page.
    pub(super) fn found(&self) -> Response {
        page::found(self)
    }

    /// The page again, with what is wrong with its form.
    pub(super) fn again(&self, status: StatusCode) -> Response {
        page::answer(status, self)
    }

    /// Whether something is wrong with the form.
    fn is_refused(&self) -> bool {
        self.form
            .as_ref()
            .is_some_and(|(_, form)| form.is_refused())
    }
}
