//! Notices when the data folder of a running service is moved, replaced or removed.

use std::sync::Arc;
use std::time::Duration;

use countersign_store::Housekeeping;
use tokio_util::task::AbortOnDropHandle;

use crate::lifecycle::Stopper;

/// The pause between two looks at the folder.
const PAUSE: Duration = Duration::from_millis(500);

/// Ends the process within a second after the path of its data folder no longer leads to what is open there: another
/// process may own the folder that is there now. Call this within a tokio runtime; it goes on until the value
/// is dropped.
pub fn watch(store: Arc<dyn Housekeeping>, stopper: Stopper) -> AbortOnDropHandle<()> {
    AbortOnDropHandle::new(tokio::spawn(async move {
        while is_in_place(&store).await {
            tokio::time::sleep(PAUSE).await;
        }
        tracing::error!("the data folder was moved, replaced or removed: stopping");
        stopper.stop();
    }))
}

/// Looks on a thread that may block.
async fn is_in_place(store: &Arc<dyn Housekeeping>) -> bool {
    let store = Arc::clone(store);
    let look = tokio::task::spawn_blocking(move || store.is_in_place());
    look.await.unwrap_or(true)
}
