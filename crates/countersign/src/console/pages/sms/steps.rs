//! The steps of the setup, which the page shows until a message has arrived.

use std::time::Duration;

use countersign_core::ports::setup::Setup;
use countersign_core::ports::tallies::Row;

use super::counted;
use super::half::Half;
use crate::console::entry::Visit;
use crate::console::pages::providers::{self, kinds};
use crate::console::pages::refused::Why;
use crate::console::pages::routes::edit;
use crate::console::pages::templates;
use crate::console::pill::{self, Pill};
use crate::operator::Permission;

/// The time in which a message has to have arrived.
const LATELY: Duration = Duration::from_secs(30 * 24 * 3_600);

/// A step.
pub(super) struct Step {
    pub(super) pill: Pill,
    pub(super) name: &'static str,
    /// The page on which to take the step, where it is open and the person may.
    pub(super) page: Option<String>,
}

/// The steps; none once a message through one of the accounts was delivered, or its code used.
pub(super) async fn steps(visit: &Visit, setup: &Setup, halves: &[Half]) -> Result<Vec<Step>, Why> {
    let lately = counted(visit, LATELY).await?;
    let has_arrived = lately.rows.iter().any(|(row, tally)| match row {
        Row::Named(name) => {
            let is_of_setup = setup.providers.contains_key(name.as_str());
            is_of_setup && tally.delivered + tally.verified > 0
        }
        Row::Span(_) => false,
    });
    if has_arrived {
        return Ok(Vec::new());
    }
    let words = &visit.words().service;
    let mut missing = halves.iter().flat_map(|half| &half.missing);
    let is_dead = missing.find(|missing| missing.is_dead);
    let first = setup.providers.keys().next();
    let test = first.map(|name| format!("{}/test", providers::address(name)));
    let words_page = is_dead.and_then(|missing| missing.mend.clone());
    let steps = [
        (
            words.step_account,
            first.is_some(),
            Some(kinds::PATH.to_owned()),
        ),
        (
            words.step_words,
            first.is_some() && is_dead.is_none(),
            words_page.or_else(|| Some(templates::PATH.to_owned())),
        ),
        (
            words.step_route,
            !setup.routes.is_empty(),
            Some(edit::NEW.to_owned()),
        ),
        (words.step_test, false, test),
    ];
    let may = visit.may(Permission::ManageSetup);
    let steps = steps.map(|(name, is_done, page)| Step {
        pill: match is_done {
            true => Pill::new("ok", pill::TICK, words.step_done),
            false => Pill::new("quiet", pill::BAR, words.step_open),
        },
        name,
        page: page.filter(|_| may && !is_done),
    });
    Ok(steps.into())
}
