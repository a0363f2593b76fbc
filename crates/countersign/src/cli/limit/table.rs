//! Limits at the terminal, a line for each.

use countersign_api::{LimitOverride, SmsLimitDto};

use crate::cli::owner::OwnerArgs;
use crate::cli::{say, weight};

pub(super) fn show(args: &OwnerArgs, limits: &[SmsLimitDto]) -> anyhow::Result<()> {
    if args.json {
        say(serde_json::to_string(limits)?);
        return Ok(());
    }
    let wide = widest(limits);
    say(format!(
        "{:20}  {:>wide$}  {:>7}  {:9}  {:28}  SOURCE",
        "LIMIT", "MAX", "WINDOW", "MODE", "BY"
    ));
    for limit in limits {
        say(format!(
            "{:20}  {:>wide$}  {:>7}  {:9}  {:28}  {}",
            limit.name,
            max(limit),
            span(limit.window_seconds),
            limit.mode,
            counted(limit),
            source(limit),
        ));
        for other in &limit.overrides {
            let max = told(limit, other.max);
            say(format!("{:20}  {max:>wide$}  {}", "", part_of(other)));
        }
    }
    Ok(())
}

fn max(limit: &SmsLimitDto) -> String {
    let max = limit.max.map(|max| told(limit, max));
    max.unwrap_or_else(|| "waits".to_owned())
}

/// Returns a weight of `limit` as people read it.
fn told(limit: &SmsLimitDto, count: u64) -> String {
    weight::told(count, limit.currency.as_deref())
}

/// Returns the characters that the longest maximum takes.
fn widest(limits: &[SmsLimitDto]) -> usize {
    let of_others = |limit: &SmsLimitDto| {
        let others = limit.overrides.iter();
        others.map(|other| told(limit, other.max).len()).max()
    };
    let widths = limits.iter().map(|limit| {
        let own = max(limit).len();
        own.max(of_others(limit).unwrap_or_default())
    });
    widths.max().unwrap_or_default().max(6)
}

/// What is counted together.
fn counted(limit: &SmsLimitDto) -> String {
    let by = match limit.by.is_empty() {
        true => "all sends".to_owned(),
        false => limit.by.join(" "),
    };
    let scope = match limit.home {
        Some(true) => ", at home",
        Some(false) => ", abroad",
        None => "",
    };
    let counts = match limit.counts.as_str() {
        "messages" => "",
        "numbers" => " (numbers)",
        _ => " (money)",
    };
    format!("{by}{scope}{counts}")
}

fn source(limit: &SmsLimitDto) -> String {
    match limit.changed.is_some() {
        true => format!("operator, over {}", limit.source),
        false => limit.source.clone(),
    }
}

fn part_of(other: &LimitOverride) -> String {
    let app = other
        .app_id
        .as_ref()
        .map(|app| format!("application {app}"));
    let country = other
        .country
        .as_ref()
        .map(|country| format!("country {country}"));
    let code = other
        .calling_code
        .map(|code| format!("calling code {code}"));
    let parts: Vec<_> = [app, country, code].into_iter().flatten().collect();
    parts.join(", ")
}

/// A span in the largest unit that has it whole.
fn span(seconds: u64) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")];
    let unit = units
        .into_iter()
        .find(|(unit, _)| seconds.is_multiple_of(*unit));
    let (unit, name) = unit.unwrap_or((1, "s"));
    format!("{}{name}", seconds / unit)
}
