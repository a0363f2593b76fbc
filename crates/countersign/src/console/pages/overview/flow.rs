//! What became of messages, hour by hour or day by day: the steps of the chart, and of its table.

use std::time::Duration;

use countersign_core::ports::tallies::{By, Row, Tallies};
use countersign_core::tally::{QUARTERS_KEPT, Span, Tally};
use countersign_core::time::Timestamp;
use countersign_core::zone::Zone;

use crate::console::chart::{Bars, MOST};

/// The longest range that is shown by the hour.
const BY_HOUR: Duration = Duration::from_secs(50 * 3_600);

/// A span of time with the counts of its messages.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) at: Timestamp,
    pub(super) tally: Tally,
}

/// Steps one after the other, without a gap.
pub(super) struct Flow {
    pub(super) steps: Vec<Step>,
    pub(super) is_by_hour: bool,
}

/// What rows the counts of a range are read by, in this zone.
pub(super) fn by(zone: &Zone, (from, to): (Timestamp, Timestamp)) -> By {
    let start = zone.start_of(zone.day(from));
    match from.until(to) <= BY_HOUR {
        true => By::Hour,
        false if *zone == Zone::UTC => By::Day,
        false if Span::Hour.start(start) == start => By::Hour,
        false => By::Quarter,
    }
}

impl Flow {
    /// The steps of a range: an hour each, or a day of the zone, or as many days as let a chart have all of them.
    pub(super) fn of(
        zone: &Zone,
        (from, to): (Timestamp, Timestamp),
        now: Timestamp,
        tallies: &Tallies,
    ) -> Self {
        let is_by_hour = from.until(to) <= BY_HOUR;
        let starts = match is_by_hour {
            true => hours(from, to),
            false => days(zone, from, to),
        };
        let steps = starts.into_iter().map(|at| Step {
            at,
            tally: Tally::default(),
        });
        let mut steps: Vec<_> = steps.collect();
        let first_quarters = Span::Day.start(now.before(QUARTERS_KEPT));
        for (row, tally) in &tallies.rows {
            let Row::Span(at) = row else { continue };
            // Of an old day, the counts by UTC are all there is: its noon is the same day in most zones.
            let at = match *at < first_quarters && !is_by_hour {
                true => at.after(Span::Day.length() / 2),
                false => *at,
            };
            let place = steps.partition_point(|step| step.at <= at);
            if let Some(step) = steps.get_mut(place.saturating_sub(1)) {
                step.tally.add(tally);
            }
        }
        Self { steps, is_by_hour }
    }

    /// The bars of the steps.
    pub(super) fn bars(&self) -> Bars {
        let parts = self.steps.iter().map(|step| parts(&step.tally));
        Bars::of(&parts.collect::<Vec<_>>())
    }

    /// The time at which a step begins, as the chart says it.
    pub(super) fn name(&self, zone: &Zone, step: &Step) -> String {
        match self.is_by_hour {
            true => zone.hour(step.at),
            false => zone.day(step.at).to_string(),
        }
    }

    /// The time at which a step begins, as the table says it.
    pub(super) fn moment(&self, zone: &Zone, step: &Step) -> String {
        let day = zone.day(step.at);
        match self.is_by_hour {
            true => format!("{day} {}", zone.hour(step.at)),
            false => day.to_string(),
        }
    }
}

/// How many messages arrived, how many a provider took and did not report on, and how many did not arrive, were not sent or
/// may not have been.
pub(super) fn parts(tally: &Tally) -> [u64; 3] {
    let lost = tally.failed + tally.unknown + tally.not_sent.iter().sum::<u64>();
    // An unknown message that arrived after all is in both counts.
    let lost = lost.min(tally.admitted.saturating_sub(tally.delivered));
    let open = tally.admitted.saturating_sub(tally.delivered + lost);
    [tally.delivered, open, lost]
}

fn hours(from: Timestamp, to: Timestamp) -> Vec<Timestamp> {
    let hour = Span::Hour.length();
    let first = Span::Hour.start(from);
    let hours = std::iter::successors(Some(first), |at| Some(at.after(hour)));
    hours.take(MOST).take_while(|at| *at < to).collect()
}

fn days(zone: &Zone, from: Timestamp, to: Timestamp) -> Vec<Timestamp> {
    let first = zone.day(from);
    let days = std::iter::successors(Some(first), |day| Some(day.next()));
    let starts = days.map(|day| zone.start_of(day));
    let starts: Vec<_> = starts.take_while(|at| *at < to).collect();
    let days_of_a_step = starts.len().div_ceil(MOST).max(1);
    starts.into_iter().step_by(days_of_a_step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn admitted(admitted: u64) -> Tally {
        Tally {
            admitted,
            ..Tally::default()
        }
    }

    fn flow(zone: &str, from: &str, to: &str, rows: &[(&str, u64)]) -> Vec<(String, u64)> {
        let (zone, range) = (Zone::parse(zone).unwrap(), (at(from), at(to)));
        let rows = rows
            .iter()
            .map(|(text, count)| (Row::Span(at(text)), admitted(*count)));
        let tallies = Tallies {
            from: range.0,
            to: range.1,
            counted_from: None,
            total: Tally::default(),
            rows: rows.collect(),
        };
        let flow = Flow::of(&zone, range, range.1, &tallies);
        let steps = flow.steps.iter();
        steps
            .map(|step| (flow.name(&zone, step), step.tally.admitted))
            .collect()
    }

    #[test]
    fn a_day_is_shown_by_the_hour_of_the_zone() {
        let steps = flow(
            "Asia/Shanghai",
            "2026-11-26T13:20:00Z",
            "2026-11-27T13:20:00Z",
            &[("2026-11-26T13:00:00Z", 2), ("2026-11-27T13:00:00Z", 3)],
        );
        assert_eq!(steps.len(), 25);
        assert_eq!(steps[0], ("21:00".to_owned(), 2));
        assert_eq!(steps[24], ("21:00".to_owned(), 3));
    }

    #[test]
    fn a_week_is_shown_by_the_day_of_the_zone() {
        let steps = flow(
            "Asia/Shanghai",
            "2026-11-20T16:00:00Z",
            "2026-11-27T16:00:00Z",
            &[
                ("2026-11-21T15:00:00Z", 2),
                ("2026-11-21T16:00:00Z", 3),
                ("2026-11-27T15:00:00Z", 4),
            ],
        );
        assert_eq!(steps.len(), 7);
        assert_eq!(steps[0], ("2026-11-21".to_owned(), 2));
        assert_eq!(steps[1], ("2026-11-22".to_owned(), 3));
        assert_eq!(steps[6], ("2026-11-27".to_owned(), 4));
    }

    #[test]
    fn a_year_has_no_more_steps_than_a_chart() {
        let steps = flow(
            "America/New_York",
            "2025-11-27T05:00:00Z",
            "2026-11-27T05:00:00Z",
            // A day of which no quarters are kept.
            &[("2025-11-28T00:00:00Z", 1), ("2025-12-03T00:00:00Z", 1)],
        );
        assert_eq!(steps.len(), 61);
        assert_eq!(steps[0], ("2025-11-27".to_owned(), 1));
        assert_eq!(steps[1], ("2025-12-03".to_owned(), 1));
    }

    #[test]
    fn counts_are_read_by_what_the_days_of_the_zone_consist_of() {
        let week = (at("2026-11-20T00:00:00Z"), at("2026-11-27T00:00:00Z"));
        for (zone, expected) in [
            ("UTC", By::Day),
            ("Asia/Shanghai", By::Hour),
            ("Asia/Kathmandu", By::Quarter),
        ] {
            assert_eq!(by(&Zone::parse(zone).unwrap(), week), expected, "{zone}");
        }
        let day = (at("2026-11-26T00:00:00Z"), at("2026-11-27T00:00:00Z"));
        assert_eq!(by(&Zone::parse("Asia/Kathmandu").unwrap(), day), By::Hour);
    }

    #[test]
    fn every_message_is_in_one_part() {
        let mut tally = admitted(10);
        (tally.delivered, tally.failed, tally.unknown) = (5, 1, 2);
        tally.not_sent[0] = 1;
        assert_eq!(parts(&tally), [5, 1, 4]);
        tally.delivered = 8;
        assert_eq!(parts(&tally), [8, 0, 2], "an unknown one arrived");
    }
}
