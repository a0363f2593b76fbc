//! What a page is about, and what can be seen of it.

use std::time::Duration;

use countersign_core::id::MessageId;
use countersign_core::message::Timeline;
use countersign_core::ports::records::{MessageSearch, TimelineQuery};
use countersign_core::ports::setup::SetupVersion;
use countersign_core::ports::tallies::{By, Row, TallyQuery};
use countersign_core::tally::Tally;

use crate::console::entry::Visit;
use crate::console::headline::{Headline, State};
use crate::console::pages::messages::MOST;
use crate::console::pages::refused::Why;
use crate::http::AppState;
use crate::operator::Applications;

/// The range of time within which a change of the counts is told.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What a page is about, for people of these applications.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Subject {
    Overview(Applications),
    /// The newest messages.
    Messages(Applications),
    Message(Applications, MessageId),
    /// The phone of development.
    Inbox,
}

/// What can be seen of a subject at a moment. Two that differ are a change.
#[derive(PartialEq)]
pub(super) enum Seen {
    Overview {
        counts: Vec<(Row, Tally)>,
        /// The accounts that rest after failures.
        resting: Vec<String>,
        setup: SetupVersion,
    },
    Messages(Vec<Timeline>),
    Message(Box<Timeline>, State),
    /// The id of the newest message.
    Inbox(Option<String>),
}

impl Subject {
    /// Reads the subject that a request names by `for`: `overview`, `messages`, `inbox` or `message-ID`.
    pub(super) fn read(visit: &Visit) -> Result<Self, Why> {
        let apps = visit.apps().clone();
        match visit.asked("for") {
            "overview" => Ok(Self::Overview(apps)),
            "messages" => Ok(Self::Messages(apps)),
            "inbox" if visit.state.development.is_some() => Ok(Self::Inbox),
            other => {
                let id = other.strip_prefix("message-").and_then(MessageId::parse);
                let id = id.ok_or(Why::NotFound)?;
                Ok(Self::Message(apps, id))
            }
        }
    }

    /// Looks at the subject as it is now.
    pub(super) async fn look(&self, state: &AppState) -> Result<Seen, Why> {
        let now = state.clock.now();
        match self {
            Self::Overview(within) => {
                let query = TallyQuery::of((now.before(DAY), now), By::Provider, within.clone());
                Ok(Seen::Overview {
                    counts: state.manage.tallies(query).await?.rows,
                    resting: state.vendors.resting(),
                    setup: state.setup().version,
                })
            }
            Self::Messages(within) => {
                let mut newest = MessageSearch {
                    among: TimelineQuery {
                        limit: MOST,
                        ..TimelineQuery::default()
                    },
                    ..MessageSearch::default()
                };
                newest.filter.within = within.clone();
                let found = state.manage.search_messages(newest).await?;
                Ok(Seen::Messages(found.timelines))
            }
            Self::Message(within, id) => {
                let timeline = state.manage.message(within, *id).await?;
                let told = Headline::of(&timeline, now).state();
                Ok(Seen::Message(Box::new(timeline), told))
            }
            Self::Inbox => {
                let development = state.development.as_ref().ok_or(Why::NotFound)?;
                let (newest, _) = development.outbox.page(None, None, 1);
                let newest = newest.into_iter().next();
                Ok(Seen::Inbox(newest.map(|message| message.message_id)))
            }
        }
    }
}
