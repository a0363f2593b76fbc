//! The page of an account: its form with a guide beside it, how it does, and its last failures.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::sample::Sample;
use crate::console::form_page::{FormView, Input};
use crate::console::listing::{Cell, Table};
use crate::console::shell::Shell;
use crate::console::words::guides::Guide;
use crate::http::page;

/// The page.
#[derive(Template)]
#[template(path = "console/account.html")]
pub(super) struct AccountPage {
    pub(super) shell: Shell,
    pub(super) title: String,
    /// The address and the name of the page above this one.
    pub(super) back: (String, &'static str),
    pub(super) lead: &'static str,
    pub(super) form: FormView,
    pub(super) facts: Vec<(&'static str, String)>,
    /// The addresses and names of the routes that name it; `None` for a new account.
    pub(super) routes: Option<Vec<(String, String)>>,
    /// The address for delivery reports, for those who may know it.
    pub(super) reports: Option<String>,
    /// The addresses and names of pages that go on from here.
    pub(super) links: Vec<(String, &'static str)>,
    pub(super) guide: Guide,
    /// The request of a message, for a kind whose requests the operator describes.
    pub(super) sample: Option<Sample>,
    /// Its last failures; `None` for a new account.
    pub(super) failures: Option<Table>,
}

impl AccountPage {
    /// The answer with this page.
    pub(super) fn answer(&self, status: StatusCode) -> Response {
        page::answer(status, self)
    }
}
