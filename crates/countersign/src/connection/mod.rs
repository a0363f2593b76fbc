//! Connections of callers: how they are listened for, what one connection may hold of the machine, and for how long.

mod handles;
mod listening;
mod open;
mod opening;
mod places;
mod proxy_header;
mod refusal;
mod serving;
mod socket;
mod stream;
mod usage;

pub use listening::listen;
pub use open::OpenConnections;
pub use opening::Opening;
pub(crate) use places::Places;
pub use refusal::{Refusals, Refused};
pub use serving::Answers;
pub(crate) use serving::{Arrived, Closing, serve};

use std::net::IpAddr;
use std::time::Duration;

/// How long a connection may idle before its next request, unless the settings say. Proxies and load balancers keep
/// theirs for up to a minute: a server that closes earlier loses the request that they are sending.
pub const IDLE: Duration = Duration::from_secs(75);

/// How long the head of a request may take to arrive, from its first byte.
const HEAD: Duration = Duration::from_secs(5);

/// How long a write may make no progress, because the caller does not read, before the connection ends.
const UNREAD: Duration = Duration::from_secs(10);

/// The address at the other end of a connection: a caller's, or that of a proxy in front of the service.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);
