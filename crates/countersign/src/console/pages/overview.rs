//! `/console/overview`: the last 24 hours in figures, and what needs attention.

use std::time::Duration;

use askama::Template;
use countersign_core::ports::setup::Setup;
use countersign_core::ports::tallies::{By, Row, Tallies, TallyQuery};
use countersign_core::tally::Tally;
use countersign_core::time::Timestamp;

use super::refused::Why;
use crate::console::attention::{self, Attention};
use crate::console::entry::{Entry, Visit};
use crate::console::language::Language;
use crate::console::shell::{Area, Shell};
use crate::console::when::Moment;
use crate::console::words::{OverviewWords, sentences};
use crate::http::page;
use crate::operator::Permission;

pub(in crate::console) const PATH: &str = "/console/overview";

/// The range that the page is about.
const DAY: Duration = Duration::from_secs(24 * 3_600);

/// The page.
#[derive(Template)]
#[template(path = "console/overview.html")]
struct OverviewPage {
    shell: Shell,
    tiles: Vec<Tile>,
    tables: Vec<Table>,
    attention: Vec<Attention>,
    /// What is not set up yet: a sentence each.
    missing: Vec<&'static str>,
    /// The time from which on messages are counted, while earlier ones are still being counted.
    counted_from: Option<Moment>,
}

/// A figure.
struct Tile {
    name: &'static str,
    figure: String,
    /// What the figure is a share of, where it is one.
    of: &'static str,
    compared: String,
}

/// Counts by what messages have in common.
struct Table {
    caption: &'static str,
    rows: Vec<Counts>,
}

struct Counts {
    name: String,
    sent: String,
    delivered: String,
    conversion: String,
}

pub(in crate::console) fn show() -> Entry {
    Entry::page(PATH, Permission::ReadMessages, async |visit: Visit| {
        let words = &visit.words().overview;
        let now = visit.now;
        let by_provider = counted(&visit, now, By::Provider).await?;
        let by_country = counted(&visit, now, By::Country).await?;
        let before = counted(&visit, now.before(DAY), By::Day).await?;
        Ok(page::found(&OverviewPage {
            shell: visit.shell(Area::Overview),
            tiles: tiles(visit.language, words, &by_provider.total, &before.total),
            missing: missing(&visit.state.setup(), words),
            counted_from: by_provider.counted_from.map(|from| visit.moment(from)),
            attention: attention::list(&visit, &by_provider, &by_country),
            tables: vec![
                table(words.by_provider, words, by_provider),
                table(words.by_country, words, by_country),
            ],
        }))
    })
}

/// The counts of the 24 hours before `to`.
async fn counted(visit: &Visit, to: Timestamp, by: By) -> Result<Tallies, Why> {
    let query = TallyQuery {
        from: to.before(DAY),
        to,
        by,
        app: None,
        channel: None,
        country: None,
        provider: None,
    };
    Ok(visit.state.manage.tallies(query).await?)
}

fn tiles(language: Language, words: &OverviewWords, now: &Tally, before: &Tally) -> Vec<Tile> {
    let failed = |tally: &Tally| tally.unknown + tally.not_sent.iter().sum::<u64>();
    let count = |name, now: u64, before: u64| Tile {
        name,
        of: "",
        figure: grouped(now),
        compared: match now == before {
            true => words.same.to_owned(),
            false => sentences::before(language, &grouped(before)),
        },
    };
    let of_whole = |name, of, share_of: &dyn Fn(&Tally) -> String| {
        let (figure, earlier) = (share_of(now), share_of(before));
        let compared = match (figure == earlier, earlier.as_str()) {
            (_, NO_SHARE) => words.nothing_before.to_owned(),
            (true, _) => words.same_share.to_owned(),
            (false, earlier) => sentences::before(language, earlier),
        };
        Tile {
            name,
            of,
            figure,
            compared,
        }
    };
    let delivered = |tally: &Tally| share(tally.delivered, tally.delivered + tally.failed);
    let verified = |tally: &Tally| share(tally.verified, tally.admitted);
    vec![
        count(words.admitted, now.admitted, before.admitted),
        of_whole(words.delivered, words.of_those_with_receipt, &delivered),
        of_whole(words.verified, words.of_all_admitted, &verified),
        count(words.not_sent, failed(now), failed(before)),
    ]
}

fn table(caption: &'static str, words: &OverviewWords, tallies: Tallies) -> Table {
    let mut rows = tallies.rows;
    rows.sort_by_key(|(_, tally)| std::cmp::Reverse(tally.admitted));
    let rows = rows.into_iter().map(|(row, tally)| Counts {
        name: match row {
            Row::Named(name) if !name.is_empty() => name,
            _ => words.nobody.to_owned(),
        },
        sent: grouped(tally.admitted),
        delivered: share(tally.delivered, tally.delivered + tally.failed),
        conversion: share(tally.verified, tally.admitted),
    });
    Table {
        caption,
        rows: rows.collect(),
    }
}

/// What is not set up yet, before real phones get messages.
fn missing(setup: &Setup, words: &OverviewWords) -> Vec<&'static str> {
    let steps = [
        (setup.providers.is_empty(), words.step_provider),
        (setup.routes.is_empty(), words.step_route),
        (
            setup.providers.is_empty() && setup.templates.is_empty(),
            words.step_template,
        ),
        (setup.routes.is_empty(), words.step_send),
    ];
    let steps = steps.into_iter().filter(|(is_missing, _)| *is_missing);
    steps.map(|(_, step)| step).collect()
}

/// A count, with a comma before every three digits.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// What stands in the place of a share of nothing.
const NO_SHARE: &str = "–";

/// A share in per cent with one decimal; a dash where there is nothing to share.
fn share(part: u64, whole: u64) -> String {
    match whole {
        0 => NO_SHARE.to_owned(),
        _ => {
            let tenths = part.saturating_mul(1_000) / whole;
            format!("{}.{} %", tenths / 10, tenths % 10)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_has_a_comma_before_every_three_digits() {
        for (count, shown) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (12_345_678, "12,345,678"),
        ] {
            assert_eq!(grouped(count), shown);
        }
    }

    #[test]
    fn a_share_has_one_decimal() {
        assert_eq!(share(2, 3), "66.6 %");
        assert_eq!(share(3, 3), "100.0 %");
        assert_eq!(share(0, 0), "–");
    }
}
