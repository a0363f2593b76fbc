//! The chart of what became of messages.

use super::asked::Asked;
use super::counted;
use super::figures::grouped;
use super::flow::{self, Flow, Step};
use crate::console::chart::Bars;
use crate::console::entry::Visit;
use crate::console::pages::refused::Why;
use crate::console::words::overview::finding;

/// What became of messages over the range.
pub(super) struct Chart {
    pub(super) finding: String,
    pub(super) bars: Bars,
    /// What a pointer on each bar tells.
    pub(super) hovers: Vec<(usize, String)>,
    pub(super) top: String,
    /// The names of the first bar, one in the middle, and the last.
    pub(super) ends: [String; 3],
    pub(super) rows: Vec<(String, [String; 3])>,
}

/// What became of messages, step by step.
pub(super) async fn flow(visit: &Visit, asked: &Asked) -> Result<Flow, Why> {
    let (zone, range) = (visit.zone(), (asked.from, asked.to));
    let tallies = counted(visit, range, flow::by(zone, range)).await?;
    Ok(Flow::of(zone, range, visit.now, &tallies))
}

pub(super) async fn chart(visit: &Visit, asked: &Asked) -> Result<Option<Chart>, Why> {
    let (flow, zone) = (flow(visit, asked).await?, visit.zone());
    let admitted = |step: &Step| step.tally.admitted;
    let total: u64 = flow.steps.iter().map(admitted).sum();
    let delivered: u64 = flow.steps.iter().map(|step| step.tally.delivered).sum();
    let Some(peak) = flow.steps.iter().rev().max_by_key(|step| admitted(step)) else {
        return Ok(None);
    };
    if total == 0 {
        return Ok(None);
    }
    let bars = flow.bars();
    let terms = &visit.words().terms;
    let chart = &visit.words().overview;
    let hover = |step: &Step| {
        let [delivered, open, lost] = flow::parts(&step.tally).map(grouped);
        let at = flow.moment(zone, step);
        format!(
            "{at}: {delivered} {}, {open} {}, {lost} {}",
            terms.delivered, terms.no_receipt, chart.lost
        )
    };
    let end = |place: usize| {
        let step = flow.steps.get(place);
        step.map_or_else(String::new, |step| flow.name(zone, step))
    };
    let last = flow.steps.len() - 1;
    Ok(Some(Chart {
        finding: finding(
            visit.language,
            &grouped(total),
            &grouped(delivered),
            &flow.moment(zone, peak),
            &grouped(admitted(peak)),
        ),
        hovers: bars
            .places
            .iter()
            .copied()
            .zip(flow.steps.iter().map(hover))
            .collect(),
        top: grouped(bars.top),
        ends: [end(0), end(last / 2), end(last)],
        rows: flow
            .steps
            .iter()
            .map(|step| {
                let parts = flow::parts(&step.tally).map(grouped);
                (flow.moment(zone, step), parts)
            })
            .collect(),
        bars,
    }))
}
