//! Whether a connection serves a request, and since when it idles.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::sync::Notify;

/// The state of one connection. The task of the connection changes it, and [`Places`](super::Places) read it.
#[derive(Debug)]
pub(crate) struct Usage {
    /// Counts the moments at which connections began to idle, over all of them, from 1.
    moments: Arc<AtomicU64>,
    /// The moment since when the connection idles; 0 while it serves a request or writes an answer.
    idle_since: AtomicU64,
    /// The number of requests that the connection has brought.
    requests: AtomicU64,
    is_under_way: AtomicBool,
    end: Notify,
}

/// A request that is being answered, until it is dropped.
#[derive(Debug)]
pub(crate) struct UnderWay(Arc<Usage>);

impl Usage {
    /// A connection that idles from now on.
    pub(super) fn new(moments: Arc<AtomicU64>) -> Self {
        let usage = Self {
            moments,
            idle_since: AtomicU64::new(0),
            requests: AtomicU64::new(0),
            is_under_way: AtomicBool::new(false),
            end: Notify::new(),
        };
        usage.rests();
        usage
    }

    /// Counts a request, whose head is complete.
    pub(crate) fn begin(self: &Arc<Self>) -> UnderWay {
        self.requests.fetch_add(1, Ordering::SeqCst);
        self.is_under_way.store(true, Ordering::SeqCst);
        self.idle_since.store(0, Ordering::SeqCst);
        UnderWay(Arc::clone(self))
    }

    /// Notes that the connection waits for its caller.
    pub(super) fn rests(&self) {
        if self.idle_since.load(Ordering::SeqCst) == 0 {
            let moment = self.moments.fetch_add(1, Ordering::SeqCst);
            self.idle_since.store(moment + 1, Ordering::SeqCst);
        }
    }

    /// Returns the moment since when the connection idles; `None` while it does not.
    pub(super) fn idle_since(&self) -> Option<u64> {
        Some(self.idle_since.load(Ordering::SeqCst)).filter(|moment| *moment > 0)
    }

    /// Returns the number of requests so far.
    pub(super) fn requests(&self) -> u64 {
        self.requests.load(Ordering::SeqCst)
    }

    /// Returns whether a request is being answered.
    pub(super) fn is_under_way(&self) -> bool {
        self.is_under_way.load(Ordering::SeqCst)
    }

    /// Asks the task of the connection to end it.
    pub(super) fn end(&self) {
        self.end.notify_one();
    }

    /// Waits until the connection must end, which it does only while it idles.
    pub(crate) async fn ended(&self) {
        loop {
            self.end.notified().await;
            if self.idle_since().is_some() {
                return;
            }
        }
    }
}

impl UnderWay {
    /// Ends the request with a connection that idles from now on.
    pub(super) fn rests(self) {
        self.0.rests();
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.is_under_way.store(false, Ordering::SeqCst);
    }
}
