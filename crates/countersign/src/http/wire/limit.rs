//! Limits on sends, from the wire types to those of the rules and back.

use std::time::Duration;

use countersign_api::{
    Fault, LimitOverride, LimitParts, LimitUse, SetSmsLimitRequest, SmsLimitDto,
};
use countersign_core::limit::{
    BaseLimits, Bound, Counts, Limit, LimitChange, LimitSource, Mode, Override, Part, QuotaUse,
    SendLimit,
};
use countersign_core::ports::setup::{LimitRecord, Setup, Versioned};

use super::provider::bad;
use super::{application, route};

/// The limits of a deployment as they hold by `setup`, the one-minute limit first.
/// Each shows what it counts by `quotas`.
pub(crate) fn list(base: &BaseLimits, setup: &Setup, quotas: &[QuotaUse]) -> Vec<SmsLimitDto> {
    let more = base.limits().iter();
    let more = more.map(|(limit, source)| SmsLimitDto {
        used: used(&limit.name, quotas),
        ..dto(limit, *source, setup.limits.get(&limit.name))
    });
    std::iter::once(minute()).chain(more).collect()
}

/// The most applications that a limit shows what it counts of.
const MOST_APPS: usize = 100;

/// What the limit of this name counts, the most used first: of all sends, or of applications that have sent.
fn used(limit: &str, quotas: &[QuotaUse]) -> Vec<LimitUse> {
    let of_limit = quotas.iter().filter(|quota| quota.limit == limit);
    let mut used: Vec<_> = of_limit
        .filter(|quota| quota.app.is_none() || quota.count > 0)
        .collect();
    used.sort_by(|one, other| other.share().total_cmp(&one.share()));
    used.truncate(MOST_APPS);
    used.into_iter()
        .map(|quota| LimitUse {
            app_id: quota.app.as_ref().map(|app| app.as_str().to_owned()),
            count: quota.count,
            max: quota.max,
        })
        .collect()
}

fn minute() -> SmsLimitDto {
    let Limit { name, window, .. } = Limit::one_per_minute();
    let by = [Part::Application, Part::Channel, Part::Number];
    let limit = SendLimit::new(&name, &by, window, 1);
    SmsLimitDto {
        source: "built-in".to_owned(),
        ..dto(&limit, LimitSource::Default, None)
    }
}

fn dto(
    settings: &SendLimit,
    source: LimitSource,
    held: Option<&Versioned<LimitRecord>>,
) -> SmsLimitDto {
    let change = held.map(|held| &held.change);
    let limit = change.map_or_else(|| settings.clone(), |change| change.applied(settings));
    let (max, waits) = match &limit.bound {
        Bound::Max(max) => (Some(*max), None),
        Bound::Waits(waits) => (None, Some(waits.iter().map(Duration::as_secs).collect())),
    };
    SmsLimitDto {
        by: limit
            .by
            .iter()
            .map(|part| part.as_str().to_owned())
            .collect(),
        counts: counts(limit.counts).to_owned(),
        currency: limit.counts.currency().map(|currency| currency.to_string()),
        window_seconds: limit.window.as_secs(),
        max,
        waits_seconds: waits,
        mode: limit.mode.as_str().to_owned(),
        home: limit.home,
        until_verified: limit.until_verified,
        reserve_percent: (limit.reserve_percent > 0).then_some(limit.reserve_percent),
        challenge_percent: limit.challenge_percent,
        blocks: limit.blocks,
        overrides: limit.overrides.iter().map(other).collect(),
        used: Vec::new(),
        source: source.as_str().to_owned(),
        changed: change.map(|change| parts(change, settings)),
        version: held.map_or(0, |held| held.version.number()),
        name: limit.name,
    }
}

/// The parts that were changed, as the settings have them.
fn parts(change: &LimitChange, settings: &SendLimit) -> LimitParts {
    let before = LimitChange::parts_of(settings);
    LimitParts {
        max: change.max.and(before.max),
        mode: change
            .mode
            .and(before.mode)
            .map(|mode| mode.as_str().to_owned()),
        window_seconds: change
            .window
            .and(before.window)
            .map(|window| window.as_secs()),
        overrides: change
            .overrides
            .as_ref()
            .and(before.overrides)
            .map(|others| others.iter().map(other).collect()),
    }
}

fn other(other: &Override) -> LimitOverride {
    LimitOverride {
        app_id: other
            .application
            .as_ref()
            .map(|app| app.as_str().to_owned()),
        country: other.country.map(|country| country.to_string()),
        calling_code: other.calling_code,
        max: other.max,
    }
}

const fn counts(counts: Counts) -> &'static str {
    match counts {
        Counts::Messages => "messages",
        Counts::Numbers => "numbers",
        Counts::Money(_) => "money",
    }
}

/// Reads the change of a limit.
pub(crate) fn change(body: &SetSmsLimitRequest) -> Result<LimitChange, Fault> {
    let overrides = body.overrides.as_ref().map(|others| {
        let others = others.iter().map(read_override);
        others.collect::<Result<Vec<_>, Fault>>()
    });
    Ok(LimitChange {
        max: body.max,
        mode: body.mode.as_deref().map(mode).transpose()?,
        window: body.window_seconds.map(Duration::from_secs),
        overrides: overrides.transpose()?,
    })
}

fn mode(name: &str) -> Result<Mode, Fault> {
    let found = Mode::ALL.into_iter().find(|mode| mode.as_str() == name);
    found.ok_or_else(|| bad("mode", "must be enforce, challenge or monitor"))
}

fn read_override(other: &LimitOverride) -> Result<Override, Fault> {
    if other.app_id.is_none() && other.country.is_none() && other.calling_code.is_none() {
        let why = "each names an application, a country or a calling code";
        return Err(bad("overrides", why));
    }
    Ok(Override {
        application: application::optional_id(other.app_id.as_deref())?,
        country: route::country(other.country.as_deref())?,
        calling_code: other.calling_code,
        max: other.max,
    })
}
