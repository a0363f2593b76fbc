//! What needs attention, worst first: what an operator has to do, and the page on which to do it.

mod counts;
mod ends;
mod service;

use countersign_core::ports::tallies::{Row, Tallies};
use countersign_core::tally::Tally;

use super::entry::Visit;
use super::pages::refused::Why;
use super::pill::{self, Pill};
use super::words::attention::{self as words, Matter};
use crate::operator::Permission;

/// The most matters that are told at once.
const MOST: usize = 7;

/// A matter as a page shows it.
pub(super) struct Attention {
    pub(super) pill: Pill,
    pub(super) sentence: String,
    /// The address and the name of the page on which to do something about it, where the person may.
    pub(super) mend: Option<(String, &'static str)>,
}

/// A matter.
struct Found {
    matter: Matter,
    /// Whether codes are lost by it now.
    is_bad: bool,
    /// The address and the name of the page on which to do something about it.
    mend: (String, &'static str),
    /// What a person must be allowed to do there.
    needs: Permission,
}

impl Found {
    /// A matter that somebody who may set things up can mend there.
    fn new(matter: Matter, address: String, name: &'static str) -> Self {
        Self {
            matter,
            is_bad: false,
            mend: (address, name),
            needs: Permission::ManageSetup,
        }
    }
}

/// What needs attention, by the setup, the state of the accounts on this node and the counts of the last day.
pub(super) async fn list(
    visit: &Visit,
    by_provider: &Tallies,
    by_country: &Tallies,
) -> Result<Vec<Attention>, Why> {
    let setup = visit.state.setup();
    // In the order of what is told first, of matters that are as bad.
    let mut found = Vec::new();
    // Accounts, routes, quotas and keys are those of the deployment.
    if visit.may_everywhere(Permission::ReadMessages) {
        let lately = visit.state.manage.lately().await?;
        found.extend(service::accounts(visit, &setup, by_provider));
        found.extend(service::unrouted(visit, &setup, by_country));
        found.extend(service::without_template(visit, &setup));
        found.extend(counts::less_verified(visit, by_country, &lately));
        found.extend(counts::nearly_used(visit, &setup, &lately));
        found.extend(counts::unreported(visit, &setup, &lately));
        found.extend(ends::next_key(visit));
        found.extend(ends::ending_test_numbers(visit, &setup));
    } else {
        found.extend(service::without_template(visit, &setup));
    }
    found.sort_by_key(|found| !found.is_bad);
    let found = found.into_iter().take(MOST);
    let shown = found.map(|found| Attention {
        pill: match found.is_bad {
            true => Pill::new("bad", pill::CROSS, visit.words().sms.refuses),
            false => Pill::new("warn", pill::TRIANGLE, visit.words().sms.warning),
        },
        sentence: words::matter(visit.language, &found.matter),
        mend: visit.may(found.needs).then_some(found.mend),
    });
    Ok(shown.collect())
}

/// The counts of the row with this name.
fn row<'a>(tallies: &'a Tallies, name: &str) -> Option<&'a Tally> {
    let mut rows = tallies.rows.iter();
    let found = rows.find(|(row, _)| matches!(row, Row::Named(named) if named == name));
    found.map(|(_, tally)| tally)
}
