//! Makes the blocks durable that the guard begins.

use std::sync::Arc;

use countersign_core::guard::{Block, BlockKeeper, Reason};
use countersign_core::limit::Mode;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::manage::Manage;

/// The number of blocks that may wait to become durable.
const QUEUE: usize = 1_000;

/// Lets blocks queue for [`keep`].
#[derive(Debug)]
pub(crate) struct Keeper(Sender<Block>);

impl Keeper {
    /// Makes a keeper, and the queue of the blocks that the guard begins.
    pub(crate) fn new() -> (Arc<Self>, Receiver<Block>) {
        let (sender, receiver) = channel(QUEUE);
        (Arc::new(Self(sender)), receiver)
    }
}

impl BlockKeeper for Keeper {
    fn keep(&self, block: Block) {
        let (app, range) = (block.area.app.as_ref(), &block.area.range);
        let app_id = app.map_or("*", |app| app.as_str());
        let reason = match &block.reason {
            Reason::Limit(name) => name,
            reason => reason.as_str(),
        };
        let step = block.step;
        if block.mode == Mode::Monitor {
            tracing::debug!(app_id, %range, reason, step, "the guard would begin a block");
        } else {
            tracing::warn!(app_id, %range, reason, step, "the guard begins a block");
        }
        if self.0.try_send(block).is_err() {
            tracing::error!("a block is not kept over a restart, since too many wait");
        }
    }
}

/// Puts the blocks into the setup, one after the other, until the guard is gone.
pub(crate) async fn keep(mut begun: Receiver<Block>, manage: Arc<Manage>) {
    while let Some(block) = begun.recv().await {
        if let Err(error) = manage.keep_block(block).await {
            tracing::error!(%error, "a block is not kept over a restart");
        }
    }
}
