//! Hearing of changes that other nodes make: a notification is a hint, and a look at the version, twice a second, the truth.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use super::Setups;
use super::read::version;
use crate::postgres::connect::{Database, Pace, Work};
use crate::postgres::outage::Outage;
use crate::postgres::words::Failure;

/// The channel on which a change of the setup is told.
pub(super) const NEWS: &str = "countersign_setup";

/// The generations of keys that are needed, newest first, and the version of the setup.
const LOOK: &str = "
    SELECT version, ARRAY(SELECT number FROM key_generation WHERE ended_at IS NULL ORDER BY number DESC) AS generations FROM setup";

/// The time between two looks.
const PACE: Duration = Duration::from_millis(500);

/// The time after which a look counts as lost, and its session too.
const PATIENCE: Duration = Duration::from_secs(2);

/// Shows what other nodes change, until it is dropped.
pub(crate) struct Follower(JoinHandle<()>);

impl Drop for Follower {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Follower {
    /// Starts to follow.
    pub(crate) fn start(database: &Arc<Database>, setups: &Arc<Setups>) -> Self {
        let (runtime, database) = (database.runtime().clone(), Arc::clone(database));
        let setups = Arc::clone(setups);
        Self(runtime.spawn(async move {
            let (mut pace, mut outage) = (Pace::default(), Outage::default());
            loop {
                let Err(error) = hear(&database, &setups, &mut pace, &mut outage).await;
                let error = countersign_core::ports::StoreError::from(error);
                if outage.failed() {
                    tracing::warn!(%error, "changes of the setup that other nodes make are not seen");
                }
                sleep(pace.failed(Instant::now())).await;
            }
        }))
    }
}

/// Hears of changes, as long as a session lasts.
async fn hear(
    database: &Arc<Database>,
    setups: &Setups,
    pace: &mut Pace,
    outage: &mut Outage,
) -> Result<Infallible, Failure> {
    let (client, heard) = database.open_hearing(Work::Reading).await?;
    client.batch_execute(&format!("LISTEN {NEWS}")).await?;
    loop {
        let look = async {
            let newest = client.query_one(LOOK, &[]).await?;
            setups
                .keep_up(newest.try_get("generations")?, &client)
                .await?;
            if version(newest.try_get("version")?) > setups.newest.newest().version {
                setups.show(&client).await?;
            }
            Ok(())
        };
        timeout(PATIENCE, look)
            .await
            .unwrap_or(Err(Failure::Silent))?;
        pace.succeeded();
        if outage.ended() {
            tracing::info!("changes of the setup that other nodes make are seen again");
        }
        // Whether a notification comes or none does, the next look tells.
        let _ = timeout(PACE, heard.notified()).await;
    }
}
