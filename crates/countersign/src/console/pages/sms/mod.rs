//! `/console/sms`: what a person who asks for a code would get now, at home and abroad; the providers in their order, the steps of
//! the setup until a message has arrived, and the other routes.

pub(in crate::console) mod account;
mod half;
mod holds;
mod lacks;
mod steps;

use askama::Template;
use countersign_core::message_filter::{MessageFilter, OutcomeFilter};
use countersign_core::ports::records::{MessageSearch, TimelineQuery};
use countersign_core::ports::tallies::{By, Tallies, TallyQuery};
use countersign_core::receipt::Delivery;
use countersign_core::send::route::Route;
use countersign_core::time::Timestamp;

use self::account::Account;
use self::half::{Half, Side};
use self::steps::Step;
use super::providers::kinds;
use super::refused::Why;
use super::routes::{countries, edit};
use crate::console::entry::{Answer, Entry, Visit};
use crate::console::form_page::{FormView, Input};
use crate::console::listing::{Cell, Table};
use crate::console::range::Last;
use crate::console::shell::{Area, Shell};
use crate::http::page;
use crate::operator::Permission;

pub(in crate::console) const PATH: &str = "/console/sms";

/// The most messages among which the one that was delivered last is looked for.
const NEWEST: u32 = 1_000;

/// The most delivered messages that are read.
const DELIVERED: u16 = 100;

/// The page.
#[derive(Template)]
#[template(path = "console/sms.html")]
struct SmsPage {
    shell: Shell,
    links: Vec<(String, &'static str)>,
    steps: Vec<Step>,
    halves: Vec<Half>,
    /// The providers that neither half names.
    spare: Vec<Account>,
    others: Table,
    /// Asks for an application and a country.
    asks: FormView,
    /// The route that holds for them, where they were asked for.
    holds: Option<String>,
}

/// What is known of the last messages.
struct Known {
    /// The counts of the last day and of the last hour, by provider.
    day: Tallies,
    hour: Tallies,
    /// The times at which messages were delivered last: at home, and abroad.
    delivered: [Option<Timestamp>; 2],
}

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadService, list)
}

async fn list(visit: Visit) -> Answer {
    let words = visit.words();
    let setup = visit.state.setup();
    let day = counted(&visit, Last::Day.length()).await?;
    let known = Known {
        hour: counted(&visit, std::time::Duration::from_secs(3_600)).await?,
        delivered: delivered(&visit).await?,
        day,
    };
    let may_add = visit.may(Permission::ManageSetup);
    let adds = [
        (kinds::PATH, words.providers.add),
        (edit::NEW, words.routes.add),
    ];
    let adds = adds.into_iter().filter(|_| may_add);
    let links = adds.chain([(countries::PATH, words.countries.title)]);
    let halves = [Side::Home, Side::Abroad].map(|side| Half::of(&visit, &setup, &known, side));
    let steps = steps::steps(&visit, &setup, &halves).await?;
    let named = |name: &str| {
        let accounts = halves.iter().flat_map(|half| &half.accounts);
        accounts.into_iter().any(|account| account.name == name)
    };
    let spare = setup.providers.keys().filter(|name| !named(name.as_str()));
    let spare = spare.map(|name| Account::of(&visit, &setup, &known, name, Side::Home));
    let spare = spare.collect();
    Ok(page::found(&SmsPage {
        shell: visit.shell(Area::Sms),
        links: links.map(|(path, name)| (path.to_owned(), name)).collect(),
        steps,
        spare,
        others: holds::others(&visit, &setup),
        asks: holds::form(&visit, &setup),
        holds: holds::answer(&visit, &setup)?,
        halves: halves.into(),
    }))
}

/// The counts up to now, by provider.
async fn counted(visit: &Visit, length: std::time::Duration) -> Result<Tallies, Why> {
    let query = TallyQuery::of(
        (visit.now.before(length), visit.now),
        By::Provider,
        visit.apps().clone(),
    );
    Ok(visit.state.manage.tallies(query).await?)
}

/// The times at which messages were delivered last, as far as the newest messages tell: at home, and abroad.
async fn delivered(visit: &Visit) -> Result<[Option<Timestamp>; 2], Why> {
    let search = MessageSearch {
        among: TimelineQuery {
            limit: DELIVERED,
            ..TimelineQuery::default()
        },
        decided_from: Some(visit.now.before(Last::Day.length())),
        filter: MessageFilter {
            within: visit.apps().clone(),
            outcome: Some(OutcomeFilter::Delivered),
            ..MessageFilter::default()
        },
        looks_at: NEWEST,
    };
    let found = visit.state.manage.search_messages(search).await?.timelines;
    Ok([Side::Home, Side::Abroad].map(|side| {
        let found = found.iter().filter(|found| side.has(found.phone.country()));
        let reports = found.flat_map(|found| &found.receipts);
        let delivered = reports.filter(|report| report.status == Delivery::Delivered);
        delivered.map(|report| report.at).max()
    }))
}

/// A name that leads to its page, where the person may see that.
fn linked(visit: &Visit, address: String, name: String) -> Cell {
    match visit.may(Permission::ReadSetup) {
        true => Cell::Link(address, name),
        false => Cell::Text(name),
    }
}

/// The providers of a route, in its order.
pub(super) fn in_order(route: &Route) -> String {
    let names: Vec<_> = route
        .providers
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    names.join(", ")
}
