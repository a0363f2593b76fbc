//! What the counts of the deployment say: fewer codes entered, quotas nearly used, vendors that report nothing.

use countersign_core::attention;
use countersign_core::limit::Mode;
use countersign_core::phone::Country;
use countersign_core::ports::setup::Setup;
use countersign_core::ports::tallies::{Row, Tallies};

use super::{Found, row};
use crate::console::countries;
use crate::console::entry::Visit;
use crate::console::pages::limits::{self, edit};
use crate::console::pages::messages::{self, Search};
use crate::console::pages::overview::share;
use crate::console::pages::providers;
use crate::console::range::{Last, Range};
use crate::console::words::attention::Matter;
use crate::manage::Lately;
use crate::operator::Permission;

/// The countries in which fewer codes are entered than in the week before.
pub(super) fn less_verified(visit: &Visit, by_country: &Tallies, lately: &Lately) -> Vec<Found> {
    let rows = by_country.rows.iter().filter_map(|(of, now)| {
        let Row::Named(code) = of else {
            return None;
        };
        let before = row(&lately.week_before, code)?;
        let country = Country::parse(code)?;
        attention::conversion_fell(now, before).then_some((country, now, before))
    });
    let found = rows.map(|(country, now, before)| {
        let mut search = Search::of(Range::Last(Last::Day));
        search.filter.country = Some(country);
        let address = search.address(messages::PATH);
        let matter = Matter::LessVerified {
            country: countries::name(visit.language, country),
            now: share(now.verified, now.admitted),
            before: share(before.verified, before.admitted),
        };
        Found {
            needs: Permission::ReadMessages,
            ..Found::new(matter, address, visit.words().attention.see_messages)
        }
    });
    found.collect()
}

/// The quotas of which little is left, the fullest first.
pub(super) fn nearly_used(visit: &Visit, setup: &Setup, lately: &Lately) -> Vec<Found> {
    let quotas = lately.quotas.iter();
    let mut used: Vec<_> = quotas
        .filter(|quota| attention::is_nearly_used(quota))
        .collect();
    used.sort_by(|one, other| other.share().total_cmp(&one.share()));
    let refuses = |name: &str| {
        let base = visit.state.manage.limits().get(name);
        base.is_some_and(|base| limits::in_force(setup, base).mode == Mode::Enforce)
    };
    let found = used.into_iter().map(|quota| {
        let matter = Matter::NearlyUsed {
            limit: quota.limit.clone(),
            app: quota.app.as_ref().map(|app| app.as_str().to_owned()),
            used: quota.counts.told(quota.count),
            max: quota.counts.told(quota.max),
        };
        let (address, see) = (
            edit::address(&quota.limit),
            visit.words().attention.see_limit,
        );
        Found {
            is_bad: quota.count >= quota.max && refuses(&quota.limit),
            needs: Permission::ReadService,
            ..Found::new(matter, address, see)
        }
    });
    found.collect()
}

/// The accounts of vendors that took messages of an hour and reported on none.
pub(super) fn unreported(visit: &Visit, setup: &Setup, lately: &Lately) -> Vec<Found> {
    let names = setup.providers.keys();
    let stopped = names.filter_map(|name| {
        let hour = row(&lately.reported_hour, name.as_str())?;
        attention::reports_stopped(hour).then_some((name, hour.accepted))
    });
    let found = stopped.map(|(name, count)| {
        let provider = name.to_string();
        let matter = Matter::Unreported { provider, count };
        let see = visit.words().attention.set_reports;
        Found::new(matter, providers::address(name), see)
    });
    found.collect()
}
