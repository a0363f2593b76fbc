//! The database of a run.

use std::process::Command;
#[cfg(feature = "postgres")]
use std::time::Duration;

use crate::console::On;
#[cfg(feature = "postgres")]
use crate::postgres::Server;

/// The time after its start by which a service on PostgreSQL has the sessions that it keeps.
#[cfg(feature = "postgres")]
const SETTLED: Duration = Duration::from_secs(2);

/// The database of a run, which ends with it.
pub(super) enum Database {
    /// In the service's folder.
    Embedded,
    #[cfg(feature = "postgres")]
    Postgres(Server),
}

impl Database {
    pub(super) async fn start(on: On) -> anyhow::Result<Self> {
        match on {
            On::Sqlite => Ok(Self::Embedded),
            #[cfg(feature = "postgres")]
            On::Postgres => Server::start().await.map(Self::Postgres),
        }
    }

    /// Returns the command of the service with what says where the database is.
    pub(super) fn named(&self, service: Command) -> Command {
        match self {
            Self::Embedded => service,
            #[cfg(feature = "postgres")]
            Self::Postgres(server) => {
                let mut service = service;
                service.args(["--database-url", &server.url()]);
                service
            }
        }
    }

    /// Returns the processes of the database that stay, once the service has its sessions.
    pub(super) async fn processes(&self) -> anyhow::Result<Vec<u32>> {
        match self {
            Self::Embedded => Ok(Vec::new()),
            #[cfg(feature = "postgres")]
            Self::Postgres(server) => {
                tokio::time::sleep(SETTLED).await;
                server.processes()
            }
        }
    }
}
