//! Keeps the tallies up to date with the messages on record, and puts the counts of closed days on record for good.

use countersign_core::retention::Retention;
use countersign_core::tally::{self, Span};
use countersign_core::time::Timestamp;

use super::tables::{self, Progress};
use super::{Place, recount};
use crate::postgres::records::ask;
use crate::postgres::words::Failure;
use crate::tallies::quarters::{self, OpenQuarters, closes_until};

/// Counts quarters, one at each step.
#[derive(Default)]
pub(super) struct Tallying {
    open: OpenQuarters,
    /// Whether the quarters without messages were passed over, at first.
    passed_over: bool,
    /// Whether newer messages had their turn last.
    refreshed: bool,
}

impl Tallying {
    /// Counts one quarter, if one is due, or puts one day on record. Returns whether there was work.
    pub(super) async fn step(&mut self, place: &Place<'_>) -> Result<bool, Failure> {
        let progress = begun(place).await?;
        let refreshed = !self.refreshed && self.refresh(place, &progress).await?;
        self.refreshed = refreshed;
        Ok(refreshed
            || self.close(place, &progress).await?
            || put_day(place, &progress).await?
            || self.refresh(place, &progress).await?)
    }

    /// Counts the open quarter that has waited the longest for its turn. At first, those without messages are passed over.
    async fn refresh(&mut self, place: &Place<'_>, progress: &Progress) -> Result<bool, Failure> {
        let (oldest, now) = (progress.closed_until, place.now);
        if !self.passed_over {
            self.pass_over(place, oldest).await?;
        }
        let due = self.open.due(oldest, now);
        if let Some(quarter) = due {
            self.make(place, quarter).await?;
        }
        Ok(due.is_some())
    }

    /// Notes that the open quarters without messages have nothing to count.
    async fn pass_over(&mut self, place: &Place<'_>, oldest: Timestamp) -> Result<(), Failure> {
        let busy = recount::busy_quarters(place, oldest, place.now).await?;
        let mut quarter = Span::Quarter.start(place.now);
        while quarter >= oldest {
            if !busy.contains(&quarter) {
                self.open.counted(quarter, place.now);
            }
            quarter = quarter.before(Span::Quarter.length());
        }
        self.passed_over = true;
        Ok(())
    }

    /// Counts the next quarter that closes, for the last time. Days without messages are passed over whole.
    async fn close(&mut self, place: &Place<'_>, progress: &Progress) -> Result<bool, Failure> {
        let open = place.retention.as_ref();
        let open = open.map_or(tally::OPEN, Retention::open);
        let (from, until) = (progress.closed_until, closes_until(place.now, open));
        if from >= until {
            return Ok(false);
        }
        let end = until.min(from.after(Span::Day.length()));
        let first = recount::first_between(place, from, end).await?;
        let quarter = first.map(|first| Span::Quarter.start(first));
        if let Some(quarter) = quarter {
            self.make(place, quarter).await?;
        }
        let reached = quarter.map_or(end, |quarter| quarter.after(Span::Quarter.length()));
        self.open.close_before(reached);
        Progress::close_until(place.session, reached).await?;
        Ok(true)
    }

    async fn make(&mut self, place: &Place<'_>, quarter: Timestamp) -> Result<(), Failure> {
        let counts = recount::quarter(place, quarter).await?;
        tables::replace(place.session, quarter, &counts).await?;
        self.open.counted(quarter, place.now);
        Ok(())
    }
}

/// Returns how far the counting has come. It begins with the first message.
async fn begun(place: &Place<'_>) -> Result<Progress, Failure> {
    let progress = Progress::read(place.session).await?;
    if progress.closed_until > Timestamp::default() {
        return Ok(progress);
    }
    let rows = ask(place.session, "SELECT min(decided_at) FROM message", &[]).await?;
    let first = rows.first().map(|row| row.try_get(0)).transpose()?;
    let first = first.flatten().map_or(place.now, Timestamp::from_millis);
    let closed_until = closes_until(place.now, tally::OPEN).min(Span::Quarter.start(first));
    Progress::close_until(place.session, closed_until).await?;
    Ok(Progress {
        closed_until,
        ..progress
    })
}

/// Puts the counts of the next closed day on record, and lets quarters go that are old.
async fn put_day(place: &Place<'_>, progress: &Progress) -> Result<bool, Failure> {
    let (from, until) = (progress.days_until, Span::Day.start(progress.closed_until));
    if from >= until {
        let kept_from = quarters::kept_from(place.now, progress.days_until);
        let is_due = kept_from > progress.quarters_from;
        if is_due {
            tables::drop_quarters_before(place.session, kept_from).await?;
        }
        return Ok(is_due);
    }
    match tables::first_between(place.session, from, until).await? {
        Some(first) => {
            let day = Span::Day.start(first);
            let end = day.after(Span::Day.length());
            let counts = tables::between(place.session, day, end).await?;
            tables::put_day(place.session, day, &counts).await?;
        }
        None => tables::put_days_until(place.session, until).await?,
    }
    Ok(true)
}
