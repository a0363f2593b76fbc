//! Messages: look up their timelines, their counts and the refused sends, and send a test message.

use std::sync::Arc;

use countersign_core::application::AppId;
use countersign_core::audit::{Act, Author, Target, Verb};
use countersign_core::channel::Channel;
use countersign_core::id::{MessageId, RequestId};
use countersign_core::limit::Standing;
use countersign_core::message::Timeline;
use countersign_core::phone::PhoneNumber;
use countersign_core::ports::provider::Provider;
use countersign_core::ports::records::{FoundMessages, MessageSearch, TimelineQuery};
use countersign_core::ports::refusals::{FoundRefusals, RefusalQuery};
use countersign_core::ports::tallies::{Tallies, TallyQuery};
use countersign_core::send::messenger::SendRequest;
use countersign_core::send::route::ProviderName;
use countersign_core::staff::Applications;

use super::{Manage, ManageError, known_application, providers};

/// A code to be sent through one vendor account.
#[derive(Debug, Clone)]
pub struct TestMessage {
    /// The request that asks for it.
    pub request_id: RequestId,
    /// The vendor account.
    pub provider: ProviderName,
    /// The application in whose name it is sent.
    pub app: AppId,
    /// The purpose of the code.
    pub channel: Channel,
    /// The number that gets it.
    pub phone: PhoneNumber,
}

/// How many timelines or refused sends of a number are returned at once.
const PAGE: u16 = 50;

/// The most messages that one search looks at.
pub const LOOKS_AT: u32 = 50_000;

impl Manage {
    /// Returns timelines of messages of the applications `within`, newest first. Looks at 50,000 messages at most where these
    /// are not all applications.
    ///
    /// # Errors
    /// [`ManageError::Unavailable`].
    pub async fn messages(
        &self,
        within: &Applications,
        query: TimelineQuery,
    ) -> Result<Vec<Timeline>, ManageError> {
        let mut search = MessageSearch {
            among: query,
            ..MessageSearch::default()
        };
        search.filter.within = within.clone();
        Ok(self.search_messages(search).await?.timelines)
    }

    /// Returns timelines of messages that have something in common, newest first. Looks at 50,000 messages at most, or at
    /// fewer if the search says so, where it names anything in common, or a first time.
    ///
    /// # Errors
    /// [`ManageError::Unavailable`].
    pub async fn search_messages(
        &self,
        search: MessageSearch,
    ) -> Result<FoundMessages, ManageError> {
        if search.filter.is_empty() && search.decided_from.is_none() {
            return Ok(FoundMessages {
                timelines: self.parts.records.timelines(search.among).await?,
                searched_to: None,
            });
        }
        let looks_at = match search.looks_at {
            0 => self.parts.looks_at,
            fewer => fewer.min(self.parts.looks_at),
        };
        let search = MessageSearch { looks_at, ..search };
        Ok(self.parts.records.search(search).await?)
    }

    /// Returns the newest 50 timelines of messages to a number, over the applications `within` and all channels; only those
    /// before the message `before`, where that is given.
    ///
    /// # Errors
    /// [`ManageError::Unavailable`].
    pub async fn messages_to(
        &self,
        within: &Applications,
        phone: PhoneNumber,
        before: Option<MessageId>,
    ) -> Result<Vec<Timeline>, ManageError> {
        let query = TimelineQuery {
            phone: Some(phone),
            before,
            limit: PAGE,
            ..TimelineQuery::default()
        };
        self.messages(within, query).await
    }

    /// Returns the sends that limits refused lately, newest first.
    ///
    /// # Errors
    /// [`ManageError::Unavailable`].
    pub async fn refusals(&self, query: RefusalQuery) -> Result<FoundRefusals, ManageError> {
        Ok(self.parts.refusals.find(query).await?)
    }

    /// Returns the newest 50 sends to a number that limits refused lately, over the applications `within` and all channels.
    ///
    /// # Errors
    /// [`ManageError::Unavailable`].
    pub async fn refusals_to(
        &self,
        within: &Applications,
        phone: PhoneNumber,
    ) -> Result<FoundRefusals, ManageError> {
        self.refusals(RefusalQuery {
            phone: Some(phone),
            within: within.clone(),
            limit: PAGE.into(),
            ..RefusalQuery::default()
        })
        .await
    }

    /// Returns the counts of messages.
    ///
    /// # Errors
    /// [`ManageError::Unavailable`].
    pub async fn tallies(&self, query: TallyQuery) -> Result<Tallies, ManageError> {
        Ok(self.parts.tallies.tallies(query).await?)
    }

    /// Returns the timeline of one message of the applications `within`.
    ///
    /// # Errors
    /// [`ManageError::Unknown`].
    pub async fn message(
        &self,
        within: &Applications,
        id: MessageId,
    ) -> Result<Timeline, ManageError> {
        let query = TimelineQuery {
            message: Some(id),
            limit: 1,
            ..TimelineQuery::default()
        };
        let found = self.messages(within, query).await?.into_iter().next();
        found.ok_or_else(|| ManageError::Unknown(format!("message {id}")))
    }

    /// Sends a real code through one vendor account, whatever the routes say, within all limits. The act is on record
    /// first. Returns the timeline of the message, whether or not the vendor took it. Runs in a task that a shutdown waits for, like every send.
    ///
    /// # Errors
    /// [`ManageError::Unknown`] and [`ManageError::UnknownApplication`]; [`ManageError::NotSent`] when the message was
    /// refused before it became one.
    pub async fn send_test(&self, by: Author, test: TestMessage) -> Result<Timeline, ManageError> {
        let setup = self.setup();
        if !setup.providers.contains_key(&test.provider) {
            return Err(providers::unknown(&test.provider));
        }
        let order = SendRequest {
            request_id: test.request_id,
            app: Arc::clone(known_application(&setup, &test.app)?),
            channel: test.channel,
            phone: test.phone,
            caller: None,
            standing: Standing::Trusted,
            language: None,
            claim: None,
        };
        let provider = self.parts.vendors.provider(&test.provider);
        let provider: Arc<dyn Provider> = provider.ok_or(ManageError::Internal)?;
        let facts = [
            ("appId", test.app.as_str()),
            ("phoneNumber", &order.phone.masked()),
        ];
        let target = Target::new("provider", test.provider.to_string());
        let act = Act::outside(by, Verb::ProviderTested, target, &facts);
        self.parts.audit.record(act).await?;
        let messenger = Arc::clone(&self.parts.messenger);
        let send = async move { messenger.send_through(order, provider).await };
        let sent = self.parts.tasks.spawn(send).await;
        let sent = sent.map_err(|_| ManageError::Internal)?;
        let query = TimelineQuery {
            request: Some(test.request_id),
            limit: 1,
            ..TimelineQuery::default()
        };
        let found = self.messages(&Applications::All, query).await?;
        let found = found.into_iter().next();
        match (found, sent) {
            (Some(timeline), _) => Ok(timeline),
            (None, Err(error)) => Err(ManageError::NotSent(error)),
            (None, Ok(_)) => Err(ManageError::Unavailable),
        }
    }
}
