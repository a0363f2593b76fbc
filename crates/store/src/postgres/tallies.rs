//! Reading tallies: the port [`TallyBook`].

use std::sync::Arc;

use async_trait::async_trait;
use countersign_core::ports::StoreError;
use countersign_core::ports::tallies::{Tallies, TallyBook, TallyQuery};
use countersign_core::tally::Span;
use countersign_core::time::Timestamp;

use super::PostgresStore;
use super::clock::time;
use super::connect::Connected;
use super::records::ask;
use super::upkeep::tables::{Progress, kind_of_row, tally_of_row};
use super::words::Failure;
use crate::tallies::reading::{self, Part, Sum};

const DAYS_WITH_MESSAGES: &str =
    "SELECT DISTINCT at FROM tally_day WHERE at >= $1 AND at < $2 ORDER BY at";

const DAYS: &str = "
    SELECT at, app, channel, country, provider, counts FROM tally_day WHERE at >= $1 AND at < $2";

const SPREAD: &str = "
    SELECT at, app, channel, country, provider, counts FROM tally_spread WHERE at >= $1 AND at < $2";

const FLOW: &str = "
    SELECT at, app, channel, '' AS country, '' AS provider, counts FROM tally_flow WHERE at >= $1 AND at < $2";

#[async_trait]
impl TallyBook for PostgresStore {
    async fn tallies(&self, query: TallyQuery) -> Result<Tallies, StoreError> {
        let query = &query;
        let read = |session: Arc<Connected>| async move { read(&session, query).await };
        if let Some(replica) = self.replica.as_ref().and_then(|replica| replica.session())
            && let Ok(tallies) = replica.read(read).await
        {
            return Ok(tallies);
        }
        self.records.read(read).await
    }
}

async fn read(session: &Connected, query: &TallyQuery) -> Result<Tallies, Failure> {
    let (from, to) = reading::range(query);
    let progress = Progress::read(session).await?;
    let until = to.min(progress.days_until);
    let days = days_with_messages(session, Span::Day.start(from), until).await?;
    let has_quarters = |day: Timestamp| Ok::<_, Failure>(day >= progress.quarters_from);
    let parts = reading::parts(query.by, (from, to), days, has_quarters)?;
    let mut sum = Sum::of(query);
    for part in &parts {
        add(session, query, *part, &mut sum).await?;
    }
    Ok(sum.over(&parts, None))
}

/// Returns the starts of the closed days from `from` to before `until` that have a message.
async fn days_with_messages(
    session: &Connected,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<Timestamp>, Failure> {
    let range = [from.as_millis(), until.as_millis()];
    let days = ask(session, DAYS_WITH_MESSAGES, &[&range[0], &range[1]]).await?;
    let days = days.iter().map(|row| time(row, "at"));
    Ok(days.collect::<Result<_, _>>()?)
}

/// Adds the counts of `part` that `query` asks for to `sum`.
async fn add(
    session: &Connected,
    query: &TallyQuery,
    part: Part,
    sum: &mut Sum<'_>,
) -> Result<(), Failure> {
    let select = match part {
        Part::Days(..) => DAYS,
        Part::Quarters(..) if query.is_of_spread() => SPREAD,
        Part::Quarters(..) => FLOW,
    };
    let (from, to) = part.range();
    for row in ask(session, select, &[&from.as_millis(), &to.as_millis()]).await? {
        if let Some(kind) = kind_of_row(&row)? {
            sum.add(time(&row, "at")?, &kind, &tally_of_row(&row)?);
        }
    }
    Ok(())
}
