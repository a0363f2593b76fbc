//! The port to the tallies: how many messages went which way in a range of time.
//!
//! # Promises of tallies
//!
//! - **A recount of the record.** The counts of a closed span are those of its messages as they were on record when it
//!   closed ([`tally::OPEN`](crate::tally::OPEN)). The counts of an open one follow the record: within seconds for the
//!   newest quarter, a minute for the last two hours, an hour for older ones; and later on a node that has much to count.
//! - **What is gone has been counted.** Messages leave the record only once the day of their decision is counted, and
//!   its counts are durable.
//! - **No number.** A tally holds counts, an application, a channel, a country and a provider, and nothing else.

use async_trait::async_trait;

use super::StoreError;
use crate::application::AppId;
use crate::channel::Channel;
use crate::phone::Country;
use crate::staff::Applications;
use crate::tally::{Kind, Tally};
use crate::time::Timestamp;

/// What the rows of a reading are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// A quarter of an hour each: every time zone's hours and days consist of them.
    Quarter,
    /// An hour each.
    Hour,
    /// A day each, UTC.
    Day,
    /// An application each.
    Application,
    /// A channel each.
    Channel,
    /// A country each.
    Country,
    /// A provider each.
    Provider,
}

/// A range of time, and the messages to count in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TallyQuery {
    /// Messages decided on from here.
    pub from: Timestamp,
    /// Messages decided on before this time.
    pub to: Timestamp,
    /// What each row is about.
    pub by: By,
    /// Only these applications.
    pub within: Applications,
    /// Only this application.
    pub app: Option<AppId>,
    /// Only this channel.
    pub channel: Option<Channel>,
    /// Only numbers of this country.
    pub country: Option<Country>,
    /// Only messages whose outcome this provider decided.
    pub provider: Option<String>,
}

/// What a row of a reading is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Row {
    /// The span that starts here.
    Span(Timestamp),
    /// The application, channel, country or provider of this name; empty where the country or the provider is not known.
    Named(String),
}

/// The counts of a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tallies {
    /// The start of the range that was counted: that of the query, or of the span that it is in.
    pub from: Timestamp,
    /// The end of the range that was counted.
    pub to: Timestamp,
    /// The time from which on the messages on record are counted; earlier ones are still being counted. `None`: all are.
    pub counted_from: Option<Timestamp>,
    /// All of the range together.
    pub total: Tally,
    /// The rows that have any message, in the order of what they are about.
    pub rows: Vec<(Row, Tally)>,
}

/// Reads tallies.
#[async_trait]
pub trait TallyBook: Send + Sync + 'static {
    /// Returns the counts of `query`. Its range is widened to whole quarters of an hour, and to whole days where no
    /// quarters are kept. By the quarter and the hour, a day without quarters is one row, at its start.
    ///
    /// # Errors
    /// [`StoreError`] when they cannot be read.
    async fn tallies(&self, query: TallyQuery) -> Result<Tallies, StoreError>;
}

impl TallyQuery {
    /// Returns the query for all messages of these applications that were decided on from the first time to before the second.
    #[must_use]
    pub const fn of((from, to): (Timestamp, Timestamp), by: By, within: Applications) -> Self {
        Self {
            from,
            to,
            by,
            within,
            app: None,
            channel: None,
            country: None,
            provider: None,
        }
    }

    /// Returns whether the query asks for messages of this kind.
    #[must_use]
    pub fn matches(&self, kind: &Kind) -> bool {
        self.within.include_id(&kind.app)
            && self.app.as_ref().is_none_or(|app| app.as_str() == kind.app)
            && self.channel.is_none_or(|channel| channel == kind.channel)
            && (self.country.is_none() || self.country == kind.country)
            && (self.provider.is_none() || self.provider == kind.provider)
    }

    /// Returns whether the query asks for countries or providers.
    #[must_use]
    pub fn is_of_spread(&self) -> bool {
        self.country.is_some()
            || self.provider.is_some()
            || matches!(self.by, By::Country | By::Provider)
    }
}

impl By {
    /// Returns the row for messages of `kind` in the span that starts at `at`.
    #[must_use]
    pub fn row(self, at: Timestamp, kind: &Kind) -> Row {
        use crate::tally::Span;
        match self {
            By::Quarter => Row::Span(Span::Quarter.start(at)),
            By::Hour => Row::Span(Span::Hour.start(at)),
            By::Day => Row::Span(Span::Day.start(at)),
            By::Application => Row::Named(kind.app.clone()),
            By::Channel => Row::Named(kind.channel.as_str().to_owned()),
            By::Country => Row::Named(kind.country.map(|of| of.to_string()).unwrap_or_default()),
            By::Provider => Row::Named(kind.provider.clone().unwrap_or_default()),
        }
    }
}
