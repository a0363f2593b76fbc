//! Changes of what is set up, one after the other.

use std::sync::Arc;
use std::time::Duration;

use countersign_core::ports::setup::{Change, ChangeError, Setup};
use countersign_core::ports::store::StoreError;
use tokio::sync::OwnedMutexGuard;
use tokio::time::timeout;

use super::Carriers;

/// How long whoever asks for a change waits for it.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// A turn at changing what is set up: what it sees stays so until it has made its change, or is dropped.
#[derive(Debug)]
pub struct Edit {
    carriers: Arc<Carriers>,
    setup: Arc<Setup>,
    turn: OwnedMutexGuard<()>,
}

impl Carriers {
    /// Waits for a turn.
    ///
    /// # Errors
    /// [`StoreError`] when those before take too long. Then nothing is changed.
    pub async fn edit(self: &Arc<Self>) -> Result<Edit, StoreError> {
        let turn = Arc::clone(&self.turns).lock_owned();
        let turn = timeout(PATIENCE, turn).await.map_err(|_| too_slow())?;
        Ok(Edit {
            carriers: Arc::clone(self),
            setup: self.setup(),
            turn,
        })
    }
}

impl Edit {
    /// What is set up.
    #[must_use]
    pub fn setup(&self) -> Arc<Setup> {
        Arc::clone(&self.setup)
    }

    /// Makes a change, which is right as far as it goes; messages go by it from now on. Whoever hangs up or loses
    /// patience stops nothing half-way: what becomes durable is what messages go by.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be made durable, or not yet.
    pub async fn make(self, change: Change) -> Result<(), StoreError> {
        let Self {
            carriers,
            setup,
            turn,
        } = self;
        let made = tokio::spawn(async move {
            let made = carriers
                .parts
                .setup_store
                .change(setup.version, change)
                .await;
            carriers.replan();
            drop(turn);
            made.map(drop)
        });
        let made = timeout(PATIENCE, made).await.map_err(|_| too_slow())?;
        let made = made.map_err(|_| failed())?;
        made.map_err(|error| match error {
            ChangeError::Store(error) => error,
            ChangeError::Stale => failed(),
        })
    }
}

fn failed() -> StoreError {
    StoreError::Unavailable("a change failed".to_owned())
}

fn too_slow() -> StoreError {
    StoreError::Unavailable("a change takes too long".to_owned())
}
