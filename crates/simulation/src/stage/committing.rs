//! Waiting for a store whose commits the simulation makes itself.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Mutex, PoisonError};

use countersign_store::sqlite::SimulatedWriter;

/// Drives `work` to its end, and commits whatever it waits for.
pub(super) async fn committing<T>(
    writer: &Mutex<SimulatedWriter>,
    work: impl Future<Output = T>,
) -> T {
    let mut work = pin!(work);
    poll_fn(|cx| {
        loop {
            let polled = work.as_mut().poll(cx);
            if polled.is_ready() || !commit(writer) {
                return polled;
            }
        }
    })
    .await
}

/// Commits what waits, and returns whether anything did.
fn commit(writer: &Mutex<SimulatedWriter>) -> bool {
    let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
    writer.commit()
}
