//! The figures of the overview, each with the messages behind it.

use countersign_core::message_filter::{MessageFilter, OutcomeFilter};
use countersign_core::ports::tallies::{Row, Tallies};
use countersign_core::tally::Tally;

use super::asked::Asked;
use crate::console::countries;
use crate::console::entry::Visit;
use crate::console::pages::messages::{self, Search};
use crate::console::words::overview::{before, time_to_verify};
use crate::console::words::{OverviewWords, Words};

/// A figure.
pub(super) struct Tile {
    pub(super) name: &'static str,
    pub(super) figure: String,
    /// What the figure is a share of, where it is one.
    pub(super) of: &'static str,
    pub(super) compared: String,
    /// The addresses and the names of the lists of messages behind the figure.
    pub(super) links: Vec<(String, &'static str)>,
}

/// Counts by what messages have in common.
pub(super) struct Table {
    pub(super) caption: &'static str,
    pub(super) rows: Vec<Counts>,
}

pub(super) struct Counts {
    pub(super) name: String,
    /// The messages behind the counts; `None` where they cannot be searched for.
    pub(super) address: Option<String>,
    pub(super) sent: String,
    pub(super) delivered: String,
    pub(super) conversion: String,
}

/// The address of the list of messages in the range, those with one outcome or all.
fn listed(asked: &Asked, outcome: Option<OutcomeFilter>) -> String {
    let mut search = Search::of(asked.range);
    search.filter.outcome = outcome;
    search.address(messages::PATH)
}

pub(super) fn tiles(visit: &Visit, asked: &Asked, now: &Tally, earlier: &Tally) -> Vec<Tile> {
    let (language, all) = (visit.language, visit.words());
    let (words, terms): (&OverviewWords, _) = (&all.overview, &all.terms);
    let failed = |tally: &Tally| tally.unknown + tally.not_sent.iter().sum::<u64>();
    let behind = |outcome, name| (listed(asked, Some(outcome)), name);
    let compared = |figure: &str, earlier: &str| before(language, asked.days, figure, earlier);
    let count = |name, now: u64, earlier: u64, links| {
        let figure = grouped(now);
        Tile {
            name,
            of: "",
            compared: compared(&figure, &grouped(earlier)),
            figure,
            links,
        }
    };
    // A share is compared with a share.
    let of_whole = |name, of, share_of: &dyn Fn(&Tally) -> String, links| {
        let figure = share_of(now);
        let compared = match share_of(earlier).as_str() {
            NO_SHARE => words.nothing_before.to_owned(),
            earlier => compared(&figure, earlier),
        };
        Tile {
            name,
            of,
            figure,
            compared,
            links,
        }
    };
    let delivered = |tally: &Tally| share(tally.delivered, tally.delivered + tally.failed);
    let verified = |tally: &Tally| share(tally.verified, tally.admitted);
    let time_to_verify = |tally: &Tally| {
        let step = tally.to_verify.median();
        step.map_or_else(
            || NO_SHARE.to_owned(),
            |step| time_to_verify(language, step),
        )
    };
    vec![
        count(
            words.admitted,
            now.admitted,
            earlier.admitted,
            vec![(listed(asked, None), all.messages.all_messages)],
        ),
        of_whole(
            words.delivered,
            words.of_those_with_receipt,
            &delivered,
            vec![
                behind(OutcomeFilter::Delivered, terms.delivered),
                behind(OutcomeFilter::Failed, terms.not_delivered),
            ],
        ),
        of_whole(
            words.verified,
            words.of_all_admitted,
            &verified,
            vec![behind(OutcomeFilter::Verified, terms.verified)],
        ),
        of_whole(
            words.time_to_verify,
            words.of_half_of_codes,
            &time_to_verify,
            Vec::new(),
        ),
        count(
            words.not_sent,
            failed(now),
            failed(earlier),
            vec![
                behind(OutcomeFilter::NotSent, terms.not_sent),
                behind(OutcomeFilter::Unknown, terms.unknown),
            ],
        ),
    ]
}

pub(super) fn table(
    visit: &Visit,
    asked: &Asked,
    caption: &'static str,
    tallies: Tallies,
    filter: impl Fn(&mut MessageFilter, &str),
) -> Table {
    let words: &Words = visit.words();
    let mut rows = tallies.rows;
    rows.sort_by_key(|(_, tally)| std::cmp::Reverse(tally.admitted));
    let rows = rows.into_iter().map(|(row, tally)| {
        let name = match row {
            Row::Named(name) => name,
            Row::Span(at) => at.to_string(),
        };
        let mut search = Search::of(asked.range);
        filter(&mut search.filter, &name);
        let is_known = !name.is_empty() && !search.filter.is_empty();
        let country = search.filter.country;
        Counts {
            address: is_known.then(|| search.address(messages::PATH)),
            name: match country {
                Some(country) => countries::name(visit.language, country),
                None if name.is_empty() => words.overview.nobody.to_owned(),
                None => name,
            },
            sent: grouped(tally.admitted),
            delivered: share(tally.delivered, tally.delivered + tally.failed),
            conversion: share(tally.verified, tally.admitted),
        }
    });
    Table {
        caption,
        rows: rows.collect(),
    }
}

/// A count, with a comma before every three digits.
pub(in crate::console) fn grouped(count: u64) -> String {
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
pub(in crate::console) fn share(part: u64, whole: u64) -> String {
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
