//! What limits count now, as pages tell it.

use countersign_core::channel::Channel;
use countersign_core::limit::{BucketUse, Part, Shared};
use countersign_core::phone::Country;

use crate::console::countries;
use crate::console::entry::Visit;
use crate::console::pages::overview::grouped;
use crate::console::pages::refused::Why;
use crate::manage::LimitsNow;
use crate::operator::Permission;

/// What the limits count now, and what they have refused today, in the zone of the person.
pub(super) async fn now(visit: &Visit) -> Result<LimitsNow, Why> {
    let zone = visit.zone();
    let today = zone.start_of(zone.day(visit.now));
    let manage = &visit.state.manage;
    Ok(manage.limits_now(visit.apps(), today).await?)
}

/// How many sends a limit has refused today.
pub(super) fn refused(now: &LimitsNow, limit: &str) -> String {
    grouped(now.refused.get(limit).copied().unwrap_or_default())
}

/// The fullest buckets of a limit, the fullest first.
pub(super) fn buckets<'a>(
    visit: &'a Visit,
    now: &'a LimitsNow,
    limit: &str,
) -> impl Iterator<Item = String> + use<'a> {
    let buckets = now.buckets.get(limit).into_iter().flatten();
    buckets.map(|used| told(visit, used))
}

/// A bucket, what it counts, and its maximum, such as `shop, +86138****0001: 5 / 8`.
fn told(visit: &Visit, used: &BucketUse) -> String {
    let counted = format!(
        "{} / {}",
        used.counts.told(used.count),
        used.counts.told(used.max)
    );
    let shared: Vec<_> = used.shared.iter().map(|it| value(visit, it)).collect();
    match shared.is_empty() {
        true => counted,
        false => format!("{}: {counted}", shared.join(", ")),
    }
}

fn value(visit: &Visit, shared: &Shared) -> String {
    let value = shared.value.as_str();
    let named = match shared.part {
        Part::Channel => {
            let channel = Channel::parse(value);
            channel.map(|channel| visit.words().terms.purpose(channel).to_owned())
        }
        Part::Country => {
            let country = Country::parse(value);
            country.map(|country| countries::name(visit.language, country))
        }
        // A range and the last digits of a number are a number: who may not learn one gets less.
        _ if !visit.may_everywhere(Permission::ManageSetup) => Some(shared.masked.clone()),
        _ => None,
    };
    named.unwrap_or_else(|| value.to_owned())
}
