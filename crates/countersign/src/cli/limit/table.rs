//! Limits at the terminal, a line for each.

use countersign_api::{LimitOverride, LimitUse, SmsLimitDto};

use crate::cli::owner::OwnerArgs;
use crate::cli::{say, weight};

/// A line of the table: what is used, the maximum, and the rest.
struct Line {
    name: String,
    used: String,
    max: String,
    rest: String,
}

/// Writes out a line for each limit, and below it one for each override and each application that has used something.
pub(super) fn show(args: &OwnerArgs, limits: &[SmsLimitDto]) -> anyhow::Result<()> {
    if args.json {
        say(serde_json::to_string(limits)?);
        return Ok(());
    }
    let heads = Line {
        name: "LIMIT".to_owned(),
        used: "USED".to_owned(),
        max: "MAX".to_owned(),
        rest: format!("{:>7}  {:9}  {:28}  SOURCE", "WINDOW", "MODE", "BY"),
    };
    let lines: Vec<_> = std::iter::once(heads)
        .chain(limits.iter().flat_map(lines))
        .collect();
    let widest = |part: fn(&Line) -> &str| {
        let widths = lines.iter().map(|line| part(line).len());
        widths.max().unwrap_or_default().max(6)
    };
    let (used, max) = (widest(|line| &line.used), widest(|line| &line.max));
    for line in &lines {
        say(format!(
            "{:20}  {:>used$}  {:>max$}  {}",
            line.name, line.used, line.max, line.rest
        ));
    }
    Ok(())
}

/// The lines of one limit.
fn lines(limit: &SmsLimitDto) -> Vec<Line> {
    let max = limit.max.map(|max| told(limit, max));
    let of_all = limit.used.iter().find(|used| used.app_id.is_none());
    let own = Line {
        name: limit.name.clone(),
        used: of_all.map_or_else(String::new, |used| told(limit, used.count)),
        max: max.unwrap_or_else(|| "waits".to_owned()),
        rest: format!(
            "{:>7}  {:9}  {:28}  {}",
            span(limit.window_seconds),
            limit.mode,
            counted(limit),
            source(limit)
        ),
    };
    let others = limit.overrides.iter().map(|other| {
        let mut used = limit.used.iter();
        let used = used.find(|used| is_of_app(other, used));
        below(limit, used, other.max, part_of(other))
    });
    let is_shown = |used: &LimitUse| limit.overrides.iter().any(|other| is_of_app(other, used));
    let apps = limit.used.iter().filter(|used| !is_shown(used));
    let apps = apps.filter_map(|used| {
        let app = used.app_id.as_ref()?;
        Some(below(
            limit,
            Some(used),
            used.max,
            format!("application {app}"),
        ))
    });
    std::iter::once(own).chain(others).chain(apps).collect()
}

/// A line below that of a limit.
fn below(limit: &SmsLimitDto, used: Option<&LimitUse>, max: u64, of: String) -> Line {
    Line {
        name: String::new(),
        used: used.map_or_else(String::new, |used| told(limit, used.count)),
        max: told(limit, max),
        rest: of,
    }
}

/// Whether `other` is about the application of `used` and nothing else.
fn is_of_app(other: &LimitOverride, used: &LimitUse) -> bool {
    let is_of_all_numbers = other.country.is_none() && other.calling_code.is_none();
    is_of_all_numbers && other.app_id.is_some() && other.app_id == used.app_id
}

/// Returns a weight of `limit` as people read it.
fn told(limit: &SmsLimitDto, count: u64) -> String {
    weight::told(count, limit.currency.as_deref())
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
