//! Tells the supervisor that started the process, such as systemd, that the service is ready, is stopping, and is alive.
//!
//! The protocol is that of `sd_notify(3)`: datagrams to the socket that the variable `NOTIFY_SOCKET` names. Without a
//! supervisor nothing happens.

use std::sync::Arc;

use countersign_core::ports::ledger::Ledger;
use sd_notify::NotifyState;
use tokio_util::task::AbortOnDropHandle;

/// How often the watchdog is fed within the time after which the supervisor would end the process.
const MEALS: u32 = 3;

/// Tells the supervisor that the service accepts requests.
pub(crate) fn ready() {
    tell(NotifyState::Ready);
}

/// Tells the supervisor that the service drains, and ends by itself.
pub(crate) fn stopping() {
    tell(NotifyState::Stopping);
}

/// Feeds the watchdog of the supervisor, if it has one (`WATCHDOG_USEC`), as long as the ledger answers within the time
/// that the supervisor allows. An error is an answer: a new process would find the same full disk. A commit that
/// [hangs](countersign_core::ports::ledger::LedgerState::hangs) is none. Call this within a tokio runtime; it goes on until the value is dropped.
pub(crate) fn feed(ledger: Arc<dyn Ledger>) -> Option<AbortOnDropHandle<()>> {
    let pause = sd_notify::watchdog_enabled()? / MEALS;
    Some(AbortOnDropHandle::new(tokio::spawn(async move {
        loop {
            if let Err(error) = ledger.probe().await {
                tracing::warn!(%error, "the store cannot write");
            }
            if !ledger.state().hangs() {
                tell(NotifyState::Watchdog);
            }
            tokio::time::sleep(pause).await;
        }
    })))
}

fn tell(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "the supervisor could not be told how the service is");
    }
}
