//! The port to the refusals: the record of sends that limits refused lately.
//!
//! # Promises of a record of refusals
//!
//! - **Bounded.** It keeps [`KEPT`] refusals at least, the newest ones. It drops all others, and counts them.
//! - **Cheap.** Anyone can cause refusals at any rate, so [`Refusals::record`] neither waits for a disk or a network
//!   nor fails. Nothing depends on the record: no limit, no code, no message.
//! - **At once.** A refusal that the node answered is visible on that node. Several nodes may share their records a
//!   moment later, in batches.
//! - **Lossy.** The embedded record lives in memory and ends with the process.

use std::net::IpAddr;

use async_trait::async_trait;

use super::StoreError;
use crate::application::AppId;
use crate::channel::Channel;
use crate::id::RequestId;
use crate::limit::Refusal;
use crate::phone::PhoneNumber;
use crate::staff::Applications;

/// The number of newest refusals that are kept.
pub const KEPT: usize = 10_000;

/// A send that a limit refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedSend {
    /// The request that asked for the code.
    pub request_id: RequestId,
    /// The application.
    pub app: AppId,
    /// The purpose of the code.
    pub channel: Channel,
    /// The number.
    pub phone: PhoneNumber,
    /// The [address](crate::send::client::Client::shown) of the caller, where it is known.
    pub caller: Option<IpAddr>,
    /// The limit that refused.
    pub refusal: Refusal,
}

/// A filter for refused sends, which are read newest first.
#[derive(Debug, Clone, Default)]
pub struct RefusalQuery {
    /// Only the send of this request.
    pub request: Option<RequestId>,
    /// Only sends to this number.
    pub phone: Option<PhoneNumber>,
    /// Only sends of these applications.
    pub within: Applications,
    /// The maximum number of refused sends.
    pub limit: usize,
}

/// The refused sends that a query found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundRefusals {
    /// The refused sends, newest first.
    pub refusals: Vec<RefusedSend>,
    /// The number of refusals of all kinds that the record has dropped since it began.
    pub dropped: u64,
}

/// Records refused sends, and finds them again.
#[async_trait]
pub trait Refusals: Send + Sync + 'static {
    /// Records `refused`, or drops it and counts that.
    fn record(&self, refused: RefusedSend);

    /// Returns the refused sends of `query`, newest first.
    ///
    /// # Errors
    /// [`StoreError`] when the record cannot be read.
    async fn find(&self, query: RefusalQuery) -> Result<FoundRefusals, StoreError>;
}

impl RefusalQuery {
    /// Returns whether the query asks for `refused`.
    #[must_use]
    pub fn matches(&self, refused: &RefusedSend) -> bool {
        self.within.include(&refused.app)
            && self
                .request
                .is_none_or(|request| request == refused.request_id)
            && self
                .phone
                .as_ref()
                .is_none_or(|phone| *phone == refused.phone)
    }
}
