//! The idle connections of one vendor account. The one that was used last is used first, so that those that are not needed grow old.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use reqwest::Url;
use tokio::time::Instant;

use super::http1::Http1;
use super::reach;

/// The most connections that idle.
const MOST_IDLE: usize = 64;

/// Where a connection leads: nothing that was made for one place is used for another.
#[derive(Debug)]
pub(super) struct Place {
    scheme: String,
    host: String,
    port: Option<u16>,
}

/// A connection that has no request under way, and where it leads.
pub(super) struct Idle {
    pub(super) place: Arc<Place>,
    pub(super) connection: Http1,
}

/// The idle connections, the one that was used last at the end.
#[derive(Default)]
pub(super) struct Pool(Mutex<VecDeque<Idle>>);

impl Place {
    pub(super) fn of(url: &Url) -> Arc<Self> {
        Arc::new(Self {
            scheme: url.scheme().to_owned(),
            host: reach::host(url).to_owned(),
            port: url.port(),
        })
    }

    fn is_of(&self, url: &Url) -> bool {
        self.host == reach::host(url) && self.port == url.port() && self.scheme == url.scheme()
    }
}

impl Pool {
    /// Takes an idle connection to the host of `url` that may be used.
    pub(super) async fn take(&self, url: &Url) -> Option<Idle> {
        loop {
            let mut found = self.pop(url)?;
            if found.connection.is_usable().await {
                return Some(found);
            }
        }
    }

    fn pop(&self, url: &Url) -> Option<Idle> {
        let mut all = self.all();
        let found = all.iter().rposition(|idle| idle.place.is_of(url))?;
        all.remove(found)
    }

    /// Keeps a connection for another request.
    pub(super) fn keep(&self, idle: Idle) {
        let (mut all, now) = (self.all(), Instant::now());
        let is_full = all.len() == MOST_IDLE;
        let is_over = |idle: &Idle| idle.connection.is_over(now);
        if is_full || all.front().is_some_and(is_over) {
            all.pop_front();
        }
        all.push_back(idle);
    }

    fn all(&self) -> MutexGuard<'_, VecDeque<Idle>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
